"""Records the golden histories anew: `python -m tests.replay.record [story …]`."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from temporalio.client import WorkflowHistory

from local import temporal, temporal_binary
from local.mail import MailCatcher
from local.places import free_ports, passable
from local.postgres import Postgres
from local.temporal import TemporalServer
from settings import Settings
from tests.deposits.paying import Paying, reaching
from tests.deposits.refunding import Refunding
from tests.deposits.remitting import Remitting
from tests.fakestripe.stand import Stand, standing
from tests.holding.faults import Failing
from tests.holding.hands import ended, hands, workflow
from tests.life import Life, eventually
from tests.replay import histories
from tests.replay.chargebacks import CHARGEBACKS
from tests.replay.deposits import DEPOSITS
from tests.replay.market import MARKET
from tests.replay.refunds import REFUNDS
from tests.replay.remittances import REMITTANCES
from tests.replay.stories import STORIES, Story
from tests.replay.withdrawals import WITHDRAWALS
from tests.withdrawals.leaving import Leaving, paying_out
from tests.world import World, database, opened, settings_for, working
from workflows import options

BY_CARD = {**DEPOSITS, **CHARGEBACKS}
SHORT = {"limit.historyCount.suggestContinueAsNew": "12"}


async def record(name: str, world: World) -> None:
    """Live the story and keep what Temporal wrote of it."""
    told = STORIES[name]
    life = await Life.begin(world, price=told.price, wallet=told.wallet, earnings=told.price)
    await _live(told, life)
    runs = [run for case_id in cases(life) for run in await _runs(world, case_id)]
    histories.write(name, runs)
    print(f"{name}: {len(runs)} runs, {sum(len(run.events) for run in runs)} events")


async def _live(told: Story, life: Life) -> None:
    """Until its workflows have ended; a stuck step is one that fails for three seconds."""
    fault = Failing("commit_step", RuntimeError("a fault"), times=0)
    async with hands(life.world, fault):
        first, *others = told.acts
        await first(life)
        fault.times = 5 if told.stuck else 0
        for act in others:
            await act(life)
        await life.states()
        await eventually(lambda: all_ended(life))


async def all_ended(life: Life) -> bool:
    """Whether nothing of it runs any more."""
    return all([await ended(life.world, case_id) for case_id in cases(life)])


def cases(life: Life) -> list[str]:
    """The job, and its dispute if it had one."""
    return [case_id for case_id in (life.job_id, life.dispute_id) if case_id]


async def _runs(world: World, case_id: str, kind: str = "") -> list[WorkflowHistory]:
    """All runs of the case's workflow, the first one first."""
    last = workflow(world, case_id, kind)
    info = (await last.describe()).raw_description.workflow_execution_info
    run_id, runs = info.first_run_id, []
    while run_id:
        handle = world.temporal.get_workflow_handle(last.id, run_id=run_id)
        runs.append(await handle.fetch_history())
        end = runs[-1].events[-1]
        run_id = end.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return runs


async def record_deposit(name: str, paying: Paying) -> None:
    """Live the deposit and keep what Temporal wrote of it."""
    world = paying.world
    if name in BY_CARD:
        deposit = await BY_CARD[name](paying)
    elif name in REFUNDS:
        deposit = await REFUNDS[name](Refunding(paying))
    else:
        deposit = await REMITTANCES[name](Remitting(world, paying.client))
    which = deposit["id"], deposit["kind"]
    await eventually(lambda: ended(world, *which))
    histories.write(name, await _runs(world, *which))
    print(name)


async def record_deposits(names: Sequence[str], settings: Settings, stand: Stand) -> None:
    """Record these deposits, one after the other."""
    async with opened(settings) as world, working(settings):
        for name in names:
            await record_deposit(name, Paying(world, stand, await world.person("client")))


async def record_withdrawals(names: Sequence[str], settings: Settings, stand: Stand) -> None:
    """Live these withdrawals and keep what Temporal wrote of each."""
    async with opened(settings) as world, working(settings):
        for name in names:
            person = await world.person("freelancer", earnings_minor=100_00)
            withdrawal = await WITHDRAWALS[name](await Leaving(world, person).ready(), stand)
            await eventually(partial(ended, world, withdrawal["id"]))
            histories.write(name, await _runs(world, withdrawal["id"]))
            print(name)


async def record_market(names: Sequence[str], settings: Settings) -> None:
    """Live these and keep what Temporal wrote of each."""
    async with opened(settings) as world, working(settings):
        for name in names:
            case_id = await MARKET[name](world)
            histories.write(name, await _runs(world, case_id))
            print(name)


@contextmanager
def servers(folder: Path) -> Iterator[tuple[Postgres, MailCatcher, str, str]]:
    """Everything that is needed, and two Temporal servers: a usual one, and one of short runs."""
    postgres = Postgres(folder / "postgres", durable=False)
    mail = MailCatcher(folder / "mail", folder / "log", *free_ports(2))
    ports = free_ports(2)
    usual = TemporalServer(temporal_binary.find(), folder / "usual", ports[0])
    temporal.DYNAMIC_CONFIG |= SHORT
    short = TemporalServer(temporal_binary.find(), folder / "short", ports[1])
    started = []
    try:
        for server in (postgres, mail, usual, short):
            started.append(server)
            server.start()
        yield postgres, mail, usual.address, short.address
    finally:
        for server in reversed(started):
            server.stop()


async def record_all(names: Sequence[str], settings: Settings) -> None:
    """Record these stories, one after the other."""
    async with opened(settings) as world:
        for name in names:
            await record(name, world)


def main(names: Sequence[str]) -> None:
    """Record these stories, or all; what was released stays as it was recorded then."""
    options.STUCK_AFTER = timedelta(seconds=1)
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-")))
    with servers(folder) as (postgres, mail, usual, short):
        for address, is_short in ((usual, False), (short, True)):
            told = [one for one in names or STORIES if one in STORIES]
            chosen = [one for one in told if STORIES[one].short is is_short]
            if not chosen:
                continue
            with database(postgres, f"recorded_{is_short}".lower()) as url:
                files = folder / "files"
                settings = settings_for(url, address, "default", mail.smtp_port, files)
                asyncio.run(record_all(chosen, settings))
        known = [*BY_CARD, *REMITTANCES, *REFUNDS]
        deposits = [one for one in names or known if one in known]
        with database(postgres, "deposits") as url, standing(folder / "stripe.sqlite") as stand:
            settings = settings_for(
                url, usual, "default", mail.smtp_port, folder / "files", **reaching(stand)
            )
            asyncio.run(record_deposits(deposits, settings, stand))
            out = [one for one in names or WITHDRAWALS if one in WITHDRAWALS]
            more = settings.model_dump(exclude_unset=True) | paying_out()
            asyncio.run(record_withdrawals(out, Settings(**more), stand))
            market = [one for one in names or MARKET if one in MARKET]
            asyncio.run(record_market(market, settings))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
