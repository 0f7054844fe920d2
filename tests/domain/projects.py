"""A project driven through the law: what its client decides, and time."""

from typing import Any, Self

from domain import project_commands as c
from domain.calendar import Calendar
from domain.cases import Role
from domain.command import Command
from domain.facts import Facts, Need
from domain.ids import BidId, CaseId, UserId
from domain.lone_states import ProjectState
from domain.policy import DAY, CaseTerms, Policy
from domain.project_case import Bid, BidState, Project
from tests.domain.lone import Lone
from tests.domain.story import CLIENT, HOLIDAYS, MONDAY

S = ProjectState
ANA, BEN, CHO = UserId("ana"), UserId("ben"), UserId("cho")
USUAL: dict[type[Command], dict[str, object]] = {
    c.PostProject: {},
    c.Award: {"bids": [{"bid": "bid_ana", "version": 1}]},
    c.Extend: {},
    c.CloseProject: {},
}
PEOPLE = {Role.CLIENT: CLIENT, Role.FREELANCER: ANA}
PERIOD = Policy().project_period


def bid(who: UserId, amount: int = 100_00, **more: Any) -> Bid:
    """A bid of so much, for a week."""
    usual = {"version": 1, "state": BidState.PLACED, "days": 7, "project": "project_1"}
    named = {"id": BidId(f"bid_{who}"), "freelancer": who, "amount_minor": amount}
    return Bid.model_validate(usual | named | more)


class Projects(Lone[Project]):
    """One project, the bids on it, and the moment it is."""

    usual, people = USUAL, PEOPLE

    def __init__(self, *bids: Bid, sealed: bool = False) -> None:
        times = dict.fromkeys(("opened_at", "last_event_at", "since", "open_since"), MONDAY)
        mine: dict[str, Any] = {"terms": CaseTerms(policy=Policy()), "client": CLIENT, **times}
        self.bids = bids or (bid(ANA), bid(BEN, 200_00), bid(CHO, 300_00))
        self.charged_back = False
        super().__init__(Project(id=CaseId("project_1"), sealed=sealed, **mine), MONDAY)

    def by(self, role: Role, kind: type[Command]) -> Self:
        """As it usually comes."""
        return self.does(role, self.command(kind))

    def posted(self) -> Self:
        """Freelancers may bid."""
        return self.by(Role.CLIENT, c.PostProject)

    def awards(self, *bids: Bid) -> Self:
        """The client chooses these, as they saw them."""
        chosen = tuple(c.Chosen(bid=one.id, version=one.version) for one in bids)
        return self.does(Role.CLIENT, c.Award(bids=chosen))

    def states(self) -> tuple[ProjectState, None]:
        """Its state; no other case stands beside it."""
        return self.case.state, None

    def facts(self, needs: frozenset[Need]) -> Facts:
        bids = self.bids if Need.BIDS in needs else ()
        crowd = tuple(one.freelancer for one in self.bids) if Need.CROWD in needs else ()
        calendar = Calendar(holidays=HOLIDAYS)
        return Facts(calendar, bids=bids, crowd=crowd, charged_back=self.charged_back)


def _disputed() -> Projects:
    it = Projects()
    it.charged_back = True
    return it


PROJECT_SCENES = {
    S.DRAFT: (Projects,),
    S.REFUSED: (lambda: _disputed().cannot_begin(Role.CLIENT, c.PostProject),),
    S.OPEN: (lambda: Projects().posted(), lambda: Projects().posted().awards(bid(ANA))),
    S.CLOSED: (
        lambda: Projects().posted().by(Role.CLIENT, c.CloseProject),
        lambda: Projects().posted().until(MONDAY + PERIOD + DAY),
    ),
}
