"""The people of these tests, and one job between two of them."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx import Response
from temporalio.client import WorkflowHandle

from domain.policy import Policy
from tests.api.people import Person, new_key, sign, signup, staff
from tests.holding.house import House

RICH = 1_000_000_00
ALLOWED = {"us_citizen": True, "lives_in_us": True}


@dataclass(frozen=True)
class Cast:
    """Two parties, a mediator, and two of the house."""

    client: Person
    freelancer: Person
    mediator: Person
    sam: Person
    sue: Person


@dataclass(frozen=True)
class Deal:
    """One job, and the decisions of its people on it and on its dispute."""

    house: House
    cast: Cast
    id: str

    async def post(self, who: Person, path: str, body: object = None, **more: Any) -> Response:
        """A decision, by its path."""
        return await who.post(f"/v1/{path}", body if body is not None else {}, **more)

    async def does(self, who: Person, command: str, **body: Any) -> dict[str, Any]:
        """A decision on the job that must be applied; the job as it then stands."""
        answer = await self.post(who, f"jobs/{self.id}/{command}", body)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def disputes(self, who: Person, command: str, **body: Any) -> dict[str, Any]:
        """A decision on the open dispute that must be applied; the dispute as it then stands."""
        answer = await self.post(who, f"disputes/{await self.dispute()}/{command}", body)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def shown(self) -> dict[str, Any]:
        """The job as its client sees it."""
        answer = await self.cast.client.get(f"/v1/jobs/{self.id}")
        shown: dict[str, Any] = answer.json()
        return shown

    async def state(self) -> str:
        """The job's state."""
        return str((await self.shown())["state"])

    async def delivery(self) -> str:
        """The last delivery."""
        return str((await self.shown())["deliveries"][-1]["id"])

    async def dispute(self) -> str:
        """The job's newest dispute."""
        query = "select id from cases where parent_id = :job order by opened_at desc limit 1"
        [row] = await self.house.rows(query, job=self.id)
        return str(row.id)

    async def until(self, state: str, seconds: float = 15) -> None:
        """Wait until the job is in this state."""
        deadline = asyncio.get_running_loop().time() + seconds
        while (now := await self.state()) != state:
            assert asyncio.get_running_loop().time() < deadline, f"still {now}, not {state}"
            await asyncio.sleep(0.05)

    async def kinds(self, case_id: str | None = None) -> list[str]:
        """What happened in the job, or in this case, in order."""
        query = "select kind from event where case_id = :case order by version"
        return [row.kind for row in await self.house.rows(query, case=case_id or self.id)]

    def workflow(self, case_id: str | None = None) -> WorkflowHandle[Any, Any]:
        """The workflow of the job, or of this dispute."""
        kind = "job" if case_id in (None, self.id) else "dispute"
        return self.house.temporal.get_workflow_handle(f"{kind}/{case_id or self.id}")


async def gathered(house: House) -> Cast:
    """Everybody, with what they must have signed, and a client with money."""
    client, freelancer = await signup(house.http, "Ana"), await signup(house.http, "Ben")
    mediator = await staff(house.app, house.http, "mediator")
    sam = await staff(house.app, house.http, "staff", "accounting", "head_of_support")
    sue = await staff(house.app, house.http, "staff", "accounting")
    for worker in (freelancer, mediator):
        await sign(worker)
        answer = await worker.post("/v1/me/work-permission", ALLOWED)
        assert answer.status_code < 300, answer.text
    for sworn in (mediator, sam, sue):
        await sign(sworn, "undertaking")
    cast = Cast(client, freelancer, mediator, sam, sue)
    await pay_in(cast, RICH)
    return cast


async def pay_in(cast: Cast, minor: int, client: Person | None = None) -> None:
    """Bank money for the client, recorded by one accountant and confirmed by another."""
    body = {
        "client": (client or cast.client).email,
        "method": "bank_transfer",
        "amount": {"amount_minor": minor, "currency": "USD"},
        "bank_reference": new_key(),
        "received_on": datetime.now(UTC).date().isoformat(),
    }
    made = await cast.sam.post("/v1/staff/receipts", body)
    assert made.status_code == 201, made.text
    done = await cast.sue.post(f"/v1/staff/receipts/{made.json()['id']}/confirm")
    assert done.status_code == 200, done.text


async def offered(house: House, cast: Cast, minor: int = 200_00, **policy: Any) -> Deal:
    """A job that was offered, under this policy."""
    ours = house.app.state.settings
    changed = Policy(**policy).model_dump(mode="json", exclude_defaults=True)
    house.app.state.settings = ours.model_copy(update={"policy": changed})
    try:
        answer = await cast.client.post("/v1/jobs", offer(cast, minor))
    finally:
        house.app.state.settings = ours
    assert answer.status_code == 201, answer.text
    return Deal(house, cast, answer.json()["id"])


def offer(cast: Cast, minor: int = 200_00) -> dict[str, Any]:
    """What the client sends to offer a job."""
    price = {"amount_minor": minor, "currency": "USD"}
    texts = {"title": "Logo", "brief": "A blue logo"}
    return {"freelancer": cast.freelancer.id, "price": price, "days": 7, **texts}


async def begun(house: House, cast: Cast, minor: int = 200_00, **policy: Any) -> Deal:
    """A job in progress."""
    deal = await offered(house, cast, minor, **policy)
    await deal.does(cast.freelancer, "accept", offer_version=1)
    return deal


async def delivered(house: House, cast: Cast, minor: int = 200_00, **policy: Any) -> Deal:
    """A job in review."""
    deal = await begun(house, cast, minor, **policy)
    await deal.does(cast.freelancer, "deliver", note="Here it is")
    return deal


async def disputed(house: House, cast: Cast, minor: int = 200_00, **policy: Any) -> Deal:
    """A delivered job whose rejection was requested."""
    deal = await delivered(house, cast, minor, **policy)
    await deal.does(cast.client, "request-rejection", reason="none")
    return deal


async def leaves(who: Person, path: str, body: object = None) -> str:
    """Somebody decides and does not wait for the outcome; the instruction."""
    headers = who.headers(new_key()) | {"Prefer": "respond-async"}
    answer = await who.http.post(f"/v1/{path}", json=body or {}, headers=headers)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["instruction_id"])


def unheard(house: House, person: Person) -> Person:
    """The same person at an API whose signals reach nobody."""
    return replace(person, http=house.deaf)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
