"""The words of a case file: times, amounts, accounts and events as people say them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import RowMapping

from domain import basket, shortfalls
from domain.accounts import PERSONAL, PLATFORM, Kind
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.money import Money, show
from domain.policy import Terms
from domain.policy_words import LABELS, number

_STEPS = {row.event: row.says for table in (JOB, DISPUTE) for row in table.steps}
_SILENCES = {row.event: row.says for table in (JOB, DISPUTE) for row in table.silences}
_TOUCHED = dict((shortfalls.FROZEN, shortfalls.FILLED, shortfalls.THAWED, shortfalls.CANCELLED))
_OPENED = dict((basket.OPENED,))
_CLOCKS = {
    "reminded": "A reminder went out",
    "reminder_missed": "A reminder came too late to warn of anything",
    "deadline_extended": "The deadline was extended, because notice of it could not be proven",
    "not_begun": "It could not begin",
    "task_escalated": "A staff task on this case is still open",
}
_ADDRESS = re.compile(r"[^\s@<>:;,\"'()\[\]]+?(?:@|%40)([^\s@<>:;,\"'()\[\]]+)")

_SMTP = re.compile(r"[2-5]\d\d(?!\d)")
"""What a mail server's refusal begins with; what it says when it accepts, stands without."""


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, with all six digits, so that the order of the texts is that of time."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def happened(event: RowMapping) -> str:
    """What an event says in words, from the law's own tables."""
    kind = event["kind"]
    said = _SILENCES.get(kind) if event["actor"] == "clock" else None
    said = (
        said
        or _STEPS.get(kind)
        or _CLOCKS.get(kind)
        or _TOUCHED.get(kind)
        or _OPENED.get(kind)
        or kind.replace("_", " ")
    )
    return f"{said[0].upper()}{said[1:]}"


def refused(command: str) -> str:
    """A decision that came to nothing."""
    return f"Refused: {command.replace('_', ' ')}"


def terms(agreed: Terms) -> list[dict[str, str]]:
    """What the contract was signed under: price, time, and every number of the policy."""
    days = agreed.work_period.days
    own = {
        "Price": str(Money(amount_minor=agreed.price_minor, currency=agreed.currency)),
        "Time to work": f"{days} day{'s' if days != 1 else ''}",
        "Starts by itself when the money is there": "yes" if agreed.start_when_funded else "no",
        "Version of the policy": str(agreed.policy.version),
    }
    numbers = dict(number(agreed.policy, name) for name in LABELS)
    return [{"what": what, "value": value} for what, value in (own | numbers).items()]


def confidentiality(agreed: Terms, text: str | None) -> dict[str, str | None] | None:
    """What the client asked besides the agreement in force, as far as it is open, and its name."""
    asked = agreed.confidentiality
    return {"text": text, "sha256": asked} if asked else None


def account(kind: str, owner: str, named: Mapping[str, str], *, whole: bool) -> str:
    """An account as people call it; of somebody else's wallet not which part of it."""
    if owner == PLATFORM:
        return f"the platform's {kind.removeprefix('platform_').replace('_', ' ')}"
    if kind == Kind.ESCROW:
        return (
            "the escrow of the job" if owner.startswith("job_") else "the mediation fee set aside"
        )
    who = named.get(owner, "somebody else")
    part = kind.replace("_", " ") if whole or kind not in PERSONAL else "wallet"
    return f"{who}'s {part}"


def signed(amount_minor: int, currency: str) -> str:
    """A change of an account: `+1,234.56 USD`, `-0.50 USD`."""
    sign = "+" if amount_minor > 0 else "-"
    return f"{sign}{show(abs(amount_minor))} {currency}"


def server_of(address: str) -> str:
    """An address reduced to the server it belongs to."""
    return f"…@{address.rpartition('@')[2]}"


def heard(noted: str | None, status: str) -> str | None:
    """What a mail server said; whatever else is noted of a mail is a fault of ours, and staff's."""
    return noted if noted and (status == "accepted" or _SMTP.match(noted)) else None


def answered(text: str | None, address: str) -> str | None:
    """What a mail server said, with neither an address nor the name of the mailbox in it."""
    if text is None:
        return None
    mailbox = address.rpartition("@")[0]
    names = "|".join(re.escape(name) for name in (mailbox, mailbox.partition("+")[0]) if name)
    mailboxes = re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)
    return mailboxes.sub("…", _ADDRESS.sub(r"…@\1", text))
