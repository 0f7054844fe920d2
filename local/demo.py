"""The demo: invented people, and their stories played and told over the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from rich.console import Console

from local import asking, contesting, open_cases, payday, quarrels, selling, stories, telling
from local.actors import Actor
from local.cast import CLIENTS, EVERYBODY, FREELANCERS, PASSWORD, Part, assemble, house_of
from local.deal import Deal
from local.inside import Inside
from local.places import Unready
from local.story import Play, Story
from local.tally import Tally
from local.turns import in_turn

CLARA, IDRIS = CLIENTS
FEMI, FREYA = FREELANCERS
TIMEOUT_S = 60


@dataclass(frozen=True)
class Scene:
    """A story with its title and the two people it is about."""

    title: str
    play: Play
    client: Part
    freelancer: Part
    others: tuple[Part, ...] = ()


SCENES = (
    Scene("A job, revised twice, approved and paid", stories.approved, CLARA, FEMI),
    Scene("A rejection that the freelancer accepts", quarrels.rejected, IDRIS, FREYA),
    Scene("A rejection that the client's approval dismisses", quarrels.dismissed, CLARA, FREYA),
    Scene("A mediator's proposal that both accept", quarrels.mediated, IDRIS, FEMI),
    Scene("A ruling on a large sum, which takes two people", quarrels.ruled, IDRIS, FREYA),
    Scene("A settlement between the two", stories.settled, CLARA, FEMI),
    Scene("A project, two bids of which are awarded", asking.awarded, CLARA, FEMI, (FREYA,)),
    Scene("A contest, which one of two entries wins", contesting.won, IDRIS, FREYA, (FEMI,)),
    Scene("Ready work, of which what is still there is bought", selling.bought, CLARA, FREYA),
    Scene("Left open: a delivery waits for review", open_cases.in_review, IDRIS, FEMI),
    Scene("Left open: a rejection runs", open_cases.rejection_open, CLARA, FREYA),
    Scene("Left open: a mediator hears both sides", open_cases.in_mediation, CLARA, FEMI),
    Scene("From a card to a bank: earned, taxed, withdrawn, paid", payday.paid_out, IDRIS, FEMI),
)


async def play(*urls: str, inside: Inside | None = None, again: bool = False) -> None:
    """Load the demo's people if they are missing, and play the stories the first time or `again`.

    Each request goes to the next of the API's processes. Without an `inside` the people of
    the house must be there, since no door of the API makes them, and no calendar is turned.
    """
    page = telling.console()
    try:
        async with in_turn(urls, timeout_s=TIMEOUT_S) as http:
            actors = await assemble(http, EVERYBODY, inside.database_url if inside else "")
            if not again and await _tell_what_is_there(page, actors):
                return
            house = house_of(actors)
            for number, scene in enumerate(SCENES, 1):
                others = tuple(actors[one] for one in scene.others)
                deal = Deal(actors[scene.client], actors[scene.freelancer], house, others)
                await _tell(page, f"{number}. {scene.title}", scene.play, deal, inside)
    except httpx.TransportError as error:
        raise Unready(f"Nobody answers at {', '.join(urls)}: start `make run` first.") from error


def logins() -> str:
    """Who can log in, and with what, for people to read."""
    told = [(part.does, part.name, part.email) for part in EVERYBODY]
    lines = (f"  {does:<16} {name:<18} {email}" for does, name, email in told)
    return "\n".join([f"Demo logins, all with the password “{PASSWORD}”:", *lines])


async def _tell(page: Console, title: str, lives: Play, deal: Deal, inside: Inside | None) -> None:
    tally = Tally([deal.client, deal.freelancer], [*deal.house.mediators.values(), *deal.others])
    await tally.begin()
    story = Story(deal, tally, inside)
    telling.heading(page, title)
    await lives(story)
    telling.steps(page, story.told)
    if outlook := deal.job["if_nobody_acts"]:
        telling.nobody_acts(page, outlook)
    telling.money(page, tally.before, await tally.after(), tally.fees)
    case = await deal.house.staff[0].get(f"/v1/jobs/{deal.job_id}")
    events = await deal.client.get(case["timeline"], limit=100)
    page.print()
    telling.aside(page, f"{len(events['items'])} events: GET {case['timeline']}")
    telling.aside(page, f"As a workflow: {case['workflow']['url']}")


async def _tell_what_is_there(page: Console, actors: Mapping[Part, Actor]) -> bool:
    """The jobs of an earlier start; False when there are none."""
    listed = [await actors[part].get("/v1/jobs", limit=100) for part in CLIENTS]
    jobs: Sequence[dict[str, Any]] = [job for found in listed for job in found["items"]]
    if not jobs:
        return False
    names = {actor.id: actor.first for actor in actors.values()}
    telling.heading(page, f"The demo's {len(jobs)} jobs from an earlier start")
    telling.jobs(page, sorted(jobs, key=lambda job: str(job["id"])), names)
    telling.aside(page, "`python -m cli demo` plays the stories again, with new jobs.")
    return True
