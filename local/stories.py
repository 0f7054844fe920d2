"""The demo stories: jobs that ended, each in another way, played over HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256

from domain import commands as c
from domain.money import show
from local.deal import Deal
from local.tally import Move, Tally

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
  <title>Nolte, bakery</title>
  <circle cx="50" cy="50" r="46" fill="{colour}"/>
  <path d="M22 62 Q50 18 78 62 Z" fill="white"/>
</svg>
"""
TUNE = """X:1
T:Nolte in nine seconds
M:4/4
Q:1/4=104
K:C
|: {bars} :|
"""


@dataclass
class Story:
    """One job while it is played: each step with the state after it and the money it moved."""

    deal: Deal
    tally: Tally
    told: list[tuple[str, str, list[Move]]] = field(default_factory=list)

    async def step(self, words: str, deed: Awaitable[object]) -> None:
        """Somebody does something; then the API says how everything stands."""
        await deed
        moves = await self.tally.moves(self.deal)
        self.told.append((words, self.deal.state, moves))

    async def begun(self, title: str, brief: str, price_minor: int, days: int = 7) -> None:
        """Offered, accepted, paid for."""
        client, freelancer = self.deal.client.first, self.deal.freelancer.first
        await self.step(
            f"{client} offers {freelancer} “{title}” for {show(price_minor)} in {days} days",
            self.deal.offer(title, brief, price_minor, days),
        )
        await self.step(f"{freelancer} accepts", self.deal.accept())
        if self.deal.job["state"] == "awaiting_funds":
            first, second = (one.first for one in self.deal.house.accountants[:2])
            await self.step(
                f"{client}'s bank transfer arrives: {first} records it, {second} confirms it,"
                " and the job starts by itself",
                self.deal.fund(price_minor),
            )

    async def delivered(self, name: str, content: str, note: str) -> str:
        """The freelancer hands over a file; its id."""
        stored = await self.deal.freelancer.upload(name, content.encode())
        await self.step(
            f"{self.deal.freelancer.first} delivers {name} ({stored['size']} bytes): “{note}”",
            self.deal.deliver(note, [stored["id"]]),
        )
        return str(stored["id"])


Play = Callable[[Story], Awaitable[None]]


async def approved(story: Story) -> None:
    """Offered, paid for, revised twice, downloaded and approved."""
    deal = story.deal
    client, freelancer = deal.client.first, deal.freelancer.first
    await story.begun("A logo for a bakery", "Warm, round, readable on a small bag.", 240_00)
    await story.delivered("logo-1.svg", LOGO.format(colour="navy"), "A first idea")
    for number, (wish, colour) in enumerate([("Warmer, please", "firebrick"), ("Lighter", "goldenrod")], 2):
        await story.step(
            f"{client} requests a revision: “{wish}”",
            deal.does(deal.client, c.RequestRevision, instructions=wish),
        )
        handed = await story.delivered(f"logo-{number}.svg", LOGO.format(colour=colour), "Revised")
    content = await deal.client.download(handed)
    [file] = deal.job["deliveries"][-1]["files"]
    whole = sha256(content).hexdigest() == file["sha256"]
    assert whole, f"{file['name']} arrived as something else"
    await story.step(
        f"{client} downloads {file['name']} ({len(content)} bytes, SHA-256 as delivered:"
        f" {file['sha256'][:12]}…) and approves; {freelancer} is paid at once",
        deal.approve(),
    )


async def rejected(story: Story) -> None:
    """Rejected, and the freelancer accepts that."""
    deal = story.deal
    await story.begun("Texts for twelve teas", "Short, no adjectives.", 120_00)
    await story.delivered("teas.txt", "Assam: a delightful, wonderful, golden tea.\n" * 12, "All twelve")
    reason = "The brief said no adjectives"
    await story.step(
        f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason)
    )
    await story.step(
        f"{deal.freelancer.first} accepts the rejection",
        deal.does(deal.freelancer, c.AcceptRejection),
    )


async def dismissed(story: Story) -> None:
    """Rejected, improved, and approved after all."""
    deal = story.deal
    await story.begun("A jingle of nine seconds", "Major key, no drums.", 300_00)
    await story.delivered("jingle-1.abc", TUNE.format(bars="!drums! C2 E2 | G4"), "With drums")
    reason = "There are drums"
    await story.step(
        f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason)
    )
    await story.delivered("jingle-2.abc", TUNE.format(bars="C2 E2 G2 c2 | G4 C4"), "Piano only")
    await story.step(
        f"{deal.client.first} approves it: the rejection is dismissed", deal.approve()
    )


async def mediated(story: Story) -> None:
    """A mediator proposes, and both accept."""
    deal = story.deal
    await story.begun("A handbook in Portuguese", "80 pages, for harbour pilots.", 800_00, days=14)
    await story.delivered("manual.txt", "Manual do piloto de porto\n" * 50, "The first 50 pages")
    reason = "30 pages are missing"
    await story.step(f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason))
    await into_mediation(story)
    await story.step(
        f"{deal.client.first} states their side",
        deal.does(deal.client, c.AddStatement, text="Without the last chapters it is useless."),
    )
    await story.step(
        f"{deal.freelancer.first} states theirs",
        deal.does(deal.freelancer, c.AddStatement, text="50 pages are done, and good."),
    )
    part = 500_00
    await story.step(
        f"{deal.mediator.first} proposes {show(part)} for {deal.freelancer.first},"
        f" the rest back to {deal.client.first}",
        deal.propose(part, "50 of 80 pages are usable."),
    )
    for party in (deal.client, deal.freelancer):
        await story.step(f"{party.first} accepts the proposal", deal.accept_proposal(party))


async def ruled(story: Story) -> None:
    """Staff rule on a large sum, and a second person confirms it."""
    deal = story.deal
    first, second = deal.house.staff[:2]
    await story.begun("A website for a harbour", "Tide tables, in three languages.", 2_400_00, 30)
    await story.delivered("index.html", "<!doctype html><title>Tides</title>\n", "One language so far")
    reason = "Two languages are missing"
    await story.step(f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason))
    await into_mediation(story)
    await story.step(
        f"{deal.mediator.first} proposes to divide it in halves; the fee is earned",
        deal.propose(1_200_00, "A third of the languages, but most of the work."),
    )
    await story.step(
        f"{deal.client.first} refuses; staff have to rule",
        deal.refuse_proposal(deal.client, "A third is a third"),
    )
    part = 1_500_00
    await story.step(
        f"{first.first} rules: {show(part)} for {deal.freelancer.first}, the rest goes back;"
        " so large a sum waits for a second person",
        deal.rule(first, part, "The framework of the site is delivered and works."),
    )
    refusal = await deal.confirm_own(first)
    await story.step(f"{first.first} tries to confirm it alone: “{refusal}”", deal.look())
    await story.step(f"{second.first} confirms, and it is done", deal.confirm(second))


async def settled(story: Story) -> None:
    """The two agree to part."""
    deal = story.deal
    client, freelancer = deal.client, deal.freelancer
    await story.begun("Six newsletters", "One a month.", 350_00, days=60)
    await story.delivered("january.txt", "The oven is new, the bread is the old one.\n", "The first of six")
    for who, part in ((client, 150_00), (freelancer, 200_00)):
        offer = deal.does(who, c.OfferSettlement, freelancer_minor=part, note="Let us part here")
        await story.step(f"{who.first} offers to part at {show(part)} for {freelancer.first}", offer)
    theirs = next(one for one in deal.job["settlement_offers"] if one["by"] == "freelancer")
    await story.step(
        f"{client.first} accepts: {show(theirs['freelancer']['amount_minor'])} it is",
        deal.does(client, c.AcceptSettlement, offer_id=theirs["id"]),
    )


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
