"""Every row of the law of jobs and disputes, lived on the real servers over HTTP."""

import asyncio

import pytest

from domain.dispute import DISPUTE
from domain.job import JOB
from domain.process import Process, Step
from tests.workflows.dispute_rows import DISPUTE_RECIPES
from tests.workflows.job_rows import JOB_RECIPES
from tests.workflows.recipes import Cell, Recipe
from tests.world import World

RECIPES = {**JOB_RECIPES, **DISPUTE_RECIPES}
LAW: dict[Cell, tuple[Process, Step]] = {
    (row.source, row.command, role): (process, row)
    for process in (JOB, DISPUTE)
    for row in process.steps
    for role in sorted(row.by)
}


def _name(cell: Cell) -> str:
    state, command, role = cell
    return f"{LAW[cell][0].name}-{state}-{command.name}-{role}"


def test_every_row_of_the_law_has_a_recipe_and_every_recipe_a_row() -> None:
    """A row that is added or removed must be lived, or be lived no more."""
    assert set(RECIPES) == set(LAW)


@pytest.mark.parametrize("cell", LAW, ids=_name)
async def test_a_row_does_what_the_law_says(world: World, cell: Cell) -> None:
    """From its state, by its people, to each of its targets, with exactly its money."""
    process, row = LAW[cell]
    recipes = RECIPES[cell]
    reached = {recipe.states[process is DISPUTE] for recipe in recipes}
    assert reached == (set(row.targets) or {row.source}), "every target has a recipe"
    await asyncio.gather(*(_live(world, recipe, cell, row) for recipe in recipes))


async def _live(world: World, recipe: Recipe, cell: Cell, row: Step) -> None:
    state, command, role = cell
    life = await recipe.reach(world)
    if life.job_id:
        assert state in await life.states()
    if recipe.act is None:
        await life.does(role, command)
    else:
        await recipe.act(life)
    assert await life.states() == recipe.states
    assert await life.moved() == recipe.money
    last = (await life.timeline())[-1]
    assert (last["kind"], last["actor"]) == (row.event, role)
