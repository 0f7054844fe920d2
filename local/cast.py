"""The demo's people, invented, and how each of them gets to have an account and its papers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from ledger import database, people
from local.actors import Actor, log_in, sign_up
from local.bank import Bank
from local.places import Unready

PASSWORD = "a demo needs no secrets"  # noqa: S105 - printed for everybody to use


@dataclass(frozen=True)
class Part:
    """Somebody in a story; people of the house have roles."""

    name: str
    email: str
    does: str
    roles: tuple[str, ...] = ()

    @property
    def signs(self) -> tuple[str, ...]:
        """The texts they have to sign before their first work."""
        if not self.roles:
            return ("nda",) if self.does == "freelancer" else ()
        return ("nda", "undertaking") if "mediator" in self.roles else ("undertaking",)


CLIENTS = (
    Part("Clara Nolte", "clara@bakery.example", "client"),
    Part("Idris Bello", "idris@harbor.example", "client"),
)
FREELANCERS = (
    Part("Femi Adeyemi", "femi@studio.example", "freelancer"),
    Part("Freya Lindqvist", "freya@words.example", "freelancer"),
)
HOUSE = (
    Part("Mira Castellanos", "mira@mediators.example", "mediator", ("mediator",)),
    Part("Milan Horvat", "milan@mediators.example", "mediator", ("mediator",)),
    Part("Aiko Tanaka", "aiko@peerok.example", "accounting", ("accounting",)),
    Part("Amos Reed", "amos@peerok.example", "accounting", ("accounting",)),
    Part("Sana Iyer", "sana@peerok.example", "staff", ("staff",)),
    Part("Stellan Berg", "stellan@peerok.example", "staff", ("staff",)),
    Part("Hana Petrov", "hana@peerok.example", "head of support", ("staff", "head_of_support")),
)
EVERYBODY = (*CLIENTS, *FREELANCERS, *HOUSE)


@dataclass(frozen=True)
class House:
    """The people who work for the platform."""

    accountants: Sequence[Actor]
    staff: Sequence[Actor]
    mediators: Mapping[str, Actor]
    """By id, because the law chooses who is asked."""
    head: Actor
    bank: Bank = field(default_factory=Bank)


async def assemble(
    http: httpx.AsyncClient, parts: Sequence[Part], database_url: str
) -> Mapping[Part, Actor]:
    """Everybody signed in; whoever has no account yet gets one, and signs what their work takes."""
    entering = [_enter(http, part, database_url) for part in parts]
    return dict(zip(parts, await asyncio.gather(*entering), strict=True))


def house_of(actors: Mapping[Part, Actor]) -> House:
    """Those of them who work for the platform."""

    def doing(what: str) -> list[Actor]:
        return [actor for part, actor in actors.items() if part.does == what]

    return House(
        accountants=doing("accounting"),
        staff=doing("staff"),
        mediators={actor.id: actor for actor in doing("mediator")},
        head=doing("head of support")[0],
    )


async def _enter(http: httpx.AsyncClient, part: Part, database_url: str) -> Actor:
    actor = await log_in(http, part.email, part.name, PASSWORD)
    if actor is None:
        await _join(http, part, database_url)
        actor = await log_in(http, part.email, part.name, PASSWORD)
    assert actor is not None, "whoever has just joined can log in"
    me = await actor.get("/v1/me")
    for text in part.signs:
        if not (me[text] and me[text]["in_force"]):
            await _sign(actor, text)
    if "nda" in part.signs and me["work_permission"] is None:
        answers = {"us_citizen": False, "lives_in_us": False}
        await actor.post("/v1/me/work-permission", answers)
    return actor


async def _join(http: httpx.AsyncClient, part: Part, database_url: str) -> None:
    """Clients and freelancers open their accounts themselves; the house is made from inside."""
    if not part.roles:
        await sign_up(http, part.email, part.name, PASSWORD)
        return
    if not database_url:
        raise Unready(f"{part.name} ({part.does}) has no account here: `make run` makes them all.")
    engine = database.connect(database_url, pool=1)
    try:
        await people.add_staff(engine, part.email, part.name, PASSWORD, part.roles)
    finally:
        await engine.dispose()


async def _sign(actor: Actor, text: str) -> None:
    version = (await actor.get(f"/v1/{text}"))["version"]
    signing = {"version": version, "full_name": actor.name, "agree": True}
    await actor.post(f"/v1/me/{text}", signing)
