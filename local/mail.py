"""A mail server that keeps everything it is given, for looking at and for tests."""

import json
import socket
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from local.children import Child

READY_WITHIN_S = 20
# To addresses here the server answers 550 (never) or 451 (later) instead of taking the mail,
# for tests and rehearsals of what becomes of mail in the world.
REFUSING, DEFERRING = "refuse.example", "later.example"


class Message(TypedDict):
    """One mail as the server tells of it; `to` are the envelope's addresses."""

    id: str
    to: list[str]
    subject: str
    message_id: str
    received_at: str
    headers: dict[str, str]
    text: str


@dataclass
class MailCatcher:
    """One mail server with its page; its mails are `.eml` files in `folder`."""

    folder: Path
    log_folder: Path
    smtp_port: int
    http_port: int
    child: Child = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ports = ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
        command = [sys.executable, "-m", "local.mail_server", *ports, "--folder", str(self.folder)]
        self.child = Child("mail", command, self.log_folder)

    @property
    def page(self) -> str:
        """Where the mails can be read."""
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> None:
        """Run it and wait until it takes mail."""
        self.child.start()
        self.child.wait_until(lambda: _listens(self.smtp_port, self.http_port), READY_WITHIN_S)

    def stop(self) -> None:
        """Stop it; the files stay."""
        self.child.stop()

    def messages(self, to: str = "") -> list[Message]:
        """All mails it took, or those to one address, the newest first."""
        url = f"{self.page}/messages?to={quote(to)}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address
            found: list[Message] = json.load(answer)["messages"]
        return found


def _listens(*ports: int) -> bool:
    try:
        for port in ports:
            socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
