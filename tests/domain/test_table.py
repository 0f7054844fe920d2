"""The tables of the law are complete, and say what the design says."""

import importlib
import pkgutil
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import pytest

import domain
from docs import generate
from docs.processes import sample
from domain.basket import BASKET
from domain.calendar import words
from domain.cases import (
    OVER,
    ChargebackState,
    DepositState,
    DisputeState,
    JobState,
    RemittanceState,
    Role,
    WithdrawalState,
)
from domain.chargeback import CHARGEBACK
from domain.commands import Approve, Command
from domain.contest import CONTEST
from domain.deposit import DEPOSIT
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.lone_states import BasketState, ContestState, ProjectState, RefundState
from domain.policy import Policy
from domain.process import Process
from domain.project import PROJECT
from domain.refund import REFUND
from domain.registry import COMMANDS
from domain.remittance import REMITTANCE
from domain.withdrawal import WITHDRAWAL
from tests.domain import cells

ROWS = Path(__file__).parent / "rows.txt"
LETTERS = {
    Role.CLIENT: "C",
    Role.FREELANCER: "F",
    Role.MEDIATOR: "M",
    Role.STAFF: "S",
    Role.CLOCK: "⏱",
    Role.PROCESSOR: "P",
    Role.ACCOUNTING: "A",
}
ALL = [JOB, DISPUTE, DEPOSIT, REMITTANCE, WITHDRAWAL, REFUND, CHARGEBACK, PROJECT, CONTEST, BASKET]
STATES = (
    *(JobState, DisputeState, DepositState, RemittanceState, WithdrawalState),
    *(RefundState, ChargebackState, ProjectState, ContestState, BasketState),
)
WAITING = [
    (process, state)
    for process, states in zip(ALL, STATES, strict=True)
    for state in states
    if state not in OVER and state != JobState.DRAFT
]


def test_every_cell_does_what_the_committed_table_says() -> None:
    """Every state, command and role has the outcome that `cells.txt` records."""
    committed = cells.TABLE.read_text(encoding="utf-8").splitlines()
    assert cells.table().splitlines() == committed, "`python -m tests.domain.cells --write`"


def test_every_row_of_the_design_is_a_row_of_the_law_and_the_other_way_round() -> None:
    """The law has the rows of `processes.md`, no more and no fewer."""
    blocks = ROWS.read_text(encoding="utf-8").strip().split("\n\n")[1:]
    expected = {head: {row.strip() for row in rows} for head, *rows in map(str.splitlines, blocks)}
    found = {
        f"{process.name} {state}": {
            *_steps(process, state),
            *_beside(process, state),
            *_silences(process, state),
        }
        for process in ALL
        for state in type(process.steps[0].source)
    }
    for state in expected | found:
        assert found.get(state, set()) == expected.get(state, set()), f"{ROWS.name}: {state}"


def _steps(process: Process, state: StrEnum) -> list[str]:
    return [
        f"{row.command.__name__} {' '.join(LETTERS[role] for role in LETTERS if role in row.by)}"
        f" → {', '.join(row.targets) or 'stays'}"
        for row in process.steps
        if row.source == state
    ]


def _beside(process: Process, state: StrEnum) -> list[str]:
    return [
        f"beside {row.name} {' '.join(LETTERS[role] for role in LETTERS if role in row.by)}"
        for row in process.beside
        if state in row.sources
    ]


def _silences(process: Process, state: StrEnum) -> list[str]:
    return [
        f"silence {words(row.period(Policy()))} → {row.target or '-'}"
        for row in process.silences
        if row.state == state
    ]


@pytest.mark.parametrize("process", ALL)
def test_what_people_and_silence_do_has_other_names_than_what_clocks_do(process: Process) -> None:
    """A timeline that says `reminded` means a reminder."""
    clocks = {"deadline_extended", "reminded", "reminder_missed", "task_escalated"}
    assert clocks.isdisjoint(row.event for row in process.steps)
    assert clocks.isdisjoint(row.event for row in process.silences)


@pytest.mark.parametrize(("process", "state"), WAITING)
def test_every_waiting_state_has_a_row_of_silence(process: Process, state: StrEnum) -> None:
    """Nothing can be stuck: silence does something in every state that waits."""
    in_dispute = state is JobState.REJECTION_OPEN
    assert in_dispute or any(row.state == state for row in process.silences)


@pytest.mark.parametrize(("process", "state"), WAITING)
def test_every_waiting_state_is_somebodys_turn(process: Process, state: StrEnum) -> None:
    """Each state that waits has an owner; a disputed job has its dispute's."""
    assert state in process.turn or state is JobState.REJECTION_OPEN


@pytest.mark.parametrize("process", ALL)
def test_states_that_are_over_have_no_rows(process: Process) -> None:
    """Nothing can be decided, and nothing happens by itself, when it is over."""
    sources = {row.source for row in process.steps} | {row.state for row in process.silences}
    assert not sources & OVER
    assert not set(process.turn) & OVER


@pytest.mark.parametrize("process", ALL)
def test_silence_that_moves_the_escrow_needs_proof_of_notice(process: Process) -> None:
    """Money of the two moves by silence only when the silent one was provably told."""
    for row in process.silences:
        proven = row.proof(sample(row.state))
        assert bool(proven) is bool(row.money), f"{row.key} in {row.state}"
        assert not proven or any(
            proven <= reminders.to(sample(row.state)) and reminders.end == row.key
            for reminders in process.reminders
            if reminders.state == row.state
        ), f"nobody reminds of {row.key}"


@pytest.mark.parametrize("process", ALL)
def test_reminders_belong_to_a_row_of_silence(process: Process) -> None:
    """Every reminder names an end that exists in its state."""
    for row in process.reminders:
        assert process.silence(row.end, row.state).target is not None


@pytest.mark.parametrize("process", ALL)
def test_no_two_rows_say_the_same(process: Process) -> None:
    """A state has one row for each command, and one for each key of silence."""
    steps = [(row.source, row.command) for row in process.steps]
    silences = [(row.state, row.key) for row in process.silences]
    assert len(steps) == len(set(steps))
    assert len(silences) == len(set(silences))


def test_every_command_has_a_row_and_a_signal_name_of_its_own() -> None:
    """A command that no table knows would be a button that does nothing."""
    known = {name: one for commands in COMMANDS.values() for name, one in commands.items()}
    assert set(Command.__subclasses__()) == set(known.values())
    assert all(name == command.name and name.islower() for name, command in known.items())
    assert known["request_rejection"].__name__ == "RequestRejection"


def test_the_generated_page_knows_every_process() -> None:
    """A process that is written down anywhere in the law is on the page."""
    modules = [
        importlib.import_module(f"domain.{found.name}")
        for found in pkgutil.iter_modules(domain.__path__)
    ]
    found = {
        value.name
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Process)
    }
    assert found == {process.name for process in ALL}


def test_a_case_lives_by_the_rows_of_its_own_policy() -> None:
    """A row that was added or taken away later does not touch a contract signed before."""
    (approve,) = (row for row in JOB.steps if row.command is Approve and row.source == "in_review")
    ended, added = replace(approve, until_version=1), replace(approve, from_version=2)
    law = replace(JOB, steps=(ended, added))
    assert law.under(1).steps == (ended,)
    assert law.under(2).steps == (added,)


def test_the_generated_pages_say_what_the_law_says_now() -> None:
    """`python -m docs.generate` would change nothing."""
    assert generate.out_of_date() == [], "`make docs` writes them"
