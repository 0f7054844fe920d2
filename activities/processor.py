"""Stripe as a worker reaches it: one client for all that asks, closed with the process."""

from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from stripe._v1_services import V1Services
from temporalio.exceptions import ApplicationError

from settings import Settings

TIMEOUT_S = 20


class Processor:
    """The client, if this process has a key; it connects at its first call."""

    def __init__(self, our: Settings) -> None:
        self._http = stripe.HTTPXClient(timeout=TIMEOUT_S)
        self._client: stripe.StripeClient | None = None
        if our.stripe_key is not None:
            there = our.stripe_url
            self._client = stripe.StripeClient(
                our.stripe_key.get_secret_value(),
                base_addresses={"api": there, "files": there} if there else {},
                http_client=self._http,
                max_network_retries=2,
            )

    @property
    def known(self) -> bool:
        """Whether there is anybody to ask."""
        return self._client is not None

    @property
    def asked(self) -> V1Services:
        """The services of Stripe's API; ApplicationError when this process has no key."""
        if self._client is None:
            raise ApplicationError("PEEROK_STRIPE_KEY is not set", type="NoProcessor")
        return self._client.v1

    async def close(self) -> None:
        """Let go of its connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call] # the SDK leaves it untyped


@contextmanager
def in_short() -> Iterator[None]:
    """What Stripe says of an error may quote a request; a history gets its name and code alone."""
    try:
        yield
    except stripe.StripeError as error:
        inner = getattr(error, "error", None)
        code = error.code or getattr(inner, "code", None) or error.http_status or "no answer"
        raise ApplicationError(f"Stripe: {code}", type=type(error).__name__) from None
