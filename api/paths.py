"""What a command is called in an address."""

from domain.commands import AddStatement, Command

OTHERS: dict[type[Command], str] = {AddStatement: "statements"}
"""Commands that read better as what they add to."""


def path_of(command: type[Command]) -> str:
    """The last part of the command's address, in kebab-case."""
    return OTHERS.get(command, command.name.replace("_", "-"))
