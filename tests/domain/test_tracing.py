"""Whose deposit's cents are where, when payments are taken back, given back and refunded."""

from collections.abc import Mapping

from domain.accounts import Account, Kind
from domain.tracing import Written, bounced, traced

CREDITS = Account(Kind.CREDITS, "client")
FIRST, SECOND = Account(Kind.ESCROW, "job_1"), Account(Kind.ESCROW, "job_2")


def _written(kind: str, reference: str, changes: Mapping[Account, int], of: str = "") -> Written:
    return Written(kind, reference, changes, of)


def _deposit(name: str, minor: int = 100) -> Written:
    return _written("deposit", f"deposit/{name}/credit", {CREDITS: minor})


def _hold(escrow: Account, minor: int) -> Written:
    return _written("hold", f"job/{escrow.owner}/hold", {CREDITS: -minor, escrow: minor})


def test_what_is_given_back_is_in_each_escrow_it_was_taken_from() -> None:
    """Not all of it in the first."""
    taken = {CREDITS: -20, FIRST: -50, SECOND: -30}
    way = [
        _deposit("one"),
        _hold(FIRST, 50),
        _hold(SECOND, 30),
        _written("chargeback_open", "chargeback/c/open", taken, "one"),
        _written("chargeback_won", "chargeback/c/won", {a: -n for a, n in taken.items()}, "one"),
    ]
    assert traced(way) == {"one": {CREDITS: 20, FIRST: 50, SECOND: 30}}


def test_what_is_taken_back_from_an_escrow_is_its_own() -> None:
    """The other deposit's part stays, though it is older."""
    way = [
        _deposit("one", 40),
        _deposit("two", 60),
        _hold(FIRST, 100),
        _written("chargeback_open", "chargeback/c/open", {FIRST: -60}, "two"),
    ]
    assert traced(way) == {"one": {FIRST: 40}}


def test_what_was_given_back_to_its_source_is_not_spent_on_a_job() -> None:
    """What a later deposit paid for is the later one's, and the first is gone."""
    way = [
        _deposit("one"),
        _written("deposit_refund", "refund/r/start", {CREDITS: -100}, "one"),
        _deposit("two"),
        _hold(FIRST, 100),
    ]
    assert traced(way) == {"two": {FIRST: 100}}


def test_a_refund_that_did_not_go_out_is_its_deposits_again() -> None:
    """Even when other credits than its own were left to give back."""
    way = [
        _deposit("one"),
        _deposit("two"),
        _hold(FIRST, 100),
        _written("deposit_refund", "refund/r/start", {CREDITS: -100}, "one"),
        _written("deposit_refund_return", "refund/r/return", {CREDITS: 100}, "one"),
    ]
    assert traced(way) == {"one": {FIRST: 100, CREDITS: 100}}


def test_a_prize_takes_what_came_first_and_the_rest_stays() -> None:
    """Of what is in a contest's escrow; what comes back is there again."""
    contest = Account(Kind.ESCROW, "contest_1")
    way = [
        _deposit("one", 40),
        _deposit("two", 60),
        _written("prize_hold", "contest/contest_1/hold", {CREDITS: -100, contest: 100}),
        _written("prize_award", "job/job_1/prize", {contest: -50, FIRST: 50}),
    ]
    assert traced(way) == {"one": {FIRST: 40}, "two": {contest: 50, FIRST: 10}}
    back = _written("prize_return", "job/job_1/prize-return", {contest: 50, FIRST: -50})
    assert traced([*way, back]) == {"one": {contest: 40}, "two": {contest: 60}}


def test_what_a_contest_gives_back_pays_a_debt_with_what_has_bounced() -> None:
    """The older check's money stays where it is; another person's that bounced pays nothing."""
    contest, hers = Account(Kind.ESCROW, "contest_1"), Account(Kind.CREDITS_PROVISIONAL, "client")
    his = Account(Kind.EARNINGS_PROVISIONAL, "client")
    way = [
        _written("deposit", "deposit/his/credit", {Account(Kind.CREDITS_PROVISIONAL, "he"): 30}),
        _written("hold", "h", {Account(Kind.CREDITS_PROVISIONAL, "he"): -30, FIRST: 30}),
        _written("release", "r", {FIRST: -30, his: 30}),
        _written("deposit", "deposit/old/credit", {hers: 40}),
        _written("deposit", "deposit/bad/credit", {hers: 60}),
        _written("prize_hold", "p", {hers: -100, his: -30, contest: 130}),
        _written("deposit_reversed", "deposit/bad/reversed/client", {}),
        _written("deposit_reversed", "deposit/his/reversed/he", {}),
    ]
    assert bounced(way, "client") == {contest: 60}
    back = _written("prize_refund", "contest/contest_1/refund/1", {contest: -70, hers: 70})
    paid = _written("receivable_settle", "s", {hers: -60})
    assert traced([*way, back])["bad"] == {hers: 60}
    assert traced([*way, back, paid]) == {"his": {contest: 30}, "old": {hers: 10, contest: 30}}
