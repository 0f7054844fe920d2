"""Contest entries: rows beside a contest, for its client to judge; blind among entrants."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import contests, published
from api.bodies import Asked, Line, Prose, Shown
from api.callers import TheCaller
from api.cases import HandedFile, handed
from api.contests import ContestShown
from api.decisions import LATER, pending
from api.files import require_room
from api.idempotency import OwnOnce
from api.ids import ContestEntryId, ContestId
from api.pages import Limit, Page, Place, page
from api.problems import Problem
from api.send import TheDecider
from api.staff import sworn
from api.state import Engine, TheSettings
from domain.cases import OVER, Role
from domain.contest import CONTEST, require_to_enter
from domain.contest_case import Contest, EntryState
from domain.contest_commands import NameFinalist
from domain.decide import Notice
from domain.errors import NotOpen, NotYours
from domain.ids import UserId
from ledger import accesses, cases, contest_entries, files, mails, originals, people
from ledger.contest_tables import contest_entry
from ledger.database import at_once, to_read

locked = partial(published.locked, CONTEST, Contest)
router = APIRouter(prefix="/contests", tags=["contests"])
mine = APIRouter(prefix="/me", tags=["contests"])
of_staff = APIRouter(prefix="/staff/contests", tags=["staff"], dependencies=[Depends(sworn)])


class Entering(Asked):
    """What is entered: a note to the client, and files that are the freelancer's own."""

    note: Prose
    files: Annotated[list[Line], Field(min_length=1, max_length=50)]


class Rated(Asked):
    """What the client thinks of it, for its freelancer alone."""

    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Prose | None = None


class Removal(Asked):
    """Why it breaks the rules."""

    reason: Line


class EntryShown(Shown):
    """A contest entry; rating and comment are its freelancer's and the client's alone.

    `hash` stands for its files: whoever awards it names what they saw by it.
    """

    id: str
    contest_id: str
    number: int
    freelancer_id: str
    freelancer_name: str | None = None
    state: str
    note: str
    hash: str
    files: list[HandedFile]
    finalist: bool
    rating: int | None
    comment: str | None
    job_id: str | None
    removed_because: str | None
    entered_at: datetime


class OwnEntry(EntryShown):
    """An entry in its freelancer's list."""

    title: str
    contest_state: str


@router.post("/{contest_id}/entries", status_code=201, response_model=EntryShown)
async def enter(
    contest_id: ContestId, asked: Entering, caller: TheCaller, once: OwnOnce, our: TheSettings
) -> JSONResponse:
    """Enter something; until entries end it can be taken back, and something else entered."""

    async def keep(c: AsyncConnection) -> EntryShown:
        contest, _ = await locked(c, contest_id, "enter")
        require_to_enter(contest, UserId(caller.id), await people.standing(c, caller.id))
        if await accesses.looked_at_entries(c, caller.id, contest.id):
            raise NotYours("you have looked at what others entered here: enter another contest")
        most = contest.terms.policy.entries_of_one
        if await contest_entries.many(c, contest.id, caller.id) >= most:
            raise NotOpen(f"you have {most} entries in this contest", most=most)
        named = list(dict.fromkeys(asked.files))
        await files.require_owned(c, named, caller.id)
        await require_room(c, our, caller.id, named)
        await originals.claim(c, named, but=contest.id)
        row = await contest_entries.enter(c, contest.id, caller.id, asked.note, named)
        await files.hand_over(c, named, caller.id, contest.id, row["id"])
        return await _one(c, row)

    return await once(asked, keep)


@router.get("/{contest_id}/entries")
async def listed(
    contest_id: ContestId,
    caller: TheCaller,
    engine: Engine,
    place: Place,
    limit: Limit = 50,
    rated: Annotated[int | None, Query(ge=1, le=5, description="at least so well")] = None,
    finalists: bool = False,
    state: Annotated[EntryState | None, Query()] = None,
) -> Page[EntryShown]:
    """Entries that stand, or won, newest first; staff also list those that are in another state.

    Until the contest is over its entrants see no entries but their own, unless the client opened
    them; of others' they never see ratings and comments. Files are downloaded, or shown as
    previews, by whom they are open to. That staff looked is written down: they do not enter then.
    """
    async with at_once(engine) as c:
        pair, role = await published.visited(c, caller, contest_id)
        contest = pair.of(Contest)
        whole = role is not None and not await _is_in_it(c, contest.id, caller.id)
        wanted = [contest_entry.c.rating >= rated] if rated is not None and whole else []
        wanted += [contest_entry.c.finalist] if finalists else []
        wanted += [contest_entry.c.state == state.value] if state is not None else []
        if not whole and not await _opened(c, contest, caller.id):
            wanted.append(contest_entry.c.freelancer_id == caller.id)
        if not whole or role is not Role.STAFF or state is None:
            wanted.append(contest_entries.SHOWN)
        rows = await contest_entries.listed(c, contest.id, *wanted, after=place, limit=limit + 1)
        if rows and whole and role is Role.STAFF:
            await accesses.record(c, caller.id, [_look(contest_id)])
        handed_in = await contest_entries.files(c, [row["id"] for row in rows])

    def show(row: RowMapping) -> EntryShown:
        own = whole or row["freelancer_id"] == caller.id
        return shown(row, handed_in.get(row["id"], []), for_all=not own)

    return page(rows, limit, show)


@router.post("/{contest_id}/entries/{entry_id}/rating", response_model=EntryShown)
async def rate(
    contest_id: ContestId, entry_id: ContestEntryId, asked: Rated, caller: TheCaller, once: OwnOnce
) -> JSONResponse:
    """Rate an entry, or rate it anew; its freelancer reads it, and nobody else."""

    async def change(c: AsyncConnection, title: str, row: RowMapping) -> RowMapping:
        _require_standing(row)
        said = {"rating": asked.rating, "comment": asked.comment}
        if all(row[name] == value for name, value in said.items()):
            return row
        told = Notice(
            UserId(row["freelancer_id"]),
            "entry_rated",
            "Your contest entry was rated",
            of_many=title,
        )
        await mails.send(c, contest_id, title, told)
        return await contest_entries.change(c, entry_id, **said)

    async def keep(c: AsyncConnection) -> EntryShown:
        await _require_client(c, contest_id, caller.id)
        return await _one(c, await _change(c, contest_id, entry_id, "rate_entry", change))

    return await once(asked, keep, status=200)


@router.post(
    "/{contest_id}/entries/{entry_id}/finalist", response_model=ContestShown, responses=LATER
)
async def name_finalist(
    contest_id: ContestId, entry_id: ContestEntryId, decider: TheDecider
) -> JSONResponse:
    """Name a finalist: from now on the prizes are paid in any case, to winners or to finalists."""
    content = {"entry": entry_id}
    instruction_id, outcome = await decider.decide(contest_id, NameFinalist, content, staff=False)
    if outcome is None:
        return pending(instruction_id)
    async with to_read(decider.engine) as c:
        pair = await cases.read(c, contest_id)
        assert pair is not None, "cases are never deleted"
        page = await contests.show(c, pair, decider.caller, decider.settings)
    return JSONResponse(page.model_dump(mode="json"))


@router.delete("/{contest_id}/entries/{entry_id}", status_code=204)
async def withdraw(
    contest_id: ContestId, entry_id: ContestEntryId, caller: TheCaller, engine: Engine
) -> None:
    """Take my entry back, until entries end."""

    async def change(c: AsyncConnection, title: str, row: RowMapping) -> RowMapping:
        _require_standing(row)
        return await contest_entries.change(c, entry_id, state=EntryState.WITHDRAWN.value)

    async with engine.begin() as c:
        row = await contest_entries.find(c, entry_id)
        if row is None or (row["freelancer_id"], row["contest_id"]) != (caller.id, contest_id):
            raise Problem("not_found")
        if row["state"] != EntryState.WITHDRAWN:
            try:
                await _change(c, contest_id, entry_id, "withdraw_entry", change)
            except NotOpen as late:
                # Somebody's other request has taken it back in this moment.
                if late.facts.get("state") != EntryState.WITHDRAWN:
                    raise


@of_staff.post("/{contest_id}/entries/{entry_id}/remove", response_model=EntryShown)
async def remove(
    contest_id: ContestId,
    entry_id: ContestEntryId,
    asked: Removal,
    caller: TheCaller,
    once: OwnOnce,
) -> JSONResponse:
    """Remove an entry that breaks the rules: it wins nothing, and shares nothing."""

    async def change(c: AsyncConnection, title: str, row: RowMapping) -> RowMapping:
        _require_standing(row)
        says = f"Your contest entry was removed: {asked.reason}"
        told = Notice(UserId(row["freelancer_id"]), "entry_removed", says)
        await mails.send(c, contest_id, title, told)
        removed = {"state": EntryState.REMOVED.value, "removed_because": asked.reason}
        return await contest_entries.change(c, entry_id, **removed)

    async def keep(c: AsyncConnection) -> EntryShown:
        pair = await cases.read(c, contest_id)
        mine = pair is not None and pair.of(Contest).client == caller.id
        if mine or await _is_in_it(c, contest_id, caller.id):
            raise NotYours("staff do not decide in their own case")
        row = await _change(c, contest_id, entry_id, "remove_entry", change)
        await accesses.record(c, caller.id, [_look(contest_id)])
        return await _one(c, row)

    return await once(asked, keep, status=200)


@mine.get("/entries")
async def my_entries(
    caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[OwnEntry]:
    """What I entered in contests, and what became of it, newest first."""
    async with to_read(engine) as c:
        rows = await contest_entries.of_freelancer(c, caller.id, place, limit + 1)
        handed_in = await contest_entries.files(c, [row["id"] for row in rows])

    def own(row: RowMapping) -> OwnEntry:
        more = {"title": row["title"], "contest_state": row["contest_state"]}
        return OwnEntry(**shown(row, handed_in.get(row["id"], [])).model_dump(), **more)

    return page(rows, limit, own)


def shown(row: RowMapping, its_files: Any, *, for_all: bool = False) -> EntryShown:
    """The entry of a row; for everybody without what is its freelancer's and the client's."""
    given = {"freelancer_name": None, **row, "files": handed(its_files, row["id"])}
    entry = EntryShown(**given)
    private = dict.fromkeys(("rating", "comment", "job_id", "removed_because"))
    return entry.model_copy(update=private) if for_all else entry


async def _change(
    c: AsyncConnection,
    case_id: str,
    entry_id: str,
    act: str,
    change: Callable[[AsyncConnection, str, RowMapping], Awaitable[RowMapping]],
) -> RowMapping:
    """Change an entry under its contest's lock."""
    contest, title = await locked(c, case_id, act)
    row = await contest_entries.find(c, entry_id)
    if row is None or row["contest_id"] != contest.id:
        raise Problem("not_found")
    return await change(c, title, row)


def _look(contest_id: str) -> accesses.Look:
    """That somebody of the house reads what was entered there."""
    return accesses.Look(contest_id, Role.STAFF, "entries")


def _require_standing(row: RowMapping) -> None:
    """Raise NotOpen when the entry was taken back or removed, or has won."""
    if row["state"] != EntryState.ENTERED:
        raise NotOpen(f"the contest entry is {row['state']}", state=row["state"])


async def _require_client(c: AsyncConnection, case_id: str, caller: str) -> None:
    pair = await cases.read(c, case_id)
    if pair is None or pair.of(Contest).client != caller:
        raise Problem("not_found")


async def _opened(c: AsyncConnection, contest: Contest, caller: str) -> bool:
    """Whether this visitor sees others' entries: an entrant does, once they are not blind."""
    if not (contest.open_entries or contest.state in OVER):
        return False
    return await _is_in_it(c, contest.id, caller)


async def _is_in_it(c: AsyncConnection, contest_id: str, caller: str) -> bool:
    """Whether they have an entry that stands, or won: whoever has looks as an entrant alone."""
    return await contest_entries.many(c, contest_id, caller) > 0


async def _one(c: AsyncConnection, row: RowMapping) -> EntryShown:
    return shown(row, (await contest_entries.files(c, [row["id"]])).get(row["id"], []))
