"""Who hears of what in a contest, and which of it lets the time to judge begin anew."""

from collections.abc import Callable

import pytest

from domain import contest_commands as c
from domain.decide import Decision, Notice
from domain.ids import UserId
from domain.lone_states import ContestState
from domain.policy import DAY
from tests.domain.contests import ANA, BEN, CHO, JUDGED, OPEN, SHARED, Contests, chosen
from tests.domain.story import CLIENT, MONDAY

S = ContestState
ALL = {ANA, BEN, CHO}


def _last(it: Contests) -> Decision:
    assert it.last is not None, "something was decided"
    return it.last


def _heard(it: Contests) -> dict[object, Notice]:
    notices = _last(it).notices
    assert len({one.to for one in notices}) == len(notices), "nobody hears it twice"
    return {one.to: one for one in notices}


STEPS: list[tuple[str, Callable[[], Contests], str, set[UserId]]] = [
    ("entries end", lambda: Contests().judging(), "judging_begun", {CLIENT, *ALL}),
    ("early", lambda: Contests().opened().by(c.CloseEarly), "judging_begun", ALL),
    ("a prize more", lambda: Contests().judging().by(c.AddPrize), "prize_added", ALL),
    ("more time", lambda: Contests().judging().by(c.ExtendJudging), "judging_extended", ALL),
    ("to be shared", lambda: Contests().distributing(), "distribution_begun", {CLIENT, *ALL}),
    (
        "reopened",
        lambda: Contests(guaranteed=True).handing_over().ends(1, well=False),
        "handover_ended",
        {CLIENT, *ALL},
    ),
    (
        "a prize is back",
        lambda: Contests(guaranteed=True).judging().awards(chosen(BEN, 2)).ends(2, well=False),
        "handover_ended",
        {CLIENT, *ALL},
    ),
    ("handed over", lambda: Contests().handing_over().ends(1), "handover_ended", {CLIENT}),
]


@pytest.mark.parametrize(
    ("tell", "event", "people"), [r[1:] for r in STEPS], ids=[r[0] for r in STEPS]
)
def test_everybody_who_entered_hears_of_what_concerns_them(
    tell: Callable[[], Contests], event: str, people: set[UserId]
) -> None:
    """Once each; a handover that ends well is its client's and its winner's affair."""
    it = tell()
    assert (_last(it).event, {*_heard(it)}) == (event, people)


def test_winners_hear_of_it_in_their_jobs_and_the_others_in_the_contest() -> None:
    """Nobody twice."""
    it = Contests().judging().awards(chosen(ANA, 1))
    assert {*_heard(it)} == {BEN, CHO}
    assert [one.to for opened in _last(it).opened for one in opened.notices] == [ANA]


def test_a_finalist_hears_who_it_is_and_the_others_that_there_is_one() -> None:
    """While entries are blind nobody learns more."""
    for it in (Contests().opened(), Contests().judging()):
        heard = _heard(it.by(c.NameFinalist))
        assert {*heard} == ALL
        assert "Your contest entry" in heard[BEN].says and "finalist" in heard[ANA].says
        assert heard[ANA].says == heard[CHO].says and "entry" not in heard[ANA].says


def test_what_may_happen_again_and_again_is_told_to_the_crowd_once_an_hour() -> None:
    """The finalist and the client hear it every time, and so do all when a state begins."""
    heard = _heard(Contests().judging().by(c.NameFinalist))
    assert {who for who, one in heard.items() if one.to_crowd} == {ANA, CHO}
    it = Contests(guaranteed=True).judging().awards(chosen(BEN, 2)).ends(2, well=False)
    assert {who for who, one in _heard(it).items() if one.to_crowd} == ALL
    assert not any(one.to_crowd for one in _heard(Contests().judging()).values())


def test_a_handover_that_ends_well_leaves_the_time_to_judge_as_it_is() -> None:
    """Neither its end, nor its reminders, nor what proves that the client was told."""
    for it in (Contests(), Contests(guaranteed=True)):
        it.judging().awards(chosen(ANA, 1)).until(MONDAY + OPEN + 10 * DAY)
        before = it.case
        it.ends(1)
        assert it.case.version == before.version + 1 and it.case.prizes[0].settled
        assert (it.case.timers, it.case.wait) == (before.timers, before.wait)
        assert (it.case.since, it.case.judging_since) == (before.since, before.judging_since)


def test_what_is_the_clients_again_leaves_the_time_to_judge_as_it_is() -> None:
    """A prize that was promised to nobody is not judged anew."""
    it = Contests().judging().awards(chosen(ANA, 1)).until(MONDAY + OPEN + DAY)
    before = it.case
    it.ends(1, well=False)
    assert (it.case.timers, it.case.wait) == (before.timers, before.wait)
    assert it.wallet() == 400_00


def test_a_deadline_that_was_extended_stays_so_when_a_handover_ends() -> None:
    """Whoever could not be told has the whole extension, and its reminders prove it."""
    it = Contests().judging().awards(chosen(ANA, 1))
    it.proven = frozenset()
    it.until(MONDAY + JUDGED)
    assert _last(it).event == "deadline_extended"
    before = it.case
    it.ends(1)
    assert (it.case.timers, it.case.wait) == (before.timers, before.wait)
    it.proven = frozenset({CLIENT})
    assert it.until(before.timers[-1].at).case.state is S.CLOSED


def test_a_prize_that_comes_back_gives_fourteen_days_and_a_wait_of_its_own() -> None:
    """Its reminders go out anew."""
    it = Contests(guaranteed=True).judging().awards(chosen(ANA, 1)).until(MONDAY + OPEN + 5 * DAY)
    before = it.case
    it.ends(1, well=False)
    assert it.case.wait != before.wait and it.case.since == it.at
    assert it.until(MONDAY + JUDGED + 5 * DAY).case.state is S.DISTRIBUTING


def test_an_award_that_takes_note_of_a_failed_handover_begins_the_fourteen_days_too() -> None:
    """Its prize came back, whoever was first to notice."""
    it = Contests(guaranteed=True).judging().awards(chosen(ANA, 1)).until(MONDAY + OPEN + 5 * DAY)
    it.ends(1, well=False, told=False).awards(chosen(BEN, 2))
    assert (it.case.state, it.case.prizes[0].open) == (S.JUDGING, True)
    assert it.until(MONDAY + JUDGED).case.state is S.JUDGING
    assert it.until(MONDAY + JUDGED + 5 * DAY).case.state is S.DISTRIBUTING


def test_only_the_first_finalist_changes_what_the_client_waits_for() -> None:
    """From then on the prizes are shared; a second one promises nothing new."""
    it = Contests().promised().until(MONDAY + OPEN + 3 * DAY)
    before = it.case
    it.by(c.NameFinalist, entry="entry_cho")
    assert (it.case.finalists, it.case.timers, it.case.wait) == (2, before.timers, before.wait)
    assert it.until(MONDAY + SHARED).case.state is S.CLOSED
