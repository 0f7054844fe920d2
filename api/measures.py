"""What Prometheus asks this process for; a proxy must not pass it on to the outside."""

from secrets import compare_digest
from typing import Annotated

from fastapi import APIRouter, Header, Response
from prometheus_client import CONTENT_TYPE_LATEST

import metrics
from api.problems import Problem
from api.state import TheSettings

router = APIRouter(tags=["outside"])


@router.get("/metrics", include_in_schema=False)
async def measures(settings: TheSettings, authorization: Annotated[str, Header()] = "") -> Response:
    """This process's metrics, in Prometheus' format; 404 when they are turned off."""
    if not settings.metrics:
        raise Problem("not_found")
    token = settings.metrics_token
    if token is not None:
        wanted = f"Bearer {token.get_secret_value()}"
        if not compare_digest(authorization.encode(), wanted.encode()):
            raise Problem("not_signed_in", headers={"WWW-Authenticate": "Bearer"})
    return Response(metrics.page(), media_type=CONTENT_TYPE_LATEST)
