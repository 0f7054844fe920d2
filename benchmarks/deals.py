"""Jobs decided on without HTTP: the row, the signal and the wait that every decision takes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio.client import Client

from api.outcomes import Outcomes
from api.send import signal
from benchmarks.parties import PRICE_MINOR, Party, paid_in
from domain import commands as c
from domain.cases import Job, Role
from domain.outcome import CaseBrief, Recorded, Status, StepRequest, brief
from domain.policy import Policy, Terms
from ledger import cases, ids, instructions, journal, steps
from ledger.calendars import business_calendar
from workflows.doors import Doors

PATIENCE = timedelta(seconds=60)


Outcome = Callable[[CaseBrief, RowMapping], Awaitable[Recorded | None]]
"""What came of a decision that was written."""


def by_workflows(engine: AsyncEngine, temporal: Client) -> Outcome:
    """Signal the workflow, and look for the outcome as the API does."""
    outcomes, doors = Outcomes(engine), Doors(temporal)

    async def outcome(case: CaseBrief, row: RowMapping) -> Recorded | None:
        await signal(doors, case, row["command"], row["id"])
        return await outcomes.of(row["id"], PATIENCE)

    return outcome


def in_the_books(engine: AsyncEngine) -> Outcome:
    """Take the step at once, where nothing but the row that it leaves is wanted."""

    async def outcome(case: CaseBrief, row: RowMapping) -> Recorded | None:
        now = datetime.now(UTC)
        step = StepRequest(case_id=case.id, version=0, at=now, instruction_id=row["id"])
        async with engine.begin() as connection:
            await steps.take(connection, step, business_calendar())
            written = await instructions.recorded(connection, [row["id"]])
            return Recorded.model_validate(written[row["id"]])

    return outcome


@dataclass(frozen=True)
class Deals:
    """Clients and freelancers, and the way in which their decisions have their effect."""

    engine: AsyncEngine
    clients: Sequence[Party]
    freelancers: Sequence[Party]
    outcome: Outcome

    async def lived(self, number: int) -> str:
        """One job from hire to approval; the id. Each step waits for what the last one did."""
        deal = await self.hired(number)
        await deal.accepted()
        await deal.funded()
        await deal.delivered()
        await deal.sent_back()
        delivery = await deal.delivered()
        await deal.approved(delivery)
        return deal.job.id

    async def waiting(self, number: int) -> str:
        """A job that was hired, accepted and funded, and now waits for its freelancer."""
        deal = await self.hired(number)
        await deal.accepted()
        await deal.funded()
        return deal.job.id

    async def begun(self, number: int) -> "Deal":
        """A job that begins at once, because its client has the money."""
        await paid_in(self.engine, self.clients[number % len(self.clients)].id, PRICE_MINOR)
        deal = await self.hired(number)
        await deal.accepted()
        return deal

    async def hired(self, number: int) -> "Deal":
        """A client offers a job, which starts its workflow."""
        client = self.clients[number % len(self.clients)].id
        freelancer = self.freelancers[number % len(self.freelancers)].id
        deal = Deal(self, _drafted(client, freelancer))
        async with self.engine.begin() as connection:
            await cases.draft(connection, deal.job)
            await cases.describe(connection, deal.job.id, "A logo", "In blue, " * 20)
            await journal.open_escrow(connection, deal.job.id)
            row = await deal.written(connection, Role.CLIENT, c.OfferJob())
        await deal.outcome(row)
        return deal


@dataclass
class Deal:
    """One job and those who decide on it."""

    deals: Deals
    job: Job

    async def accepted(self) -> None:
        """The freelancer takes the offer."""
        await self.decided(Role.FREELANCER, c.Accept(offer_version=1))

    async def funded(self) -> None:
        """Money arrives, and the client sets it aside."""
        await paid_in(self.deals.engine, self.job.client, PRICE_MINOR)
        await self.decided(Role.CLIENT, c.Fund())

    async def delivered(self, files: Sequence[str] = ()) -> str:
        """The freelancer hands over work; the delivery's id."""
        handed = {"id": ids.fresh("delivery"), "note": "Look: logo.svg", "files": list(files)}
        delivery = c.Deliver.model_validate(handed)
        await self.decided(Role.FREELANCER, delivery)
        return delivery.id

    async def sent_back(self) -> None:
        """The client wants changes."""
        await self.decided(Role.CLIENT, c.RequestRevision(instructions="Darker, and smaller."))

    async def approved(self, delivery_id: str) -> None:
        """The client is satisfied: the freelancer is paid."""
        await self.decided(Role.CLIENT, c.Approve.model_validate({"delivery_id": delivery_id}))

    async def decided(self, role: Role, command: c.Command) -> None:
        """One decision, from its row to its outcome."""
        async with self.deals.engine.begin() as connection:
            row = await self.written(connection, role, command)
        await self.outcome(row)

    async def written(
        self, connection: AsyncConnection, role: Role, command: c.Command
    ) -> RowMapping:
        """The decision's row, from which on it counts."""
        by = self.job.client if role is Role.CLIENT else self.job.freelancer
        row: dict[str, Any] = {
            "id": ids.fresh("instruction"),
            "caller_id": by,
            "idempotency_key": uuid4().hex,
            "request_hash": uuid4().bytes * 2,
            "case_id": self.job.id,
            "role": role.value,
            "command": command.name,
            "body": command.model_dump(mode="json"),
        }
        kept, _ = await instructions.record(connection, row)
        return kept

    async def outcome(self, row: RowMapping) -> Recorded:
        """What came of it; it was not refused."""
        outcome = await self.deals.outcome(brief(self.job, None, self.job), row)
        assert outcome is not None and outcome.status is Status.APPLIED, (
            f"{row['command']}: {outcome}"
        )
        return outcome


def _drafted(client: str, freelancer: str) -> Job:
    now = datetime.now(UTC)
    terms = Terms(
        policy=Policy(),
        price_minor=PRICE_MINOR,
        work_period=timedelta(days=7),
        start_when_funded=False,
    )
    parties = {"client": client, "freelancer": freelancer}
    times = dict.fromkeys(("opened_at", "last_event_at", "since"), now)
    return Job.model_validate({"id": ids.fresh("job"), "terms": terms, **parties, **times})
