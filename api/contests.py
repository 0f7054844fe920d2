"""Contests: posted, found and read; what their clients decide on them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import access, published, timeline
from api.bodies import Amount, Balance, Shown
from api.callers import Caller, TheCaller
from api.cases import Action, CaseShown, HandedFile, Nobody, common, handed, nobody
from api.decisions import LATER, Noun, add_routes, begun
from api.finding import Sought
from api.ids import ContestId
from api.pages import Limit, Page, Place
from api.payout_methods import policy_of
from api.pointed_out import PointedOut, pointed_out
from api.problems import field
from api.published import OfRow, Posting
from api.send import Decider, TheDecider
from api.state import Engine, TheSettings
from domain import spending
from domain.accounts import WALLET, Kind, Wallet
from domain.cases import OVER, Role
from domain.contest import CONTEST, JUDGED
from domain.contest_case import Contest, Prize
from domain.contest_commands import PostContest
from domain.lone_states import ContestState
from domain.policy import Terms
from domain.prizes import require_prizes
from failpoints import here
from ledger import contest_entries, ids, journal, people, publications, reading, remittances
from ledger.cases import Pair
from ledger.database import at_once
from settings import Settings

router = APIRouter(prefix="/contests", tags=["contests"])
mine = APIRouter(prefix="/me", tags=["contests"])


class Posted(Posting):
    """What a client offers prizes for: `summary` is public, `brief` and `files` under the NDA.

    The contest takes entries for so many `days`. With `guaranteed`, every prize is paid to
    somebody if anybody valid enters; with `open_entries`, entrants see each other's entries.
    """

    prizes: Annotated[list[Amount], Field(min_length=1, max_length=200)]
    days: Annotated[int, Field(ge=1, le=365)]
    guaranteed: bool = False
    open_entries: bool = False


class PrizeShown(Shown):
    """A prize: open, being handed over, or settled."""

    number: int
    amount: Balance
    state: str
    entry_id: str | None = None
    job_id: str | None = None


class ContestLine(Shown):
    """A contest in a list."""

    id: str
    title: str
    summary: str
    tags: list[str]
    prizes: list[PrizeShown]
    guaranteed: bool
    open_entries: bool
    state: str
    posted_at: datetime
    ends_at: datetime | None


class ContestSeen(ContestLine):
    """A contest as somebody sees it who may enter; brief and files under the NDA alone."""

    client_id: str
    client_name: str
    brief: str | None
    files: list[HandedFile]
    entries: int
    your_entries: int
    if_nobody_acts: Nobody | None
    actions: list[Action]


class ContestShown(CaseShown):
    """A contest as its client sees it."""

    title: str
    summary: str
    tags: list[str]
    brief: str
    files: list[HandedFile]
    prizes: list[PrizeShown]
    guaranteed: bool
    open_entries: bool
    start_when_funded: bool
    entries: int
    finalists: int
    extensions: int
    open_until: datetime | None
    non_use: str | None
    pointed_out: list[PointedOut]
    """What in the public texts looks like contact data: agreements belong on the platform."""


@router.post("", status_code=201, response_model=ContestShown, responses=LATER)
async def post(asked: Posted, decider: TheDecider) -> JSONResponse:
    """Offer prizes: the contest opens once they are in escrow."""

    async def write(c: AsyncConnection) -> RowMapping:
        contest = await _draft(c, asked, decider)
        row = await published.begin(c, decider, contest, PostContest(), asked, _prices(contest))
        if row["case_id"] == contest.id:
            await journal.open_escrow(c, contest.id, contest.terms.currency)
        here("contest.written")
        return row

    return await begun(decider, NOUN, asked.model_dump(mode="json"), write)


@router.get("")
async def found(
    caller: TheCaller, engine: Engine, sought: Sought, limit: Limit = 50
) -> Page[ContestLine]:
    """Contests that are funded and not over; `q` looks into title, tags and summary."""
    return await published.found(engine, replace(sought, kind="contest"), limit, _lines)


@mine.get("/contests")
async def my_contests(
    caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[ContestLine]:
    """The caller's own contests, whatever became of them, newest first."""
    return await published.of_owner(engine, "contest", caller, place, limit, _lines)


@router.get("/{case_id}")
async def one(
    case_id: ContestId, caller: TheCaller, engine: Engine, our: TheSettings
) -> ContestShown | ContestSeen:
    """The contest: whole for its client and staff, for others what they may know of it."""
    async with at_once(engine) as c:
        pair, role = await published.visited(c, caller, case_id)
        if role is None:
            return await _seen(c, pair, caller)
        return await show(c, pair, caller, our)


@router.get("/{case_id}/timeline")
async def what_happened(
    case_id: ContestId, caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
) -> Page[timeline.Event]:
    """Everything that happened in the contest, newest first."""
    return await timeline.of_lone(engine, caller, case_id, place, limit)


async def show(c: AsyncConnection, pair: Pair, caller: Caller, our: Settings) -> ContestShown:
    """The contest as its client, or staff, see it."""
    contest, role = pair.of(Contest), access.role(caller, pair)
    assert role is not None, "whoever gets here has a role"
    await access.brief_opened(c, caller, contest.id, role)
    public, written = await publications.of(c, contest.id), await reading.texts(c, contest.id)
    assert public is not None, "a contest is announced with its draft"
    return ContestShown(
        **common(pair, contest, role, caller, our)
        | {"if_nobody_acts": await _if_nobody_acts(c, pair, contest, inside=True)},
        **_public(public),
        **_said(contest)
        | {"prizes": [_whole(one, contest.terms.currency) for one in contest.prizes]},
        brief=written["body"],
        files=await _files(c, contest),
        start_when_funded=contest.terms.start_when_funded,
        entries=await contest_entries.many(c, contest.id),
        finalists=contest.finalists,
        extensions=contest.extensions,
        open_until=contest.open_until,
        non_use=contest.non_use,
        pointed_out=pointed_out(**{one: public[one] for one in ("title", "summary", "tags")}),
    )


def line(row: RowMapping, contest: Contest) -> ContestLine:
    """The contest of a row, for a list."""
    return ContestLine(
        **_public(row),
        **_said(contest),
        id=contest.id,
        state=row["state"],
        posted_at=row["posted_at"],
        ends_at=row["ends_at"],
    )


async def _lines(c: AsyncConnection, rows: Sequence[RowMapping]) -> OfRow[ContestLine]:
    contests = await contest_entries.contests(c, [row["subject_id"] for row in rows])
    return lambda row: line(row, contests[row["subject_id"]])


async def _seen(c: AsyncConnection, pair: Pair, caller: Caller) -> ContestSeen:
    """What a visitor may know; the brief while the contest takes entries, under the NDA."""
    contest = pair.of(Contest)
    public = await publications.of(c, contest.id)
    assert public is not None, "a contest is announced with its draft"
    takes = contest.state is ContestState.OPEN
    opens = takes and (await people.standing(c, caller.id)).nda_signed
    if opens:
        await access.brief_opened(c, caller, contest.id, Role.FREELANCER)
    return ContestSeen(
        **line(public, contest).model_dump(),
        client_id=contest.client,
        client_name=(await reading.names(c, [contest.client]))[contest.client],
        brief=(await reading.texts(c, contest.id))["body"] if opens else None,
        files=await _files(c, contest) if opens else [],
        entries=await contest_entries.many(c, contest.id),
        your_entries=await contest_entries.many(c, contest.id, caller.id),
        if_nobody_acts=await _if_nobody_acts(c, pair, contest, inside=False),
        actions=[_entering(contest)] if takes else [],
    )


async def _if_nobody_acts(
    c: AsyncConnection, pair: Pair, contest: Contest, *, inside: bool
) -> Nobody | None:
    """What silence does, as things stand: who may share the prizes, and what the client owes.

    Who only visits is not told whether anybody may share them: they would read from it whether an
    account is another's too.
    """
    if contest.state in OVER:
        return None
    if contest.state not in JUDGED:
        return nobody(pair)
    nobody_shares = inside and not await contest_entries.anybody_shares(c, contest)
    owed = await _comes_first(c, contest)
    return nobody(pair, nobody_shares=nobody_shares, owed_minor=owed)


async def _comes_first(c: AsyncConnection, contest: Contest) -> int:
    client, currency = contest.client, contest.terms.currency
    there = await journal.balances(c, client, currency)
    if not (owed := -there.get(Kind.RECEIVABLE, 0)):
        return 0
    wallet = Wallet(**{kind.value: there.get(kind, 0) for kind in WALLET}, receivable=owed)
    lent = await remittances.lent(c, client, currency)
    return spending.comes_first(wallet, lent, await remittances.bounced(c, contest))


def _entering(contest: Contest) -> Action:
    """What a freelancer may do beside the contest, from the law's own table."""
    row = next(one for one in CONTEST.beside if one.name == "enter")
    path = f"/v1/contests/{contest.id}/entries"
    return Action(command=row.name, path=path, says=row.says, money="")


async def _draft(c: AsyncConnection, asked: Posted, decider: Decider) -> Contest:
    """The contest as it will be posted; a refusal when it could not be."""
    client, now = decider.caller.id, datetime.now(UTC)
    policy, period = policy_of(decider.settings), timedelta(days=asked.days)
    amounts = [one.amount_minor for one in asked.prizes]
    require_prizes(policy, amounts)
    if not policy.contest_at_least <= period <= policy.contest_at_most:
        shortest, longest = policy.contest_at_least.days, policy.contest_at_most.days
        raise field("#/days", f"a contest takes entries for {shortest} to {longest} days")
    starts = await people.starts(c, client, asked.start_when_funded)
    terms = Terms(
        policy=policy,
        currency=asked.prizes[0].currency,
        price_minor=sum(amounts),
        work_period=policy.handover_period,
        start_when_funded=starts,
    )
    prizes = tuple(Prize(number=n, amount_minor=one) for n, one in enumerate(amounts, 1))
    times = dict.fromkeys(("opened_at", "last_event_at", "since"), now)
    made: dict[str, Any] = {"id": ids.fresh("contest"), "terms": terms, "client": client, **times}
    flags = {"guaranteed": asked.guaranteed, "open_entries": asked.open_entries}
    return Contest.model_validate(made | flags | {"prizes": prizes, "open_period": period})


def _prices(contest: Contest) -> dict[str, int]:
    """What a search asks of it besides its texts."""
    smallest = min(prize.amount_minor for prize in contest.prizes)
    return {"low_minor": smallest, "high_minor": contest.terms.price_minor}


async def _files(c: AsyncConnection, contest: Contest) -> list[HandedFile]:
    """The files of the brief; what was entered has files of its own."""
    return handed((await contest_entries.files(c, [contest.id])).get(contest.id, ()), contest.id)


def _public(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("title", "summary", "tags")}


def _said(contest: Contest) -> dict[str, Any]:
    """What everybody may know of the prizes."""
    return {
        "prizes": [_prize(one, contest.terms.currency) for one in contest.prizes],
        "guaranteed": contest.guaranteed,
        "open_entries": contest.open_entries,
    }


def _prize(prize: Prize, currency: str) -> PrizeShown:
    state = "open" if prize.open else "handing_over" if prize.under_way else "settled"
    amount = Balance(amount_minor=prize.amount_minor, currency=currency)
    return PrizeShown(number=prize.number, amount=amount, state=state)


def _whole(prize: Prize, currency: str) -> PrizeShown:
    """What its client knows besides: who won it, and the job in which they hand over."""
    won = {"entry_id": prize.entry, "job_id": prize.job}
    return _prize(prize, currency).model_copy(update=won)


NOUN = Noun(CONTEST, ContestId, ContestShown, show)
add_routes(router, NOUN)
