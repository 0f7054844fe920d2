"""What everybody may read of: posted by its client, found in lists, read by whoever comes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api import access
from api.bodies import Asked, FileIds, Line, Prose, Shown, Tags, as_kept
from api.callers import Caller
from api.files import require_room
from api.pages import Page, page
from api.problems import Problem
from api.send import Decider
from domain.cases import Case, Role
from domain.commands import Command
from domain.decide import process_of
from domain.lone_states import UNSEEN
from domain.process import Process
from ledger import cases, files, finding, publications
from ledger.cases import Pair
from ledger.database import SNAPSHOT, to_read
from ledger.finding import Wanted

C = TypeVar("C", bound=Case)
T = TypeVar("T", bound=Shown)
OfRow = Callable[[RowMapping], T]
Lines = Callable[[AsyncConnection, Sequence[RowMapping]], Awaitable[OfRow[T]]]
"""How rows of what is public are shown in a list, once what more it takes is read for them all."""


class Posting(Asked):
    """What a client posts: `summary` is public, `brief` and `files` are not."""

    title: Line
    summary: Prose
    brief: Prose
    tags: Tags = Field(default_factory=list)
    files: FileIds = Field(default_factory=list)
    start_when_funded: bool | None = None


async def begin(
    c: AsyncConnection,
    decider: Decider,
    case: Case,
    command: Command,
    asked: Posting,
    public: Mapping[str, Any],
    confidentiality: str | None = None,
) -> RowMapping:
    """A new case with its first instruction, what will be public of it, and its files."""
    content = asked.model_dump(mode="json")
    row = await decider.begin(
        c, case, command, content,
        title=asked.title, text=asked.brief, confidentiality=confidentiality,
    )  # fmt: skip
    if row["case_id"] == case.id:
        client, kind = decider.caller.id, process_of(case).name
        said = {"title": asked.title, "summary": asked.summary, "tags": as_kept(asked.tags)}
        said["currency"] = case.terms.currency
        await publications.announce(c, case.id, kind, client, **said, **public)
        await require_room(c, decider.settings, client, asked.files)
        await files.hand_over(c, list(dict.fromkeys(asked.files)), client, case.id, case.id)
    return row


async def found(engine: AsyncEngine, wanted: Wanted, limit: int, lines: Lines[T]) -> Page[T]:
    """A page of what a search finds."""
    async with engine.connect() as c:
        await c.execution_options(**SNAPSHOT)
        rows = await finding.found(c, wanted, limit + 1)
        line = await lines(c, rows)
    return page(rows, limit, line, lambda row: finding.place(row, wanted.order))


async def of_owner(
    engine: AsyncEngine, kind: str, owner: Caller, place: str | None, limit: int, lines: Lines[T]
) -> Page[T]:
    """A page of somebody's own, whatever became of them, newest first."""
    async with to_read(engine) as c:
        rows = await publications.of_owner(c, kind, owner.id, place, limit + 1)
        line = await lines(c, rows)
    return page(rows, limit, line, lambda row: str(row["subject_id"]))


async def visited(c: AsyncConnection, caller: Caller, case_id: str) -> tuple[Pair, Role | None]:
    """The case and the caller's role; whoever has none finds it once it is public, else 404."""
    pair = await cases.read(c, case_id)
    if pair is not None and access.role(caller, pair) is None and pair.first.state not in UNSEEN:
        return pair, None
    return await access.entitled(c, caller, case_id)


async def locked(
    process: Process, kind: type[C], c: AsyncConnection, case_id: str, act: str
) -> tuple[C, str]:
    """The case, locked, and its title; raises what the law says when this is not open now.

    Whoever waits for the lock was here when they asked.
    """
    asked_at = datetime.now(UTC)
    try:
        there = await cases.lock(c, case_id)
    except cases.NoSuchCase:
        raise Problem("not_found") from None
    case = there.pair.of(kind)
    if case.state in UNSEEN:
        raise Problem("not_found")
    process.require_beside(act, case, asked_at)
    return case, there.title
