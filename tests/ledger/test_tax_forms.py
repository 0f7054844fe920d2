"""Tax forms in the books: one in force, sealed in its row, what was signed never changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import TaxFormExpired, TaxFormMissing
from domain.standing import Permission
from domain.tax import FormState, Purpose, TaxForm
from ledger import migrate, people, tax_dates, tax_forms
from ledger.database import connect, sqlstate
from ledger.sealed_values import KeyMissing, SealingKeys, Unopenable
from ledger.tax_forms import Signature
from local.postgres import OWNER
from tests.ledger import acts
from tests.ledger.elsewhere import Server
from tests.tax import SSN, w8ben, w9

OLD, NEW = f"old:{'0a' * 32}", f"new:{'0b' * 32}"
KEYS = SealingKeys(OLD)
DAY = date(2026, 11, 26)
_numbers = count(1)


async def somebody(c: AsyncConnection, permission: Permission = Permission.W9) -> str:
    """Somebody whose answers call for this form."""
    email = f"tax-{next(_numbers)}@example.com"
    made = await people.create(c, email=email, name="Ana Nin", password_hash="x")
    assert made is not None
    american = permission is Permission.W9
    await people.answer(c, made, us_citizen=american, lives_in_us=american, permitted=None)
    return made


async def signed(c: AsyncConnection, person: str, form: TaxForm, day: date = DAY) -> str:
    """The id of this form, signed by its person."""
    row = await tax_forms.keep(c, KEYS, form, Signature(person, form.name, 1, day))
    return str(row["id"])


async def on_paper(c: AsyncConnection, person: str, form: TaxForm) -> str:
    """The id of this form, signed on paper, which waits for its check."""
    file = acts.name("file")
    await c.execute(
        text(
            "insert into file (id, owner_id, name, content_type, size, sha256, key)"
            " values (:id, :owner, 'w9.pdf', 'application/pdf', 1, repeat('a', 64), :id)"
        ),
        {"id": file, "owner": person},
    )
    row = await tax_forms.keep(c, KEYS, form, Signature(person, form.name, 1, DAY, file))
    return str(row["id"])


async def states(c: AsyncConnection, person: str) -> dict[str, str]:
    """The state of each form of this person."""
    return {row["id"]: row["state"] for row in await tax_forms.of(c, person)}


async def test_a_form_says_what_was_sent_and_each_look_is_written_down(app: AsyncEngine) -> None:
    """Who, which form, when, and one of three purposes."""
    async with app.begin() as c:
        ana = await somebody(c)
        form = await signed(c, ana, w9())
        for purpose in Purpose:
            says = await tax_forms.opened(c, KEYS, form, ana, purpose)
            assert says == w9().model_dump(mode="json") and says["tin"] == SSN
        rows = await c.execute(
            text("select reader_id, purpose from tax_access where form_id = :id order by id"),
            {"id": form},
        )
        assert [tuple(row) for row in rows] == [(ana, purpose.value) for purpose in Purpose]


async def test_a_new_form_takes_the_place_of_the_one_before(app: AsyncEngine) -> None:
    """One is in force at a time."""
    async with app.begin() as c:
        ana = await somebody(c)
        first, second = await signed(c, ana, w9()), await signed(c, ana, w9())
        assert await states(c, ana) == {first: "superseded", second: "signed"}


async def test_a_form_on_paper_counts_when_it_was_checked(app: AsyncEngine) -> None:
    """Until then the one before does; then it does no more."""
    async with app.begin() as c:
        ana, sam = await somebody(c), await somebody(c)
        first, paper = await signed(c, ana, w9()), await on_paper(c, ana, w9())
        assert await states(c, ana) == {first: "signed", paper: "awaiting_check"}
        found = await tax_forms.find(c, paper)
        assert found is not None
        row = await tax_forms.decide(c, found, sam, "it is signed", accept=True)
        assert row is not None and (row["checked_by"], row["reason"]) == (sam, "it is signed")
        assert await states(c, ana) == {first: "superseded", paper: "signed"}
        assert await tax_forms.decide(c, found, sam, "again", accept=False) is None


async def test_a_rejected_paper_leaves_the_form_before_in_force(app: AsyncEngine) -> None:
    """And a newer paper takes the place of one that waits."""
    async with app.begin() as c:
        ana, sam = await somebody(c), await somebody(c)
        first, paper = await signed(c, ana, w9()), await on_paper(c, ana, w9())
        newer = await on_paper(c, ana, w9())
        found = await tax_forms.find(c, newer)
        assert found is not None
        await tax_forms.decide(c, found, sam, "no signature", accept=False)
        expected = {first: "signed", paper: "superseded", newer: "rejected"}
        assert await states(c, ana) == expected


async def test_money_is_paid_out_on_a_valid_form_alone(app: AsyncEngine) -> None:
    """Missing, given, expired, with and without the mark."""
    async with app.begin() as c:
        ben = await somebody(c, Permission.W8BEN)
        with pytest.raises(TaxFormMissing):
            await tax_forms.require_valid(c, ben, DAY)
        form = await signed(c, ben, w8ben())
        await tax_forms.require_valid(c, ben, date(2029, 12, 31))
        for _ in range(2):
            with pytest.raises(TaxFormExpired):
                await tax_forms.require_valid(c, ben, date(2030, 1, 1))
            await tax_dates.expire(c, date(2029, 12, 31))
            assert await states(c, ben) in ({form: "signed"}, {form: "expired"})
            await tax_dates.expire(c, date(2030, 1, 1))
        assert await states(c, ben) == {form: "expired"}


async def test_keys_rotate_and_old_forms_still_open(app: AsyncEngine) -> None:
    """Until their key is taken away, which is no harm to the books."""
    async with app.begin() as c:
        ana, ben = await somebody(c), await somebody(c, Permission.W8BEN)
        old = await signed(c, ana, w9())
        both = SealingKeys(f"{NEW},{OLD}")
        signature = Signature(ben, "Ben Ode", 1, DAY)
        new = str((await tax_forms.keep(c, both, w8ben(), signature))["id"])
        for form, person in ((old, ana), (new, ben)):
            assert (await tax_forms.opened(c, both, form, person, Purpose.SIGNER))["name"]
        with pytest.raises(KeyMissing):
            await tax_forms.opened(c, SealingKeys(NEW), old, ana, Purpose.SIGNER)
        rows = await c.execute(
            text("select id, key_id from tax_form where id in (:old, :new)"),
            {"old": old, "new": new},
        )
        assert {tuple(row) for row in rows} == {(old, "old"), (new, "new")}


async def test_a_form_put_into_another_row_or_changed_does_not_open(
    app: AsyncEngine, superuser: AsyncEngine
) -> None:
    """Whoever may switch the guards off can destroy a form, and pass none off as another's."""
    async with app.begin() as c:
        ana, eve = await somebody(c), await somebody(c)
        anas, eves = await signed(c, ana, w9()), await signed(c, eve, w9(name="Eve"))
    swap = "update tax_form t set payload = o.payload from tax_form o where t.id = :a and o.id = :b"
    flip = "update tax_form set payload = set_byte(payload, 20, 255 - get_byte(payload, 20))"
    for change, changed in ((swap, eves), (f"{flip} where id = :a and :b = :b", anas)):
        async with superuser.begin() as c:
            await c.execute(text("set local session_replication_role = replica"))
            await c.execute(text(change), {"a": changed, "b": anas})
        async with app.begin() as c:
            with pytest.raises(Unopenable):
                await tax_forms.opened(c, KEYS, changed, eve, Purpose.RECORD)


@pytest.mark.parametrize(
    "change",
    [
        "payload = ''",
        "key_id = 'x'",
        "full_name = 'Eve'",
        "valid_until = '2099-12-31'",
        "signed_on = '2020-01-01'",
        "person_id = 'x'",
        "tin_last_four = '0000'",
        "certification = 2",
        "state = 'signed'",
        "state = 'awaiting_check'",
        "state = 'rejected'",
        "state = 'superseded', full_name = 'Eve'",
        "state = 'superseded', checked_by = person_id, checked_at = now(), reason = 'x'",
    ],
)
async def test_what_was_signed_stays_as_it_is(
    app: AsyncEngine, owner: AsyncEngine, change: str
) -> None:
    """Against the owner of the schema too; only its state moves, and only forwards."""
    async with app.begin() as c:
        form = await signed(c, await somebody(c, Permission.W8BEN), w8ben())
    assert await refused(owner, f"update tax_form set {change} where id = '{form}'") == "PK003"


@pytest.mark.parametrize("state", ["superseded", "expired"])
async def test_a_form_that_is_over_does_not_come_back(
    app: AsyncEngine, owner: AsyncEngine, state: str
) -> None:
    """Nor does it become over in another way."""
    async with app.begin() as c:
        form = await signed(c, await somebody(c), w9())
        await c.execute(
            text("update tax_form set state = :s where id = :f"), {"s": state, "f": form}
        )
    for other in FormState:
        change = f"update tax_form set state = '{other.value}' where id = '{form}'"
        assert await refused(owner, change) == "PK003"


async def test_nobody_checks_their_own_form_or_without_a_reason(
    app: AsyncEngine, owner: AsyncEngine
) -> None:
    """The table itself asks for two people and for words."""
    async with app.begin() as c:
        ana, sam = await somebody(c), await somebody(c)
        paper = await on_paper(c, ana, w9())
    accept = f"update tax_form set state = 'signed', checked_by = {{}} where id = '{paper}'"
    own = accept.format(f"'{ana}', checked_at = now(), reason = 'x'")
    assert await refused(owner, own) == "23514"
    assert await refused(owner, accept.format(f"'{sam}', checked_at = now()")) == "23514"
    assert await refused(owner, accept.format("null")) == "PK003"


@pytest.mark.parametrize(
    "statement",
    [
        "update tax_access set purpose = 'signer'",
        "delete from tax_access",
        "truncate tax_access",
        "delete from tax_form",
        "truncate tax_form cascade",
    ],
)
async def test_nothing_of_it_is_taken_back(
    app: AsyncEngine, owner: AsyncEngine, statement: str
) -> None:
    """Neither a form nor the note that somebody read it."""
    async with app.begin() as c:
        ana = await somebody(c)
        await tax_forms.opened(c, KEYS, await signed(c, ana, w9()), ana, Purpose.SIGNER)
    assert await refused(owner, statement) == "PK003"


async def test_no_other_purpose_can_be_written_down(app: AsyncEngine) -> None:
    """There are three reasons to read a form."""
    async with app.begin() as c:
        ana = await somebody(c)
        form = await signed(c, ana, w9())
    look = "insert into tax_access (form_id, reader_id, purpose) values ('{}', '{}', 'curiosity')"
    assert await refused(app, look.format(form, ana)) == "23514"


async def test_the_tables_go_and_come_again_with_forms_in_them(server: Server, empty: str) -> None:
    """The guards against deleting do not keep the schema's owner from taking them back."""
    url = server.url(empty, OWNER)
    await in_thread(migrate.upgrade, url)
    for again in (True, False):
        engine = connect(server.url(empty), pool=1)
        async with engine.begin() as c:
            ana = await somebody(c)
            await tax_forms.opened(c, KEYS, await signed(c, ana, w9()), ana, Purpose.SIGNER)
        await engine.dispose()
        if again:
            await in_thread(migrate.downgrade, url, "0008")
            await in_thread(migrate.upgrade, url)
    assert await in_thread(migrate.current, url) == "0029"


async def in_thread(act: Any, *arguments: str) -> Any:
    """Migrations bring their own event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act, *arguments).result()


async def refused(engine: AsyncEngine, statement: str) -> str | None:
    """The SQLSTATE with which a statement is refused."""
    with pytest.raises(DBAPIError) as error:
        async with engine.begin() as c:
            await c.execute(text(statement))
    return sqlstate(error.value)
