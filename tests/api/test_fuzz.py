"""Whatever is sent, the answer is the case, or a problem: never a failure, never a stuck step."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Self
from urllib.parse import quote

import pytest
from httpx import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.command_bodies import body_of
from api.paths import path_of
from domain import commands as c
from domain.cases import Role
from domain.commands import Command
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.registry import DISPUTE_COMMANDS, JOB_COMMANDS
from tests.api.people import Person, code, new_key
from tests.holding.hands import rows
from tests.life import Life
from tests.world import World

ROWS = {
    command: [row for row in (*JOB.steps, *DISPUTE.steps) if row.command is command]
    for command in (JOB_COMMANDS | DISPUTE_COMMANDS).values()
    if command is not c.OfferJob
}
COMMANDS = list(ROWS)
WORDS = st.sampled_from(["words", "none", "é", "<script>", "a\nb", "'; drop table person; --"])
SUMS = st.sampled_from([0, 1, 5, 10_00, 100_00, 199_99, 200_00, 200_01, 2**53 - 1])
AMOUNTS = st.fixed_dictionaries({"amount_minor": SUMS, "currency": st.just("USD")})
FITS: dict[str, st.SearchStrategy[Any]] = {
    "offer_version": st.integers(0, 3),
    "delivery_id": st.just("{delivery}"),
    "proposal_id": st.just("{proposal}"),
    "offer_id": st.just("{offer}"),
    "files": st.sampled_from([[], ["{file}"], ["{file}", "{file}"], ["file_x"]]),
    "ends": st.sampled_from(["release", "refund", "split"]),
    "ip": st.sampled_from(["client", "freelancer"]),
    "fee": AMOUNTS,
    "days": st.integers(1, 365),
    "until": st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    "freelancer": st.just("{freelancer}") | AMOUNTS,
    "price": AMOUNTS,
}
"""What may fit a field, else words do; ids in braces are replaced by those that exist."""
WILD = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["\x00", "\ud800", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
)
NESTED = st.recursive(
    WILD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
OFFERED = ("freelancer", "title", "brief", "price", "days", "files")
CAREFULLY = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def bodies(draw: st.DrawFn, fields: Sequence[str]) -> dict[str, Any]:
    """What mostly fits, with a wild value here and there, a field too many or one too few."""
    body = {field: draw(FITS.get(field, WORDS)) for field in fields}
    if draw(st.integers(0, 2)) == 0:
        name = draw(st.sampled_from([*fields, "extra"]) | st.text(max_size=5))
        body[name] = draw(NESTED)
    if fields and draw(st.integers(0, 5)) == 0:
        del body[draw(st.sampled_from(fields))]
    return body


DECISIONS = st.sampled_from(COMMANDS).flatmap(
    lambda command: st.tuples(st.just(command), bodies(list(body_of(command).model_fields)))
)


@dataclass
class Arena:
    """A job in mediation for whatever is thrown at it; another one when it is over."""

    world: World
    life: Life
    known: dict[str, str]
    """The ids there are, by what they name."""

    @classmethod
    async def open(cls, world: World) -> Self:
        """A new one."""
        life = await (await Life.begin(world, earnings=100_00)).in_mediation()
        file = (await life.freelancer.upload(b"x")).json()["id"]
        return cls(world, life, {"file": file, "freelancer": life.freelancer.id})

    async def ready(self) -> None:
        """There is an open job, and its ids are known."""
        if (await self.life.shown())["over"]:
            fresh = await Arena.open(self.world)
            self.life, self.known = fresh.life, fresh.known
        job, dispute = await self.life.shown(), await self.life.dispute_shown()
        offers = [one["id"] for one in dispute["settlement_offers"]]
        self.known |= {
            "delivery": job["deliveries"][-1]["id"],
            "proposal": (dispute["proposal"] or {"id": "proposal_x"})["id"],
            "offer": offers[0] if offers else "offer_x",
        }

    def written(self, body: object) -> bytes:
        """The body with ids that exist, as JSON."""
        text = json.dumps(body)
        for name, known in self.known.items():
            text = text.replace(f'"{{{name}}}"', json.dumps(known))
        return text.encode()


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
@given(decision=DECISIONS, chance=st.randoms(use_true_random=False))
async def test_no_body_of_a_decision_breaks_anything(
    arena: Arena, decision: tuple[type[Command], dict[str, Any]], chance: Random
) -> None:
    """Mostly from whom the law would let, in whatever state the case has come to."""
    await arena.ready()
    command, body = decision
    role = chance.choice(sorted({role for row in ROWS[command] for role in row.by} - {Role.CLOCK}))
    disputed = command.name in DISPUTE_COMMANDS
    life = arena.life
    noun = f"disputes/{life.dispute_id}" if disputed else f"jobs/{life.job_id}"
    house = "staff/" if role is Role.STAFF else ""
    path = f"/v1/{house}{noun}/{path_of(command)}"
    assert_answered(await posted(await somebody(arena, role), path, arena.written(body)))


@settings(CAREFULLY, max_examples=60)
@given(content=st.binary(max_size=50) | st.builds(json.dumps, NESTED).map(str.encode))
async def test_no_content_of_an_offer_breaks_anything(arena: Arena, content: bytes) -> None:
    """Bytes, and JSON of any kind."""
    assert_answered(await posted(arena.life.client, "/v1/jobs", content))


@settings(CAREFULLY, max_examples=60)
@given(body=bodies(OFFERED))
async def test_no_field_of_an_offer_breaks_anything(arena: Arena, body: dict[str, Any]) -> None:
    """Each replaced by something else, or left out."""
    await arena.ready()
    assert_answered(await posted(arena.life.client, "/v1/jobs", arena.written(body)))


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


async def somebody(arena: Arena, role: Role) -> Person:
    """Who has this role; without a mediator, one who was never asked."""
    if role is Role.MEDIATOR and (await arena.life.dispute_shown())["mediator"] is None:
        return next(iter(arena.world.house.mediators.values()))
    return await arena.life.person(role)


async def posted(person: Person, path: str, content: bytes) -> Response:
    headers = person.headers(new_key()) | {"Content-Type": "application/json"}
    return await person.http.post(path, content=content, headers=headers)
