"""The calendar of a rehearsed story: what happened on which day, by whom, and who was told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from domain.policy import DAY
from local.actors import Actor
from local.deal import Deal
from local.mail import DEFERRING, MailCatcher
from local.telling import moment
from local.virtual_time import Clock

MAILS_WITHIN_S = 10


@dataclass(frozen=True)
class Day:
    """Something that happened; `told` are people, and whether a mail server took the mail."""

    at: datetime
    kind: str
    what: str
    by: str
    told: Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class _Told:
    person: Actor
    at: str
    kind: str
    says: str
    mailed: bool


async def days(deal: Deal, mail: MailCatcher) -> list[Day]:
    """Everything on the job's timeline, in order, with the notices and mails it caused."""
    timeline = await deal.client.get(deal.job["timeline"], limit=100)
    # A step that changed the job and its dispute stands on the timeline of both.
    events = {(event["at"], event["kind"]): event for event in reversed(timeline["items"])}
    notices = await _all_told(deal, mail)
    return [_day(deal, event, notices) for event in events.values()]


def tell(page: Console, found: Sequence[Day], clock: Clock) -> None:
    """Print the calendar; days count from the first event."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=True)
    for name in ("day", "date (UTC)", "time"):
        table.add_column(name, justify="right" if name == "day" else "left", no_wrap=True)
    table.add_column("what happened", ratio=1)
    table.add_column("by", no_wrap=True)
    table.add_column("told by mail")
    begun, shown = clock.shown(found[0].at), ""
    for one in found:
        at = clock.shown(one.at)
        date = f"{at:%a %d %b}"
        day = str((at - begun) // DAY) if date != shown else ""
        told = "  ".join(f"{name} {'✓' if mailed else '✗'}" for name, mailed in one.told)
        table.add_row(
            day, date if date != shown else "", f"{at:%H:%M}", one.what, one.by, told,
            style="dim" if one.kind == "reminded" else "",
        )  # fmt: skip
        shown = date
    page.print(Padding(table, (0, 0, 0, 1)))


def _day(deal: Deal, event: dict[str, Any], notices: Sequence[_Told]) -> Day:
    told = [one for one in notices if one.at == event["at"]]
    told.sort(key=lambda one: one.kind != event["kind"])
    what = told[0].says if told else event["kind"].replace("_", " ")
    if event["said"]:
        what += f": “{event['said']}”"
    names = {"client": deal.client.first, "freelancer": deal.freelancer.first, "clock": "the clock"}
    return Day(
        at=moment(event["at"]),
        kind=event["kind"],
        what=what,
        by=names.get(event["actor"], f"the {event['actor']}"),
        told=[(one.person.first, one.mailed) for one in told],
    )


async def _all_told(deal: Deal, mail: MailCatcher) -> list[_Told]:
    """Everybody's notices of this job; the mails of the last ones may take a moment to arrive."""
    house = deal.house
    people = [deal.client, deal.freelancer, *house.mediators.values(), *house.staff, house.head]
    async with asyncio.timeout(MAILS_WITHIN_S):
        while True:
            told = [one for person in people for one in await _told(deal, person, mail)]
            late = [one for one in told if not one.mailed and DEFERRING not in one.person.email]
            if not late:
                return told
            await asyncio.sleep(0.2)


async def _told(deal: Deal, person: Actor, mail: MailCatcher) -> list[_Told]:
    inbox = await person.get("/v1/me/notices", limit=100)
    mails = await asyncio.to_thread(mail.messages, person.email)
    taken = [one["subject"] for one in mails]
    found = []
    for notice in reversed(inbox["items"]):
        if notice["case_id"] not in (deal.job_id, deal.dispute_id):
            continue
        mailed = notice["subject"] in taken
        if mailed:
            taken.remove(notice["subject"])
        says = notice["subject"].removeprefix(f"{deal.job['title']}: ")
        found.append(_Told(person, notice["at"], notice["kind"], says, mailed))
    return found
