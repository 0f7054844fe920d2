"""Whatever these tests do to a job, the books are right afterwards."""

from collections.abc import AsyncIterator

import pytest

from tests.world import World


@pytest.fixture(autouse=True)
async def the_books_are_right(world: World) -> AsyncIterator[None]:
    """After each test nothing in the whole book breaks what must always hold."""
    yield
    assert await world.violations() == []
