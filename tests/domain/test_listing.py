"""A listing: who may do what with it, when; and which jobs give it back."""

from datetime import timedelta
from typing import Any

import pytest

from domain.basket_case import Listing, ListingState
from domain.cases import Ip, Job, JobState
from domain.errors import (
    ConditionMissing,
    NdaMissing,
    NotAllowedToWork,
    NotOpen,
    SeenIsStale,
    WorkPermissionMissing,
)
from domain.listing import (
    MOVES,
    comes_back,
    move,
    open_to,
    require_move,
    require_publishable,
    require_same_files,
)
from domain.policy import Policy, Terms
from domain.standing import Permission, Standing
from tests.domain.baskets import SELLER, listing
from tests.domain.story import CLIENT, FREELANCER, MONDAY

S = ListingState
CLEARED = Standing(nda_signed=True, permission=Permission.W9)
ROWS = """
edit      seller  draft listed  stays
publish   seller  draft         listed
unpublish seller  listed        draft
purchase  buyer   listed        sold
return    job     sold          draft
"""


def test_the_table_says_what_the_design_says() -> None:
    """Draft, listed, sold, and back to a draft when its purchase was refunded."""
    rows = [
        " ".join((one.name, one.by, *sorted(one.sources), one.target or "stays")) for one in MOVES
    ]
    assert rows == [" ".join(line.split()) for line in ROWS.strip().splitlines()]


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("name", ["edit", "publish", "unpublish", "purchase"])
def test_a_move_is_open_in_its_states_alone(state: ListingState, name: str) -> None:
    """Elsewhere it is refused with the state, and no button shows it."""
    one = listing(1, state=state)
    who = SELLER if move(name).by == "seller" else CLIENT
    shown = name in [action.name for action in open_to(one, who)]
    if state in move(name).sources:
        require_move(name, one, 1)
        assert shown
        return
    with pytest.raises(NotOpen) as refused:
        require_move(name, one, 1)
    assert refused.value.facts == {"state": state.value} and not shown


def test_a_decision_names_the_version_it_saw() -> None:
    """The answer names the present one."""
    with pytest.raises(SeenIsStale) as refused:
        require_move("edit", listing(1, version=3), 2)
    assert refused.value.facts == {"version": 3}


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [
        (Standing(nda_signed=True), WorkPermissionMissing),
        (Standing(permission=Permission.W9), NdaMissing),
        (Standing(nda_signed=True, permission=Permission.NOT_ALLOWED), NotAllowedToWork),
    ],
)
def test_who_may_not_work_offers_nothing(standing: Standing, refusal: type[Exception]) -> None:
    """As before a bid or an acceptance."""
    with pytest.raises(refusal):
        require_publishable(listing(1), standing)


def test_a_listing_has_something_to_hand_over() -> None:
    """One file at least."""
    require_publishable(listing(1), CLEARED)
    with pytest.raises(ConditionMissing):
        require_publishable(listing(1, files=()), CLEARED)


def test_the_files_of_what_is_listed_are_those_that_were_warranted() -> None:
    """In another order they are the same; a draft's may change."""
    one = listing(1, files=("file_1", "file_2"))
    require_same_files(one, ("file_2", "file_1"))
    with pytest.raises(NotOpen):
        require_same_files(one, ("file_1",))
    require_same_files(_draft(one), ("file_3",))


@pytest.mark.parametrize(
    ("origin", "more", "back"),
    [
        ("listing_1", {"state": JobState.CANCELLED, "ip": Ip.FREELANCER}, True),
        ("listing_1", {"state": JobState.SETTLED, "ip": Ip.FREELANCER}, True),
        ("listing_1", {"state": JobState.SETTLED, "ip": Ip.CLIENT}, False),
        ("listing_1", {"state": JobState.COMPLETED, "ip": Ip.CLIENT}, False),
        ("listing_1", {"state": JobState.IN_REVIEW}, False),
        ("project_1", {"state": JobState.CANCELLED, "ip": Ip.FREELANCER}, False),
        (None, {"state": JobState.CANCELLED, "ip": Ip.FREELANCER}, False),
    ],
)
def test_a_purchase_gives_back_what_stays_with_its_seller(
    origin: str | None, more: dict[str, Any], back: bool
) -> None:
    """Whose the work is at the end decides."""
    times = dict.fromkeys(("opened_at", "last_event_at", "since"), MONDAY)
    terms = Terms(policy=Policy(), price_minor=50_00, work_period=timedelta(0))
    parties = {"client": CLIENT, "freelancer": FREELANCER, "terms": terms}
    job = Job.model_validate({"id": "job_1", "origin": origin, **times, **parties, **more})
    assert comes_back(job) is back


def _draft(one: Listing) -> Listing:
    return one.model_copy(update={"state": S.DRAFT})
