"""What a command is called in an address."""

from domain.commands import AddStatement, CancelWithdrawal, Command

OTHERS: dict[type[Command], str] = {
    AddStatement: "statements",
    CancelWithdrawal: "cancel",
}
"""Commands that read better as what they add to, or under the noun that they are for."""


def path_of(command: type[Command]) -> str:
    """The last part of the command's address, in kebab-case."""
    return OTHERS.get(command, command.name.replace("_", "-"))
