"""A taxpayer number is nowhere but sealed: in no log, event, reply, or row of any table."""

import base64
import hashlib
import json

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

import logs
from domain.w9 import W9
from tests.api.people import Person
from tests.api.tax import FORM, HOUSE, accountant, american, foreign, german, paper, signing
from tests.tax import W8BEN_SENT, W9_SENT

NUMBER, DASHED = "501224873", "501-22-4873"
ABROAD = "XQ7741920Z"
WRONG = "501-00-4873"
TABLES = text("select relname from pg_class where relkind in ('r', 'm') and relnamespace = ("
              "select oid from pg_namespace where nspname = 'public')")  # fmt: skip


def spelt(number: str) -> set[str]:
    """The number as it might be found: plain, in hexadecimal as bytes are dumped, in base64."""
    raw = number.encode()
    return {number, raw.hex(), base64.b64encode(raw).decode().rstrip("=")[:-1]}


SECRETS = {way for one in (NUMBER, DASHED, ABROAD, WRONG) for way in spelt(one)}


async def lived(app: FastAPI, http: AsyncClient) -> tuple[Person, str]:
    """Everything that can be done with a form, well and badly; all that was answered."""
    ana, ben, sam = await american(http), await german(http), await accountant(app, http)
    w9 = W9_SENT | {"tin": DASHED}
    said = [
        await ana.post(FORM, signing(w9=w9)),
        await ana.post(FORM, signing(w9=w9 | {"tin": WRONG})),
        await ana.post(FORM, signing(w9=w9, certification=9)),
        await ana.post(FORM, signing(w9=w9, full_name=DASHED)),
        await ana.post(FORM, signing(w9=w9 | {"exempt_payee_code": DASHED})),
        await ana.post(FORM, signing(w9=w9 | {"address": DASHED})),
        await ben.post(FORM, foreign(w8ben=W8BEN_SENT | {"foreign_tin": ABROAD})),
        await ben.post(FORM, signing(w9=w9)),
    ]
    upload = await ana.post(f"{FORM}/upload", await paper(ana, w9=w9))
    said += [upload, await ana.get(FORM), await ana.get(f"{FORM}/record")]
    form = upload.json()["id"]
    said += [await sam.get(f"{HOUSE}/{form}"), await sam.get(HOUSE)]
    said += [await sam.post(f"{HOUSE}/{form}/accept", {"reason": "It is signed"})]
    assert [one.status_code for one in said][:8] == [201, 422, 409, 422, 422, 422, 201, 422]
    return ana, "".join(one.text for one in said)


async def test_no_number_is_in_a_reply_a_log_or_any_table(
    app: FastAPI, http: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever was sent, right or wrong, and whoever has read it."""
    logs.configure("DEBUG")
    _, answered = await lived(app, http)
    logged = "".join(capsys.readouterr())
    logs.configure("INFO")
    found: dict[str, set[str]] = {"answers": in_it(answered), "logs": in_it(logged)}
    async with app.state.engine.connect() as c:
        tables = list(await c.scalars(TABLES))
        for table in tables:
            rows = await c.scalars(text(f'select t::text from "{table}" t'))
            found[table] = in_it("\n".join(rows))
    assert {"tax_form", "reply", "event", "notice", "staff_task"} <= found.keys()
    assert {place: words for place, words in found.items() if words} == {}


async def test_who_reads_the_books_cannot_try_numbers_on_a_request_s_hash(
    app: FastAPI, http: AsyncClient
) -> None:
    """Everything but five digits may be known: the hash of the right guess is not in the books."""
    ana = await american(http)
    sent = signing(w9=W9_SENT | {"tin": DASHED})
    assert (await ana.post(FORM, sent)).status_code == 201
    read = W9.model_validate(sent["w9"]).model_dump(mode="json")
    guesses = [sent, sent | {"w9": read, "w8ben": None}, sent | {"w9": read}]
    hashes = {
        hashlib.sha256(json.dumps(["POST", FORM, one], sort_keys=True).encode()).digest()
        for one in guesses
    }
    async with app.state.engine.connect() as c:
        query = text("select request_hash from reply where caller = :id")
        kept = set(await c.scalars(query, {"id": ana.id}))
    assert len(kept) == 2 and not kept & hashes


async def test_a_record_on_paper_has_no_number_in_its_bytes(
    app: FastAPI, http: AsyncClient
) -> None:
    """Nor in what its streams hold; `test_tax_forms` reads its words."""
    ana = await american(http)
    await ana.post(FORM, signing(w9=W9_SENT | {"tin": DASHED}))
    content = (await ana.get(f"{FORM}/record")).content
    assert content.startswith(b"%PDF")
    assert not in_it(content.decode("latin-1"))


def in_it(words: str) -> set[str]:
    """The spellings that are found."""
    return {one for one in SECRETS if one in words}
