"""`python -m tests.domain.cells --write` tries every cell of the law and writes the table."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from domain import commands as c
from domain.cases import Role
from domain.errors import DomainError, every_error
from domain.ids import UserId
from domain.registry import COMMANDS, DISPUTE_COMMANDS, JOB_COMMANDS
from tests.domain.baskets import BASKET_SCENES, Baskets
from tests.domain.chargebacks import CHARGEBACK_SCENES, Chargebacks
from tests.domain.contests import CONTEST_SCENES, Contests
from tests.domain.deposits import DEPOSIT_SCENES, Deposits
from tests.domain.projects import PROJECT_SCENES, Projects
from tests.domain.refunds import REFUND_SCENES, Refunds
from tests.domain.remittances import REMITTANCE_SCENES, Remittances
from tests.domain.scenes import DISPUTE_SCENES, JOB_SCENES
from tests.domain.story import SECOND, STAFF, Story
from tests.domain.withdrawals import WITHDRAWAL_SCENES, Withdrawals

TABLE = Path(__file__).parent / "cells.txt"
ROLES = (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR, Role.STAFF, Role.CLOCK)
THEIRS = (*ROLES, Role.PROCESSOR)
OF_HOUSE = (*ROLES, Role.ACCOUNTING)
OF_MONEY = (*THEIRS, Role.ACCOUNTING)
OfMoney = Deposits | Remittances | Withdrawals | Refunds | Chargebacks
Told = Story | OfMoney | Projects | Contests | Baskets

CODES = frozenset(error.code for error in every_error())

HEAD = """\
What happens when somebody tries a command: every state, command and role of the law.
A state: it leads there. A code: it is refused. Both: it depends on a condition or on what was
decided before. In brackets, what becomes of the other case. Written by
`python -m tests.domain.cells --write`; a test tries every cell again.
"""


def table() -> str:
    """The whole of `cells.txt`."""
    lines = [HEAD]
    for state, scenes in JOB_SCENES.items():
        lines += _block("job", state, scenes, JOB_COMMANDS.values(), on_dispute=False)
    for quarrel, scenes in DISPUTE_SCENES.items():
        lines += _block("dispute", quarrel, scenes, DISPUTE_COMMANDS.values(), on_dispute=True)
    for deposit, made in DEPOSIT_SCENES.items():
        lines += _block(
            "deposit", deposit, made, COMMANDS["deposit"].values(), on_dispute=False, roles=THEIRS
        )
    for remittance, ways in REMITTANCE_SCENES.items():
        known = COMMANDS["remittance"].values()
        lines += _block("remittance", remittance, ways, known, on_dispute=False, roles=OF_HOUSE)
    for withdrawal, out in WITHDRAWAL_SCENES.items():
        kinds = COMMANDS["withdrawal"].values()
        lines += _block("withdrawal", withdrawal, out, kinds, on_dispute=False, roles=OF_MONEY)
    for refund, ends in REFUND_SCENES.items():
        names = COMMANDS["refund"].values()
        lines += _block("refund", refund, ends, names, on_dispute=False, roles=OF_MONEY)
    for chargeback, back in CHARGEBACK_SCENES.items():
        known = COMMANDS["chargeback"].values()
        lines += _block("chargeback", chargeback, back, known, on_dispute=False, roles=THEIRS)
    for project, asked in PROJECT_SCENES.items():
        known = COMMANDS["project"].values()
        lines += _block("project", project, asked, known, on_dispute=False)
    for contest, entered in CONTEST_SCENES.items():
        known = COMMANDS["contest"].values()
        lines += _block("contest", contest, entered, known, on_dispute=False)
    for basket, bought in BASKET_SCENES.items():
        known = COMMANDS["basket"].values()
        lines += _block("basket", basket, bought, known, on_dispute=False)
    return "\n".join(lines)


def _block(
    name: str,
    state: StrEnum,
    scenes: Iterable[Callable[[], Told]],
    commands: Iterable[type[c.Command]],
    *,
    on_dispute: bool,
    roles: Sequence[Role] = ROLES,
) -> Iterator[str]:
    stories = [make() for make in scenes]
    for story in stories:
        assert story.states()[on_dispute] == state, f"a scene of {state} is in another state"
    yield f"{name} {state}"
    for command in commands:
        by_outcome: dict[str, list[str]] = {}
        for role in roles:
            cell = _cell(stories, command, role, on_dispute=on_dispute)
            by_outcome.setdefault(cell, []).append(role)
        whose = by_outcome.items()
        cells = (f"{_named(some, roles)}: {cell}" for cell, some in whose)
        yield f"  {command.name:<20} {'; '.join(cells)}"
    yield ""


def _named(some: list[str], roles: Sequence[Role]) -> str:
    return "everybody" if len(some) == len(roles) else ", ".join(some)


def _cell(stories: Iterable[Told], kind: type[c.Command], role: Role, *, on_dispute: bool) -> str:
    people = (STAFF, SECOND) if role is Role.STAFF else (None,)
    found = {
        _outcome(story.fork(), kind, role, person, on_dispute=on_dispute)
        for story in stories
        for person in people
    }
    return " or ".join(sorted(found, key=lambda cell: (cell in CODES, cell)))


def _outcome(
    story: Told, kind: type[c.Command], role: Role, person: UserId | None, *, on_dispute: bool
) -> str:
    before = story.states()
    try:
        story.does(role, story.command(kind, role), person, on_dispute)
    except DomainError as refusal:
        return refusal.code
    now = story.states()
    own, other = (1, 0) if on_dispute else (0, 1)
    mine = "stays" if now[own] == before[own] else str(now[own])
    theirs = f" ({'job' if on_dispute else 'dispute'} {now[other]})"
    return mine if now[other] == before[other] else mine + theirs


if __name__ == "__main__":
    if "--write" not in sys.argv:
        sys.exit("python -m tests.domain.cells --write")
    TABLE.write_text(table(), encoding="utf-8")
