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
