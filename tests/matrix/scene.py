"""One of everything that can be bought, and everybody who can stand before it."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from httpx import Response

from domain import commands as c
from tests.api.people import Person, signup
from tests.deposits.remitting import sum_of
from tests.life import Life
from tests.market.contesting import Contesting
from tests.market.introducing import published, written
from tests.market.posting import POSTED, Posting
from tests.market.selling import Shop
from tests.world import World

RELATIONS = (
    "nobody",
    "newcomer",
    "freelancer",
    "bidder",
    "awarded",
    "decliner",
    "entrant",
    "winner",
    "client",
    "seller",
    "buyer",
    "mediator",
    "staff",
    "head",
    "accounting",
)
"""From whom nothing is opened to whom the most is.

Nobody has not signed in, a newcomer signed nothing. The bidder's bid stands, or lost in a closed
project; another's was awarded, and one was awarded and declined. The entrant took one entry back,
and staff removed another; the winner has an entry beside theirs, and won another contest.
"""
CLEARED = RELATIONS[RELATIONS.index("freelancer") : RELATIONS.index("mediator")]
"""Who has signed and answered everything."""

PART = b"abc"
PART_HEADERS = {"X-Content-SHA256": sha256(PART).hexdigest()}


@dataclass
class Scene:
    """What routes are asked about, by its name, and the people by how they stand to it.

    What reads are asked about stays as it is; what is decided on is called new, and made anew.
    """

    world: World
    people: dict[str, Person]
    named: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def made(cls, world: World) -> Self:
        """Everything, and everybody."""
        scene = cls(world, await _everybody(world), {"brief": str(POSTED["brief"])})
        await scene._with_projects()
        await scene._with_contests()
        await scene._with_sales()
        await scene._with_profiles()
        for part in ("projects", "contests", "listings", "files", "links"):
            await scene.renew(part)
        return scene

    async def renew(self, part: str) -> None:
        """What is decided on in this part stands anew."""
        match part:
            case "projects":
                await self._new_project()
            case "contests":
                await self._new_contests()
            case "listings":
                await self._new_listings()
            case "files":
                await self._new_files()
            case "links":
                await self._new_links()

    async def _with_projects(self) -> None:
        """One that is open with two awards, and a sealed one that is closed with one."""
        client, bidder = self.people["client"], self.people["bidder"]
        awarded, decliner = self.people["awarded"], self.people["decliner"]
        handed = await _uploaded(client)
        project = await Posting(self.world, client).posted(files=[handed])
        bid, won, declined = [
            _done(await project.bids_of(one, 60_00)) for one in (bidder, awarded, decliner)
        ]
        await _award(project, won, declined)
        said = _done(await bidder.post(project.at("messages"), {"text": "How large is the bag?"}))
        closed = await Posting(self.world, client).posted(sealed=True)
        lost, taken = [_done(await closed.bids_of(one, 50_00)) for one in (bidder, awarded)]
        await _award(closed, taken)
        _done(await closed.does("close"))
        self.named |= {"project": project.project_id, "handed": handed, "bid": bid["id"]}
        self.named |= {"won": won["id"], "declined": declined["id"]}
        self.named |= {"closed": closed.project_id, "lost": lost["id"], "taken": taken["id"]}
        self.named["message"] = said["id"]
        await self._with_jobs(project.project_id)

    async def _with_jobs(self, project: str) -> None:
        """One award became a job that is over and certified; the other was declined."""
        done, undone = [
            Life(self.world, self.people["client"], one, job_id=await _job_of(one, project))
            for one in (self.people["awarded"], self.people["decliner"])
        ]
        work = await _uploaded(done.freelancer)
        await done.freelancer_does(c.Accept)
        await done.freelancer_does(c.Deliver, files=[work])
        await done.client_does(c.Approve)
        await undone.freelancer_does(c.Decline)
        signed = _done(await done.client.get(f"/v1/jobs/{done.job_id}/certificate", format="json"))
        self.named |= {"done": done.job_id, "work": work, "undone": undone.job_id}
        self.named |= {"certificate": signed["about"]["certificate"]}

    async def _with_contests(self) -> None:
        """One that takes entries, of which two take part no more, one awarded, and one over."""
        entrant, winner = self.people["entrant"], self.people["winner"]
        opened = await self._contest()
        mine = [_done(await opened.entry_of(entrant, _text())) for _ in "123"]
        for name, entry in zip(("entry", "gone", "removed"), mine, strict=True):
            self._names(name, entry)
        self._names("rival", _done(await opened.entry_of(winner, _text())))
        at = f"/contests/{opened.contest_id}/entries"
        _done(await entrant.delete(f"/v1{at}/{self.named['gone']}"))
        remove = f"/v1/staff{at}/{self.named['removed']}/remove"
        _done(await self.people["staff"].post(remove, {"reason": "copied"}))
        decided, over = await self._won("prized", "beaten"), await self._won("paid", "lost_entry")
        [job] = [one["job_id"] for one in (await over.shown())["prizes"]]
        handover = Life(self.world, self.people["client"], winner, job_id=job)
        await handover.freelancer_does(c.Deliver)
        await handover.client_does(c.Approve)
        await over.becomes("closed")
        self.named |= {"open": opened.contest_id, "decided": decided.contest_id}
        self.named |= {"over": over.contest_id}

    async def _with_sales(self) -> None:
        """For sale, still written, bought, and bought and given back: one listing of each."""
        shop = Shop(self.world, self.people["seller"], self.people["buyer"])
        kept, shown, drafted, sold = [await _uploaded(shop.seller) for _ in "1234"]
        await shop.listed(20_00, files=[kept, shown], previews=[shown])
        await shop.listed(30_00, files=[sold], previews=[sold])
        draft = await shop.written(files=[drafted], previews=[drafted])
        basket = _done(await shop.fills(1))
        self.named |= {"listing": shop.listings[0]["id"], "kept": kept, "shown": shown}
        self.named |= {"draft": draft["id"], "drafted": drafted, "sold": shop.listings[1]["id"]}
        self.named |= {"basket": basket["id"], "job": basket["items"][0]["job_id"]}
        [delivery] = _done(await shop.client.get(f"/v1/jobs/{self.named['job']}"))["deliveries"]
        bought = delivery["files"][0]["id"]
        link = _done(await shop.client.post(f"/v1/files/{bought}/link"))["url"]
        self.named |= {"delivery": delivery["id"], "bought": bought, "link": urlsplit(link).path}
        given_back = await shop.listed(25_00, files=[await _uploaded(shop.seller)])
        life = shop.life(_done(await shop.buys(given_back))["id"], 25_00)
        [given] = (await life.shown())["deliveries"]
        returned = given["files"][0]["id"]
        link = _done(await life.client.post(f"/v1/files/{returned}/link"))["url"]
        await life.client_does(c.RequestRevision)
        await life.freelancer_does(c.Resign)
        self.named |= {"given_back": given_back["id"], "refunded": life.job_id}
        self.named |= {"returned": returned, "given": given["id"], "old_link": urlsplit(link).path}

    async def _with_profiles(self) -> None:
        """One that everybody reads, and one that its freelancer still writes."""
        seller, bidder = self.people["seller"], self.people["bidder"]
        public, drafted = [f"Illustrator {uuid4().hex}" for _ in "12"]
        await published(seller, title=public)
        await written(bidder, title=drafted)
        self.named |= {"profile": public, "draft_profile": drafted}

    async def _new_project(self) -> None:
        """One that is open, with a bid and an award."""
        project = await Posting(self.world, self.people["client"]).posted()
        bid, won = [
            _done(await project.bids_of(self.people[who], 50_00)) for who in ("bidder", "awarded")
        ]
        await _award(project, won)
        self.named |= {"new_project": project.project_id, "new_bid": bid["id"]}

    async def _new_contests(self) -> None:
        """One that takes entries, one that is judged, and one without its money."""
        opened, judged = await self._contest(), await self._contest()
        unfunded = await self._contest(5_000_00)
        entrant = self.people["entrant"]
        self._names("new_entry", _done(await opened.entry_of(entrant, _text())))
        there = _done(await judged.entry_of(entrant, _text()))
        self._names("judged", there)
        await judged.judged()
        self.named |= {"new_contest": opened.contest_id, "judging": judged.contest_id}
        self.named |= {"hash": there["hash"], "unfunded": unfunded.contest_id}

    async def _new_listings(self) -> None:
        """One that can be bought, and one that its seller still writes."""
        shop = Shop(self.world, self.people["seller"], self.people["buyer"])
        file = await _uploaded(shop.seller)
        listing, draft = await shop.listed(20_00, files=[file]), await shop.written()
        self.named |= {"new_listing": listing["id"], "new_file": file, "new_draft": draft["id"]}

    async def _new_files(self) -> None:
        """A file of the seller's that is used nowhere, and an upload that is not whole yet."""
        seller = self.people["seller"]
        upload = _done(await seller.post("/v1/uploads", {"name": "a.bin", "size": 3}))["id"]
        at, headers = f"/v1/uploads/{upload}/parts/1", seller.headers() | PART_HEADERS
        _done(await seller.http.put(at, content=PART, headers=headers))
        self.named |= {"upload": upload, "unused": await _uploaded(seller)}

    async def _new_links(self) -> None:
        """Somebody whom staff linked with another, and not with a third."""
        someone, linked, another = [(await signup(self.world.http)).id for _ in "123"]
        body = {"other": linked, "reason": "One desk"}
        _done(await self.people["staff"].post(f"/v1/staff/people/{someone}/links", body))
        self.named |= {"someone": someone, "linked": linked, "another": another}

    async def _won(self, won: str, beaten: str) -> Contesting:
        """A contest of two entries, of which one gets the prize."""
        contest = await self._contest()
        for name, who in ((won, "winner"), (beaten, "entrant")):
            contest.entries.append(_done(await contest.entry_of(self.people[who], _text())))
            self._names(name, contest.entries[-1])
        await contest.judged()
        await contest.awarded(contest.choice(0, 1))
        return contest

    async def _contest(self, prize: int = 20_00) -> Contesting:
        return await Contesting(self.world, self.people["client"]).posted(prizes=[sum_of(prize)])

    def _names(self, what: str, entry: dict[str, Any]) -> None:
        """An entry and its file."""
        self.named |= {what: entry["id"], f"{what}_file": entry["files"][0]["id"]}


async def _everybody(world: World) -> dict[str, Person]:
    house, money = world.house, {"client": 2_000_00, "buyer": 1_000_00}
    return {
        "newcomer": await signup(world.http),
        **{who: await world.person(who, credits_minor=money.get(who, 0)) for who in CLEARED},
        "mediator": next(iter(house.mediators.values())),
        "staff": house.staff,
        "head": house.head,
        "accounting": house.accountants[0],
    }


async def _award(project: Posting, *bids: dict[str, Any]) -> None:
    chosen = [{"bid": one["id"], "version": one["version"]} for one in bids]
    _done(await project.does("award", {"bids": chosen}))


def _text() -> bytes:
    """Unlike any other, and there is a preview of it."""
    return uuid4().hex.encode()


async def _uploaded(person: Person) -> str:
    return str(_done(await person.upload(_text()))["id"])


async def _job_of(freelancer: Person, project: str) -> str:
    """What their bid on this project became."""
    bids = (await freelancer.get("/v1/me/bids")).json()["items"]
    [job] = [str(one["job_id"]) for one in bids if one["project_id"] == project]
    return job


def _done(answer: Response) -> Any:
    """What was answered to whoever was to succeed."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None
