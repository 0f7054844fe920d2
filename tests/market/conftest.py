"""People of the market."""

from collections.abc import Awaitable, Callable

import pytest

from tests.api.people import Person, signup
from tests.world import World


@pytest.fixture
def http_person(world: World) -> Callable[[], Awaitable[Person]]:
    """Somebody who has just signed up, and has signed and answered nothing."""

    async def new() -> Person:
        return await signup(world.http)

    return new
