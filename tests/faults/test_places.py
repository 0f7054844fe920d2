"""Processes die at every place around every effect: nothing is lost, nothing happens twice."""

import re
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from failpoints import PLACES, arm
from local.mail import MailCatcher
from local.places import CLONE
from tests.faults.conftest import DIED, Aftermath
from tests.faults.deaths import DEATHS, Death
from tests.holding.hands import ended, happened, rows
from tests.life import eventually

HERE = re.compile(r'\bhere\("([\w.]+)"\)')
FOLDERS = ("activities", "api", "ledger", "workflows", "domain")
each_death = pytest.mark.parametrize("death", DEATHS, ids=str)


def test_every_place_of_the_code_is_listed_and_stands_once() -> None:
    """The list is the code's: no place is forgotten, none is only a name."""
    sources = [path for folder in FOLDERS for path in Path(CLONE, folder).rglob("*.py")]
    found = Counter(name for path in sources for name in HERE.findall(path.read_text()))
    assert found == Counter(dict.fromkeys(PLACES, 1))


def test_a_process_dies_at_every_place() -> None:
    """No place is left out of the run."""
    assert {death.place for death in DEATHS} == set(PLACES)


def test_a_place_that_does_not_exist_is_refused() -> None:
    """A misspelt place would let a test pass in which nobody died."""
    with pytest.raises(ValueError, match="no fail point"):
        arm("step.comitted")


@each_death
async def test_the_process_died_there(aftermath: Aftermath, death: Death) -> None:
    """It was killed by itself, in the middle of it."""
    assert set(aftermath.codes[death]) == {DIED}


@each_death
async def test_all_that_was_decided_happened_once(aftermath: Aftermath, death: Death) -> None:
    """The job came to its end by each of its steps, once, in order."""
    life = aftermath.lives[death]
    assert tuple(await happened(aftermath.world, life.job_id)) == death.story.happens
    [row] = await rows(aftermath.world, STATE, job=life.job_id)
    assert (row.state, row.over) == (death.story.ends, True)


@each_death
async def test_the_job_ends_in_temporal_too(aftermath: Aftermath, death: Death) -> None:
    """Neither its workflow nor that of its dispute is left behind."""
    cases = await rows(aftermath.world, CASES, job=aftermath.lives[death].job_id)
    assert len(cases) == 1 + ("rejection_requested" in death.story.happens)
    for row in cases:
        await eventually(partial(ended, aftermath.world, row.id), timedelta(seconds=40))


async def test_every_acknowledged_decision_is_recorded_as_it_was_answered(
    aftermath: Aftermath,
) -> None:
    """Whoever was told that something counts can rely on it."""
    decided = {row.key: row for row in await rows(aftermath.world, DECIDED)}
    replied = {row.key: row.body for row in await rows(aftermath.world, REPLIED)}
    for sent in aftermath.heard:
        assert sent.answer.is_success, (sent.request.url, sent.answer.text)
        key = sent.request.headers.get("Idempotency-Key")
        if key in decided:
            assert decided[key].status == "applied"
            assert sent.accepted in ("", decided[key].id)
        elif key:
            assert replied[key] == sent.answer.json(), sent.request.url


async def test_nobody_was_told_of_a_bug(aftermath: Aftermath) -> None:
    """A process may be away, and says so or says nothing; a 500 is a fault of its own."""
    assert aftermath.bugs == []


async def test_the_books_are_right(aftermath: Aftermath) -> None:
    """Every invariant of the ledger holds, and everybody has what is theirs."""
    assert await aftermath.world.violations() == []


async def test_everybody_has_what_is_theirs(aftermath: Aftermath) -> None:
    """Per job: the price at one of the two, less the fee, and nothing twice."""
    for death, life in aftermath.lives.items():
        paid = {"client": -life.price, "freelancer": 180_00, "platform": 20_00}
        expected = paid if death.story.ends == "completed" else {}
        assert await life.moved() == expected, death


async def test_every_mail_was_sent_and_none_as_two(aftermath: Aftermath, mail: MailCatcher) -> None:
    """A mail that was sent twice has the same Message-ID both times."""
    taken = {message["message_id"].strip("<>").partition("@")[0] for message in mail.messages()}
    written = {row.id for row in await rows(aftermath.world, "select id from mail")}
    assert written <= taken


STATE = "select state, over from cases where id = :job"
CASES = "select id from cases where id = :job or parent_id = :job"
DECIDED = "select idempotency_key as key, id, outcome->>'status' as status from instruction"
REPLIED = "select idempotency_key as key, body from reply"
