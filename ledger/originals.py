"""Whose a file is, by its hash: what was sold, won or is offered, is not offered a second time."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotOriginal

# Two who offer the same at once: the second waits here, and then sees the first.
CLAIM = text("""
    select pg_advisory_xact_lock(hashtextextended(sha256, 0))
      from (select distinct sha256 from file where id = any(:files) order by sha256) as wanted
""")
# A delivery whose job has ended in the client's favour is the client's work, and so is what won.
TAKEN = text("""
    select f.id
      from file f
     where f.id = any(:files)
       and (exists (select
                      from file same
                      join listing_file lf on lf.file_id = same.id
                      join listing l on l.id = lf.listing_id
                     where same.sha256 = f.sha256 and l.id <> :but and l.state <> 'draft')
            or exists (select
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


async def claim(c: AsyncConnection, file_ids: Collection[str], *, but: str) -> None:
    """Raise NotOriginal when one of these is offered elsewhere, was sold, won, or paid for.

    `but` is what claims them. Until the transaction ends nobody else can claim the same.
    """
    named = list(file_ids)
    await c.execute(CLAIM, {"files": named})
    taken = list(await c.scalars(TAKEN, {"files": named, "but": but}))
    if taken:
        raise NotOriginal(field="files", files=taken)
