"""A contest that many have entered, and its steps in the books, one at a time."""

from datetime import UTC, datetime
from typing import Any, Self
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.books import Books
from domain import flows
from domain.accounts import Kind
from domain.command import Command
from domain.contest_case import Contest, Prize
from domain.contest_commands import AwardPrizes, PostContest
from domain.outcome import Outcome, Status, StepRequest
from domain.policy import DAY, Policy, Terms
from ledger import cases, contest_entries, ids, instructions, journal, people
from ledger.calendars import business_calendar

NOW = datetime.now(UTC)
PAID_IN = 100_000_00
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
TOLD = text("""
    select count(*), count(m.id) from notice n
      left join mail m on m.notice_id = n.id where case_id = :case and kind = :kind
""")
OPENED = text("update notice set opened_at = at where proves is not null")


class Crowd:
    """A guaranteed contest and its books; its steps are taken here, without a workflow."""

    def __init__(self, engine: AsyncEngine, client: str, many: int) -> None:
        self.engine, self.client, self.many = engine, client, many
        self.books = Books(engine, _nobody, business_calendar())
        self.contest = ""

    @classmethod
    async def gathered(cls, engine: AsyncEngine, many: int) -> Self:
        """So many people, cleared to work, and a client with money, in books without any."""
        async with engine.begin() as c:
            await c.execute(PEOPLE, {"many": many})
            client = await people.create(c, email="client@example.com", name="C", password_hash="")
            assert client is not None, "nobody else has this email"
            paid_in = flows.deposit(client, client, PAID_IN, Kind.BANK_CLEARING, "USD")
            await journal.post(c, [paid_in], case_id=None, cause="test", effective_at=NOW)
        return cls(engine, client, many)

    async def posted(self, *prizes: int, many: int | None = None) -> None:
        """The client posts it, and everybody enters, or only so many do."""
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
            await c.execute(ENTRIES, {"contest": self.contest, "many": many or self.many})

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

    async def award(self, prizes: int, at: datetime) -> Outcome:
        """The client awards so many prizes to those who entered first, one after the other."""
        async with self.engine.connect() as c:
            entries = await contest_entries.listed(c, self.contest, after=None, limit=prizes)
        for prize, entry in enumerate(entries, 1):
            chosen = {"entry": entry["id"], "hash": entry["hash"], "prize": prize}
            outcome = await self.decides(AwardPrizes.model_validate({"entries": [chosen]}), at)
            assert [one.kind for one in outcome.starts] == ["job"]
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


async def _nobody(workflow_id: str) -> bool:
    """No workflow lives; who would be told is not."""
    return True
