"""People for a run: cleared to work, some with money, straight in the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain import flows
from domain.accounts import Kind
from ledger import agreements, journal, people, tokens
from ledger.agreements import Kind as Text

PRICE_MINOR = 200_00


@dataclass(frozen=True)
class Party:
    """Somebody, and the header with which they call."""

    id: str
    authorization: str


async def made(
    engine: AsyncEngine, count: int, *, roles: Sequence[str] = (), credits_minor: int = 0
) -> list[Party]:
    """New people, each with that much to spend."""
    async with engine.begin() as c:
        return [await _one(c, roles, credits_minor) for _ in range(count)]


async def paid_in(engine: AsyncEngine, person: str, minor: int) -> None:
    """Money reaches this person's wallet."""
    async with engine.begin() as c:
        await _credit(c, person, minor)


async def _one(c: AsyncConnection, roles: Sequence[str], credits_minor: int) -> Party:
    email = f"{uuid4().hex}@example.com"
    person = await people.create(c, email=email, name="Ana", password_hash="none", roles=roles)
    assert person is not None, "nobody else has this email"
    texts: tuple[Text, ...] = ("nda", "undertaking")
    for text in texts if roles else texts[:1]:
        version = (await agreements.current(c, text))["version"]
        await agreements.sign(c, person, text, version, "Ana")
    await people.answer(c, person, us_citizen=True, lives_in_us=True, permitted=None)
    if credits_minor:
        await _credit(c, person, credits_minor)
    token, _ = await tokens.issue(c, person)
    return Party(person, f"Authorization: Bearer {token}")


async def _credit(c: AsyncConnection, person: str, minor: int) -> None:
    deposit = flows.deposit(uuid4().hex, person, minor, Kind.BANK_CLEARING, "USD")
    now = datetime.now(UTC)
    await journal.post(c, [deposit], case_id=None, cause="benchmark", effective_at=now)
