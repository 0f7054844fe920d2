"""A rehearsal lives through the real law, shows it, and notices when it ends otherwise."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.policy import Policy
from local import rehearse
from local.rehearsal import Rehearsal
from local.rehearsals import REHEARSALS
from local.virtual_time import Shortened

pytestmark = pytest.mark.usefixtures("as_a_newcomer")
REMINDED = r"^ +(?:(\d+)  \w+ \d\d \w+)?  +\d\d:\d\d  (?:A rejection runs|The same reminder)"


def test_an_unknown_story_is_told_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A slip of the pen starts no servers."""
    assert rehearse.main("romance") == 2
    printed = capsys.readouterr().out
    assert "No story is called “romance”" in printed
    assert all(name in printed for name in REHEARSALS)


def test_the_twenty_days_are_lived_through_and_another_end_is_noticed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Six reminders on their days, a full refund at the end; 1 when a story ends otherwise."""
    rejection = REHEARSALS["rejection"]
    not_the_law = replace(rejection.ending, job="completed", money={"freelancer": 270_00})
    wrong = replace(rejection, name="wrong", ending=not_the_law)
    assert rehearse.run([rejection, wrong]) == 1
    told, told_wrong = capsys.readouterr().out.split("\nwrong: ")
    days: list[int] = []
    for day in re.findall(REMINDED, told, re.MULTILINE):
        # A day is told once; whether the last hours are another one depends on when it began.
        days.append(int(day) if day else days[-1])
    assert days in ([1, 10, 15, 18, 19, 19], [1, 10, 15, 18, 19, 20])
    assert told.count("Ana ✓  Ben ✓") == len(days) + 2
    assert re.search(r"Ana Ruiz +0\.00 +300\.00 +\+300\.00", told)
    assert re.search(r"Ben Okafor +0\.00 +0\.00 +0\.00", told)
    assert "As the law says: job cancelled, dispute not settled in time. 20 days" in told
    for fault in (
        "the job is cancelled instead of completed",
        "the client has 300.00 instead of 0.00",
        "the freelancer has 0.00 instead of 270.00",
    ):
        assert fault in " ".join(told_wrong.split())


@pytest.mark.parametrize("story", REHEARSALS.values(), ids=list(REHEARSALS))
def test_an_expected_end_divides_what_was_paid_in(story: Rehearsal) -> None:
    """No story expects money from nowhere."""
    assert sum(story.ending.money.values()) == story.price_minor


def test_without_time_skipping_every_period_is_short_by_one_factor() -> None:
    """An older server still shows the whole story, in a minute instead of twenty days."""
    policy = Policy.model_validate(json.loads(Shortened(day_s=3).settings["PEEROK_POLICY"]))
    assert policy.rejection_period == timedelta(seconds=60)
    assert policy.rejection_reminders[0] == timedelta(seconds=3)
    assert policy.ruling_period == timedelta(seconds=8.4)
    assert policy.second_confirmation_above_minor == Policy().second_confirmation_above_minor
