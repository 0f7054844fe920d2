"""The same tests against Stripe itself with a test key: a run that has to be asked for."""

from collections.abc import Mapping
from typing import Any, NoReturn

import stripe

from tests.fakestripe.stand import Stand

VARIABLE = "PEEROK_TEST_STRIPE_KEY"
TEST_KEYS = ("sk_test_", "rk_test_")
MARK = "at_stripe"
WHY_NOT = "needs the stand-in: its control routes, its clock, or its page without a browser"
EXPLAINED = f"""{VARIABLE} is not set, so nothing was asked of Stripe.
Set it to a secret key of a Stripe account in test mode (sk_test_… or rk_test_…, from
https://dashboard.stripe.com/test/apikeys), and the tests of the stand-in that are marked
`{MARK}` run against https://api.stripe.com instead; the others are skipped, with the reason."""


class NoTestKey(Exception):
    """A key with which real money could move, or none at all."""


def key_in(environment: Mapping[str, str]) -> str | None:
    """The test key, or None when there is none; NoTestKey for any other, without repeating it."""
    key = environment.get(VARIABLE, "").strip()
    if not key:
        return None
    if not key.startswith(TEST_KEYS):
        raise NoTestKey(f"{VARIABLE} is no key of test mode: it has to begin with sk_test_")
    return key


class AtStripe(Stand):
    """Stripe itself in the place of the stand-in."""

    def __init__(self, key: str) -> None:
        self._key = key
        super().__init__("https://api.stripe.com")

    def client(self, key: str | None = None, retries: int = 0) -> stripe.StripeClient:
        """The SDK as the product has it there; by default with the test key."""
        return super().client(key or self._key, retries)

    def control(self, path: str, /, **given: Any) -> NoReturn:
        """Nobody controls Stripe."""
        raise AssertionError(f"this test {WHY_NOT}: take its mark away")

    def look(self, path: str) -> NoReturn:
        """Nor looks behind it."""
        self.control(path)
