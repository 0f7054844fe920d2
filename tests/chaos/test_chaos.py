"""The run repeats by its seed, and its judge sees what it is there to see."""

import math
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any

import pytest

from domain.cases import OVER
from domain.dispute import DISPUTE
from domain.job import JOB
from domain.process import Silence
from tests.chaos import verdict
from tests.chaos.lives import ENDINGS
from tests.chaos.notes import Note
from tests.chaos.population import LAST, Lived, drawn, unmatched
from tests.chaos.report import (
    ALL_KILLED,
    FULL,
    KILLED,
    OVERTAKEN,
    RECOVERED,
    WEBHOOKS,
    missed,
    unlived,
)
from tests.chaos.script import EVERYTHING, EVERYTHING_EVERY, WEIGHTS, script
from tests.chaos.verdict import contradicted, otherwise, unlike

APPROVED = Note("k1", "/v1/jobs/job_1/approve", 200, "", {"id": "job_1"}, 1, 0.1)


@dataclass(frozen=True)
class Row:
    """An instruction as the books have it."""

    id: str
    status: str


@dataclass(frozen=True)
class Last:
    """The last event of a job."""

    kind: str
    actor: str


NOT_LIVED = {
    "job_resolved": "its job has a task only when notice of a wait cannot be proven, by mails that"
    " are never sent; here every mail has to be",
    "rejection_withdrawn": "it ends the dispute, and its job goes on",
}
"""Events that end a case and no life, and why."""
WHOLE: dict[str, Any] = {
    "lives": FULL,
    KILLED: 300,
    ALL_KILLED: 2,
    RECOVERED: [7.5, 15.0],
    WEBHOOKS: {"dropped": 1, "doubled": 1, "out of order": 1},
}
MISSED: list[tuple[dict[str, Any], str]] = [
    ({"lives": FULL - 1}, f"{FULL - 1} of {FULL} lives were lived"),
    ({KILLED: 299}, "only 299 kills, not 300"),
    ({ALL_KILLED: 0, RECOVERED: []}, "never was everything killed at once"),
    ({RECOVERED: [7.5]}, "1 recoveries of 2"),
    ({RECOVERED: [7.5, 15.1]}, "15.1 s from everything killed to the first step"),
    ({RECOVERED: [7.5, math.inf]}, "inf s from everything killed to the first step"),
    ({WEBHOOKS: {"dropped": 0, "doubled": 1, "out of order": 1}}, "no webhook was dropped"),
]
[DECLINED] = [ending for ending in ENDINGS if ending.name == "declined"]
LIVED = Lived(DECLINED, 200_00, "job_1")


def test_a_seed_names_one_script() -> None:
    """The same faults in the same order; another seed has others."""
    first, again, other = (list(islice(script(seed), 200)) for seed in (7, 7, 8))
    assert first == again != other


def test_everything_is_hit_and_all_at_once_soon() -> None:
    """Each part has its faults, and within the first of them all are killed together."""
    faults = list(islice(script(7), 200))
    assert {fault.part for fault in faults} == {EVERYTHING, *WEIGHTS}
    assert EVERYTHING in {fault.part for fault in faults[:EVERYTHING_EVERY]}


def test_a_decision_that_was_acknowledged_and_is_not_there_is_found() -> None:
    """Neither an instruction nor an answer knows the key."""
    assert contradicted([APPROVED], {}, {}) == [f"{APPROVED.path} was acknowledged and is lost"]


def test_a_decision_that_became_another_is_found() -> None:
    """Somebody was told that it was applied, and it was refused."""
    wrong = contradicted([APPROVED], {"k1": Row("instruction_1", "refused")}, {})
    assert wrong == [f"{APPROVED.path} was applied, and is refused"]


def test_what_is_as_it_was_told_is_not_wrong() -> None:
    """The books say what the notes say."""
    assert contradicted([APPROVED], {"k1": Row("instruction_1", "applied")}, {}) == []
    assert contradicted([APPROVED], {}, {"k1": APPROVED.body}) == []


def test_every_ending_is_drawn_and_no_slow_one_comes_last() -> None:
    """Else a small run would leave out the rare ones, and wait minutes for the last life."""
    endings = drawn(Random(7), 3 * LAST)
    assert len(endings) == 3 * LAST and set(endings) == set(ENDINGS)
    assert endings == drawn(Random(7), 3 * LAST)
    last = [ending.slow for ending in endings[-LAST:]]
    assert last == sorted(last, reverse=True) and last[0] and not last[-1]


def test_a_missing_cent_is_found() -> None:
    """What somebody has is what they had, and what their lives brought them."""
    had, has = {"ann": 100, "bob": 5}, {"ann": 40, "bob": 64}
    assert unmatched(had, has, {"ann": -60, "bob": 60}) == ["bob has -1 minor units"]


def test_every_ending_has_a_name_of_its_own() -> None:
    """The report counts them by it."""
    assert len({ending.name for ending in ENDINGS}) == len(ENDINGS)


def test_every_way_the_law_ends_a_case_is_lived() -> None:
    """A row that ends a case has its ending here, or a reason why not."""
    ends = {
        row.event
        for process in (JOB, DISPUTE)
        for rows in (process.steps, process.silences)
        for row in rows
        if OVER.intersection((row.target,) if isinstance(row, Silence) else row.targets)
    }
    assert ends == {ending.by for ending in ENDINGS} | NOT_LIVED.keys()


def test_a_full_run_that_reaches_its_goals_misses_none() -> None:
    """The goals are counts and seconds; reaching them exactly is enough."""
    assert missed(WHOLE, FULL) == []


@pytest.mark.parametrize(("figures", "words"), MISSED, ids=[words for _, words in MISSED])
def test_a_missed_goal_is_named(figures: dict[str, Any], words: str) -> None:
    """One goal at a time."""
    assert missed(WHOLE | figures, FULL) == [words]


def test_a_small_run_need_not_kill_as_often_but_must_recover() -> None:
    """Its lives and its recoveries count like those of a full run."""
    small = WHOLE | {"lives": 200, KILLED: 20, ALL_KILLED: 0, RECOVERED: []}
    assert missed(small, 200) == []
    assert missed(small | {ALL_KILLED: 1, RECOVERED: [math.inf]}, 200) != []


def test_an_ending_that_nobody_lived_is_found() -> None:
    """Because it was never tried or, in a full run, because the clock was faster each time."""
    result = {"endings": {"approved": 3}, OVERTAKEN: {"approved": 1, "abandoned": 1}}
    names = ["approved", "abandoned", "ruled"]
    assert unlived(result, FULL, names) == ["nobody lived abandoned", "nobody lived ruled"]
    assert unlived(result, 200, names) == ["nobody lived ruled"]


def test_a_mail_that_was_accepted_and_never_came_is_found() -> None:
    """As is one that came as another, and one that came and is not settled."""
    assert unlike({"mail_1": "accepted"}, {"mail_1"}) == []
    assert unlike({"mail_1": "accepted"}, set()) == ["mail_1 was accepted and never came"]
    assert unlike({}, {"mail_1"}) == ["mail_1 came and is no mail of ours"]
    assert unlike({"mail_1": "pending"}, {"mail_1"}) == ["mail_1 came and is pending"]


@pytest.mark.parametrize("status", ["pending", "failed", "refused"])
def test_a_mail_that_was_not_accepted_is_found(status: str) -> None:
    """Nobody here refuses mails: one that was given up was kept from somebody."""
    assert unlike({"mail_1": status}, set()) == [f"mail_1 is {status}"]


async def test_mails_are_hurried_once_and_then_must_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hurried again and again, one that cannot be sent would use up its tries and look settled."""
    hurried = []

    async def noise(*_: object) -> dict[str, int]:
        return {verdict.PENDING: 1}

    async def hurry(_: object) -> None:
        hurried.append("once")

    monkeypatch.setattr(verdict, "_noise", noise)
    monkeypatch.setattr(verdict, "_minutes_pass", hurry)
    monkeypatch.setattr(verdict, "MAILS_WITHIN_S", 0.05)
    monkeypatch.setattr(verdict, "LOOK_EVERY_S", 0.01)
    nobody: Any = None
    assert await verdict.quiet(nobody, nobody) == [f"{verdict.PENDING}: 1"]
    assert hurried == ["once"]


def test_a_job_that_ended_by_another_event_than_its_life_is_found() -> None:
    """Even when its state and its money are right."""
    assert otherwise([LIVED], {"job_1": Last("offer_declined", "freelancer")}) == []
    assert otherwise([LIVED], {"job_1": Last("offer_withdrawn", "client")}) != []


def test_only_the_clock_overtakes_people() -> None:
    """Who came too late for somebody else's decision did not come too late for the clock."""
    late = replace(LIVED, overtaken=True)
    assert otherwise([late], {"job_1": Last("offer_lapsed", "clock")}) == []
    assert otherwise([late], {"job_1": Last("offer_declined", "freelancer")}) != []
