"""Every cell of who may use which route is as committed, and no route is without its row."""

from tests.matrix import table
from tests.matrix.asking import ASKED
from tests.world import World


def test_every_route_has_a_row(world: World) -> None:
    """Whoever adds a route says what is sent to it, and reads who may use it."""
    assert set(table.routes(world)) == set(ASKED)


async def test_every_cell_is_what_the_committed_matrix_says(world: World) -> None:
    """Asked of the running API, route by route and relation by relation."""
    committed = table.TABLE.read_text(encoding="utf-8").splitlines()
    assert (await table.table(world)).splitlines() == committed, "`python -m tests.matrix`"
