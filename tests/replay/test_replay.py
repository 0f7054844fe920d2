"""Every ending that was ever lived can be lived again by the workflows as they are now."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from domain.cases import OVER, DepositState
from domain.chargeback_commands import (
    ChargebackLost,
    ChargebackOpened,
    ChargebackWon,
    EvidenceSent,
)
from domain.commands import (
    CheckoutExpired,
    CheckoutOpened,
    CheckoutRefused,
    Paid,
    PayoutBegun,
    PayoutFailed,
    PayoutPaid,
    PayoutReturned,
    TransferMade,
)
from domain.outcome import Answer, CaseBrief, Outcome, Said, Start, StepRequest
from domain.refund_commands import RefundFailed, RefundMade, RefundReturned
from tests.replay import histories
from tests.replay.changed import ForgetsToLook, WaitsFirst
from tests.replay.chargebacks import CHARGEBACKS
from tests.replay.deposits import DEPOSITS
from tests.replay.market import MARKET
from tests.replay.refunds import REFUNDS
from tests.replay.remittances import REMITTANCES
from tests.replay.stories import STORIES
from tests.replay.withdrawals import WITHDRAWALS
from worker import WORKFLOWS
from workflows.dispute import DisputeWorkflow
from workflows.job import JobWorkflow

SAID = ("A logo", "In blue", "here it is", "a darker blue", "it is finished", "too hard")
"""Titles, briefs and words of the people in the stories (`tests/usual.py`)."""
MODELS: tuple[type[BaseModel], ...] = (Start, StepRequest, Outcome, CaseBrief, Answer, Said)
OF_A_MARKER = {
    *("seq", "attempt", "activity_id", "activity_type", "activation_index", "backoff"),
    *("complete_time", "original_schedule_time", "seconds", "nanos"),
}
"""What the SDK notes of a local activity."""
BY_THE_PROCESSOR: tuple[type[BaseModel], ...] = (
    CheckoutOpened,
    CheckoutRefused,
    Paid,
    CheckoutExpired,
    TransferMade,
    PayoutBegun,
    PayoutPaid,
    PayoutFailed,
    PayoutReturned,
    ChargebackOpened,
    EvidenceSent,
    ChargebackWon,
    ChargebackLost,
    RefundMade,
    RefundFailed,
    RefundReturned,
)
"""What the outside says is ids, sums, codes, and where a page to pay on is."""
FIELDS = {f for model in (*MODELS, *BY_THE_PROCESSOR) for f in model.model_fields} | OF_A_MARKER
ADOPTED = r'"case": {"id": "\w+", "kind": "\w+", "state": "(\w+)"'
UNDER_A_QUESTION = {DepositState.ENDED}
"""Reached while a question to the processor is tried again, under which no clock is moved."""
KEPT = sorted(file.stem for file in histories.FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", KEPT)
async def test_a_golden_history_is_replayed(name: str) -> None:
    """The same commands come from the same events; no server is needed."""
    for run in histories.read(name):
        replayed = await replayer(*WORKFLOWS).replay_workflow(run)
        assert replayed.replay_failure is None


def test_every_story_has_its_histories() -> None:
    """And no history is left of a story that is no longer told."""
    cases = {*DEPOSITS, *CHARGEBACKS, *REMITTANCES, *REFUNDS, *WITHDRAWALS, *MARKET}
    assert set(KEPT) == {*STORIES, *cases}


def test_every_ending_was_lived() -> None:
    """Each state in which a case is over is the last one of some history."""
    assert {str(state) for state in OVER - UNDER_A_QUESTION} <= {
        state for name in KEPT for state in endings(name)
    }


def test_some_history_was_continued_and_some_was_stuck() -> None:
    """The two ways of a run that no ending shows."""
    assert "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW" in text("continued_as_new")
    assert re.search(r'"Stuck":\{"kinds":\{[^}]*\},"json":true\}', text("stuck"))
    assert "EVENT_TYPE_ACTIVITY_TASK_COMPLETED" in text("stuck")


@pytest.mark.parametrize("changed", [WaitsFirst, ForgetsToLook])
async def test_a_careless_change_is_caught(changed: type[JobWorkflow]) -> None:
    """A timer more or a step less would break every open job: the replay says so."""
    [run] = histories.read("approved")
    with pytest.raises(NondeterminismError):
        await replayer(changed, DisputeWorkflow).replay_workflow(run)


@pytest.mark.parametrize("name", KEPT)
def test_no_history_knows_anybody(name: str) -> None:
    """Ids, states, times and words of the law: no address, no text of anybody, no machine."""
    kept = text(name)
    assert "@" not in kept
    assert str(histories.FOLDER.parents[2]) not in kept
    assert [word for word in SAID if word in kept] == []


@pytest.mark.parametrize("name", KEPT)
def test_payloads_are_ids_states_times_and_words_of_the_law(name: str) -> None:
    """What a person sent is named by its id alone; whoever adds a field to a payload is seen."""
    for payload in payloads(json.loads(text(name))):
        assert fields(payload) <= FIELDS, payload


def text(name: str) -> str:
    return (histories.FOLDER / f"{name}.json").read_text()


def endings(name: str) -> set[str]:
    """The states its workflows adopted last; what they start has other states."""
    runs = json.loads(text(name))
    shown = [re.findall(ADOPTED, json.dumps(run)) for run in runs]
    return {states[-1] for states in shown}


def payloads(node: Any) -> Iterator[Any]:
    """Everything that travelled."""
    if isinstance(node, dict) and "json" in node:
        yield node["json"]
    elif isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from payloads(one)


def fields(payload: Any) -> set[str]:
    """The names of its fields, at any depth."""
    if isinstance(payload, list):
        return {name for one in payload for name in fields(one)}
    if not isinstance(payload, dict):
        return set()
    return set(payload) | {name for one in payload.values() for name in fields(one)}


def replayer(*workflows: type) -> Replayer:
    return Replayer(workflows=list(workflows), data_converter=pydantic_data_converter)
