"""Whose a file is, by its hash: what was sold, or won, is not entered a second time."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotOriginal

# A delivery whose job has ended in the client's favour is the client's work, and so is what won.
TAKEN = text("""
    select f.id
      from file f
     where f.id = any(:files)
       and (exists (select
                      from file same
                      join attachment a on a.file_id = same.id
                      join delivery d on d.id = a.subject_id
                      join cases j on j.id = d.case_id
                     where same.sha256 = f.sha256 and j.data ->> 'ip' = 'client')
            or exists (select
                         from file same
                         join attachment a on a.file_id = same.id
                         join contest_entry e on e.id = a.subject_id and e.state = 'awarded'
                         join cases j on j.id = e.job_id
                        where same.sha256 = f.sha256 and j.state <> 'cancelled'))
     order by f.id
""")


async def require(c: AsyncConnection, file_ids: Collection[str]) -> None:
    """Raise NotOriginal when one of these is somebody's already."""
    taken = list(await c.scalars(TAKEN, {"files": list(file_ids)}))
    if taken:
        raise NotOriginal(field="files", files=taken)
