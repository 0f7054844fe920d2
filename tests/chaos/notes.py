"""What people were told, kept outside the system that told them."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.stubborn import Sent


@dataclass(frozen=True)
class Note:
    """One request that changes something, and its final answer."""

    key: str
    path: str
    status: int
    accepted: str
    """The instruction whose counting was acknowledged before it was decided."""
    body: Any
    tries: int
    seconds: float


@dataclass
class Notes:
    """All of them, in memory and in a file."""

    file: Path
    kept: list[Note] = field(default_factory=list)

    def heard(self, sent: Sent) -> None:
        """Keep what somebody was told."""
        key = sent.request.headers.get("Idempotency-Key")
        if key is None:
            return
        body, path = json.loads(sent.answer.content or b"null"), sent.request.url.path
        seconds = time.monotonic() - sent.began
        note = Note(key, path, sent.answer.status_code, sent.accepted, body, sent.tries, seconds)
        self.kept.append(note)
        with self.file.open("a") as lines:
            lines.write(json.dumps(note.__dict__) + "\n")

    def decisions(self) -> list[Note]:
        """Those about cases, whose instruction is known by the key."""
        return [note for note in self.kept if "/receipts" not in note.path]
