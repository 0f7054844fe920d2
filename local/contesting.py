"""The demo story of a contest: a prize in escrow, two entries, one winner, who hands over."""

from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image, ImageDraw

from domain.money import show
from local.actors import Actor
from local.deal import Deal, path_to, usd
from local.story import Story

PRIZE = 150_00
COLOURS = ("firebrick", "teal")
SIZE, MARGIN = (480, 320), 60
DRAWN = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 3 2'><path d='M0 1h3v1H0z'/></svg>"


async def won(story: Story) -> None:
    """The prize is set aside first; the winner's files come when the work is handed over."""
    deal, client = story.deal, story.deal.client
    if (lacks := PRIZE - await _has(client)) > 0:
        await story.step(f"{client.first}'s transfer arrives", deal.pay_in(lacks), "—")
    contest = await story.step(
        f"{client.first} posts a contest: “A poster for a harbor festival”, {show(PRIZE)}",
        _posted(client),
        "open",
    )
    path, entrants = path_to(contest["id"]), (deal.freelancer, *deal.others)
    entries = [await _entered(story, path, *one) for one in zip(entrants, COLOURS, strict=True)]
    await _judged(story, path, entries[0])
    winner = {"entry": entries[0]["id"], "hash": entries[0]["hash"], "prize": 1}
    await client.post(f"{path}/award", {"entries": [winner]})
    [prize] = (await client.get(path))["prizes"]
    deal.job_id = str(prize["job_id"])
    await deal.look()
    await story.step(f"{client.first} awards the prize: the handover begins", None)
    await _handed_over(story, deal)
    await story.certified()


async def _has(client: Actor) -> int:
    return int((await client.get("/v1/me/wallet"))["total"]["amount_minor"])


async def _posted(client: Actor) -> Any:
    return await client.post(
        "/v1/contests",
        {
            "title": "A poster for a harbor festival",
            "summary": "One poster, seen from far away.",
            "brief": "The festival is on the second weekend of May.",
            "prizes": [usd(PRIZE)],
            "days": 14,
            "tags": ["print", "poster"],
        },
    )


async def _entered(story: Story, path: str, who: Actor, colour: str) -> Any:
    """A drawing of theirs, unlike any that was ever entered."""
    stored = await who.upload(f"{colour}.png", _drawn(colour) + uuid4().bytes)
    entry = {"note": f"In {colour}, with one ship.", "files": [stored["id"]]}
    return await story.step(
        f"{who.first} enters a drawing (SHA-256 recorded: {stored['sha256'][:12]}…)",
        who.post(f"{path}/entries", entry),
        "open",
    )


def _drawn(colour: str) -> bytes:
    content, poster = BytesIO(), Image.new("RGB", SIZE, "ivory")
    width, height = SIZE
    hull = [(MARGIN, height - 2 * MARGIN), (width - MARGIN, height - 2 * MARGIN)]
    hull += [(width - 2 * MARGIN, height - MARGIN), (2 * MARGIN, height - MARGIN)]
    ImageDraw.Draw(poster).polygon(hull, fill=colour)
    poster.save(content, "PNG")
    return content.getvalue()


async def _judged(story: Story, path: str, entry: Any) -> None:
    client = story.deal.client
    preview = await client.download(f"/v1/files/{entry['files'][0]['id']}/preview")
    await story.step(
        f"{client.first} sees a preview marked with their name ({len(preview)} bytes), not the"
        " file, and rates it five of five",
        client.post(f"{path}/entries/{entry['id']}/rating", {"rating": 5}),
        "open",
    )
    early = client.post(f"{path}/close-early")
    await story.step(f"{client.first} takes no more entries", early, "judging")


async def _handed_over(story: Story, deal: Deal) -> None:
    await story.delivered("poster.svg", DRAWN, "To print")
    words = f"{deal.client.first} approves; {deal.freelancer.first} is paid at once"
    await story.step(words, deal.approve())
