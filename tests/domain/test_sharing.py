"""Sharing a prize: exact, equal to the cent, nobody twice, no crumbs, in order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.contest_case import Entrant
from domain.ids import UserId
from domain.policy import Policy
from domain.sharing import among, shares

POLICY = Policy()
NETS = st.integers(9_00, 1_000_000_00)
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def _entrant(number: int, rating: int = 0, *, finalist: bool = False) -> Entrant:
    return Entrant(person=UserId(f"p{number}"), finalist=finalist, rating=rating, number=number)


def _linked(number: int, cleared: tuple[int, ...] = (), rating: int = 0, **since: int) -> Entrant:
    """Somebody with these marks, each since so many days."""
    marks = {mark: BEGAN + timedelta(days=day) for mark, day in since.items()}
    others = frozenset(UserId(f"p{one}") for one in cleared)
    return _entrant(number, rating).model_copy(update={"marks": marks, "cleared": others})


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


def _until(one: Entrant, moment: datetime) -> Entrant:
    """What they had come to have by then."""
    marks = {mark: since for mark, since in one.marks.items() if since <= moment}
    return one.model_copy(update={"marks": marks})


@st.composite
def _crowds(draw: st.DrawFn) -> list[Entrant]:
    """A few people who came to have a few marks at any time, and whom staff told apart."""
    numbers = range(1, draw(st.integers(2, 7)) + 1)
    held = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 5))
    pairs = st.tuples(st.sampled_from(numbers), st.sampled_from(numbers))
    apart = draw(st.sets(pairs, max_size=5))
    apart |= {(other, one) for one, other in apart}
    return [
        _linked(n, cleared=tuple(two for one, two in apart if one == n), **draw(held))
        for n in numbers
    ]


def _goes_before(one: Entrant, other: Entrant) -> bool:
    """Whether one had first what links the two."""
    return other.person not in one.cleared and any(
        (one.marks[mark], one.number) < (other.marks[mark], other.number)
        for mark in one.marks.keys() & other.marks.keys()
    )


@given(_crowds())
def test_nobodys_share_depends_on_what_another_does_later(crowd: list[Entrant]) -> None:
    """Whatever others come to have after one's own last mark, one shares, or not, as before."""
    sharing = among(crowd, POLICY)
    for one in crowd:
        last = max(one.marks.values(), default=BEGAN)
        then = among([_until(other, last) for other in crowd], POLICY)
        assert (one.person in then) == (one.person in sharing)


@given(_crowds())
def test_of_linked_people_one_shares_who_had_first_what_links_them(crowd: list[Entrant]) -> None:
    """Somebody always does, no two of them do, and whoever does not came after somebody."""
    sharing = among(crowd, POLICY)
    inside = [one for one in crowd if one.person in sharing]
    assert inside
    assert not any(_goes_before(one, other) for one in inside for other in inside)
    for late in (one for one in crowd if one.person not in sharing):
        assert any(_goes_before(one, late) for one in crowd)


def test_an_account_given_later_takes_no_share_from_whoever_had_it() -> None:
    """However early the entry, and however good."""
    thief, victim = _linked(1, rating=5, a=9), _linked(2, rating=3, a=1)
    assert among([thief, victim], POLICY) == ["p2"]


def test_of_a_ring_of_accounts_somebody_shares() -> None:
    """Each gave the next one's account after their own: the last link finds nobody any more."""
    ring = [_linked(1, a=0, c=5), _linked(2, b=0, a=3), _linked(3, c=0, b=4)]
    assert among(ring, POLICY) == ["p3"]


def test_what_came_at_one_moment_is_the_earlier_entrys() -> None:
    """Whoever is rated best. The third is linked with the second alone, who has no share."""
    three = [_linked(1, a=0), _linked(2, rating=2, a=0, b=0), _linked(3, rating=1, b=0)]
    assert among(three, POLICY) == ["p3", "p1"]


def test_only_who_shares_keeps_those_linked_with_them_from_it() -> None:
    """The earlier one was not rated well enough."""
    assert among([_linked(1, a=0), _linked(2, rating=4, a=1)], POLICY) == ["p2"]


def test_people_whom_staff_told_apart_share_both() -> None:
    """A third one with the same account is linked with either."""
    two = [_linked(1, cleared=(2,), a=0), _linked(2, cleared=(1,), a=1)]
    assert among([*two, _linked(3, cleared=(1,), a=2)], POLICY) == ["p1", "p2"]


def test_a_crowd_with_one_account_is_one_person() -> None:
    """And is told apart one by one, not pair by pair."""
    marks = ({"a": n, f"own{n}": 0} for n in range(1, 10_001))
    crowd = [_linked(n, (), 0, **held) for n, held in enumerate(marks, 1)]
    assert among(crowd, POLICY) == ["p1"]
