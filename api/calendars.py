"""What happens if nobody acts, as a calendar: one event for each open case, at its due time."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from domain.calendar import Calendar as BusinessCalendar
from domain.cases import Role
from domain.decide import party, turn
from domain.money import show
from domain.outlook import Outlook, if_nobody_acts
from ledger.deadlines import OpenCase

BEFORE = (timedelta(days=1), timedelta(hours=6))
"""When somebody is reminded whose turn it is."""
REFRESH = timedelta(minutes=30)
ROLES = (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR)


def feed(cases: Iterable[OpenCase], reader: str, days: BusinessCalendar, public_url: str) -> bytes:
    """The calendar of this person; the same bytes as long as nothing changed."""
    made = Calendar()
    made.add("prodid", "-//PeerOK//Deadlines//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", "PeerOK deadlines")
    made.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    made.add("x-published-ttl", "PT30M")
    for one in sorted(cases, key=lambda case: case.id):
        outlook = if_nobody_acts(one.pair.first, one.pair.dispute, days)
        if outlook is not None:
            made.add_component(_event(one, outlook, reader, public_url))
    written: bytes = made.to_ical()
    return written


def _event(one: OpenCase, outlook: Outlook, reader: str, public_url: str) -> Event:
    job, dispute = one.pair.job, one.pair.dispute
    noun = "jobs" if one.id == job.id else "disputes"
    link = f"{public_url.rstrip('/')}/v1/{noun}/{one.id}"
    changed = max(case.last_event_at for case in (job, dispute) if case is not None)
    whose = turn(job, dispute)
    theirs = whose is not None and whose is _role(one, reader)
    told = Event()
    told.add("uid", f"{one.id}@peerok")
    told.add("summary", f"If nobody acts: {outlook.what}{_money(outlook, job.terms.currency)}")
    told.add("description", f"{one.title}\n{_turn(whose, theirs=theirs)}\n{link}")
    told.add("url", link)
    told.add("dtstart", _whole(outlook.at))
    told.add("dtstamp", _whole(changed))
    told.add("last-modified", _whole(changed))
    told.add("sequence", one.changes)
    # Nobody is busy because of a deadline.
    told.add("transp", "TRANSPARENT")
    for before in BEFORE if theirs else ():
        told.add_component(_alarm(one.title, before))
    return told


def _alarm(title: str, before: timedelta) -> Alarm:
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("trigger", -before)
    made.add("description", f"{title}: it is your turn")
    return made


def _role(one: OpenCase, reader: str) -> Role | None:
    """As whom the reader is in the case; a mediator's calendar names disputes."""
    case = one.pair.case(one.id)
    return next((role for role in ROLES if party(case, role) == reader), None)


def _turn(whose: Role | None, *, theirs: bool) -> str:
    if theirs:
        return "It is your turn."
    return f"It is {'' if whose is Role.STAFF else 'the '}{whose}'s turn." if whose else ""


def _money(outlook: Outlook, currency: str) -> str:
    moved: Mapping[str, int] = {who: minor for who, minor in outlook.money.items() if minor}
    parts = [f"{who} gets {show(minor)} {currency}" for who, minor in moved.items()]
    return f" ({', '.join(parts)})" if parts else ""


def _whole(at: datetime) -> datetime:
    """Calendars know whole seconds; a deadline is not shown later than it is."""
    return at.replace(microsecond=0)
