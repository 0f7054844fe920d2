"""A profile as its freelancer, and as everybody else, sees it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from api.bodies import Balance, Shown
from api.cases import Action
from api.pointed_out import PointedOut, pointed_out
from domain.profile import NEEDED, ProfileState, missing, open_in, texts

PATH = "/v1/me/profile"
UNWRITTEN: Mapping[str, Any] = {
    **dict.fromkeys(("title", "summary", "rate_minor", "credentials", "published_at")),
    **dict.fromkeys(("skills", "experience", "portfolio", "education", "certifications"), ()),
    "state": ProfileState.DRAFT.value,
    "currency": "USD",
    "changed_at": None,
}
"""The profile of somebody who has written none."""


class Worked(Shown):
    """Something somebody did for a living."""

    title: str
    at: str
    from_year: int
    to_year: int | None
    """None: to this day."""
    text: str | None


class Piece(Shown):
    """Something somebody made, in words."""

    title: str
    text: str


class Learned(Shown):
    """Something somebody learned."""

    title: str
    at: str
    year: int | None


class Certified(Learned):
    """A certification, as its freelancer claims it: `verified` once staff have seen the proof."""

    verified: bool = False


class FreelancerLine(Shown):
    """A freelancer in a list."""

    id: str
    name: str
    title: str
    skills: list[str]
    hourly_rate: Balance | None


class FreelancerShown(FreelancerLine):
    """A freelancer's public profile."""

    summary: str
    credentials: str | None
    experience: list[Worked]
    portfolio: list[Piece]
    education: list[Learned]
    certifications: list[Certified]
    published_at: datetime


class Lacking(Shown):
    """A part that says nothing; without what is needed, a profile is not published."""

    field: str
    needed: bool


class ProfileShown(Shown):
    """A profile as its freelancer sees it."""

    id: str
    state: str
    title: str | None
    summary: str | None
    skills: list[str]
    hourly_rate: Balance | None
    credentials: str | None
    experience: list[Worked]
    portfolio: list[Piece]
    education: list[Learned]
    certifications: list[Certified]
    published_at: datetime | None
    changed_at: datetime | None
    missing: list[Lacking]
    actions: list[Action]
    pointed_out: list[PointedOut]
    """What in it, or in the name that stands over it, looks like contact data."""


def line(public: RowMapping, names: Mapping[str, str]) -> FreelancerLine:
    """The freelancer of what is public of them."""
    return FreelancerLine(
        id=public["subject_id"],
        name=names[public["owner_id"]],
        title=public["title"],
        skills=public["tags"],
        hourly_rate=_rate(public["low_minor"], public["currency"]),
    )


def seen(row: Mapping[str, Any], name: str) -> FreelancerShown:
    """What of a published profile is everybody's: all that it says."""
    names = ("title", "published_at")
    return FreelancerShown(
        id=row["person_id"], name=name, **{one: row[one] for one in names}, **_said(row)
    )


def whole(row: Mapping[str, Any] | None, owner: str, name: str) -> ProfileShown:
    """The profile as its freelancer sees it, with what is missing, and what may be too much."""
    it = UNWRITTEN if row is None else row
    return ProfileShown(
        id=owner,
        **{one: it[one] for one in ("state", "title", "published_at", "changed_at")},
        **_said(it),
        missing=[Lacking(field=part, needed=part in NEEDED) for part in missing(it)],
        actions=[_action(one.name, one.says) for one in open_in(ProfileState(it["state"]))],
        pointed_out=pointed_out(name=name, **dict(texts(it))),
    )


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    lists = ("skills", "experience", "portfolio", "education", "certifications")
    return {
        **{name: row[name] for name in ("summary", "credentials", *lists)},
        "hourly_rate": _rate(row["rate_minor"], row["currency"]),
    }


def _rate(minor: int | None, currency: str) -> Balance | None:
    return None if minor is None else Balance(amount_minor=minor, currency=currency)


def _action(name: str, says: str) -> Action:
    path = PATH if name == "edit" else f"{PATH}/{name}"
    return Action(command=name, path=path, says=says, money="")
