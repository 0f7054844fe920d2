"""A real Temporal dev server of our own, with its UI and with time skipping."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from local.children import Child
from local.places import private
from local.search_attributes import SEARCH_ATTRIBUTES
from local.temporal_binary import Binary

READY_WITHIN_S = 60
DYNAMIC_CONFIG = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    # How far ahead the timer queue has read: a timer set by a skip fires this much late.
    "history.timerProcessorMaxTimeShift": '"20ms"',
    # One shard has all workflows here; by default it looks 20 times a second for what to do.
    "history.timerProcessorMaxPollRPS": "500",
    "history.transferProcessorMaxPollRPS": "500",
}


@dataclass
class TemporalServer:
    """One dev server; with a `store` it keeps its workflows, without it forgets them at its end."""

    binary: Binary
    log_folder: Path
    port: int
    ui_port: int | None = None
    store: Path | None = None
    child: Child = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.child = Child(
            "temporal",
            [str(self.binary.path), "server", "start-dev", *self._flags()],
            self.log_folder,
            environment=without_temporal_settings(),
        )

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run the server and wait until it serves."""
        if self.store:
            _fit_for(self.binary, self.store)
        self.child.start()
        self.child.wait_until(self._serves, READY_WITHIN_S)

    def stop(self) -> None:
        """Stop the server."""
        self.child.stop()

    def _flags(self) -> list[str]:
        ui = ["--ui-port", str(self.ui_port)] if self.ui_port else ["--headless"]
        store = ["--db-filename", str(self.store)] if self.store else []
        pairs = [
            *(("--search-attribute", name, kind) for name, kind in SEARCH_ATTRIBUTES.items()),
            *(("--dynamic-config-value", name, value) for name, value in DYNAMIC_CONFIG.items()),
        ]
        named = [word for flag, name, value in pairs for word in (flag, f"{name}={value}")]
        return ["--ip", "127.0.0.1", "--port", str(self.port), *ui, *store, *named]

    def _serves(self) -> bool:
        probe = [str(self.binary.path), "operator", "cluster", "health", "--address", self.address]
        done = subprocess.run(
            probe, check=False, capture_output=True, env=without_temporal_settings(), timeout=30
        )
        return done.returncode == 0 and b"SERVING" in done.stdout


def without_temporal_settings() -> dict[str, str]:
    """This process's environment without what would send our own server's tools elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}


def _fit_for(binary: Binary, store: Path) -> None:
    """Remove a store that another version wrote: the dev server cannot read it.

    Nothing of ours is lost with it: every open case goes on from its row.
    """
    private(store.parent)
    note = store.with_name(f"{store.name}.version")
    if not note.exists() or note.read_text() != binary.version:
        for file in store.parent.glob(f"{store.name}*"):
            file.unlink()
    note.write_text(binary.version)
