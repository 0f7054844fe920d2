"""A case that stands alone, driven through the law: people, the outside, and silence."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Generic, Self, TypeVar

from domain.basket_case import Basket
from domain.cases import Chargeback, Deposit, Remittance, Role, Withdrawal
from domain.clock import wake_at
from domain.command import Command
from domain.contest_case import Contest
from domain.decide import Decision, by_clock, by_person, clock_needs, clock_row, not_begun, row_for
from domain.facts import Facts, Need
from domain.ids import UserId
from domain.process import Scene
from domain.project_case import Project
from domain.refund_case import Refund
from tests.domain.books import Books
from tests.domain.story import Story

L = TypeVar("L", Basket, Chargeback, Contest, Deposit, Project, Refund, Remittance, Withdrawal)


class Lone(ABC, Generic[L]):
    """One case, the books, and the moment it is; what the books hold of it each kind knows."""

    usual: ClassVar[Mapping[type[Command], Mapping[str, object]]]
    """What somebody sends with a command."""
    people: ClassVar[Mapping[Role, UserId]]
    """Who usually acts in each role."""

    def __init__(self, case: L, at: datetime, story: Story | None = None) -> None:
        self.case: L = case
        self.at = at
        self.story = story
        """A job in whose escrow some of the money is, with the same books."""
        self.books = story.books if story else Books()
        self.last: Decision | None = None

    def fork(self) -> Self:
        """The same case, to be continued in another way."""
        other = copy(self)
        other.story = self.story.fork() if self.story else None
        other.books = other.story.books if other.story else self.books.fork()
        return other

    def command(self, kind: type[Command], by: Role | None = None) -> Command:
        """The command as it usually comes; another case's has no body that matters here."""
        if kind not in self.usual:
            return kind.model_construct()
        return kind.model_validate(self.usual[kind])

    def does(
        self,
        role: Role,
        command: Command,
        person: UserId | None = None,
        on_dispute: bool | None = None,
    ) -> Self:
        """Somebody decides, or the outside says; raises what the law refuses."""
        who = person or self.people.get(role)
        scene = Scene(self.at, "step", role, who, command, self.case, self.facts(frozenset()))
        needs = row_for(scene).needs
        self._write(by_person(replace(scene, facts=self.facts(needs))))
        return self

    def cannot_begin(self, role: Role, kind: type[Command]) -> Self:
        """It could not begin: the law refuses its first step."""
        who, known = self.people.get(role), self.facts(frozenset())
        scene = Scene(self.at, "step", role, who, self.command(kind), self.case, known)
        decision = not_begun(scene)
        assert decision is not None, "a first step was refused"
        self._write(decision)
        return self

    def says(self, kind: type[Command], **body: object) -> Self:
        """The processor says this."""
        return self.does(Role.PROCESSOR, kind.model_validate({**self.usual.get(kind, {}), **body}))

    def until(self, moment: datetime) -> Self:
        """Time passes, and the clock does what is due."""
        while (wakes := wake_at(self.case)) is not None and wakes <= moment:
            self.at = max(wakes, self.at)
            row = clock_row(self.case, self.at)
            assert row is not None, "the clock woke for something"
            facts = self.facts(clock_needs(self.case, row)[0])
            scene = Scene(self.at, "clock", Role.CLOCK, None, None, self.case, facts)
            decision = by_clock(scene)
            assert decision is not None, "what is due is done"
            self._write(decision)
        self.at = moment
        return self

    @abstractmethod
    def facts(self, needs: frozenset[Need]) -> Facts:
        """What the books tell a step that needs this."""

    def _write(self, decision: Decision) -> None:
        self.last = decision
        self.books.post(decision.entries)
        assert isinstance(decision.lone, type(self.case)), "its steps change the case alone"
        self.case = decision.lone
        for one in decision.touched:
            assert self.story is not None and one.job is not None, "there is a job to touch"
            self.books.post(one.entries)
            self.story.job, self.story.dispute = one.job, one.dispute or self.story.dispute
            self.story.events.append((self.at, one.event))
        if self.story is not None:
            self.story.at = self.at
