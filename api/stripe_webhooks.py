"""What Stripe announces: verified on the raw body, kept once, answered, then worked on."""

import json
from contextlib import suppress
from typing import Any

import stripe
from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from structlog.contextvars import bind_contextvars

from api.problems import Problem
from api.state import Engine, Temporal, TheSettings
from api.telling import tell
from failpoints import here
from ledger import processor
from ledger.database import at_once
from settings import Settings
from workflows.doors import Doors

TOLERANCE_S = stripe.Webhook.DEFAULT_TOLERANCE

router = APIRouter(prefix="/webhooks", tags=["outside"], include_in_schema=False)


@router.post("/stripe")
async def announced(
    request: Request, engine: Engine, temporal: Temporal, our: TheSettings
) -> Response:
    """Keep what Stripe announces; whatever it says, it only makes us look."""
    event = _verified(await request.body(), request.headers.get("stripe-signature", ""), our)
    announced = processor.about(event)
    bind_contextvars(case_id=announced.case_id)
    here("webhook.arrived")
    async with at_once(engine) as c:
        kept = await processor.keep(c, announced)
    here("webhook.kept")
    doors = Doors(temporal, our.task_queue_prefix)
    # Stripe has its answer first: it only has to know that we have it.
    return Response(background=BackgroundTask(tell, engine, doors, kept.woken))


def _verified(body: bytes, signature: str, our: Settings) -> Any:
    """The announcement; Problem unless one of our secrets signed exactly these bytes, just now."""
    for secret in our.stripe_webhook_secrets:
        with suppress(stripe.SignatureVerificationError, ValueError):
            stripe.WebhookSignature.verify_header(
                body.decode(), signature, secret.get_secret_value(), TOLERANCE_S
            )
            return json.loads(body)
    raise Problem("malformed", "Nobody we know has signed this")
