"""`python -m tests.domain.cells --write` tries every cell of the law and writes the table."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from domain import commands as c
from domain.cases import Role
from domain.errors import DomainError, every_error
from domain.ids import UserId
from domain.registry import DISPUTE_COMMANDS, JOB_COMMANDS
from tests.domain.scenes import DISPUTE_SCENES, JOB_SCENES, Scenes
from tests.domain.story import SECOND, STAFF, Story

TABLE = Path(__file__).parent / "cells.txt"
ROLES = (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR, Role.STAFF, Role.CLOCK)

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
    return "\n".join(lines)


def _block(
    name: str,
    state: StrEnum,
    scenes: Scenes,
    commands: Iterable[type[c.Command]],
    *,
    on_dispute: bool,
) -> Iterator[str]:
    stories = [make() for make in scenes]
    for story in stories:
        case = story.dispute if on_dispute else story.job
        assert case is not None and case.state == state, f"a scene of {state} is in another state"
    yield f"{name} {state}"
    for command in commands:
        by_outcome: dict[str, list[str]] = {}
        for role in ROLES:
            cell = _cell(stories, command, role, on_dispute=on_dispute)
            by_outcome.setdefault(cell, []).append(role)
        cells = (f"{_named(roles)}: {cell}" for cell, roles in by_outcome.items())
        yield f"  {command.name:<20} {'; '.join(cells)}"
    yield ""


def _named(roles: list[str]) -> str:
    return "everybody" if len(roles) == len(ROLES) else ", ".join(roles)


def _cell(stories: Iterable[Story], kind: type[c.Command], role: Role, *, on_dispute: bool) -> str:
    people = (STAFF, SECOND) if role is Role.STAFF else (None,)
    found = {
        _outcome(story.fork(), kind, role, person, on_dispute=on_dispute)
        for story in stories
        for person in people
    }
    return " or ".join(sorted(found, key=lambda cell: (cell in CODES, cell)))


def _outcome(
    story: Story, kind: type[c.Command], role: Role, person: UserId | None, *, on_dispute: bool
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
