"""Which commands exist on which case, by the name of their signal."""

from typing import Any

from domain.commands import Command
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.process import Process


def commands_of(process: Process) -> dict[str, type[Command]]:
    """The commands of a table, by name, in the table's order."""
    return {row.command.name: row.command for row in process.steps}


JOB_COMMANDS = commands_of(JOB)
DISPUTE_COMMANDS = commands_of(DISPUTE)


def parse(name: str, body: dict[str, Any], *, on_dispute: bool) -> Command:
    """The command of an instruction; its body was checked when it was recorded.

    What a newer door has recorded with it, an older build passes over.
    """
    commands = DISPUTE_COMMANDS if on_dispute else JOB_COMMANDS
    return commands[name].model_validate(body, extra="ignore")
