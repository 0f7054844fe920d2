"""PostgreSQL, Temporal, two workers and two APIs as our children, to be killed and revived."""

import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from local.children import Child
from local.places import free_ports
from local.stack import READY_WITHIN_S, Stack
from tests.chaos.script import EVERYTHING, Fault

WORK_S = 7 * 86_400
"""How long the work of every job here may take."""
USUAL: Mapping[str, object] = {"payout_cool_down": "PT0S", "return_period": "PT45S"}
"""The policy of both APIs: who is paid needs no weeks."""
HASTY: Mapping[str, object] = {
    **USUAL,
    "offer_period": "PT20S",
    "funding_period": "PT20S",
    "review_period": "PT20S",
    "rejection_period": "PT20S",
    "rejection_reminders": ["PT2S", "PT6S"],
    "rejection_last_reminder": "PT4S",
    "reminders_before_end": ["PT14S", "PT4S"],
    "proof_extension": "PT5S",
    # Work takes days, so the times after its due date are counted back from there.
    "late_after": 12 - WORK_S,
    "abandoned_after": 30 - WORK_S,
    "revision_period": "PT5S",
    "revision_overdue_after": "PT10S",
    "appointment_period": "PT90S",
    "proposal_period": "PT20S",
}
"""The policy of the second API: contracts made there are of people who let time pass."""
PAUSES = {"PEEROK_PROCESSOR_PAUSE": "PT10S", "PEEROK_PAYOUT_PAUSE": "PT10S"}
"""How late is what no webhook told."""
LOOK_EVERY_S = 0.1
HEALED_WITHIN_S = 120
DOWN_WITHIN_S = 10


@dataclass
class Part:
    """One process that dies and comes back."""

    child: Child
    says: str
    """What its log says when it works."""
    back_at: float = 0
    thaws_at: float | None = None

    def hit(self, fault: Fault) -> bool:
        """Do it, if the part is there to have it done; whether it was."""
        frozen = self.thaws_at is not None and fault.deed != "kill"
        if frozen or self.child.exit_code() is not None:
            return False
        now = time.monotonic()
        if fault.deed == "freeze":
            self._send(signal.SIGSTOP)
            self.thaws_at = now + fault.back_after_s
            return True
        if fault.deed == "kill":
            self._send(signal.SIGKILL)
            self.thaws_at = None
        else:
            psutil.Process(self.child.pid).send_signal(self.child.stop_signal)
        self.back_at = now + fault.back_after_s
        return True

    def works(self) -> bool:
        """Whether it has come back far enough to be of use."""
        up = self.child.exit_code() is None and self.thaws_at is None
        return up and self.child.said(self.says)

    def thaw(self) -> None:
        """Let it go on, if it is frozen."""
        if self.thaws_at is not None:
            self._send(signal.SIGCONT)
            self.thaws_at = None

    def look(self, *, heal: bool = False) -> None:
        """Thaw it and start it again when it is time."""
        now = time.monotonic()
        if self.thaws_at is not None and (heal or now >= self.thaws_at):
            self.thaw()
        if self.child.exit_code() is not None and now >= self.back_at:
            self.child.kill()
            with self.child.log.with_suffix(".log.all").open("ab") as kept:
                kept.write(self.child.log.read_bytes())
            self.child.start()
            # One that cannot start yet, as PostgreSQL beside its last children, tries again.
            self.back_at = now + 0.5

    def _send(self, number: signal.Signals) -> None:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.child.pid)
            for one in [process, *process.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(number)


@dataclass
class Machine:
    """A durable stack with a second worker and a second API, and what was done to it."""

    folder: Path
    done: Counter[str] = field(default_factory=Counter)
    all_killed_at: list[datetime] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits = ("LOGIN", "LOGIN_ADDRESS", "LOGIN_EMAIL", "SIGNUP")
        settings = {f"PEEROK_{name}_LIMIT": "100000/minute" for name in limits}
        settings |= {"PEEROK_POLICY": json.dumps(USUAL), **PAUSES}
        self.stack = Stack(self.folder, durable=True, settings=settings)
        [self._second_port] = free_ports(1)
        worker, api = self.stack.worker, self.stack.api
        self.worker_2 = self._like(worker, "worker-2", worker.command, {})
        at_second = [
            str(self._second_port) if word == str(self.stack.ports.api) else word
            for word in api.command
        ]
        self.api_2 = self._like(api, "api-2", at_second, {"PEEROK_POLICY": json.dumps(HASTY)})

    @property
    def hasty_url(self) -> str:
        """The API whose contracts have short periods."""
        return f"http://127.0.0.1:{self._second_port}"

    def start(self) -> None:
        """Start everything, once and in order."""
        self.stack.start()
        assert self.stack.temporal is not None
        self.parts = {
            "worker-1": Part(self.stack.worker, "worker ready"),
            "worker-2": Part(self.worker_2, "worker ready"),
            "api-1": Part(self.stack.api, "startup complete"),
            "api-2": Part(self.api_2, "startup complete"),
            "postgres": Part(self.stack.postgres.child, "ready to accept connections"),
            "temporal": Part(self.stack.temporal.child, "Temporal Metrics"),
        }
        for name in ("worker-2", "api-2"):
            self.parts[name].child.start()
        self._look_until(time.monotonic() + READY_WITHIN_S, self._all_work)

    def stop(self) -> None:
        """Stop everything that was started; who is frozen could not even die."""
        for part in self.parts.values():
            part.thaw()
        for child in (self.api_2, self.worker_2):
            child.stop()
        self.stack.stop()

    def suffer(self, fault: Fault, over: Callable[[], bool]) -> None:
        """Wait for the fault's moment while what is down comes back, and let it happen."""
        if fault.waits:
            healed_by = time.monotonic() + HEALED_WITHIN_S
            self._look_until(healed_by, lambda: over() or self._all_work())
        self._look_until(time.monotonic() + fault.pause_s, over)
        if over():
            return
        for name in self.parts if fault.part == EVERYTHING else [fault.part]:
            if self.parts[name].hit(fault):
                self.done[f"{fault.deed} {name}"] += 1
        if fault.part == EVERYTHING:
            self._wait_until_all_are_down()
            self.all_killed_at.append(datetime.now(UTC))

    def heal(self) -> None:
        """Everything is up again, and stays up."""
        for part in self.parts.values():
            part.look(heal=True)
        self._look_until(time.monotonic() + HEALED_WITHIN_S, self._all_work)

    def watch(self, over: Callable[[], bool]) -> None:
        """Keep everything up until it is over."""
        self._look_until(float("inf"), over)

    def _wait_until_all_are_down(self) -> None:
        deadline = time.monotonic() + DOWN_WITHIN_S
        while any(part.child.exit_code() is None for part in self.parts.values()):
            assert time.monotonic() < deadline, "something survived being killed"
            time.sleep(0.01)

    def _all_work(self) -> bool:
        return all(part.works() for part in self.parts.values())

    def _look_until(self, moment: float, over: Callable[[], bool]) -> None:
        while time.monotonic() < moment and not over():
            for part in self.parts.values():
                part.look()
            time.sleep(LOOK_EVERY_S)

    def _like(
        self, child: Child, name: str, command: Sequence[str], more: Mapping[str, str]
    ) -> Child:
        environment = {**child.environment, **more}
        return Child(name, command, child.folder, environment, patience_s=child.patience_s)
