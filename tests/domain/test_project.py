"""A project: what an award makes of bids, what is refused, and when it ends."""

from datetime import timedelta
from typing import Any

import pytest

from domain import project_commands as c
from domain.cases import JobState, Role
from domain.decide import Decision
from domain.errors import (
    ChargebackOpen,
    ConditionMissing,
    InvalidAmount,
    Linked,
    NdaMissing,
    NotOpen,
    SeenIsStale,
    UnknownReference,
    WorkPermissionMissing,
)
from domain.ids import UserId
from domain.lone_states import ProjectState
from domain.policy import DAY
from domain.project import PROJECT, require_bid, require_editable
from domain.project_case import BidState
from domain.standing import Permission, Standing
from tests.domain.projects import ANA, BEN, CHO, PERIOD, Projects, bid
from tests.domain.story import CLIENT, MONDAY

CLEARED = Standing(nda_signed=True, permission=Permission.W9)


def _last(it: Projects) -> Decision:
    assert it.last is not None, "something was decided"
    return it.last


def test_each_award_opens_a_job_on_the_terms_of_its_bid() -> None:
    """Price, days and freelancer are the bid's; policy and client the project's."""
    it = Projects().posted().awards(bid(ANA), bid(CHO, 300_00))
    ana, cho = (one.job for one in _last(it).opened)
    assert ana is not None and cho is not None
    assert (ana.freelancer, ana.terms.price_minor, ana.client) == (ANA, 100_00, CLIENT)
    assert (cho.freelancer, cho.terms.price_minor) == (CHO, 300_00)
    assert {ana.state, cho.state} == {JobState.OFFERED}
    assert ana.terms.work_period == timedelta(days=7)
    assert ana.terms.policy == it.case.terms.policy
    assert ana.origin == cho.origin == it.case.id
    assert ana.timers[0].at == MONDAY + ana.terms.policy.offer_period
    assert len({ana.id, cho.id}) == it.case.awards == 2


def test_the_same_award_names_the_same_jobs() -> None:
    """A step that is taken twice opens nothing twice."""
    first, again = (Projects().posted().awards(bid(BEN, 200_00)) for _ in "12")
    named = [[one.job.id for one in _last(it).opened if one.job] for it in (first, again)]
    assert named[0] == named[1]


def test_whoever_is_awarded_is_told_and_the_others_are_not_yet() -> None:
    """The offer is the freelancer's; the project goes on for the others."""
    it = Projects().posted().awards(bid(ANA))
    [opened] = _last(it).opened
    assert [one.to for one in opened.notices] == [ANA]
    assert _last(it).notices == ()


@pytest.mark.parametrize(
    ("stands", "refusal"),
    [
        ({"state": BidState.WITHDRAWN}, SeenIsStale),
        ({"state": BidState.AWARDED}, SeenIsStale),
        ({"version": 2}, SeenIsStale),
        ({"project": "project_2"}, UnknownReference),
    ],
    ids=["withdrawn", "awarded", "edited", "another project's"],
)
def test_a_bid_that_is_not_what_was_seen_is_not_awarded(
    stands: dict[str, Any], refusal: type[Exception]
) -> None:
    """Not withdrawn, not twice, not in another version, not another project's."""
    it = Projects(bid(ANA, **stands), bid(BEN)).posted()
    with pytest.raises(refusal):
        it.awards(bid(BEN), bid(ANA))
    assert it.case.awards == 0


def test_a_bid_that_nobody_placed_is_not_awarded() -> None:
    """An id that is made up names nothing."""
    with pytest.raises(UnknownReference):
        Projects().posted().awards(bid(UserId("nobody")))


def test_a_bid_is_named_once_in_an_award() -> None:
    """Two offers for one bid would be two jobs."""
    twice = {"bid": "bid_ana", "version": 1}
    with pytest.raises(ValueError, match="each bid is named once"):
        c.Award.model_validate({"bids": [twice, twice]})


def test_a_client_whose_payment_is_disputed_posts_and_awards_nothing() -> None:
    """New work waits until the network has decided."""
    it = Projects()
    it.charged_back = True
    with pytest.raises(ChargebackOpen):
        it.posted()
    it.charged_back = False
    it.posted().charged_back = True
    with pytest.raises(ChargebackOpen):
        it.awards(bid(ANA))


def test_silence_closes_it_and_tells_all_whose_bids_stand() -> None:
    """After thirty days, client and bidders alike."""
    it = Projects().posted().until(MONDAY + PERIOD)
    assert it.case.state is ProjectState.CLOSED
    assert {one.to for one in _last(it).notices} == {CLIENT, ANA, BEN, CHO}


def test_closing_tells_the_bidders() -> None:
    """The client knows, for it was their decision."""
    it = Projects().posted().by(Role.CLIENT, c.CloseProject)
    assert {one.to for one in _last(it).notices} == {ANA, BEN, CHO}


def test_an_extension_counts_from_the_end() -> None:
    """Extended early or late, it ends thirty days after it would have."""
    it = Projects().posted().until(MONDAY + 3 * DAY).by(Role.CLIENT, c.Extend)
    assert it.until(MONDAY + 2 * PERIOD - DAY).case.state is ProjectState.OPEN
    assert it.until(MONDAY + 2 * PERIOD).case.state is ProjectState.CLOSED


def test_it_is_not_extended_for_ever() -> None:
    """A limit on everything."""
    it = Projects().posted()
    for _ in range(it.case.terms.policy.project_extensions):
        it.by(Role.CLIENT, c.Extend)
    with pytest.raises(ConditionMissing):
        it.by(Role.CLIENT, c.Extend)


def test_a_bid_is_in_time_until_the_second_of_the_end() -> None:
    """The clock decides, and the refusal says when it ended."""
    it = Projects().posted()
    end = MONDAY + PERIOD
    PROJECT.require_beside("bid", it.case, end - timedelta(seconds=1))
    with pytest.raises(NotOpen) as late:
        PROJECT.require_beside("bid", it.case, end)
    assert late.value.facts["ended_at"] == end.isoformat()
    closed = it.by(Role.CLIENT, c.CloseProject).case
    with pytest.raises(NotOpen):
        PROJECT.require_beside("bid", closed, MONDAY)


@pytest.mark.parametrize(
    ("person", "standing", "amount", "refusal"),
    [
        (CLIENT, CLEARED, 100_00, Linked),
        (ANA, Standing(permission=Permission.W9), 100_00, NdaMissing),
        (ANA, Standing(nda_signed=True), 100_00, WorkPermissionMissing),
        (ANA, CLEARED, 9_99, InvalidAmount),
        (ANA, CLEARED, 1_000_000_01, InvalidAmount),
    ],
    ids=["one's own", "no NDA", "no permission", "too little", "too much"],
)
def test_what_stands_against_a_bid(
    person: UserId, standing: Standing, amount: int, refusal: type[Exception]
) -> None:
    """Whose project it is, what was signed and answered, and what a job may cost."""
    project = Projects().posted().case
    require_bid(project, ANA, CLEARED, 10_00)
    with pytest.raises(refusal):
        require_bid(project, person, standing, amount)


def test_a_bid_is_its_freelancers_to_change_until_it_is_awarded() -> None:
    """Withdrawn or awarded, it stays as it is."""
    require_editable(bid(ANA))
    for state in (BidState.WITHDRAWN, BidState.AWARDED):
        with pytest.raises(NotOpen):
            require_editable(bid(ANA, state=state))


def test_a_bid_of_somebody_linked_with_the_client_is_not_awarded_without_staff() -> None:
    """Nor are the others of the same award."""
    it = Projects(bid(ANA), bid(BEN, linked=True)).posted()
    with pytest.raises(Linked, match="staff"):
        it.awards(bid(ANA), bid(BEN))
    assert it.case.awards == 0


def test_a_link_is_told_only_to_whoever_would_hire_otherwise() -> None:
    """An award that is refused for any other bid says nothing of it."""
    it = Projects(bid(ANA, linked=True), bid(BEN, state=BidState.WITHDRAWN), bid(CHO, 1)).posted()
    with pytest.raises(SeenIsStale):
        it.awards(bid(ANA), bid(BEN))
    with pytest.raises(InvalidAmount):
        it.awards(bid(ANA), bid(CHO))
    it.charged_back = True
    with pytest.raises(ChargebackOpen):
        it.awards(bid(ANA))
