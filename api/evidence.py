"""The case file of a job on paper, as evidence for whoever disputes what was paid for it."""

from sqlalchemy.ext.asyncio import AsyncEngine
from structlog import get_logger

from api import case_files
from api.callers import Caller
from api.problems import Problem
from ledger import signing_keys
from ledger.database import to_read
from papers.signing import SigningKey
from settings import Settings

log = get_logger()
LARGEST = 4_500_000
"""What the card networks take."""


class Evidence:
    """Makes it as the client may read it: the bank is theirs, and learns nothing else."""

    def __init__(self, engine: AsyncEngine, settings: Settings, key: SigningKey | None) -> None:
        self._engine, self._settings, self._key = engine, settings, key

    async def case_file(self, client: str, job_id: str) -> bytes | None:
        """The paper; None while it cannot be signed, or when it is too long to be made or sent."""
        if self._key is None:
            return None
        async with to_read(self._engine) as c:
            if await signing_keys.is_withdrawn(c, bytes.fromhex(self._key.public.hex)):
                return None
        caller = Caller(client, frozenset(), "")
        try:
            content = await case_files.made(self._engine, caller, job_id, self._settings, self._key)
            paper = await case_files.on_paper(content, self._key)
        except Problem as problem:
            log.warning("no case file as evidence", job_id=job_id, why=problem.code)
            return None
        return paper if len(paper) <= LARGEST else None
