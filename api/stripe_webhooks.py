"""What Stripe announces: verified on the raw body, kept once, answered, then worked on."""

import json
from contextlib import suppress
from typing import Any

import stripe
from fastapi import Request, Response
from structlog.contextvars import bind_contextvars

from api.problems import Problem
from failpoints import here
from ledger import processor
from settings import Settings

TOLERANCE_S = stripe.Webhook.DEFAULT_TOLERANCE
PATH = "/v1/webhooks/stripe"
"""No route of FastAPI's: many come together, and none of it reads anything but the raw body."""


async def announced(request: Request) -> Response:
    """Keep what Stripe announces; whatever it says, it only makes us look."""
    ours = request.app.state
    signature = request.headers.get("stripe-signature", "")
    event = _verified(await request.body(), signature, ours.settings)
    try:
        announced = processor.about(event)
    except processor.NoEvent as unreadable:
        raise Problem("malformed", "This is no event") from unreadable
    bind_contextvars(case_id=announced.case_id)
    here("webhook.arrived")
    await ours.announcing.keep(announced)
    here("webhook.kept")
    return Response()


def _verified(body: bytes, signature: str, our: Settings) -> Any:
    """The announcement; Problem unless one of our secrets signed exactly these bytes, just now."""
    for secret in our.stripe_webhook_secrets if signature.isascii() else ():
        with suppress(stripe.SignatureVerificationError, ValueError):
            stripe.WebhookSignature.verify_header(
                body.decode(), signature, secret.get_secret_value(), TOLERANCE_S
            )
            return json.loads(body)
    raise Problem("malformed", "Nobody we know has signed this")
