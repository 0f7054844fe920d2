"""Demo cases that are left open, so that operators have something to look at."""

from domain import commands as c
from local.story import Story, into_mediation

POSTER = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 80">
  <path d="M10 60 h40 l-6 10 h-28 Z M30 20 v38 h-16 Z" fill="navy"/>
</svg>
"""


async def in_review(story: Story) -> None:
    """A delivery waits for its client."""
    await story.begun("A poster for the harbour day", "Ships, no sunset.", 180_00)
    await story.delivered("poster.svg", POSTER, "Ships only")


async def rejection_open(story: Story) -> None:
    """A rejection runs its 20 days."""
    deal = story.deal
    await story.begun("Recipes for a calendar", "Twelve, with weights in grams.", 420_00)
    await story.delivered("recipes.txt", "Two cups of flour, one cup of milk.\n" * 12, "All twelve")
    reason = "Cups are not grams"
    await story.step(f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason))


async def in_mediation(story: Story) -> None:
    """A mediator hears both sides."""
    deal = story.deal
    await story.begun("A film of the bakery", "Two minutes, early morning light.", 650_00, days=10)
    await story.delivered("storyboard.txt", "00:00 The door, at noon\n", "As it was shot")
    reason = "It was shot at noon"
    await story.step(f"{deal.client.first} requests rejection: “{reason}”", deal.reject(reason))
    await into_mediation(story)
    await story.step(
        f"{deal.freelancer.first} states their side",
        deal.does(deal.freelancer, c.AddStatement, text="The bakery only let me in at noon."),
    )
