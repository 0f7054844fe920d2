"""Ten thousand entrants: rows beside the contest, one step for the award and for the shares."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.books import Books
from domain import flows, sharing
from domain.accounts import Kind
from domain.command import Command
from domain.contest_case import Contest, Prize
from domain.contest_commands import AwardPrizes, NameFinalist, PostContest
from domain.outcome import Outcome, Status, StepRequest
from domain.policy import DAY, Policy, Terms
from ledger import cases, contest_entries, ids, instructions, journal, people
from ledger.calendars import business_calendar
from ledger.database import connect
from ledger.invariants import violations
from local.postgres import Postgres
from tests.world import database
from workflows import options

CROWD = 10_000
NOW = datetime.now(UTC)
PEOPLE = text("""
    with made as (
        insert into person (id, email, name, password_hash)
        select 'user_' || lpad(to_hex(n), 26, '0'), 'entrant' || n || '@example.com', 'Entrant', ''
          from generate_series(1, :many) n
        returning id
    ), paid as (
        insert into payout_method (id, person_id, via, payload, key_id, last_four)
        select 'method_' || id, id, 'us_bank', '', 'k', '' from made
    ), marked as (
        insert into identity_mark (source_id, person_id, kind, mark, key_id)
        select 'method_' || id, id, 'payout_account', encode(sha256(cast(id as bytea)), 'hex'), 'k'
          from made
    ), answered as (
        insert into work_permission (person_id, us_citizen, lives_in_us, result)
        select id, true, true, 'w9' from made
    )
    select count(open_accounts(id, 'USD')::text) from made
""")
ENTRIES = text("""
    insert into contest_entry (id, contest_id, freelancer_id, number, note, hash, rating)
    select 'contestentry_' || substr(:contest, 9, 20) || lpad(to_hex(n), 6, '0'), :contest,
           'user_' || lpad(to_hex(n), 26, '0'), n, 'me', repeat('a', 64), 3
      from generate_series(1, :many) n
""")
ONE_ACCOUNT = text("update identity_mark set mark = repeat('a', 64)")
CLIENTS_TOO = text("""
    insert into identity_mark (source_id, person_id, kind, mark, key_id)
    values ('method_client', :client, 'payout_account', repeat('a', 64), 'k')
""")
SHARES = text("""
    select count(*), sum(balance_minor), min(balance_minor), max(balance_minor)
      from account where kind = 'earnings' and owner like 'user%' and balance_minor > 0
""")
TOLD = text("""
    select count(*), count(m.id) from notice n
      left join mail m on m.notice_id = n.id where case_id = :case and kind = :kind
""")
OPENED = text("update notice set opened_at = at where proves is not null")


async def nobody(workflow_id: str) -> bool:
    """No workflow lives; who would be told is not."""
    return True


class Crowd:
    """A guaranteed contest, its books, and the moment it is; no workflow is needed for steps."""

    def __init__(self, engine: AsyncEngine, client: str) -> None:
        self.engine, self.client = engine, client
        self.books = Books(engine, nobody, business_calendar())
        self.contest = ""

    async def posted(self, *prizes: int) -> None:
        """The client posts it, and ten thousand enter."""
        terms = Terms(policy=Policy(), price_minor=sum(prizes), work_period=5 * DAY)
        times = dict.fromkeys(("opened_at", "last_event_at", "since"), NOW)
        contest = Contest.model_validate({
            "id": ids.fresh("contest"),
            "terms": terms,
            "client": self.client,
            "guaranteed": True,
            "open_period": 3 * DAY,
            "prizes": [Prize(number=n, amount_minor=one) for n, one in enumerate(prizes, 1)],
            **times,
        })  # fmt: skip
        self.contest = contest.id
        async with self.engine.begin() as c:
            await cases.draft(c, contest)
            await cases.describe(c, contest.id, "A name", "For a bakery")
        await self.decides(PostContest())
        async with self.engine.begin() as c:
            await c.execute(ENTRIES, {"contest": self.contest, "many": CROWD})

    async def decides(self, command: Command, at: datetime = NOW) -> Outcome:
        """The client decides."""
        row = {"id": ids.fresh("instruction"), "caller_id": self.client, "role": "client"}
        sent = {"idempotency_key": uuid4().hex, "request_hash": b"", "case_id": self.contest}
        body = {"command": command.name, "body": command.model_dump(mode="json")}
        async with self.engine.begin() as c:
            await instructions.record(c, row | sent | body)
        outcome = await self._step(at, instruction_id=row["id"])
        assert outcome.status is Status.APPLIED, outcome.event
        return outcome

    async def until(self, moment: datetime) -> Outcome:
        """The clock does what is due, and every reminder is opened."""
        outcome = await self._step(NOW)
        while outcome.case.wake_at is not None and outcome.case.wake_at <= moment:
            outcome = await self._step(outcome.case.wake_at)
            async with self.engine.begin() as c:
                await c.execute(OPENED)
        return outcome

    async def told(self, kind: str) -> int:
        """How many notices of this kind the contest has sent, each with its mail."""
        async with self.engine.connect() as c:
            found = (await c.execute(TOLD, {"case": self.contest, "kind": kind})).one()
        assert found[0] == found[1], "no notice goes without its mail"
        return int(found[0])

    async def _step(self, at: datetime, **more: Any) -> Outcome:
        request = StepRequest(case_id=self.contest, version=await self._version(), at=at, **more)
        return await self.books.commit_step(request)

    async def _version(self) -> int:
        async with self.engine.connect() as c:
            pair = await cases.read(c, self.contest)
            assert pair is not None, "it was posted"
            return pair.first.version


@pytest.fixture(scope="module")
def crowd_database(postgres_server: Postgres) -> Iterator[str]:
    """A database of ten thousand people."""
    with database(postgres_server, "crowd") as url:
        yield url


@pytest.fixture(scope="module")
async def crowd(crowd_database: str) -> AsyncIterator[Crowd]:
    """Everybody is there, and a client with money."""
    engine = connect(crowd_database)
    async with engine.begin() as c:
        await c.execute(PEOPLE, {"many": CROWD})
        client = await people.create(c, email="client@example.com", name="C", password_hash="")
        assert client is not None, "nobody else has this email"
        paid_in = flows.deposit(client, client, 100_000_00, Kind.BANK_CLEARING, "USD")
        await journal.post(c, [paid_in], case_id=None, cause="test", effective_at=NOW)
    yield Crowd(engine, client)
    await engine.dispose()


async def test_an_award_among_ten_thousand_is_a_quick_step(crowd: Crowd) -> None:
    """It looks at the entry it names, and at no other; everybody else reads that prizes are won."""
    await crowd.posted(100_00, 50_00)
    await crowd.until(NOW + 4 * DAY)
    assert await crowd.told("judging_begun") == CROWD + 1
    async with crowd.engine.connect() as c:
        assert await contest_entries.many(c, crowd.contest) == CROWD
        entries = await contest_entries.listed(c, crowd.contest, after=None, limit=2)
    begun = monotonic()
    for prize, entry in enumerate(entries, 1):
        chosen = {"entry": entry["id"], "hash": entry["hash"], "prize": prize}
        award = AwardPrizes.model_validate({"entries": [chosen]})
        outcome = await crowd.decides(award, NOW + 5 * DAY)
        assert [one.kind for one in outcome.starts] == ["job"]
    assert monotonic() - begun < 2 * options.SHORT.total_seconds()
    assert outcome.case.state == "handing_over"
    # With the second award the contest came to wait, of which everybody hears.
    assert await crowd.told("prizes_awarded") == 2 * (CROWD - 1)


async def test_what_happens_twice_in_an_hour_is_told_to_a_crowd_once(crowd: Crowd) -> None:
    """Each finalist reads of their own entry; all others that there are finalists."""
    await crowd.posted(100_00)
    async with crowd.engine.connect() as c:
        entries = await contest_entries.listed(c, crowd.contest, after=None, limit=3)
    for entry, after in zip(entries, (0, 50, 61), strict=True):
        at = NOW + timedelta(minutes=after)
        await crowd.decides(NameFinalist(entry=entry["id"]), at)
    # At first all; then the second finalist; an hour after the first, all but the second one.
    assert await crowd.told("finalist_named") == CROWD + 1 + (CROWD - 1)


async def test_ten_thousand_share_two_prizes_in_one_step(crowd: Crowd) -> None:
    """Exactly, within the time that a step has; everybody is told."""
    await crowd.posted(20_000_00, 1_000_00)
    end = NOW + (3 + 14 + 30) * DAY
    assert (await crowd.until(end - timedelta(hours=1))).case.state == "distributing"
    begun = monotonic()
    outcome = await crowd.until(end + timedelta(hours=1))
    took = monotonic() - begun
    assert outcome.case.state == "closed"
    assert took < options.STEP_TIMEOUT.total_seconds(), took
    async with crowd.engine.connect() as c:
        [(many, total, least, most)] = await c.execute(SHARES)
        assert await violations(c) == []
    assert await crowd.told("prizes_shared") == CROWD + 1
    # 1.80 for everybody of the first prize; of the second 1.00 more for nine hundred.
    assert (many, total, least, most) == (CROWD, 18_900_00, 1_80, 2_80)


async def test_ten_thousand_with_one_account_share_once_and_nothing_with_the_client(
    crowd: Crowd,
) -> None:
    """Told in the time of a quick step: what is read grows with the people, not with pairs."""
    await crowd.posted(100_00)
    async with crowd.engine.connect() as c:
        pair = await cases.read(c, crowd.contest)
        assert pair is not None and isinstance(pair.first, Contest), "it was posted"
        await c.execute(ONE_ACCOUNT)
        begun = monotonic()
        everybody = await contest_entries.entrants(c, pair.first)
        [earliest] = sharing.among(everybody, Policy())
        assert monotonic() - begun < options.SHORT.total_seconds()
        assert (len(everybody), earliest) == (CROWD, "user_" + "1".rjust(26, "0"))
        await c.execute(CLIENTS_TOO, {"client": crowd.client})
        begun = monotonic()
        assert await contest_entries.entrants(c, pair.first) == ()
        assert monotonic() - begun < options.SHORT.total_seconds()
        await c.rollback()
