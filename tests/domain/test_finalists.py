"""Finalists of a contest: whose name is a promise, and what the first one changes."""

from datetime import timedelta

import pytest

from domain import contest_commands as c
from domain.contest_case import EntryState
from domain.errors import Linked, NotOpen, SeenIsStale
from domain.lone_states import ContestState
from domain.outlook import if_nobody_acts
from domain.policy import DAY
from tests.domain.contests import ANA, BEN, JUDGED, Contests, entry
from tests.domain.story import MONDAY

S = ContestState
TICK = timedelta(microseconds=1)


def test_a_finalist_is_named_once() -> None:
    """The name is a promise; an entry that is gone is none."""
    it = Contests().opened().by(c.NameFinalist)
    assert it.case.finalists == 1
    with pytest.raises(NotOpen):
        it.by(c.NameFinalist)
    it.entries = [entry(ANA, state=EntryState.REMOVED)]
    with pytest.raises(SeenIsStale):
        it.by(c.NameFinalist, entry="entry_ana")


def test_nobody_linked_with_the_client_is_named_a_finalist() -> None:
    """Before entries have ended, or after."""
    for it in (Contests().opened(), Contests().judging()):
        it.entries = [entry(BEN, 2, linked=True)]
        with pytest.raises(Linked):
            it.by(c.NameFinalist)
        assert it.case.finalists == 0


@pytest.mark.parametrize("extended", [False, True])
def test_the_first_finalist_gives_judging_its_whole_time(extended: bool) -> None:
    """What is shown, the clock and the law agree on the end; what was given longer stays so."""
    it = Contests().judging()
    it.by(c.ExtendJudging) if extended else it
    end = it.case.timers[-1].at
    it.until(it.at + 13 * DAY).by(c.NameFinalist)
    until = max(it.at + 14 * DAY, end)
    shown = if_nobody_acts(it.case, None, it.facts(frozenset()).calendar)
    assert shown is not None and "going to be shared" in shown.what
    assert (shown.at, it.case.timers[-1].at, it.case.timers[-1].row) == (
        until, until, "judging_over",
    )  # fmt: skip
    it.until(it.at + DAY).by(c.NameFinalist, entry="entry_ana")
    assert it.case.timers[-1].at == until
    assert it.until(until - TICK).case.state is S.JUDGING
    assert it.until(until).case.state is S.DISTRIBUTING


def test_a_first_finalist_loses_no_extension_for_want_of_proof() -> None:
    """Judging that is over but for the proof of notice goes on, and longer."""
    it = Contests()
    it.proven = frozenset()
    it.judging().until(MONDAY + JUDGED + DAY)
    extended = it.case.timers[-1].at
    it.by(c.NameFinalist)
    assert it.case.timers[-1].at == it.at + 14 * DAY > extended
    assert it.until(it.at + 14 * DAY - TICK).case.state is S.JUDGING
