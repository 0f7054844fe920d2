"""`make rehearse`: weeks of a job in seconds, with the real workflows, law and ledger."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from rich.console import Console
from rich.text import Text

from ledger import invariants
from ledger.database import connect
from local import almanac, telling, temporal_binary
from local.cast import HOUSE, assemble, house_of
from local.lived import Lived, live
from local.places import Unready, passable
from local.progress import step
from local.rehearsal import Rehearsal
from local.rehearsals import REHEARSALS
from local.stack import Stack
from local.virtual_time import Clock, Shortened, Skipping

ENOUGH = "1000/second"
"""Rehearsed people sign up and log in all at once."""
OF_ANOTHER = ("TEMPORAL_NAMESPACE", "TEMPORAL_TLS", "TEMPORAL_API_KEY")
"""What says how another server is reached than one of ours."""


def main(name: str | None = None) -> int:
    """Rehearse one story, or all; 1 when one of them does not end as the law says."""
    if name is not None and name not in REHEARSALS:
        print(f"No story is called “{name}”. There are: {', '.join(REHEARSALS)}.")
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run([REHEARSALS[name]] if name else list(REHEARSALS.values()))
    except Unready as reason:
        print(reason)
    except KeyboardInterrupt:
        print("\nStopped.")
    return 1


def run(stories: Sequence[Rehearsal]) -> int:
    """Live through these stories side by side in a stack of their own, and tell each; 1 or 0."""
    begun = time.monotonic()
    clock = _clock()
    with _stack(clock) as stack:
        page = telling.console()
        page.print(f"\n{clock.says} {almanac.LEGEND}")
        with step(f"Living through {', '.join(story.name for story in stories)}"):
            lived, wrong = asyncio.run(_live(stack, clock, stories))
        for one in lived:
            _tell(page, one, clock)
        for line in wrong:
            page.print(f"The books do not balance: {line}", style="bold red")
        print(f"\n{len(lived)} rehearsed in {time.monotonic() - begun:.1f} s, servers included.")
    return int(bool(wrong) or any(one.faults for one in lived))


def _clock() -> Clock:
    can_skip = not _other_server() and temporal_binary.find().skips_time
    return Skipping() if can_skip else Shortened()


def _other_server() -> str:
    return os.environ.get("TEMPORAL_ADDRESS", "")


@contextmanager
def _stack(clock: Clock) -> Iterator[Stack]:
    """Everything, started in a folder that is gone afterwards."""
    folder = passable(Path(tempfile.mkdtemp(prefix="peerok-")))
    theirs = {k: v for k, v in os.environ.items() if k in OF_ANOTHER} if _other_server() else {}
    ours = {
        "PEEROK_SIGNUP_LIMIT": ENOUGH,
        "PEEROK_LOGIN_LIMIT": ENOUGH,
        # On a server that others use too, our workflows are for our worker alone.
        "PEEROK_TASK_QUEUE_PREFIX": f"rehearsal-{uuid4().hex[:8]}-",
    }
    settings = {**ours, **theirs, **clock.settings}
    stack = Stack(folder, settings=settings, temporal_address=_other_server())
    try:
        with step("Starting PostgreSQL, Temporal, mail, a worker and the API"):
            stack.start()
        yield stack
    finally:
        stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _live(
    stack: Stack, clock: Clock, stories: Sequence[Rehearsal]
) -> tuple[list[Lived], list[str]]:
    variables = stack.environment()
    address, namespace = variables["TEMPORAL_ADDRESS"], variables.get("TEMPORAL_NAMESPACE")
    database = stack.postgres.url()
    async with httpx.AsyncClient(base_url=stack.url, timeout=60) as http:
        house = house_of(await assemble(http, HOUSE, database))
        await clock.begin(address, namespace or "default")
        living = [live(stack, clock, http, house, story) for story in stories]
        lived = await asyncio.gather(*living)
    engine = connect(database, pool=1)
    async with engine.connect() as c:
        wrong = await invariants.violations(c)
    await engine.dispose()
    return lived, wrong


def _tell(page: Console, lived: Lived, clock: Clock) -> None:
    story, days = lived.story, lived.days
    telling.heading(page, f"{story.name}: {story.title}")
    if days:
        almanac.tell(page, days, clock)
    after = {lived.names[who]: minor for who, minor in lived.money.items() if who != "platform"}
    telling.money(page, dict.fromkeys(after, 0), after, lived.money["platform"])
    page.print()
    if lived.faults:
        page.print(Text(f"    Not as the law says: {'; '.join(lived.faults)}.", style="bold red"))
        return
    last = (clock.shown(days[-1].at) - clock.shown(days[0].at)).days
    ends = {
        story.about: story.ending.about,
        "job": story.ending.job,
        "dispute": story.ending.dispute,
    }
    end = ", ".join(f"{what} {state}" for what, state in ends.items() if state).replace("_", " ")
    words = f"    As the law says: {end}. {last} days in {lived.seconds:.1f} s."
    page.print(Text(words, style="bold green"))
