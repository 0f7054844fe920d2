"""Whatever is sent, the answer is the case, or a problem: never a failure, never a stuck step."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from httpx import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.command_bodies import body_of
from domain import commands as c
from domain.cases import Role
from domain.commands import Command
from domain.registry import DISPUTE_COMMANDS, JOB_COMMANDS
from tests.api.people import Person, code, new_key
from tests.holding.hands import rows
from tests.life import Life
from tests.world import World

COMMANDS = [
    command for command in (JOB_COMMANDS | DISPUTE_COMMANDS).values() if command is not c.OfferJob
]
FITTING = ["split", "release", "refund", "client", "freelancer", "2030-01-01T00:00:00Z", 5, 10_00]
FITTING += ["{delivery}", "{proposal}", "{file}", "words", ["{file}"], [], 1, 100_00]
"""Values that may fit somewhere; those in braces are replaced by ids that exist."""
WILD = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["\x00", "\ud800", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
)
VALUE = st.sampled_from(FITTING) | st.recursive(
    WILD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
CAREFULLY = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[type[Command], Any]:
    """A command, and a body that has some of its fields and perhaps another."""
    command = draw(st.sampled_from(COMMANDS))
    fields = body_of(command).model_fields
    fitting = dict.fromkeys(fields, VALUE)
    body: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=fitting))
    if draw(st.integers(0, 9)) == 0:
        body[draw(st.text(max_size=5))] = draw(VALUE)
    return command, body


@dataclass
class Arena:
    """A job in mediation for whatever is thrown at it; a new one when it is over."""

    world: World
    life: Life
    file: str

    @classmethod
    async def open(cls, world: World) -> "Arena":
        life = await (await Life.begin(world, earnings=100_00)).in_mediation()
        return cls(world, life, (await life.freelancer.upload(b"x")).json()["id"])

    async def renewed(self) -> None:
        if (await self.life.shown())["over"]:
            self.life = (fresh := await Arena.open(self.world)).life
            self.file = fresh.file

    def written(self, body: object) -> bytes:
        """The body with ids that exist, as JSON."""
        text = json.dumps(body)
        for name, known in self.known.items():
            text = text.replace(f'"{{{name}}}"', json.dumps(known))
        return text.encode()

    @property
    def known(self) -> dict[str, str]:
        return {"delivery": self.delivery, "proposal": self.proposal, "file": self.file}

    delivery: str = "delivery_x"
    proposal: str = "proposal_x"

    async def looked(self) -> None:
        """Remember the ids there are now."""
        self.delivery = (await self.life.shown())["deliveries"][-1]["id"]
        shown = await self.life.dispute_shown()
        self.proposal = shown["proposal"]["id"] if shown["proposal"] else "proposal_x"


@pytest.fixture(scope="module")
async def arena(world: World) -> Arena:
    """Where the tests below throw things."""
    return await Arena.open(world)


def assert_answered(answer: Response) -> None:
    """By the case or a problem, and at once: 202 would be a step that does not end."""
    assert answer.status_code < 500 and answer.status_code != 202, answer.text
    if answer.status_code >= 400:
        assert code(answer)


@CAREFULLY
@given(sent=bodies(), who=st.sampled_from(["client", "freelancer", "mediator", "staff"]))
async def test_no_body_of_a_decision_breaks_anything(
    arena: Arena, sent: tuple[type[Command], Any], who: str
) -> None:
    """From anybody, in whatever state the case has come to; every step comes to its end."""
    await arena.renewed()
    await arena.looked()
    command, body = sent
    person, life = await somebody(arena, who), arena.life
    house = "staff/" if who == "staff" else ""
    disputed = command.name in DISPUTE_COMMANDS
    noun = f"disputes/{life.dispute_id}" if disputed else f"jobs/{life.job_id}"
    path = f"/v1/{house}{noun}/{c_path(command)}"
    assert_answered(await posted(person, path, arena.written(body)))


@settings(CAREFULLY, max_examples=60)
@given(content=st.binary(max_size=50) | st.builds(json.dumps, VALUE).map(str.encode))
async def test_no_content_of_an_offer_breaks_anything(arena: Arena, content: bytes) -> None:
    """Bytes, JSON of any kind, and what looks like an offer."""
    assert_answered(await posted(arena.life.client, "/v1/jobs", content))


@settings(CAREFULLY, max_examples=60)
@given(
    fields=st.dictionaries(
        st.sampled_from(["freelancer", "title", "brief", "price", "days", "files"]), VALUE
    )
)
async def test_no_field_of_an_offer_breaks_anything(arena: Arena, fields: dict[str, Any]) -> None:
    """Each replaced by something else."""
    price = {"amount_minor": 10_00, "currency": "USD"}
    whole = {"freelancer": arena.life.freelancer.id, "title": "T", "brief": "B", "days": 1}
    body = arena.written(whole | {"price": price} | fields)
    assert_answered(await posted(arena.life.client, "/v1/jobs", body))


@settings(CAREFULLY, max_examples=80)
@given(
    path=st.sampled_from(["jobs/{}", "jobs/{}/timeline", "disputes/{}", "instructions/{}", "jobs"]),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    query=st.dictionaries(
        st.sampled_from(["cursor", "limit", "state", "stuck"]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    ),
)
async def test_no_address_breaks_anything(
    arena: Arena, path: str, name: str, query: dict[str, str]
) -> None:
    """Ids and parameters of any characters."""
    where = "/v1/" + path.format(quote(name, safe=""))
    assert_answered(await arena.life.client.get(where, **query))


async def test_nothing_waits_and_the_books_balance_after_all_this(
    world: World, arena: Arena
) -> None:
    """Every instruction has its outcome."""
    query = "select id from instruction where caller_id = :id and outcome is null"
    for person in (arena.life.client, arena.life.freelancer):
        assert not await rows(world, query, id=person.id)
    assert await world.violations() == []


def c_path(command: type[Command]) -> str:
    """The last part of the command's address."""
    from api.paths import path_of

    return path_of(command)


async def somebody(arena: Arena, who: str) -> Person:
    if who == "mediator":
        mediator = (await arena.life.dispute_shown())["mediator"]
        house = arena.world.house.mediators
        return house[mediator["id"]] if mediator else next(iter(house.values()))
    return await arena.life.person(Role(who))


async def posted(person: Person, path: str, content: bytes) -> Response:
    headers = person.headers(new_key()) | {"Content-Type": "application/json"}
    return await person.http.post(path, content=content, headers=headers)
