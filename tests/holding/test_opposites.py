"""Opposite decisions at the same moment: exactly one wins, the others learn why, money is whole."""

import asyncio
from collections.abc import Sequence

import pytest
from httpx import Response

from domain import commands as c
from domain.cases import Role
from tests.api.people import code
from tests.holding.hands import ended, hands, happened
from tests.life import Life, eventually
from tests.usual import usual_body
from tests.world import World

Decision = tuple[Role, type[c.Command]]
C, F = Role.CLIENT, Role.FREELANCER
PAIRS: list[list[Decision]] = [
    [(C, c.Approve), (F, c.AcceptRejection)],
    [(C, c.Approve), (F, c.AcceptSettlement)],
    [(C, c.WithdrawRejection), (F, c.AcceptRejection)],
]
ENDINGS = {
    c.Approve: ("completed", "dismissed"),
    c.AcceptRejection: ("cancelled", "accepted"),
    c.AcceptSettlement: ("settled", "settled"),
    c.WithdrawRejection: ("in_review", "withdrawn"),
}


async def test_of_fifty_approvals_one_is_the_approval(world: World, life: Life) -> None:
    """Each has a key of its own; forty-nine are refused with the reason, and paid is once."""
    async with hands(world):
        await life.in_review()
        answers = await at_once(life, [(C, c.Approve)] * 50)
    assert the_winner(answers) is not None
    assert (await happened(world, life.job_id)).count("delivery_approved") == 1
    assert await life.moved() == {"client": -200_00, "freelancer": 180_00, "platform": 20_00}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("two", PAIRS, ids=["approve or accept", "or settle", "or withdraw"])
async def test_of_two_opposite_decisions_one_wins(
    world: World, life: Life, two: list[Decision], first: int
) -> None:
    """In the job and in its dispute: what the first commits, the other finds under lock."""
    async with hands(world):
        await life.rejected()
        if c.AcceptSettlement in dict(two).values():
            await life.client_does(c.OfferSettlement)
        in_order = [two[first], two[1 - first]]
        won = the_winner(await at_once(life, in_order))
        kind = in_order[won][1]
        assert await life.states() == ENDINGS[kind]
        await eventually(lambda: ended(world, life.dispute_id))


async def test_an_approval_among_fifty_acceptances_leaves_one_ending(
    world: World, life: Life
) -> None:
    """Twenty-five of the client against twenty-five of the freelancer."""
    async with hands(world):
        await life.rejected()
        answers = await at_once(life, [(C, c.Approve), (F, c.AcceptRejection)] * 25)
        kind = [c.Approve, c.AcceptRejection][the_winner(answers) % 2]
        assert await life.states() == ENDINGS[kind]
        await eventually(lambda: ended(world, life.job_id))


async def at_once(life: Life, decisions: Sequence[Decision]) -> list[Response]:
    """Everybody decides on what they saw before anybody decided."""
    kinds = dict.fromkeys(decisions)
    seen = {d: (await life.path(*d), await usual_body(life, *d)) for d in kinds}
    people = {d: await life.person(d[0]) for d in kinds}
    return await asyncio.gather(*(people[d].post(*seen[d]) for d in decisions))


def the_winner(answers: Sequence[Response]) -> int:
    """The one that was applied; all others were refused because it was."""
    applied = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    assert len(applied) == 1, [answer.text for answer in answers]
    refused = {code(answer) for answer in answers if answer.status_code != 200}
    assert refused <= {"already_over", "not_open", "condition_missing"}
    return applied[0]
