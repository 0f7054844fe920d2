"""A dump, restored into a new database beside an empty Temporal, is the whole product again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain import commands as c
from domain.cases import Role
from ledger import radar
from local.mail import MailCatcher
from local.postgres import OWNER, Postgres
from tests.holding.hands import decided, hands, leaves, policy
from tests.life import Life, eventually
from tests.observe.restoring import again, product, run
from tests.world import database, working

SOON = timedelta(seconds=2)


@pytest.fixture
def before(postgres_server: Postgres) -> Iterator[str]:
    """A database that will be lost."""
    with database(postgres_server, "before"):
        yield "before"


async def test_every_open_case_goes_on_after_a_restore(
    postgres_server: Postgres,
    before: str,
    temporal_address: str,
    mail: MailCatcher,
    tmp_path: Path,
) -> None:
    """Whatever was open goes on: a wait, a dispute, a decision not acted on, a missed moment."""
    server, dump = postgres_server, tmp_path / "peerok.dump"
    async with product(server, before, temporal_address, mail, tmp_path) as world:
        lives = [await Life.begin(world) for _ in range(4)]
        waiting, disputed, approving, lapsing = lives
        async with hands(world):
            await waiting.in_review()
            await disputed.rejected()
            await disputed.open_dispute()
            await approving.in_review()
            with policy(world, offer_period=SOON):
                await lapsing.offered()
        approval = await leaves(approving, Role.CLIENT, c.Approve)
        run(server, "pg_dump", "-Fc", "-f", str(dump), before)
    server.create_database("restored", owner=OWNER)
    run(server, "pg_restore", "--exit-on-error", "-d", "restored", str(dump))
    async with product(server, "restored", temporal_address, mail, tmp_path) as world:
        assert await world.violations() == []
        waiting, disputed, approving, lapsing = [again(life, world) for life in lives]
        async with working(world.settings):
            await eventually(lambda: decided(world, approval), timedelta(seconds=40))
            await waiting.client_does(c.Approve)
            await disputed.freelancer_does(c.AcceptRejection)

            async def lapsed() -> bool:
                return bool((await lapsing.shown())["over"])

            await eventually(lapsed, timedelta(seconds=40))
        assert [await life.states() for life in (waiting, disputed, approving, lapsing)] == [
            ("completed", None),
            ("cancelled", "accepted"),
            ("completed", None),
            ("lapsed", None),
        ]
        assert await world.violations() == []
        async with world.engine.connect() as connection:
            assert {one.many for one in (await radar.counted(connection)).values()} == {0}
    server.drop_database("restored")


@pytest.mark.parametrize("guard", ["update leg set amount_minor = 1", "delete from event"])
def test_a_restored_book_keeps_its_guards(
    postgres_server: Postgres, tmp_path: Path, guard: str
) -> None:
    """Triggers, roles and grants are in the dump too."""
    server, dump = postgres_server, tmp_path / "empty.dump"
    with database(server, "guarded"):
        run(server, "pg_dump", "-Fc", "-f", str(dump), "guarded")
    server.create_database("guarded_again", owner=OWNER)
    run(server, "pg_restore", "--exit-on-error", "-d", "guarded_again", str(dump))
    for role, why in ((OWNER, "against the rules of the book"), ("peerok_app", "permission")):
        with pytest.raises(Exception, match=why):
            server.sql(guard, "guarded_again", role)
    server.drop_database("guarded_again")
