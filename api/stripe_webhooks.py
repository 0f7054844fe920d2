"""What Stripe announces: verified on the raw body, kept once, answered, then worked on."""

import json
from contextlib import suppress
from typing import Any

import stripe
from fastapi import APIRouter, Request, Response
from structlog.contextvars import bind_contextvars

from api.problems import Problem
from api.state import Engine, Temporal, TheSettings
from api.telling import tell
from failpoints import here
from ledger import processor
from settings import Settings
from workflows.doors import Doors

TOLERANCE_S = stripe.Webhook.DEFAULT_TOLERANCE
LONGEST = 1_000_000
"""Bytes of one announcement; Stripe's are some kilobytes."""

router = APIRouter(prefix="/webhooks", tags=["outside"], include_in_schema=False)


@router.post("/stripe")
async def announced(
    request: Request, engine: Engine, temporal: Temporal, our: TheSettings
) -> Response:
    """Keep what Stripe announces; whatever it says, it only makes us look."""
    event = _verified(await _body(request), request.headers.get("stripe-signature", ""), our)
    announced = processor.about(event)
    bind_contextvars(case_id=announced.case_id)
    here("webhook.arrived")
    async with engine.begin() as c:
        kept = await processor.keep(c, announced)
        here("webhook.written")
    here("webhook.kept")
    await tell(engine, Doors(temporal, our.task_queue_prefix), kept.woken)
    return Response(status_code=200)


async def _body(request: Request) -> bytes:
    whole = bytearray()
    async for part in request.stream():
        whole += part
        if len(whole) > LONGEST:
            raise Problem("too_large")
    return bytes(whole)


def _verified(body: bytes, signature: str, our: Settings) -> Any:
    """The announcement; Problem unless one of our secrets signed exactly these bytes, just now."""
    for secret in our.stripe_webhook_secrets:
        with suppress(stripe.SignatureVerificationError, ValueError):
            stripe.WebhookSignature.verify_header(
                body.decode(), signature, secret.get_secret_value(), TOLERANCE_S
            )
            return json.loads(body)
    raise Problem("malformed", "Nobody we know has signed this")
