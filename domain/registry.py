"""Which commands exist on which case, by the name of their signal."""

from collections.abc import Mapping
from typing import Any

from domain.command import Command
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.process import Process
from domain.tables import PROCESSES


def commands_of(process: Process) -> dict[str, type[Command]]:
    """The commands of a table, by name, in the table's order."""
    return {row.command.name: row.command for row in process.steps}


JOB_COMMANDS = commands_of(JOB)
DISPUTE_COMMANDS = commands_of(DISPUTE)
COMMANDS = {process.name: commands_of(process) for process in PROCESSES.values()}
"""The commands of each table, by their names."""


def parse(kind: str, name: str, body: Mapping[str, Any]) -> Command:
    """The command of an instruction on a case of this kind; it was checked when it was recorded.

    What a newer door has recorded with it, an older build passes over.
    """
    return COMMANDS[kind][name].model_validate(body, extra="ignore")
