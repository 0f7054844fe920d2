"""A story while it is played over HTTP: its steps, and what the API says after each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from domain import commands as c
from domain.money import show
from local import checkout
from local.deal import Deal
from local.inside import Inside
from local.tally import Move, Tally
from papers import certificate


@dataclass
class Story:
    """One job while it is played: each step with the state after it and the money it moved."""

    deal: Deal
    tally: Tally
    inside: Inside | None = None
    """A stack of ours; None when the demo knows no more than an address."""
    told: list[tuple[str, str, list[Move]]] = field(default_factory=list)

    async def step(self, words: str, deed: Awaitable[Any] | None, stands: str = "") -> Any:
        """Somebody does something; then the API says how everything stands, if not `stands`."""
        answer = None if deed is None else await deed
        moves = await self.tally.moves(self.deal)
        self.told.append((words, stands or self.deal.state, moves))
        return answer

    async def begun(
        self, title: str, brief: str, price_minor: int, days: int = 7, *, by_card: bool = False
    ) -> None:
        """Offered, accepted, paid for."""
        client, freelancer = self.deal.client.first, self.deal.freelancer.first
        await self.step(
            f"{client} offers {freelancer} “{title}” for {show(price_minor)} in {days} days",
            self.deal.offer(title, brief, price_minor, days),
        )
        await self.step(f"{freelancer} accepts", self.deal.accept())
        if self.deal.job["state"] == "awaiting_funds":
            first, second = (one.first for one in self.deal.house.accountants[:2])
            words = (
                f"{client} {checkout.pays(price_minor)}:"
                if by_card
                else f"{client}'s transfer arrives, recorded by {first}, confirmed by {second}:"
            )
            deed = self.deal.fund(price_minor, by_card=by_card)
            await self.step(f"{words} the job starts", deed)

    async def delivered(self, name: str, content: str, note: str) -> str:
        """The freelancer hands over a file; its id."""
        stored = await self.deal.freelancer.upload(name, content.encode())
        await self.step(
            f"{self.deal.freelancer.first} delivers {name} ({stored['size']} bytes): “{note}”",
            self.deal.deliver(note, [stored["id"]]),
        )
        return str(stored["id"])

    async def certified(self) -> None:
        """The client has the certificate of the work, and checks it without us."""
        path = f"/v1/jobs/{self.deal.job_id}/certificate?format=json"
        found = certificate.check(await self.deal.client.download(path))
        assert found.holds and found.document is not None, found.says
        named = found.document["about"]["certificate"]
        words = f"The work is {self.deal.client.first}'s: {named}, checked offline, is whole"
        await self.step(words, None, "certified")


Play = Callable[[Story], Awaitable[None]]


async def into_mediation(story: Story) -> None:
    """The freelancer hires a mediator, who takes the case."""
    deal = story.deal
    fee = deal.dispute["mediation_fee"]["amount_minor"]
    await story.step(
        f"{deal.freelancer.first} hires a mediator for {show(fee)}, held until a proposal is made",
        deal.hire_mediator(),
    )
    await story.step(
        f"{deal.mediator.name} takes the case", deal.does(deal.mediator, c.AcceptAppointment)
    )
