"""What staff decide on a deposit of which the processor does not say what became."""

from typing import ClassVar

from domain.command import Command
from domain.written import Id, Words


class EndDeposit(Command):
    """Staff want a deposit ended whose page the processor does not answer for."""

    makes: ClassVar[str | None] = "end"

    id: Id
    reason: Words


class ConfirmEnd(Command):
    """A second person ends it: the processor had its last chance, and said nothing."""

    end_id: Id
