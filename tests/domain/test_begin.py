"""A case that cannot begin is over at once: no draft waits for anybody, and no money moved."""

from dataclasses import replace

import pytest

from domain import commands as c
from domain.cases import OVER, Role
from domain.clock import wake_at
from domain.command import Command
from domain.decide import PROCESSES, not_begun
from domain.facts import Facts
from domain.process import Process, Scene
from domain.refund_commands import RefundToSource
from tests.domain.deposits import Deposits
from tests.domain.refunds import Refunds
from tests.domain.remittances import Remittances
from tests.domain.story import FREELANCER, Story
from tests.domain.withdrawals import Withdrawals

BEGUN_BY_PEOPLE = [one for one in PROCESSES.values() if one.name not in ("dispute", "chargeback")]


def scene(told: Withdrawals, command: Command) -> Scene:
    """Its owner's command, before anything else happened."""
    known: Facts = told.facts(frozenset())
    return Scene(told.at, "step", Role.FREELANCER, FREELANCER, command, told.case, known)


@pytest.mark.parametrize("process", BEGUN_BY_PEOPLE)
def test_whatever_people_begin_ends_when_it_is_refused(process: Process) -> None:
    """Its end is over, and nothing else leads there."""
    assert process.refused in OVER
    assert process.refused not in {aim for row in process.steps for aim in row.targets}


@pytest.mark.parametrize(
    "told",
    [
        Story().cannot_begin(),
        Deposits().cannot_begin(Role.CLIENT, c.OpenDeposit),
        Remittances().cannot_begin(Role.STAFF, c.AnnounceRemittance),
        Remittances().cannot_begin(Role.ACCOUNTING, c.RecordUnmatched),
        Withdrawals().cannot_begin(Role.FREELANCER, c.RequestWithdrawal),
        Refunds().cannot_begin(Role.CLIENT, RefundToSource),
    ],
)
def test_it_is_over_and_quiet(told: Story | Deposits | Remittances | Withdrawals | Refunds) -> None:
    """Nobody is told but by the refusal, nothing is booked, and no clock runs."""
    case = told.job if isinstance(told, Story) else told.case
    assert case.state == "refused" and case.version == 1
    assert wake_at(case) is None and case.timers == ()
    assert told.last is not None and (told.last.notices, told.last.entries) == ((), ())


def test_another_command_does_not_end_a_draft() -> None:
    """Whoever is too early is refused, and the first step is still to come."""
    assert not_begun(scene(Withdrawals(), c.CancelWithdrawal())) is None


def test_what_has_begun_does_not_end_by_a_second_beginning() -> None:
    """A refusal then changes nothing."""
    begun = Withdrawals().requested()
    assert not_begun(scene(begun, c.RequestWithdrawal())) is None
    again = replace(scene(Withdrawals(), c.RequestWithdrawal()), case=begun.case)
    assert not_begun(again) is None
