"""Every entry gets one seal, each taken over the one before, by one sealer at a time."""

import asyncio
import hashlib
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from activities import sealer as loop
from activities.sealer import Sealer
from domain import seals as form
from domain.accounts import Entry, Kind
from domain.postings import entry, move
from ledger import journal, seals
from ledger.database import connect
from tests.ledger import acts
from tests.ledger.sealing import seal
from tests.life import eventually

STRANGE = 'ä/€/🙂/"quoted"/back\\slash/\t\x01\x7f/\u2028'
RAW = """
    select s.n, s.previous, s.hash, v.content
      from seal s join entry_content v using (entry_id) order by s.n
"""


async def all_rows(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as c:
        return list(await c.execute(text(query)))


async def sealed_at(engine: AsyncEngine, reference: str) -> int | None:
    """The number of this entry's seal."""
    query = text(
        "select s.n from seal s join journal_entry e on e.id = s.entry_id where reference = :name"
    )
    async with engine.connect() as c:
        found: int | None = await c.scalar(query, {"name": reference})
    return found


async def written(c: AsyncConnection, one: Entry) -> str:
    await acts.write(c, one)
    return one.reference


async def test_each_entry_is_sealed_once_and_each_seal_continues_the_one_before(
    app: AsyncEngine,
) -> None:
    """In batches or at once, numbers have no gap and every hash can be computed from its row."""
    await acts.funded(app, 100)
    for _ in range(5):
        await acts.funded(app, 100)
    while (await seal(app, 2)).entries:
        pass
    rows = await all_rows(app, RAW)
    entries = await all_rows(app, "select id from journal_entry")
    assert [row.n for row in rows] == list(range(1, len(entries) + 1))
    previous = form.BEFORE_THE_FIRST
    for row in rows:
        assert row.previous == previous
        assert row.hash == hashlib.sha256(row.previous + row.content.encode()).digest()
        previous = row.hash


async def test_the_law_and_the_database_write_the_same_form(app: AsyncEngine) -> None:
    """Whatever stands in a text: an entry's content is one string of bytes, however it is made."""
    person, other = acts.name("usr") + STRANGE, acts.name("usr")
    euros = move(Kind.BANK_CLEARING, "platform", Kind.CREDITS, person, 2**53 - 1, "EUR")
    async with app.begin() as c:
        await journal.post(
            c, [entry("odd", acts.name("odd") + STRANGE, euros)],
            case_id=STRANGE, cause=STRANGE, effective_at=acts.NOON.replace(microsecond=10),
        )  # fmt: skip
    await acts.post(app, acts.transfer(await acts.funded(app, 9), other, 9))
    end = await seal(app)
    async with app.connect() as c:
        links = await seals.links(c, 0, end.n + 1)
    assert len(links) == end.n
    kept = {row.n: row.content for row in await all_rows(app, RAW)}
    assert {link.n: link.content for link in links} == kept
    assert all(form.seal(link.previous, link.content or "") == link.hash for link in links)


async def test_what_is_not_committed_is_not_sealed(app: AsyncEngine) -> None:
    """An entry whose transaction is open gets its seal after it, behind younger ones."""
    source = await acts.funded(app, 10)
    await seal(app)
    async with app.begin() as c:
        late = await written(c, acts.transfer(source, acts.name("usr"), 1))
        young = acts.transfer(await acts.funded(app, 10), acts.name("usr"), 1)
        await acts.post(app, young)
        await seal(app, everywhere=False)
        assert await sealed_at(app, late) is None
    await seal(app, everywhere=False)
    before, after = await sealed_at(app, young.reference), await sealed_at(app, late)
    assert before is not None and after is not None and before < after


async def test_what_was_rolled_back_leaves_no_gap(app: AsyncEngine) -> None:
    """The ids of entries that never came to be are not missed."""
    source = await acts.funded(app, 10)
    with pytest.raises(journal.FloorBroken):
        await acts.post(app, acts.transfer(source, acts.name("usr"), 11))
    await acts.post(app, acts.transfer(source, acts.name("usr"), 10))
    await seal(app)
    assert await all_rows(app, "select max(n) - count(*) as missing from seal") == [(0,)]


async def test_one_that_came_very_late_is_found_by_looking_everywhere(
    app: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Near the end of the chain it is not looked for any more; the whole look finds it."""
    source = await acts.funded(app, 10)
    monkeypatch.setattr(seals, "NEAR", 2)
    async with app.begin() as c:
        late = await written(c, acts.transfer(source, acts.name("usr"), 1))
        for _ in range(3):
            await acts.funded(app, 10)
        await seal(app)
    async with app.connect() as c:
        assert (await seals.unsealed(c)).entries == 0
        assert (await seals.unsealed(c, everywhere=True)).entries == 1
    assert (await seal(app, everywhere=False)).entries == 0
    assert await sealed_at(app, late) is None
    assert (await seal(app)).entries == 1
    assert await sealed_at(app, late) is not None


async def test_what_waits_is_counted_with_its_time(app: AsyncEngine) -> None:
    """How many entries have no seal, and since when: nothing waits once all are sealed."""
    await seal(app)
    async with app.connect() as c:
        assert await seals.unsealed(c) == seals.Unsealed(0, None)
    first = acts.transfer(await acts.funded(app, 10), acts.name("usr"), 1)
    await acts.post(app, first)
    async with app.connect() as c:
        waiting = await seals.unsealed(c)
        since = await c.scalar(
            text("select min(recorded_at) from journal_entry e where not exists"
                 " (select from seal where entry_id = e.id)")
        )  # fmt: skip
    assert (waiting.entries, waiting.since) == (2, since)


async def test_two_sealers_never_seal_at_once(app: AsyncEngine) -> None:
    """The second is told so at once, and what the first gives up is sealed by the next."""
    await acts.funded(app, 10)
    async with app.connect() as first:
        assert await seals.add(first, 1, everywhere=True) is not None
        async with app.connect() as second:
            assert await seals.add(second, 1) is None
        await first.rollback()
    assert (await seal(app)).entries >= 1


async def test_many_sealers_make_one_chain(app: AsyncEngine) -> None:
    """However many work while entries are written, each entry has one seal and none forks."""
    sealers = [Sealer(app) for _ in range(4)]

    async def works(one: Sealer) -> None:
        for _ in range(20):
            await one.seal()

    await asyncio.gather(*map(works, sealers), *(acts.funded(app, 10) for _ in range(60)))
    await seal(app)
    wrong = """select count(*) from seal s left join seal b on b.n = s.n - 1
                where s.n > 1 and b.hash is distinct from s.previous"""
    assert await all_rows(app, wrong) == [(0,)]
    unsealed = (
        "select count(*) from entry_content where entry_id not in (select entry_id from seal)"
    )
    assert await all_rows(app, unsealed) == [(0,)]


async def test_the_sealer_goes_on_by_itself(
    app: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole batches without a pause, then whatever comes."""
    monkeypatch.setattr(loop, "BATCH", 2)
    monkeypatch.setattr(loop, "PAUSE_S", 0.01)
    running = asyncio.create_task(Sealer(app).run())
    try:
        for _ in range(7):
            last = acts.transfer(await acts.funded(app, 10), acts.name("usr"), 1)
            await acts.post(app, last)

        async def sealed() -> bool:
            return await sealed_at(app, last.reference) is not None

        await eventually(sealed)
    finally:
        running.cancel()
    async with app.connect() as c:
        assert (await seals.unsealed(c, everywhere=True)).entries == 0


async def test_the_sealer_waits_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It tries again, and does not end the worker's process."""
    monkeypatch.setattr(loop, "PAUSE_S", 0.01)
    nowhere = connect("postgresql://nobody@/none?host=/nowhere")
    running = asyncio.create_task(Sealer(nowhere).run())
    await asyncio.wait([running], timeout=0.2)
    assert not running.done()
    running.cancel()
    await nowhere.dispose()
