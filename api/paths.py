"""What a command is called in an address."""

from domain.commands import (
    AddStatement,
    CancelWithdrawal,
    Command,
    ConfirmReceipt,
    ReturnReceipt,
)
from domain.contest_commands import AwardPrizes, ExtendJudging, WithdrawContest
from domain.deposit_commands import EndDeposit
from domain.process import Process
from domain.project_commands import CloseProject
from domain.refund_commands import (
    ApproveRefund,
    DeclineRefund,
    RefundCameBack,
    RefundFailed,
    RefundFound,
    RefundSent,
    WithdrawRefund,
)

OTHERS: dict[type[Command], str] = {
    AddStatement: "statements",
    ApproveRefund: "approve",
    AwardPrizes: "award",
    CancelWithdrawal: "cancel",
    CloseProject: "close",
    ConfirmReceipt: "confirm",
    DeclineRefund: "decline",
    EndDeposit: "end",
    ExtendJudging: "extend",
    RefundCameBack: "came-back",
    RefundFailed: "failed",
    RefundFound: "found",
    RefundSent: "sent",
    ReturnReceipt: "return",
    WithdrawContest: "withdraw",
    WithdrawRefund: "withdraw",
}
"""Commands that read better as what they add to, or under the noun that they are for."""


def path_of(command: type[Command]) -> str:
    """The last part of the command's address, in kebab-case."""
    return OTHERS.get(command, command.name.replace("_", "-"))


def noun_of(process: Process) -> str:
    """The first part of its cases' addresses; to people every money that comes is a deposit."""
    return "deposits" if process.name == "remittance" else f"{process.name}s"
