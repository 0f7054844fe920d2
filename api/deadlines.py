"""The deadlines of a person as a calendar feed, by a token or by a secret address of their own."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api import calendars
from api.accounts import address
from api.bodies import Shown
from api.callers import Credentials, TheCaller, signed_in
from api.problems import Problem
from api.state import Engine, TheRates, TheSettings
from ledger import deadlines, feeds, people
from ledger.calendars import business_calendar
from ledger.database import SNAPSHOT

router = APIRouter(prefix="/me", tags=["deadlines"])
PATH = "/v1/me/deadlines.ics"


class Feed(Shown):
    """The address a calendar program subscribes to, shown this once."""

    address: str


async def _reader(
    request: Request,
    credentials: Credentials,
    engine: Engine,
    rates: TheRates,
    settings: TheSettings,
    feed: Annotated[
        str | None, Query(max_length=100, description="The secret of POST /v1/me/deadlines-feed")
    ] = None,
) -> str:
    """Whose calendar it is: calendar programs send no token, so the address may tell."""
    if feed is None:
        return (await signed_in(credentials, engine)).id
    async with engine.connect() as c:
        found = await feeds.reader(c, feed)
    if found is None:
        await rates.take(settings.login_address_limit, "calendar feed", address(request))
        raise Problem("not_found")
    return found


@router.get(
    "/deadlines.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}}},
)
async def calendar(
    reader: Annotated[str, Depends(_reader)],
    engine: Engine,
    rates: TheRates,
    settings: TheSettings,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """What happens in my open cases if nobody acts, and when, for a calendar program."""
    await rates.take(settings.feed_limit, "deadlines of", reader)
    async with engine.connect() as c:
        await c.execution_options(**SNAPSHOT)
        mine = await deadlines.as_party(c, reader)
        if (await people.standing(c, reader)).undertaking_signed:
            mine += await deadlines.as_mediator(c, reader)
    content = calendars.feed(mine, reader, business_calendar(), settings.public_url)
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/deadlines-feed", status_code=201)
async def renew(caller: TheCaller, engine: Engine, settings: TheSettings) -> Feed:
    """A new secret address for my calendar; the one before opens nothing any more.

    It is shown this once, so this takes no Idempotency-Key.
    """
    async with engine.begin() as c:
        secret = await feeds.renew(c, caller.id)
    return Feed(address=f"{settings.public_url.rstrip('/')}{PATH}?feed={secret}")


@router.delete("/deadlines-feed", status_code=204)
async def revoke(caller: TheCaller, engine: Engine) -> None:
    """No address opens my calendar any more."""
    async with engine.begin() as c:
        await feeds.revoke(c, caller.id)
