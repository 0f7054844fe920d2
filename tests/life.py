"""A life drives one job and its disputes over HTTP, as its people decide, and moves their time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from httpx import Response
from sqlalchemy import text
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from api.paths import path_of
from domain import commands as c
from domain.cases import Role
from domain.registry import DISPUTE_COMMANDS
from tests.api.people import Person
from tests.sums import as_sent
from tests.usual import usual_body
from tests.world import World

OVER_AT_ONCE = timedelta(seconds=20)
A_STEP = timedelta(seconds=1)
"""Long enough for a timer to fire, and a step to be taken."""
MOVED = text(
    "select owner, sum(amount_minor) as minor from posting_line"
    " where case_id = :job group by owner having sum(amount_minor) <> 0"
)
OPEN_DISPUTE = text("select id from cases where parent_id = :job and kind = 'dispute' and not over")
MEDIATOR = text("select mediator_id from cases where id = :dispute")
CLOCK = text("select over, wake_at from cases where id = :case")
TOLD = text(
    "select n.kind, n.person_id, n.at, n.proves, n.subject, n.body, n.opened_at, n.id,"
    " m.status, m.answer, m.address, m.id as mail_id"
    " from notice n join mail m on m.notice_id = n.id where n.case_id in (:job, :dispute)"
    " order by n.id"
)


@dataclass
class Life:
    """One job, its last dispute, and the people in it."""

    world: World
    client: Person
    freelancer: Person
    price: int = 200_00
    job_id: str = ""
    dispute_id: str = ""

    @classmethod
    async def begin(
        cls,
        world: World,
        *,
        price: int = 200_00,
        wallet: int | None = None,
        earnings: int = 0,
        client_at: str = "example.com",
        freelancer_at: str = "example.com",
    ) -> Self:
        """New people; `wallet` is what the client has, by default the price."""
        has = price if wallet is None else wallet
        return cls(
            world,
            await world.person("client", credits_minor=has, domain=client_at),
            await world.person("freelancer", earnings_minor=earnings, domain=freelancer_at),
            price,
        )

    # What people do.

    async def offered(self, *, days: int = 7, **more: Any) -> Self:
        """The client offers the job."""
        price = {"amount_minor": self.price, "currency": "USD"}
        body = {"freelancer": self.freelancer.id, "title": "A logo", "brief": "In blue"}
        answer = await self.client.post("/v1/jobs", body | {"price": price, "days": days} | more)
        assert answer.status_code == 201, answer.text
        self.job_id = answer.json()["id"]
        return self

    async def does(self, role: Role, kind: type[c.Command], **body: Any) -> dict[str, Any]:
        """Somebody decides and it is done; the case as it then stands for them."""
        answer = await self.asks(role, kind, **body)
        assert answer.status_code == 200, f"{kind.name}: {answer.text}"
        shown: dict[str, Any] = answer.json()
        return shown

    async def refused(self, role: Role, kind: type[c.Command], **body: Any) -> str:
        """Somebody decides and is refused; the reason's code."""
        answer = await self.asks(role, kind, **body)
        assert 400 <= answer.status_code < 500, answer.text
        return str(answer.json()["code"])

    async def asks(
        self, role: Role, kind: type[c.Command], person: Person | None = None, **body: Any
    ) -> Response:
        """Somebody decides, on the case the command is for, having seen how it stands."""
        usual = await usual_body(self, role, kind)
        who = person or await self.person(role)
        return await who.post(await self.path(role, kind), as_sent(usual | body))

    async def client_does(self, kind: type[c.Command], **body: Any) -> dict[str, Any]:
        """The client decides."""
        return await self.does(Role.CLIENT, kind, **body)

    async def freelancer_does(self, kind: type[c.Command], **body: Any) -> dict[str, Any]:
        """The freelancer decides."""
        return await self.does(Role.FREELANCER, kind, **body)

    async def mediator_does(self, kind: type[c.Command], **body: Any) -> dict[str, Any]:
        """The mediator who is asked, or was appointed, decides."""
        return await self.does(Role.MEDIATOR, kind, **body)

    async def staff_does(self, kind: type[c.Command], **body: Any) -> dict[str, Any]:
        """Staff decide; `person` may be another one of them."""
        return await self.does(Role.STAFF, kind, **body)

    # How a life gets somewhere.

    async def awaiting_funds(self, **more: Any) -> Self:
        """The freelancer has accepted; begun without money, the price isn't there."""
        await self.offered(**more)
        await self.freelancer_does(c.Accept)
        return self

    async def in_progress(self, **more: Any) -> Self:
        """The price is in escrow and the work runs."""
        return await self.awaiting_funds(**more)

    async def in_review(self, **more: Any) -> Self:
        """Something was delivered."""
        await self.in_progress(**more)
        await self.freelancer_does(c.Deliver)
        return self

    async def revising(self, **more: Any) -> Self:
        """A revision was asked for."""
        await self.in_review()
        await self.client_does(c.RequestRevision, **more)
        return self

    async def rejected(self) -> Self:
        """After a delivery, the client requested rejection."""
        await self.in_review()
        await self.client_does(c.RequestRejection)
        return self

    async def appointing(self) -> Self:
        """A mediator is asked."""
        await self.rejected()
        await self.freelancer_does(c.HireMediator)
        return self

    async def in_mediation(self) -> Self:
        """A mediator took the case."""
        await self.appointing()
        await self.mediator_does(c.AcceptAppointment)
        return self

    async def proposed(self, **verdict: Any) -> Self:
        """The mediator proposed, by default a full refund."""
        await self.in_mediation()
        await self.mediator_does(c.Propose, **verdict)
        return self

    async def staff_review(self) -> Self:
        """A proposal was refused; staff rule."""
        await self.proposed()
        await self.client_does(c.RefuseProposal)
        return self

    async def ruled(self, **verdict: Any) -> Self:
        """Staff ruled; the price must be above the limit."""
        await self.staff_review()
        await self.staff_does(c.Resolve, **verdict)
        return self

    async def money_comes(self, amount: int) -> None:
        """A bank transfer of the client reaches the house, which credits it."""
        ada, bob = self.world.house.accountants
        body = {
            "client": self.client.id,
            "method": "bank_transfer",
            "amount": {"amount_minor": amount, "currency": "USD"},
            "bank_reference": f"{self.client.id}/{amount}",
            "received_on": "2026-01-02",
        }
        recorded = await ada.post("/v1/staff/receipts", body)
        assert recorded.status_code == 201, recorded.text
        confirmed = await bob.post(f"/v1/staff/receipts/{recorded.json()['id']}/confirm")
        assert confirmed.status_code == 200, confirmed.text

    # What time does.

    async def passes(self, period: timedelta) -> None:
        """Time passes for the workflow that owns the clock; whatever is due meanwhile is done."""
        await self.until(await self.now() + period)

    async def until(self, moment: datetime) -> None:
        """It becomes this moment for the workflow that owns the clock, and it has acted.

        Its time ends with it; what takes over has a clock of its own.
        """
        await goes_until(self.world, (await self.clock()).id, moment)

    async def now(self) -> datetime:
        """The moment it is for the workflow that owns the clock."""
        return await self.world.skipper.get_current_time(await self.clock())

    async def clock(self) -> WorkflowHandle[Any, Any]:
        """The workflow that owns the clock: the open dispute's, else the job's."""
        dispute_id = await self.open_dispute()
        name = f"dispute/{dispute_id}" if dispute_id else f"job/{self.job_id}"
        handle = self.world.temporal.get_workflow_handle(name)
        # A dispute's workflow starts a moment after its row.
        await eventually(lambda: rests(handle))
        return handle

    # What can be seen.

    async def shown(self, role: Role = Role.CLIENT) -> dict[str, Any]:
        """The job as this one sees it over HTTP."""
        return await self._got(role, f"/v1/jobs/{self.job_id}")

    async def dispute_shown(self, role: Role = Role.CLIENT) -> dict[str, Any]:
        """The last dispute as this one sees it over HTTP."""
        return await self._got(role, f"/v1/disputes/{self.dispute_id}")

    async def states(self) -> tuple[str, str | None]:
        """The job's state and the last dispute's."""
        job = await self.shown()
        await self.open_dispute()
        dispute = (await self.dispute_shown())["state"] if self.dispute_id else None
        return job["state"], dispute

    async def due(self) -> datetime:
        """When what happens if nobody acts will happen."""
        return datetime.fromisoformat((await self.shown())["if_nobody_acts"]["at"])

    async def timeline(self) -> list[dict[str, Any]]:
        """Everything that happened in the job and its disputes, oldest first."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await self.client.get(f"/v1/jobs/{self.job_id}/timeline", limit=100, **cursor)
            page = answer.json()
            items += page["items"]
            if not page.get("next_cursor"):
                return items[::-1]
            cursor = {"cursor": page["next_cursor"]}

    async def event_times(self, kind: str) -> list[datetime]:
        """When this happened."""
        events = await self.timeline()
        return [datetime.fromisoformat(one["at"]) for one in events if one["kind"] == kind]

    async def moved(self) -> dict[str, int]:
        """What this job has moved, by who has more or less of it now; zeros are left out."""
        names = {self.client.id: "client", self.freelancer.id: "freelancer"}
        names |= {self.job_id: "escrow", self.dispute_id: "fee", "platform": "platform"}
        names |= dict.fromkeys(self.world.house.mediators, "mediator")
        async with self.world.engine.connect() as connection:
            rows = await connection.execute(MOVED, {"job": self.job_id})
            return {names[row.owner]: int(row.minor) for row in rows}

    async def told(self, kind: str | None = None) -> list[Any]:
        """The notices of this job and its last dispute with what became of their mails."""
        async with self.world.engine.connect() as connection:
            ids = {"job": self.job_id, "dispute": self.dispute_id}
            rows = (await connection.execute(TOLD, ids)).all()
        return [row for row in rows if kind in (None, row.kind)]

    async def person(self, role: Role) -> Person:
        """Who has this role."""
        house = self.world.house
        if role is Role.MEDIATOR:
            async with self.world.engine.connect() as connection:
                ids = {"dispute": self.dispute_id}
                return house.mediators[str(await connection.scalar(MEDIATOR, ids))]
        people = {Role.CLIENT: self.client, Role.FREELANCER: self.freelancer}
        return (people | {Role.STAFF: house.staff, Role.HEAD_OF_SUPPORT: house.head})[role]

    async def path(self, role: Role, kind: type[c.Command]) -> str:
        """Where somebody posts this decision."""
        dispute_id = await self.open_dispute()
        on_dispute = dispute_id is not None and kind.name in DISPUTE_COMMANDS
        noun = f"disputes/{dispute_id}" if on_dispute else f"jobs/{self.job_id}"
        house = "staff/" if role is Role.STAFF else ""
        return f"/v1/{house}{noun}/{path_of(kind)}"

    async def case_shown(self, role: Role) -> dict[str, Any]:
        """The case whose turn it is: the open dispute, else the job."""
        disputed = await self.open_dispute()
        return await self.dispute_shown(role) if disputed else await self.shown()

    async def open_dispute(self) -> str | None:
        """The dispute that runs, if one does."""
        async with self.world.engine.connect() as connection:
            found = await connection.scalar(OPEN_DISPUTE, {"job": self.job_id})
        self.dispute_id = found or self.dispute_id
        return None if found is None else str(found)

    async def _got(self, role: Role, path: str) -> dict[str, Any]:
        person = await self.person(role) if role is not Role.CLIENT else self.client
        answer = await person.get(path)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


async def eventually(
    holds: Callable[[], Awaitable[bool]],
    within: timedelta = OVER_AT_ONCE,
    every: timedelta = timedelta(milliseconds=20),
) -> None:
    """Wait until it holds; what another process does a moment later."""
    async with asyncio.timeout(within.total_seconds()):
        while True:
            if await holds():
                return
            await asyncio.sleep(every.total_seconds())


async def goes_on(world: World, name: str, by: timedelta) -> None:
    """The time of a case's workflow moves by so much; whatever is due meanwhile is done."""
    handle = world.temporal.get_workflow_handle(name)
    await goes_until(world, name, await world.skipper.get_current_time(handle) + by)


async def goes_until(world: World, name: str, moment: datetime) -> None:
    """It becomes this moment for a case's workflow; whatever is due by then is done.

    Time stops wherever the case wakes: Temporal skips past a timer whose time has come and that
    has not fired yet, which on a busy machine happens, up to where it was told to stop.
    """
    handle = world.temporal.get_workflow_handle(name)
    await eventually(lambda: rests(handle))
    while True:
        over, wakes = await _clock_of(world, name)
        if over:
            return
        stop = min(moment, (wakes or moment) + A_STEP)
        left = stop - await world.skipper.get_current_time(handle)
        if left > timedelta(0):
            await world.skipper.fast_forward(handle, left)
        await eventually(partial(_has_acted, world, name, stop))
        if stop == moment:
            return


async def _has_acted(world: World, workflow_id: str, moment: datetime) -> bool:
    _, wakes = await _clock_of(world, workflow_id)
    return wakes is None or wakes > moment


async def _clock_of(world: World, workflow_id: str) -> tuple[bool, datetime | None]:
    """Whether this case is over, and when it next wakes by itself."""
    async with world.engine.connect() as connection:
        case = {"case": workflow_id.partition("/")[2]}
        row = (await connection.execute(CLOCK, case)).one()
    return row.over, row.wake_at


async def rests(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether the workflow has begun and waits: time must not be moved under a step."""
    seen = await _seen(handle)
    # A child that was started a moment ago has neither begun nor anything to do yet.
    if seen is None or seen.workflow_execution_info.history_length <= 1:
        return False
    return not (seen.pending_activities or seen.HasField("pending_workflow_task"))


async def asks(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether the workflow waits for the answer of an activity."""
    seen = await _seen(handle)
    return seen is not None and bool(seen.pending_activities)


async def _seen(handle: WorkflowHandle[Any, Any]) -> DescribeWorkflowExecutionResponse | None:
    try:
        return (await handle.describe()).raw_description
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
