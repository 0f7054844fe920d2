"""Sharing a prize: exact, equal to the cent, nobody twice, no crumbs, in order."""

from hypothesis import given
from hypothesis import strategies as st

from domain.contest_case import Entrant
from domain.ids import UserId
from domain.policy import Policy
from domain.sharing import among, shares

POLICY = Policy()
NETS = st.integers(9_00, 1_000_000_00)


def _entrant(number: int, rating: int = 0, *, finalist: bool = False) -> Entrant:
    return Entrant(person=UserId(f"p{number}"), finalist=finalist, rating=rating, number=number)


def _linked(number: int, *marks: str, cleared: tuple[int, ...] = (), rating: int = 0) -> Entrant:
    others = frozenset(UserId(f"p{one}") for one in cleared)
    return _entrant(number, rating).model_copy(
        update={"marks": frozenset(marks), "cleared": others}
    )


entrants = st.lists(
    st.builds(_entrant, st.integers(1, 10_000), st.integers(0, 5), finalist=st.booleans()),
    unique_by=lambda one: one.number,
    min_size=1,
    max_size=300,
)


@given(NETS, entrants)
def test_shares_add_up_and_none_is_a_crumb(net: int, everybody: list[Entrant]) -> None:
    """To the cent; no two differ by more than a cent, and the first ones get it."""
    found = shares(net, among(everybody, POLICY), POLICY)
    parts = [minor for _, minor in found]
    assert sum(parts) == net
    assert min(parts) >= POLICY.smallest_share_minor
    assert max(parts) - min(parts) <= 1 and parts == sorted(parts, reverse=True)


@given(entrants)
def test_each_person_shares_once_in_order(everybody: list[Entrant]) -> None:
    """The best rated first, then the earliest."""
    people = among(everybody, POLICY)
    assert len(people) == len(set(people))
    by_name = {one.person: one for one in everybody}
    keys = [(-by_name[person].rating, by_name[person].number) for person in people]
    assert keys == sorted(keys)


@given(entrants)
def test_finalists_go_before_ratings_and_ratings_before_everybody(
    everybody: list[Entrant],
) -> None:
    """A group shares alone as soon as anybody is in it."""
    people = set(among(everybody, POLICY))
    finalists = {one.person for one in everybody if one.finalist}
    rated = {one.person for one in everybody if one.rating >= 3}
    assert people == (finalists or rated or {one.person for one in everybody})


def test_what_does_not_reach_for_everybody_goes_to_the_first_ones() -> None:
    """9.00 is nine shares; the tenth would make all of them too small."""
    many = [_entrant(n, rating=3 + (n == 12)) for n in range(1, 13)]
    found = shares(9_50, among(many, POLICY), POLICY)
    assert [person for person, _ in found] == ["p12", *(f"p{n}" for n in range(1, 9))]
    assert [minor for _, minor in found] == [1_06] * 5 + [1_05] * 4


def test_of_linked_people_the_earliest_shares_whoever_is_rated_best() -> None:
    """Links do not go on: the third is linked with the second alone, who has no share."""
    three = [_linked(1, "a"), _linked(2, "a", "b", rating=2), _linked(3, "b", rating=1)]
    assert among(three, POLICY) == ["p3", "p1"]


def test_only_who_shares_keeps_those_linked_with_them_from_it() -> None:
    """The earlier one was not rated well enough."""
    assert among([_linked(1, "a"), _linked(2, "a", rating=4)], POLICY) == ["p2"]


def test_people_whom_staff_told_apart_share_both() -> None:
    """A third one with the same account is linked with either."""
    two = [_linked(1, "a", cleared=(2,)), _linked(2, "a", cleared=(1,))]
    assert among([*two, _linked(3, "a", cleared=(1,))], POLICY) == ["p1", "p2"]


def test_a_crowd_with_one_account_is_one_person() -> None:
    """And is told apart one by one, not pair by pair."""
    crowd = [_linked(n, "a", f"own{n}") for n in range(1, 10_001)]
    assert among(crowd, POLICY) == ["p1"]
