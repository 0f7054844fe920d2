"""Turns: so many at once, of each person one, and nobody waits without an end."""

import asyncio
from datetime import timedelta

import pytest

from api.problems import Problem
from api.turns import Turns

SOON, LONG = timedelta(milliseconds=20), timedelta(seconds=20)


async def test_so_many_hold_a_turn_at_once() -> None:
    """The next one has it when one of them is done."""
    turns, busy, most = Turns(2, LONG), 0, 0

    async def work(person: str) -> None:
        nonlocal busy, most
        async with turns.of(person):
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.005)
            busy -= 1

    await asyncio.gather(*(work(f"user_{n}") for n in range(7)))
    assert (most, busy) == (2, 0)


async def test_one_person_holds_one_and_waits_in_nobodys_way() -> None:
    """Whoever asks five times takes one place; others go past the four that wait."""
    turns, done = Turns(2, LONG), list[str]()

    async def work(person: str) -> None:
        async with turns.of(person):
            await asyncio.sleep(0.005)
            done.append(person)

    await asyncio.gather(*(work(person) for person in ("eve", "eve", "eve", "eve", "ana")))
    assert done.index("ana") < 2


async def test_whoever_waits_too_long_is_refused_and_leaves_no_trace() -> None:
    """The places are all there afterwards."""
    turns = Turns(1, SOON)
    async with turns.of("ana"):
        for person in ("ana", "bob"):
            with pytest.raises(Problem) as refused:
                async with turns.of(person):
                    pass
            assert refused.value.code == "unavailable"
    async with turns.of("bob"):
        pass
