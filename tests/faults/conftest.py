"""A world whose API and worker are processes that die at every place, one by one."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from local import temporal, temporal_binary
from local.mail import MailCatcher
from local.places import free_ports
from local.postgres import Postgres
from local.temporal import TemporalServer
from tests.deposits.paying import SECRET, reaching
from tests.fakestripe.stand import Stand, standing
from tests.faults.deaths import DEATHS, Death
from tests.faults.fleet import Fleet
from tests.faults.stubborn import ACT, Sent, Stubborn
from tests.holding.hands import rows
from tests.life import Life, eventually
from tests.withdrawals.leaving import paying_out
from tests.world import World, database, opened, settings_for

PATIENCE = timedelta(minutes=8)
MINUTES_PASS = """
    update mail set next_at = now() where status = 'pending' and next_at > now();
    update notice set created_at = created_at - interval '5 minutes'
     where created_at > now() - interval '5 minutes'
       and id in (select notice_id from mail where status = 'pending')
"""
THEIRS = "select id from cases where client_id = :client or freelancer_id = :freelancer"
UNDECIDED = "select count(*) from instruction where outcome is null"
UNSENT = "select count(*) from mail where status = 'pending'"


@dataclass
class Aftermath:
    """What the deaths left behind, when all was mended and every job was ended."""

    world: World
    lives: dict[Death, Life] = field(default_factory=dict)
    codes: dict[Death, list[int]] = field(default_factory=dict)
    """How the processes ended, the one that was to die last."""
    heard: list[Sent] = field(default_factory=list)
    """Every answer that anybody got."""
    bugs: list[str] = field(default_factory=list)
    """Those among all tries that blamed the product itself."""


@pytest.fixture(scope="module")
def faults_database(postgres_server: Postgres) -> Iterator[str]:
    """A database of our own."""
    with database(postgres_server, "faults") as url:
        yield url


@pytest.fixture(scope="module")
def short_runs(server_folder: Path) -> Iterator[str]:
    """A Temporal server that suggests a new run after every dozen events."""
    [port] = free_ports(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(temporal.DYNAMIC_CONFIG, "limit.historyCount.suggestContinueAsNew", "12")
        server = TemporalServer(temporal_binary.find(), server_folder / "faults", port)
    server.start()
    yield server.address
    server.stop()


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A stand-in for Stripe, which does not die."""
    with standing(tmp_path_factory.mktemp("stripe") / "books.sqlite") as running:
        yield running


@pytest.fixture(scope="module")
async def aftermath(
    postgres_server: Postgres,
    faults_database: str,
    short_runs: str,
    mail: MailCatcher,
    stand: Stand,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Aftermath]:
    """Every death, and everybody's life after it."""
    settings = settings_for(
        faults_database,
        short_runs,
        "default",
        mail.smtp_port,
        tmp_path_factory.mktemp("files"),
        outcome_wait=timedelta(seconds=2),
        sweep_after=timedelta(seconds=1),
        **reaching(stand) | {"processor_pause": timedelta(seconds=3)},
        **paying_out() | {"policy": {"rejection_reminders": ["PT1S"], "payout_cool_down": "PT0S"}},
    )
    [port] = free_ports(1)
    with Fleet(settings, port, tmp_path_factory.mktemp("logs")) as fleet:
        webhooks = f"{fleet.url}/v1/webhooks/stripe"
        for connect in (False, True):
            stand.control("webhook_endpoints", url=webhooks, secret=SECRET, connect=connect)
        async with opened(settings) as world:
            after = Aftermath(world)
            stubborn = Stubborn(httpx.AsyncHTTPTransport(), after.heard.append)
            after.bugs = stubborn.bugs
            async with httpx.AsyncClient(transport=stubborn, base_url=fleet.url) as http:
                # Whoever asks again and again for what never comes must end too.
                async with asyncio.timeout(2 * PATIENCE.total_seconds()):
                    await _live_and_die(_through(world, http), fleet, after)
                await _mend(postgres_server, world)
            yield after


def _through(world: World, http: httpx.AsyncClient) -> World:
    """The same world, whose people reach it over the network."""
    house = world.house
    ada, bob = (replace(one, http=http) for one in house.accountants)
    return replace(world, http=http, house=replace(house, accountants=(ada, bob)))


async def _live_and_die(world: World, fleet: Fleet, after: Aftermath) -> None:
    await fleet.start("api")
    await fleet.start("worker")
    crowd = asyncio.Semaphore(8)

    async def prepared(death: Death) -> None:
        async with crowd:
            after.lives[death] = life = await Life.begin(
                world, wallet=death.story.wallet, earnings=death.story.earnings
            )
            await death.story.before(life)

    await asyncio.gather(*map(prepared, DEATHS))
    # A worker that is stopped gives its cases back at once; those of a dead one wait for it.
    await fleet.stop("worker")
    async with asyncio.timeout(PATIENCE.total_seconds()), asyncio.TaskGroup() as acts:
        for death in DEATHS:
            after.codes[death] = await _die(world, fleet, death, after.lives[death], acts)
        await fleet.ensure("api", "worker")
    await asyncio.gather(*(death.story.after(after.lives[death]) for death in DEATHS))


async def _die(
    world: World, fleet: Fleet, death: Death, life: Life, acts: asyncio.TaskGroup
) -> list[int]:
    """Somebody acts, and the process dies of just that; the act goes on with those that follow."""
    if death.process == "api":
        await fleet.ensure("worker")
        await fleet.start("api", dies_at=f"{death.at}@{await _known(world, life)}")
        acts.create_task(_act(death, life))
        return [await fleet.death("api")]
    # Nobody takes the act's step before the worker that is to die of it.
    fleet.kill("worker")
    codes = []
    if death.first:
        await fleet.start("api", dies_at=f"{death.first}@{await _known(world, life)}")
    else:
        await fleet.ensure("api")
    acts.create_task(_act(death, life))
    if death.first:
        codes.append(await fleet.death("api"))
    words = "" if death.of_all else f"@{','.join(await _words(world, life))}"
    await fleet.start("worker", dies_at=f"{death.at}{words}")
    return [*codes, await fleet.death("worker")]


async def _act(death: Death, life: Life) -> None:
    """The story's act, by requests that carry its client's id."""
    ACT.set(life.client.id)
    await death.story.act(life)


async def _known(world: World, life: Life) -> str:
    """What only this story is about, as far as it is there."""
    found = await rows(world, THEIRS, client=life.client.id, freelancer=life.freelancer.id)
    return ",".join([life.client.id, *(row.id for row in found)])


async def _words(world: World, life: Life) -> list[str]:
    """What only this story is about, once its job is there: ids and addresses."""
    found: list[str] = []

    async def there() -> bool:
        both = {"client": life.client.id, "freelancer": life.freelancer.id}
        found[:] = [row.id for row in await rows(world, THEIRS, **both)]
        return bool(found)

    await eventually(there)
    return [*found, life.client.id, life.client.email, life.freelancer.email]


async def _mend(postgres_server: Postgres, world: World) -> None:
    """Minutes pass for the mails, so that whoever is there sends what a dead worker had claimed."""

    async def nobody_waits() -> bool:
        postgres_server.sql(MINUTES_PASS, "faults")
        return postgres_server.sql(f"{UNDECIDED}; {UNSENT}", "faults").split() == ["0", "0"]

    await eventually(nobody_waits, PATIENCE, every=timedelta(seconds=2))


DIED = -signal.SIGKILL
