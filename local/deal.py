"""One job as its people live it: every decision is a request to the API."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from api.paths import path_of
from domain import commands as c
from domain.registry import DISPUTE_COMMANDS
from local import checkout
from local.actors import Actor, Refused
from local.cast import House

STARTED_WITHIN_S = 10
ACTED_WITHIN_S = 30


@dataclass
class Deal:
    """A client, a freelancer, and the house that stands between them."""

    client: Actor
    freelancer: Actor
    house: House
    others: tuple[Actor, ...] = ()
    """More freelancers, where there is more than one."""
    listing: dict[str, Any] = field(default_factory=dict)
    """Ready work that is offered, as its freelancer published it."""
    job_id: str = ""
    dispute_id: str = ""
    job: dict[str, Any] = field(default_factory=dict)
    """As the client last saw it."""
    dispute: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    """Another case that is told of beside the job: what it came from."""
    came_from: dict[str, Any] = field(default_factory=dict)
    """That, as the client last saw it."""
    asked: str = ""
    """What that is called."""
    asides: list[tuple[datetime, str, str]] = field(default_factory=list)
    """What is on no timeline: when, what, who."""

    @property
    def state(self) -> str:
        """How the job stands; in a dispute, how far that has come."""
        if self.job["state"] == "rejection_open" and self.dispute["state"] != "open":
            return str(self.dispute["state"])
        return str(self.job["state"])

    @property
    def title(self) -> str:
        """What it is all about."""
        return str(self.job.get("title", self.asked))

    async def offer(self, title: str, brief: str, price_minor: int, days: int = 7) -> None:
        """The client offers the job."""
        price = usd(price_minor)
        body = {"freelancer": self.freelancer.email, "title": title, "brief": brief}
        made = await self.client.post("/v1/jobs", body | {"price": price, "days": days})
        self.job_id = made.get("case_id") or made["id"]
        await self.look()

    async def accept(self) -> None:
        """The freelancer takes it as offered."""
        await self.does(self.freelancer, c.Accept, offer_version=self.job["offer_version"])

    async def pay_in(self, amount_minor: int) -> None:
        """The client's bank transfer arrives: one accountant records it, another confirms it."""
        first, second = self.house.accountants[:2]
        reference = f"demo {uuid4().hex[:12]}"
        receipt = {
            "client": self.client.email,
            "method": "bank_transfer",
            "amount": usd(amount_minor),
            "bank_reference": reference,
            "received_on": datetime.now(UTC).date().isoformat(),
        }
        self.house.bank.received(reference, amount_minor, self.client.name)
        recorded = await first.post("/v1/staff/receipts", receipt)
        await second.post(f"/v1/staff/receipts/{recorded['id']}/confirm")

    async def pay_by_card(self, amount_minor: int) -> None:
        """The client pays in on the processor's page, which leads back here."""
        wanted = {"amount": usd(amount_minor), "method": "card"}
        begun = await self.client.post("/v1/deposits", wanted)
        await checkout.pay(begun["checkout_url"])

    async def fund(self, amount_minor: int, *, by_card: bool = False) -> None:
        """Money comes, and the job that waited for it starts by itself."""
        await (self.pay_by_card(amount_minor) if by_card else self.pay_in(amount_minor))
        async with asyncio.timeout(STARTED_WITHIN_S):
            while self.job["state"] == "awaiting_funds":
                await asyncio.sleep(0.05)
                await self.look()

    async def deliver(self, note: str, files: Sequence[str] = ()) -> None:
        """The freelancer hands over a version."""
        await self.does(self.freelancer, c.Deliver, note=note, files=list(files))

    async def approve(self) -> None:
        """The client is satisfied with the last delivery."""
        last = self.job["deliveries"][-1]["id"]
        await self.does(self.client, c.Approve, delivery_id=last)

    async def reject(self, reason: str) -> None:
        """The client wants the job undone."""
        await self.does(self.client, c.RequestRejection, reason=reason)

    async def hire_mediator(self) -> None:
        """The freelancer calls a mediator, for the fee that was quoted."""
        fee = self.dispute["mediation_fee"]
        await self.does(self.freelancer, c.HireMediator, fee=fee)

    @property
    def mediator(self) -> Actor:
        """Who was asked, or has the case."""
        return self.house.mediators[self.dispute["mediator"]["id"]]

    async def propose(self, freelancer_minor: int, reasons: str) -> None:
        """The mediator proposes to divide the escrow."""
        split = {"ends": "split", "freelancer": usd(freelancer_minor), "reasons": reasons}
        await self.does(self.mediator, c.Propose, split)

    async def accept_proposal(self, who: Actor) -> None:
        """A party agrees with the proposal."""
        await self.does(who, c.AcceptProposal, proposal_id=self.dispute["proposal"]["id"])

    async def refuse_proposal(self, who: Actor, reason: str) -> None:
        """A party does not agree with the proposal."""
        seen = self.dispute["proposal"]["id"]
        await self.does(who, c.RefuseProposal, proposal_id=seen, reason=reason)

    async def rule(self, who: Actor, freelancer_minor: int, reasons: str) -> None:
        """Staff divide the escrow; above the limit a second person has to confirm it."""
        split = {"ends": "split", "freelancer": usd(freelancer_minor), "reasons": reasons}
        await self.does(who, c.Resolve, split, staff=True)

    async def confirm(self, who: Actor) -> None:
        """A second person confirms the ruling."""
        case = await who.get(f"/v1/disputes/{self.dispute_id}")
        await self.does(who, c.Confirm, staff=True, ruling_id=case["ruling"]["id"])

    async def confirm_own(self, who: Actor) -> str:
        """Whoever ruled tries to confirm it too; why that is refused."""
        try:
            await self.confirm(who)
        except Refused as refusal:
            return str(refusal)
        raise AssertionError("one person has confirmed their own ruling")

    async def does(
        self,
        who: Actor,
        command: type[c.Command],
        body: Mapping[str, Any] | None = None,
        *,
        staff: bool = False,
        **more: Any,
    ) -> None:
        """Somebody decides; returns when it is done."""
        on_dispute = bool(self.dispute_id) and command.name in DISPUTE_COMMANDS
        case = f"disputes/{self.dispute_id}" if on_dispute else f"jobs/{self.job_id}"
        door = "/v1/staff" if staff else "/v1"
        await who.post(f"{door}/{case}/{path_of(command)}", {**(body or {}), **more})
        await self.look()

    async def passed(self, due: datetime) -> None:
        """Until what was due at this moment has been done."""
        async with asyncio.timeout(ACTED_WITHIN_S):
            while outlook := self.job["if_nobody_acts"]:
                if datetime.fromisoformat(outlook["at"]) > due:
                    return
                await asyncio.sleep(0.1)
                await self.look()

    async def look(self) -> None:
        """See how it stands."""
        if self.about:
            self.came_from = await self.client.get(path_to(self.about))
        if not self.job_id:
            return
        self.job = await self.client.get(f"/v1/jobs/{self.job_id}")
        self.dispute_id = self.job["dispute_id"] or self.dispute_id
        if self.dispute_id:
            self.dispute = await self.client.get(f"/v1/disputes/{self.dispute_id}")


def path_to(case_id: str) -> str:
    """Where a case is, by what its id names."""
    return f"/v1/{case_id.partition('_')[0]}s/{case_id}"


def usd(amount_minor: int) -> dict[str, Any]:
    """An amount as people send it."""
    return {"amount_minor": amount_minor, "currency": "USD"}
