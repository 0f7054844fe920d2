"""What a contest says beforehand of the prizes nobody is awarded is what becomes of them."""

from domain.contest_case import EntryState
from domain.decide import Decision
from domain.lone_states import ContestState
from domain.outcome import brief
from domain.outlook import Outlook, if_nobody_acts
from domain.policy import DAY
from tests.domain.contests import ANA, JUDGED, OPEN, SHARED, Contests, chosen, entry
from tests.domain.story import MONDAY

S = ContestState


def _last(it: Contests) -> Decision:
    assert it.last is not None, "something was decided"
    return it.last


def _shown(it: Contests, *, nobody: bool) -> Outlook:
    shown = if_nobody_acts(it.case, None, it.facts(frozenset()).calendar, nobody_shares=nobody)
    assert shown is not None, "it is not over"
    return shown


def _all_removed(it: Contests) -> Contests:
    it.entries = [one.model_copy(update={"state": EntryState.REMOVED}) for one in it.entries]
    return it


def test_with_nobody_left_to_share_them_prizes_are_refunded_as_was_said() -> None:
    """In the words of what is shown, of the reminder, and of what the client is told in the end."""
    it = _all_removed(Contests(guaranteed=True).judging())
    soon = _shown(it, nobody=True)
    assert "refunded" in soon.what and not soon.money
    assert it.until(soon.at).case.state is S.DISTRIBUTING
    assert "refunded" in _last(it).says
    shown = _shown(it, nobody=True)
    assert dict(shown.money) == {"client": 300_00}
    it.until(MONDAY + SHARED - DAY)
    assert _last(it).event == "reminded" and shown.what in _last(it).says
    it.until(shown.at)
    assert (it.case.state, it.wallet(), it.held) == (S.CLOSED, 500_00, 0)
    assert _last(it).event == "prizes_given_back"
    assert _last(it).says.lower() == shown.what.lower()


def test_while_somebody_may_share_them_nobody_reads_of_a_refund() -> None:
    """Neither beforehand nor in a reminder."""
    it = Contests(guaranteed=True).judging().until(MONDAY + JUDGED - DAY)
    assert _last(it).event == "reminded" and "going to be shared" in _last(it).says
    assert "refunded" not in _shown(it.until(MONDAY + JUDGED), nobody=False).what
    assert it.until(MONDAY + SHARED - DAY).last is not None
    assert "refunded" not in _last(it).says


def test_the_only_one_who_entered_and_has_won_shares_nothing_more() -> None:
    """What is left is the client's."""
    it = Contests(guaranteed=True)
    it.entries = [entry(ANA)]
    it.judging().awards(chosen(ANA, 2)).until(MONDAY + SHARED)
    assert (_last(it).event, it.case.state) == ("prizes_given_back", S.HANDING_OVER)
    assert it.wallet() == 400_00
    assert it.ends(2).case.state is S.CLOSED


def test_operators_read_both_because_their_page_asks_nobody() -> None:
    """The workflow knows the case alone."""
    for it in (Contests(guaranteed=True).judging(), Contests().distributing()):
        assert "shared; or prizes" in brief(it.case, None, it.case).if_nobody_acts
    unpromised = Contests().judging().until(MONDAY + OPEN)
    assert brief(unpromised.case, None, unpromised.case).if_nobody_acts == (
        "prizes that are not awarded are refunded"
    )
