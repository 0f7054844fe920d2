"""Marks tell that two accounts are one, and nothing of the account; keys may be replaced."""

import hashlib
import hmac
import re
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.housekeeper import ANEW_EVERY_S, Housekeeper
from domain.bank_details import ConnectedAccount, Destination, Holding, IbanAccount, UsAccount
from ledger import payout_methods, people
from ledger.linked import among, linked
from ledger.payout_methods import Details
from ledger.sealed_values import SealingKeys

OLD, NEW, GONE = (f"{name}:{digit * 64}" for name, digit in (("k1", "a"), ("k2", "b"), ("k0", "c")))
IBAN = IbanAccount(iban="DE89370400440532013000", bic="COBADEFFXXX")


def us(number: str, **more: str) -> UsAccount:
    """An account of this number."""
    return UsAccount.model_validate(
        {"routing_number": "021000021", "account_number": number} | more
    )


async def paid_at(app: AsyncEngine, keys: str, account: Destination) -> str:
    """Somebody new who is paid there."""
    async with app.begin() as c:
        email = f"{uuid4().hex}@example.com"
        made = await people.create(c, email=email, name="Ana", password_hash="none")
        assert made is not None
        details = Details(holder="Ana", destination=account)
        await payout_methods.keep(c, SealingKeys(keys), made, details)
    return made


async def are_linked(app: AsyncEngine, one: str, other: str) -> bool:
    """Both ways round, as a pair and in a crowd."""
    async with app.connect() as c:
        pairs = {bool(await linked(c, *pair)) for pair in ((one, [other]), (other, [one]))}
        crowd = await among(c, [one, other])
    pairs.add(bool(crowd[one].marks.keys() & crowd[other].marks.keys()))
    assert len(pairs) == 1, "every way of asking says the same"
    return pairs.pop()


async def had_first(app: AsyncEngine, *people: str) -> str:
    """Who of these has their common mark for longest."""
    async with app.connect() as c:
        crowd = await among(c, people)
    [mark] = set.intersection(*({*crowd[one].marks} for one in people))
    return min(people, key=lambda one: crowd[one].marks[mark])


async def test_whoever_gives_an_account_again_has_it_since_the_first_time(app: AsyncEngine) -> None:
    """In between it was another's too, and their own was elsewhere."""
    account = us("61616161")
    first = await paid_at(app, OLD, account)
    second = await paid_at(app, OLD, account)
    for again in (us("62626262"), account):
        async with app.begin() as c:
            details = Details(holder="Ana", destination=again)
            await payout_methods.keep(c, SealingKeys(OLD), first, details)
    assert await had_first(app, second, first) == first


async def test_an_account_is_the_same_however_it_is_written(app: AsyncEngine) -> None:
    """Hyphens, zeros in front, and what it is kept for are no other account."""
    one = await paid_at(app, OLD, us("000-4711-a"))
    same = await paid_at(app, OLD, us("4711A", holding=Holding.SAVINGS))
    other = await paid_at(app, OLD, us("47110A"))
    assert await are_linked(app, one, same) and not await are_linked(app, one, other)


async def test_other_banks_and_other_ways_are_other_accounts(app: AsyncEngine) -> None:
    """The same digits elsewhere are somebody else's."""
    accounts: list[Destination] = [
        us("88990011"),
        us("88990011", routing_number="026009593"),
        IBAN,
        ConnectedAccount(account="acct_88990011"),
    ]
    found = [await paid_at(app, OLD, one) for one in accounts]
    async with app.connect() as c:
        assert [await linked(c, one, found) for one in found] == [{one} for one in found]


async def test_a_mark_tells_nothing_without_the_key(app: AsyncEngine) -> None:
    """It is no hash of the account that anybody can try numbers on, nor under the sealing key."""
    person = await paid_at(app, OLD, us("55667788"))
    async with app.connect() as c:
        query = text("select to_jsonb(m) from identity_mark m where person_id = :person")
        row = await c.scalar(query, {"person": person})
    plain = b"payout_account us 021000021 55667788"
    known = {hashlib.sha256(plain).hexdigest()}
    known.add(hmac.new(bytes.fromhex("a" * 64), plain, hashlib.sha256).hexdigest())
    assert row["mark"] not in known and "55667788" not in str(row)
    assert row["mark"] == SealingKeys(OLD).fingerprint(plain) != SealingKeys(NEW).fingerprint(plain)


async def test_accounts_of_before_a_new_key_are_marked_again(app: AsyncEngine) -> None:
    """So that whoever comes after it is linked with those who came before; the old key serves."""
    before = await paid_at(app, OLD, us("31313131"))
    after = await paid_at(app, f"{NEW},{OLD}", us("31313131"))
    assert not await are_linked(app, before, after)
    housekeeper = Housekeeper(app, keys=SealingKeys(f"{NEW},{OLD}"))
    while await housekeeper.mark():
        pass
    assert await are_linked(app, before, after)
    assert await housekeeper.mark() == 0
    assert await had_first(app, after, before) == before


async def test_accounts_that_were_kept_before_there_were_marks_are_marked(
    app: AsyncEngine, owner: AsyncEngine
) -> None:
    """Those that cannot be opened hold nobody up: another key's, or changed in the books."""
    unmarked = await paid_at(app, OLD, us("42424242"))
    locked = await paid_at(app, GONE, us("42424242"))
    spoilt = await paid_at(app, OLD, us("42424242"))
    async with owner.begin() as c:
        these = {"people": [unmarked, locked, spoilt]}
        forget = "delete from identity_mark where person_id = any(:people)"
        await c.execute(text(forget), these)
        spoil = "update payout_method set payload = 'x' where person_id = :person"
        await c.execute(text(spoil), {"person": spoilt})
    other = await paid_at(app, OLD, us("42424242"))
    housekeeper = Housekeeper(app, keys=SealingKeys(OLD))
    while await housekeeper.mark():
        pass
    assert await are_linked(app, unmarked, other)
    assert not await are_linked(app, locked, other) and not await are_linked(app, spoilt, other)
    assert await Housekeeper(app).mark() == 0


async def test_what_does_not_open_stands_before_nobody(
    app: AsyncEngine,
    owner: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Many of them, before all others: told as one line with their number, once an hour."""
    monkeypatch.setattr("activities.housekeeper.MARKED_AT_ONCE", 2)
    spoilt = [await paid_at(app, OLD, us("53535353")) for _ in range(5)]
    last = await paid_at(app, OLD, us("53535353"))
    async with owner.begin() as c:
        await c.execute(text("delete from identity_mark"))
        spoil = "update payout_method set payload = 'x' where person_id = any(:people)"
        await c.execute(text(spoil), {"people": spoilt})
    other = await paid_at(app, OLD, us("53535353"))
    housekeeper = Housekeeper(app, keys=SealingKeys(OLD))
    for _ in range(2):
        while await housekeeper.mark():
            pass
    assert await are_linked(app, last, other)
    said = [line for line in capsys.readouterr().out.splitlines() if "do not open" in line]
    counted = re.search(r"count\W+(\d+)", said[0])
    assert len(said) == 1 and counted and int(counted[1]) >= len(spoilt)
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + ANEW_EVERY_S)
    monkeypatch.setattr("activities.housekeeper.time", later)
    assert await housekeeper.mark() == 2
