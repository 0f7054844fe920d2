"""The stand-in for Stripe, run beside the product, which knows no more of it than an address."""

import json
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from local.children import Child
from local.places import private
from local.web import answers

READY_WITHIN_S = 30
KEY, WEBHOOK_SECRET = "sk_test_standin", "whsec_standin"


@dataclass
class Processor:
    """One stand-in, with its books in `folder`."""

    folder: Path
    log_folder: Path
    port: int
    child: Child = field(init=False, repr=False)

    def __post_init__(self) -> None:
        where = ["--file", str(self.folder / "books.sqlite"), "--port", str(self.port)]
        command = [sys.executable, "-m", "fakestripe", *where, "--key", KEY]
        self.child = Child("stripe", command, self.log_folder)

    @property
    def url(self) -> str:
        """Where its API, its pages and its controls are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run it; it is there a moment later."""
        private(self.folder)
        self.child.start()

    def announce_to(self, api: str) -> None:
        """Wait until it is there; what happens to us, or to those we pay, it tells this API."""
        self.child.wait_until(lambda: answers(f"{self.url}/_control/clock"), READY_WITHIN_S)
        ours = {"url": f"{api}/v1/webhooks/stripe", "secret": WEBHOOK_SECRET}
        for of_others in (False, True):
            endpoint = json.dumps({**ours, "connect": of_others}).encode()
            asked = urllib.request.Request(  # noqa: S310 - our own address
                f"{self.url}/_control/webhook_endpoints", endpoint
            )
            urllib.request.urlopen(asked, timeout=10).close()  # noqa: S310 - our own address
