"""How weeks pass in seconds: the server skips time, or, where it cannot, the periods are short."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic_core import to_json
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from domain.calendar import BankingDays, BusinessDays, BusinessTime
from domain.policy import DAY, HOUR, Policy

STARTED_WITHIN_S = 10
OVERSTEPPED = timedelta(minutes=5)


class Clock(ABC):
    """The clock of a rehearsal; it moves the workflow of one case at a time."""

    says: str
    settings: Mapping[str, str] = {}
    """Variables of the worker and the API."""
    margin: timedelta
    """How close to a deadline it can stop, in time of the story."""
    factor: float = 1
    """How much shorter periods are than in the policy."""
    patience_s: float
    """How long a story may take."""

    @abstractmethod
    async def begin(self, address: str, namespace: str) -> None:
        """The servers are up."""

    @abstractmethod
    async def until(self, case_id: str, moment: datetime) -> None:
        """It becomes this moment, and the case has done what was due before it."""

    @abstractmethod
    async def now(self, case_id: str) -> datetime:
        """The moment it is for the case."""

    async def after(self, case_id: str, period: timedelta) -> None:
        """So much time of the story passes in the case."""
        await self.until(case_id, await self.now(case_id) + period / self.factor)

    @abstractmethod
    def shown(self, moment: datetime) -> datetime:
        """The time of the story at this time of the books."""


class Skipping(Clock):
    """The server's own time skipping: the workflow's virtual clock moves, nothing else changes."""

    says = "Time is skipped by the Temporal server; periods, workflows, law and ledger are real."
    margin = HOUR
    patience_s = 120

    async def begin(self, address: str, namespace: str) -> None:
        self._client = await Client.connect(address, namespace=namespace)
        self._skipper = TimeSkipper(self._client)

    async def until(self, case_id: str, moment: datetime) -> None:
        handle = await self._running(case_id)
        left = moment - await self._skipper.get_current_time(handle)
        if left > timedelta(0):
            await self._skipper.fast_forward(handle, left)
            # A target that passes while the workflow acts is overstepped, up to its next timer.
            late = await self._skipper.get_current_time(handle) - moment
            assert late < OVERSTEPPED, f"the server went {late} too far: choose another moment"

    async def now(self, case_id: str) -> datetime:
        return await self._skipper.get_current_time(await self._running(case_id))

    def shown(self, moment: datetime) -> datetime:
        return moment

    async def _running(self, case_id: str) -> WorkflowHandle[object, object]:
        """The case's workflow, which starts a moment after its row was written."""
        handle = self._client.get_workflow_handle(f"{case_id.partition('_')[0]}/{case_id}")
        async with asyncio.timeout(STARTED_WITHIN_S):
            while True:
                try:
                    await handle.describe()
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    await asyncio.sleep(0.05)
                else:
                    return handle


@dataclass
class Shortened(Clock):
    """Where time cannot be skipped, all periods of new contracts are shorter by one factor."""

    day_s: float = 3.0
    margin: timedelta = 12 * HOUR
    begun: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.factor = DAY.total_seconds() / self.day_s
        self.says = (
            f"Time cannot be skipped here, so periods are short: a day takes {self.day_s} s."
        )
        self.settings = {"PEEROK_POLICY": to_json(shortened(self.factor)).decode()}
        self.patience_s = 60 * self.day_s

    async def begin(self, address: str, namespace: str) -> None:
        self.begun = datetime.now(UTC)

    async def until(self, case_id: str, moment: datetime) -> None:
        await asyncio.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0))

    async def now(self, case_id: str) -> datetime:
        return datetime.now(UTC)

    def shown(self, moment: datetime) -> datetime:
        return self.begun + (moment - self.begun) * self.factor


def shortened(factor: float) -> dict[str, object]:
    """Every period of the policy, in seconds, divided by the factor; a week has five work days."""
    found: dict[str, object] = {}
    for name, value in Policy():
        match value:
            case timedelta() | BusinessDays() | BankingDays():
                found[name] = _seconds(value) / factor
            case BusinessTime():
                found[name] = {"length": value.length.total_seconds() / factor}
            case (timedelta(), *_):
                found[name] = [_seconds(one) / factor for one in value]
    return found


def _seconds(period: timedelta | BusinessDays | BankingDays) -> float:
    if isinstance(period, timedelta):
        return period.total_seconds()
    days = period.business_days if isinstance(period, BusinessDays) else period.banking_days
    return days * 7 / 5 * DAY.total_seconds()
