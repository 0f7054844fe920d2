"""The page a lawyer can read: every process as its table says it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import ModuleType

from docs.law_words import ABOUT, BEGINS, NUMBERS, STATES, who
from docs.markdown import first_line, plain, sentence, table
from domain import (
    basket,
    chargeback,
    contest,
    deposit,
    dispute,
    job,
    listing,
    profile,
    project,
    refund,
    remittance,
    withdrawal,
)
from domain.bank_details import Via
from domain.basket_case import Basket, ListingState
from domain.calendar import words
from domain.carriers import Carried, Checkout
from domain.cases import (
    OVER,
    Case,
    Chargeback,
    ChargebackState,
    Deposit,
    DepositState,
    Dispute,
    Ends,
    Job,
    JobState,
    Proposal,
    Remittance,
    RemittanceState,
    Role,
    Withdrawal,
    WithdrawalState,
)
from domain.contest_case import Contest, Prize
from domain.errors import every_error
from domain.lone_states import BasketState, ContestState, ProjectState, RefundState
from domain.policy import Policy, Terms
from domain.policy_words import listed, number, periods
from domain.process import Beside, Process, Reminders, Silence, Step
from domain.project_case import Project
from domain.refund_case import Refund

POLICY = Policy()
PROCESSES: tuple[tuple[Process, ModuleType], ...] = (
    (job.JOB, job),
    (dispute.DISPUTE, dispute),
    (deposit.DEPOSIT, deposit),
    (remittance.REMITTANCE, remittance),
    (withdrawal.WITHDRAWAL, withdrawal),
    (refund.REFUND, refund),
    (chargeback.CHARGEBACK, chargeback),
    (project.PROJECT, project),
    (contest.CONTEST, contest),
    (basket.BASKET, basket),
)
START = datetime(2026, 1, 5, 15, tzinfo=UTC)
"""A sample moment: only distances from it are shown."""


def page() -> str:
    """The whole of `docs/processes.md`."""
    parts = [ABOUT.strip()]
    for process, module in PROCESSES:
        parts += _process(process.under(POLICY.version), module)
    parts += _row("listing", listing, ListingState)
    parts += _row("profile", profile, profile.ProfileState)
    parts += ["## The numbers", NUMBERS.strip(), _numbers()]
    parts += ["## What can be refused, and why", _errors()]
    return "\n\n".join(parts) + "\n"


def _process(process: Process, module: ModuleType) -> Iterator[str]:
    yield f"## {process.name.capitalize()}"
    yield sentence(first_line(module))
    yield _overview(process)
    for state in waiting_states(process):
        yield from _state(process, state)


def _row(name: str, module: ModuleType, states: type[StrEnum]) -> Iterator[str]:
    """A row and no case: nothing waits in it, and no money moves in it."""
    yield f"## {name.capitalize()}"
    yield sentence(first_line(module))
    words = STATES[name]
    yield table(
        ["state", "what it means"],
        ([f"`{state}`", sentence(words[state.value])] for state in states),
    )
    yield table(
        ["what", "by", "in", "leads to"],
        (
            [
                f"**{one.name.capitalize()}.** {sentence(one.says)}",
                f"the {one.by}",
                listed((f"`{state}`" for state in sorted(one.sources)), "or"),
                f"`{one.target}`" if one.target else "stays",
            ]
            for one in module.MOVES
        ),
    )


def waiting_states(process: Process) -> list[StrEnum]:
    """The states that are not over, in the order people meet them."""
    return [state for state in _states(process) if state not in OVER]


def _states(process: Process) -> list[StrEnum]:
    return list(type(process.steps[0].source))


def _overview(process: Process) -> str:
    rows = (
        [f"`{state}`", sentence(STATES[process.name][state.value]), _turn(process, state)]
        for state in _states(process)
    )
    return table(["state", "what it means", "whose turn"], rows)


def _turn(process: Process, state: StrEnum) -> str:
    if state in OVER:
        return "over"
    role = process.turn.get(state)
    return who(role) if role else "as the dispute says"


def _state(process: Process, state: StrEnum) -> Iterator[str]:
    yield f"### {process.name.capitalize()} `{state}`"
    steps = [row for row in process.steps if row.source == state]
    heads = ["what", "by", "leads to", "money", "only if"]
    yield table(heads, map(_step, steps))
    if beside := [row for row in process.beside if state in row.sources]:
        yield "Beside it, without a step of its own:"
        yield "\n".join(f"- {_beside(row)}" for row in beside)
    silences = [row for row in process.silences if row.state == state]
    if silences:
        yield "If nobody acts:"
        yield "\n".join(f"- {_silence(row)}" for row in silences)
    elif state is JobState.REJECTION_OPEN:
        yield "If nobody acts, the clock of the dispute decides, below."
    for row in process.reminders:
        if row.state == state:
            yield _reminders(row)


def _step(row: Step) -> list[str]:
    what = f"**{plain(row.command.__name__).capitalize()}.** {first_line(row.command)}"
    people = listed(sorted(who(role) for role in row.by), "or")
    only_if = "; ".join(condition.says for condition in row.when)
    return [what, people, _leads_to(row), row.money, only_if]


def _beside(row: Beside) -> str:
    people = listed(sorted(who(role) for role in row.by), "or")
    return f"**{row.name.replace('_', ' ').capitalize()}**, by {people}: {row.says.lower()}."


def _leads_to(row: Step) -> str:
    stays = not row.targets or row.targets == (row.source,)
    leads = "stays" if stays else listed((f"`{target}`" for target in row.targets), "or")
    return f"{leads}, the wait begins anew" if row.restarts and row.source in row.targets else leads


def _silence(row: Silence) -> str:
    begins = BEGINS[row.key, row.state.value]
    after = "from" if not row.period(POLICY) else f"{words(row.period(POLICY))} after"
    text = f"{after} {begins}: {row.says}"
    if row.target is not None:
        text += f" → `{row.target}`"
    if row.repeats is not None:
        text += f", and again every {words(row.repeats(POLICY))}"
    if row.money:
        text += f". Money: {row.money}"
    proof = _proof(row)
    if row.unless is not None:
        other = row.unless[1]
        text += f". Or {other.says}" + (f". Money: {other.money}" if other.money else "")
    return sentence(f"{text}. {proof}" if proof else text)


def _proof(row: Silence) -> str:
    people = row.proof(sample(row.state))
    if not people:
        return ""
    named = listed(sorted(who(role) for role in people))
    if people != row.proof(sample(row.state, accepted_by=(Role.CLIENT,))):
        named += ", each unless they have answered"
    return f"Notice must be proven to {named}"


def _reminders(row: Reminders) -> str:
    people = listed(sorted(who(role) for role in row.to(sample(row.state))))
    usual = _moments(row, 2 * POLICY.rejection_period)
    moved = _moments(row, POLICY.proof_extension)
    text = f"Reminders go to {people} {usual}"
    if moved != usual:
        text += f"; when the end was moved, {moved}"
    return sentence(text)


def _moments(row: Reminders, length: timedelta) -> str:
    ends = (START + length, START + length + timedelta(days=1))
    both = [list(row.at(START, end, POLICY)) for end in ends]
    after: list[timedelta] = []
    before: list[timedelta] = []
    half = ""
    for first, second in zip(*both, strict=True):
        if first == second:
            after.append(first - START)
        elif second - first == timedelta(days=1):
            before.append(ends[0] - first)
        else:
            half = "at half time"
    parts = [half] if half else []
    parts += [f"{periods(after)} after the beginning"] if after else []
    parts += [f"{periods(before)} before the end"] if before else []
    return listed(parts)


def sample(state: StrEnum, accepted_by: tuple[Role, ...] = ()) -> Case:
    """A case in this state, of which only the roles matter."""
    terms = Terms(policy=POLICY, price_minor=100_00, work_period=timedelta(days=10))
    times = {"opened_at": START, "last_event_at": START, "since": START}
    people = {"client": "c", "freelancer": "f", "terms": terms}
    if isinstance(state, JobState):
        return Job.model_validate({"id": "job", "state": state, **times, **people})
    if isinstance(state, DepositState):
        asked = {"client": "c", "terms": terms, "method": Checkout.CARD, "asked_minor": 100_00}
        return Deposit.model_validate({"id": "deposit", "state": state, **times, **asked})
    if isinstance(state, RemittanceState):
        asked = {"client": "c", "terms": terms, "method": Carried.CHECK, "asked_minor": 100_00}
        return Remittance.model_validate({"id": "deposit", "state": state, **times, **asked})
    if isinstance(state, WithdrawalState):
        paid = {"freelancer": "f", "terms": terms, "amount_minor": 100_00, "fee_minor": 1_00}
        there = {"method": "method", "via": Via.US_BANK, "last_four": "6789"}
        return Withdrawal.model_validate({"id": "w", "state": state, **times, **paid, **there})
    if isinstance(state, RefundState):
        back = {"client": "c", "terms": terms, "deposit": "d", "method": Checkout.CARD}
        due = {"id": "r", "state": state, "amount_minor": 100_00}
        return Refund.model_validate({**due, **times, **back})
    if isinstance(state, ChargebackState):
        back = {"client": "c", "terms": terms, "deposit": "d", "dispute": "du", "payment": "pi"}
        return Chargeback.model_validate({"id": "cb", "state": state, **times, **back})
    if isinstance(state, ProjectState):
        asked = {"client": "c", "terms": terms, "open_since": START}
        return Project.model_validate({"id": "pr", "state": state, **times, **asked})
    if isinstance(state, ContestState):
        prize = Prize(number=1, amount_minor=100_00)
        asked = {"client": "c", "terms": terms, "open_period": POLICY.contest_at_least}
        offered = {"id": "co", "state": state, "prizes": (prize,)}
        return Contest.model_validate({**offered, **times, **asked})
    if isinstance(state, BasketState):
        asked = {"client": "c", "terms": terms, "items": ()}
        return Basket.model_validate({"id": "ba", "state": state, **times, **asked})
    proposal = Proposal(id="p", ends=Ends.REFUND, accepted_by=accepted_by)
    more = {"job": "job", "requested_by": Role.CLIENT, "proposal": proposal}
    return Dispute.model_validate({"id": "dispute", "state": state, **times, **people, **more})


def _numbers() -> str:
    rows = ([label, value] for label, value in (number(POLICY, name) for name in _fields()))
    return table(["what", "how much"], rows)


def _fields() -> list[str]:
    return [name for name in Policy.model_fields if name != "version"]


def _errors() -> str:
    rows = (
        [f"`{error.code}`", sentence(error.title), first_line(error)] for error in every_error()
    )
    return table(["code", "what people read", "when"], rows)
