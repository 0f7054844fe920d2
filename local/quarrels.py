"""The demo stories of people who disagree, and how each quarrel ends."""

from domain import commands as c
from domain.money import show
from local.story import Story, into_mediation

TUNE = """X:1
T:Nolte in nine seconds
M:4/4
Q:1/4=104
K:C
|: {bars} :|
"""


async def rejected(story: Story) -> None:
    """Rejected, and the freelancer accepts that."""
    deal = story.deal
    await story.begun("Texts for twelve teas", "Short, no adjectives.", 120_00)
    await story.delivered("teas.txt", "Assam: a delightful, golden tea.\n" * 12, "All twelve")
    reason = "The brief said no adjectives"
    await story.step(f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason))
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
    await story.step(f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason))
    await story.delivered("jingle-2.abc", TUNE.format(bars="C2 E2 G2 c2 | G4 C4"), "Piano only")
    await story.step(f"{deal.client.first} approves it: the rejection is dismissed", deal.approve())


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
    await story.delivered("index.html", "<!doctype html><title>Tides</title>\n", "In English")
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
