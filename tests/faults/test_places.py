"""Processes die at every place around every effect: nothing is lost, nothing happens twice."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from ledger.comparisons import Balances, Seals
from ledger.reconciling import reconcile
from local.mail import MailCatcher
from tests.faults.asking import AWARDS_A_PRIZE, ENTERED
from tests.faults.conftest import DIED, Aftermath
from tests.faults.deaths import DEATHS, LEFT_BEHIND, Death
from tests.faults.stories import HANDED_OVER, IN_PARTS, THE_WORK
from tests.holding.hands import ended, happened, rows
from tests.life import eventually

SENT_BY = {HANDED_OVER: THE_WORK, IN_PARTS: THE_WORK, AWARDS_A_PRIZE: ENTERED}
"""The one file of the stories that have any."""
each_death = pytest.mark.parametrize("death", DEATHS, ids=str)


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
    """Every invariant of the ledger holds, and the book agrees with itself and its seals."""
    assert await aftermath.world.violations() == []
    await eventually(partial(all_is_sealed, aftermath))
    assert [one async for one in reconcile(aftermath.world.engine, (Balances(), Seals(None)))] == []


async def test_everybody_has_what_is_theirs(aftermath: Aftermath) -> None:
    """Per job: the price at one of the two, less the fee, and nothing twice."""
    for death, life in aftermath.lives.items():
        paid = {"client": -life.price, "freelancer": 180_00, "platform": 20_00}
        expected = paid if death.story.ends == "completed" else {}
        assert await life.moved() == expected, death


async def test_every_mail_was_sent_and_none_as_two(aftermath: Aftermath, mail: MailCatcher) -> None:
    """A mail that was sent twice has the same Message-ID both times."""
    written = await rows(aftermath.world, "select id, address from mail")
    ours = {row.address for row in written}
    taken = {
        message["message_id"].strip("<>").partition("@")[0]
        for message in mail.messages()
        if ours.intersection(message["to"])
    }
    assert taken == {row.id for row in written}


@each_death
async def test_a_file_is_whole_and_there_once(aftermath: Aftermath, death: Death) -> None:
    """What was sent can be fetched, by whoever sent it."""
    freelancer = replace(aftermath.lives[death].freelancer, http=aftermath.world.http)
    kept = await rows(aftermath.world, FILES, owner=freelancer.id)
    sent = [SENT_BY[death.story]] if death.story in SENT_BY else []
    assert [(await freelancer.get(f"/v1/files/{row.id}")).content for row in kept] == sent


async def test_only_deaths_leave_bytes_that_are_nobodys(aftermath: Aftermath) -> None:
    """A death between the bytes and the books does, and nothing but an upload without an answer."""
    stored = blobs(aftermath.world.settings.files_url)
    kept = {row.key for row in await rows(aftermath.world, "select key from file")}
    left = [death for death in DEATHS if (death.story, death.place) in LEFT_BEHIND]
    assert kept <= stored
    tries = sum(
        sent.tries - 1 for sent in aftermath.heard if FILES_SENT.match(sent.request.url.path)
    )
    assert len(left) <= len(stored - kept) <= MOST_OF_A_TRY * tries


def blobs(url: str) -> set[str]:
    """What lies in the folder of the files."""
    return {file.name for file in Path(unquote(urlsplit(url).path)).iterdir()}


async def all_is_sealed(aftermath: Aftermath) -> bool:
    """Whether every entry has its seal."""
    return await rows(aftermath.world, UNSEALED) == []


FILES_SENT = re.compile("/v1/(files|uploads)")
MOST_OF_A_TRY = 2
"""Whoever dies after a file was completed leaves its two parts."""
UNSEALED = (
    "select id from journal_entry e where not exists (select from seal where entry_id = e.id)"
)
FILES = "select id from file where owner_id = :owner"
STATE = "select state, over from cases where id = :job"
CASES = "select id from cases where id = :job or parent_id = :job"
DECIDED = "select idempotency_key as key, id, outcome->>'status' as status from instruction"
REPLIED = "select idempotency_key as key, body from reply"
