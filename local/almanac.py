"""The calendar of a rehearsed story: what happened on which day, by whom, and who was told."""

import asyncio
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from local.actors import Actor
from local.deal import Deal, path_to
from local.mail import DEFERRING, MailCatcher
from local.telling import moment
from local.virtual_time import Clock

MAILS_WITHIN_S = 10
NOTICES = {
    "reminded": "reminder",
    "task_escalated": "escalation",
    "deadline_extended": "escalation",
    "review_escalated": "escalation",
    "ruling_escalated": "escalation",
}
"""Notices that are not called like the event they tell of."""
QUIET = frozenset({"reminded", "task_escalated"})
LEGEND = "✓ the person's mail server took the mail, ✗ it did not."


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
    """Everything on the job's timeline, in order, with the notices and mails it caused.

    And on that of what it came from, if it is told of.
    """
    paths = [deal.job["timeline"]] if deal.job else []
    paths += [f"{path_to(deal.about)}/timeline"] if deal.about else []
    listed = [(await deal.client.get(path, limit=100))["items"] for path in paths]
    # A step that changed the job and its dispute stands on the timeline of both.
    events = {(one["at"], one["kind"]): one for items in listed for one in reversed(items)}
    notices = await _all_told(deal, mail)
    found = [_day(deal, event, _telling(event, events, notices)) for event in events.values()]
    found += [Day(at, "aside", what, who, ()) for at, what, who in deal.asides]
    return sorted(found, key=lambda day: day.at)


def tell(page: Console, found: Sequence[Day], clock: Clock) -> None:
    """Print the calendar; days count from the first event."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=True)
    for name in ("day", "date (UTC)", "time"):
        table.add_column(name, justify="right" if name == "day" else "left", no_wrap=True)
    table.add_column("what happened", ratio=1)
    table.add_column("by", no_wrap=True)
    table.add_column("told by mail", max_width=24)
    begun, date, words = clock.shown(found[0].at).date(), None, ""
    for one in found:
        at = clock.shown(one.at)
        day = ("", "") if at.date() == date else (str((at.date() - begun).days), f"{at:%a %d %b}")
        what = "The same reminder" if one.what == words else one.what
        told = "  ".join(f"{name} {'✓' if mailed else '✗'}" for name, mailed in one.told)
        style = "dim" if one.kind in QUIET else ""
        table.add_row(*day, f"{at:%H:%M}", what, one.by, told, style=style)
        date, words = at.date(), one.what if one.kind == "reminded" else words
    page.print(Padding(table, (0, 0, 0, 1)))


def _telling(
    event: dict[str, Any], events: Container[tuple[str, str]], notices: Sequence[_Told]
) -> list[_Told]:
    """The notices that tell of this event, those that are called like it first."""
    at, kind = event["at"], event["kind"]
    called = NOTICES.get(kind, "")
    told = [
        one
        for one in notices
        if one.at == at
        and (one.kind == kind or ((at, one.kind) not in events and _fits(one.kind, called)))
    ]
    return sorted(told, key=lambda one: one.kind != kind)


def _fits(kind: str, called: str) -> bool:
    """Whether a notice of this kind may tell of an event whose notices are called so."""
    return kind == called if kind in NOTICES.values() else not called


def _day(deal: Deal, event: dict[str, Any], told: Sequence[_Told]) -> Day:
    what = told[0].says if told else event["kind"].replace("_", " ")
    if event["said"]:
        what += f": “{event['said']}”"
    names = {"client": deal.client.first, "freelancer": deal.freelancer.first, "clock": "the clock"}
    if event["actor"] == "mediator":
        names["mediator"] = deal.mediator.first
    return Day(
        at=moment(event["at"]),
        kind=event["kind"],
        what=what,
        by=names.get(event["actor"], event["actor"]),
        told=[(one.person.first, one.mailed) for one in told],
    )


async def _all_told(deal: Deal, mail: MailCatcher) -> list[_Told]:
    """Everybody's notices of this job; the mails of the last ones may take a moment to arrive."""
    house = deal.house
    people = [deal.client, deal.freelancer, *house.mediators.values(), *house.staff, house.head]
    patience_ends = time.monotonic() + MAILS_WITHIN_S
    while True:
        told = [one for person in people for one in await _told(deal, person, mail)]
        late = [one for one in told if not one.mailed and DEFERRING not in one.person.email]
        if not late or time.monotonic() > patience_ends:
            return told
        await asyncio.sleep(0.2)


async def _told(deal: Deal, person: Actor, mail: MailCatcher) -> list[_Told]:
    inbox = await person.get("/v1/me/notices", limit=100)
    mails = await asyncio.to_thread(mail.messages, person.email)
    taken = [one["subject"] for one in mails]
    found = []
    for notice in reversed(inbox["items"]):
        if notice["case_id"] not in {deal.job_id, deal.dispute_id, deal.about}:
            continue
        mailed = notice["subject"] in taken
        if mailed:
            taken.remove(notice["subject"])
        says = notice["subject"].removeprefix(f"{deal.title}: ")
        found.append(_Told(person, notice["at"], notice["kind"], says, mailed))
    return found
