"""What Stripe announces: verified on the raw body, kept once, answered, then worked on."""

import json
from contextlib import suppress
from typing import Any

import stripe
from fastapi import APIRouter, Request, Response
from structlog.contextvars import bind_contextvars

from api.problems import Problem
from api.state import TheAnnouncing, TheSettings
from failpoints import here
from ledger import processor
from settings import Settings

TOLERANCE_S = stripe.Webhook.DEFAULT_TOLERANCE

router = APIRouter(prefix="/webhooks", tags=["outside"], include_in_schema=False)


@router.post("/stripe")
async def announced(request: Request, announcing: TheAnnouncing, our: TheSettings) -> Response:
    """Keep what Stripe announces; whatever it says, it only makes us look."""
    event = _verified(await request.body(), request.headers.get("stripe-signature", ""), our)
    try:
        announced = processor.about(event)
    except processor.NoEvent as unreadable:
        raise Problem("malformed", "This is no event") from unreadable
    bind_contextvars(case_id=announced.case_id)
    here("webhook.arrived")
    await announcing.keep(announced)
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
