"""Whatever somebody changes with the guards switched off, reconciling finds it and names it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.accounts import Kind
from ledger import comparisons as ours
from ledger import migrate, seals
from ledger.comparisons import Balances, Noted, Rules, Seals
from ledger.database import SESSION, connect
from ledger.reconciling import Comparison, Finding, Side, reconcile
from local.postgres import OWNER
from tests.ledger import acts
from tests.ledger.conftest import database
from tests.ledger.elsewhere import Server
from tests.ledger.sealing import seal
from tests.ledger.test_migrations import in_thread

SWITCHED_OFF = "set local session_replication_role = replica"
OF = "(select id from journal_entry where reference = '{}')"
ENTRIES = ("first", "second", "third", "fourth", "last")
ZOE = f"{Kind.CREDITS} of zoe (USD/0)"


@pytest.fixture(scope="module")
def book(server: Server) -> Iterator[str]:
    """The name of a database for these tests alone."""
    with database(server, "reconciled") as name:
        migrate.upgrade(server.url(name, OWNER))
        yield name


@pytest.fixture(scope="module")
async def engine(server: Server, book: str) -> AsyncIterator[AsyncEngine]:
    """The book as somebody reaches it who may switch its guards off; six seals, 2 to 6 by name."""
    engine = connect(server.url(book, "postgres"), pool=2)
    source = await acts.funded(engine, 100)
    for name in ENTRIES:
        await acts.post(engine, acts.transfer(source, "zoe", 1, name))
    assert (await seal(engine)).n == 1 + len(ENTRIES)
    yield engine
    await engine.dispose()


async def found(c: AsyncConnection, *comparisons: Comparison) -> list[Finding]:
    """All findings of these comparisons, by default of all."""
    every = comparisons or (Balances(), Rules(), Seals())
    return [finding for one in every async for finding in one.findings(c)]


def seal_differs(n: int, entry: str) -> tuple[str, Side, str]:
    return "seals", Side.DIFFERS, f"seal {n} of entry {entry}"


DAMAGE: dict[str, tuple[Sequence[str], set[tuple[str, Side, str]]]] = {
    "a leg's amount": (
        [f"update leg set amount_minor = 2 where entry_id = {OF} and amount_minor = 1"],
        {
            seal_differs(4, "third"),
            ("balances", Side.DIFFERS, ZOE),
            ("balances", Side.DIFFERS, f"leg 3 of {ZOE}"),
            ("rules", Side.DIFFERS, "entry third"),
            ("rules", Side.DIFFERS, ZOE),
            ("rules", Side.DIFFERS, "credits of zoe"),
        },
    ),
    "an entry's reference": (
        [f"update journal_entry set reference = 'thirty' where id = {OF}"],
        {seal_differs(4, "thirty")},
    ),
    "an entry's case": (
        [f"update journal_entry set case_id = 'job_other' where id = {OF}"],
        {seal_differs(4, "third")},
    ),
    "an entry's time by a microsecond": (
        [f"update journal_entry set recorded_at = recorded_at + interval '1 us' where id = {OF}"],
        {seal_differs(4, "third")},
    ),
    "a seal's hash": (
        ["update seal set hash = sha256('x') where n = 4"],
        {seal_differs(4, "third"), seal_differs(5, "fourth")},
    ),
    "a seal's hash, and what continues it": (
        [
            "update seal set hash = sha256('x') where n = 4",
            "update seal set previous = sha256('x') where n = 5",
        ],
        {seal_differs(4, "third"), seal_differs(5, "fourth")},
    ),
    "a deleted seal": (
        ["delete from seal where n = 4"],
        {("seals", Side.ONLY_THERE, "seal 4"), ("seals", Side.ONLY_THERE, "entry third")},
    ),
    "deleted seals": (
        ["delete from seal where n in (3, 4)"],
        {
            ("seals", Side.ONLY_THERE, "seal 3 to 4"),
            ("seals", Side.ONLY_THERE, "entry second"),
            ("seals", Side.ONLY_THERE, "entry third"),
        },
    ),
    "a deleted first seal": (
        ["delete from seal where n = 1"],
        {("seals", Side.ONLY_THERE, "seal 1"), ("seals", Side.ONLY_THERE, "entry {deposit}")},
    ),
    "swapped seals": (
        [
            "update seal set n = 99 where n = 3",
            "update seal set n = 3 where n = 4",
            "update seal set n = 4 where n = 99",
        ],
        {seal_differs(3, "third"), seal_differs(4, "second"), seal_differs(5, "fourth")},
    ),
    "seals of each other's entries": (
        [
            "alter table seal drop constraint uq_seal_entry_id",
            "update seal s set entry_id = (select entry_id from seal where n = 7 - s.n)"
            " where n in (3, 4)",
        ],
        {seal_differs(3, "third"), seal_differs(4, "second")},
    ),
    "a deleted last entry": (
        [
            f"delete from leg where entry_id = {OF.format('last')}",
            "delete from journal_entry where reference = 'last'",
        ],
        {
            ("seals", Side.ONLY_HERE, "seal 6"),
            ("balances", Side.DIFFERS, ZOE),
            ("balances", Side.DIFFERS, "credits of {source} (USD/0)"),
            ("rules", Side.DIFFERS, ZOE),
            ("rules", Side.DIFFERS, "credits of {source} (USD/0)"),
        },
    ),
    "an account that is another's now": (
        ["update account set owner = 'eve' where owner = 'zoe' and kind = 'credits'"],
        {seal_differs(n, name) for n, name in enumerate(ENTRIES, 2)},
    ),
    "a balance": (
        ["update account set balance_minor = 500 where owner = 'zoe' and kind = 'credits'"],
        {
            ("balances", Side.DIFFERS, ZOE),
            ("rules", Side.DIFFERS, ZOE),
            ("rules", Side.DIFFERS, "all USD balances add up to 495"),
        },
    ),
    "an account that is gone": (
        ["delete from account where owner = 'zoe' and kind = 'credits'"],
        {
            ("balances", Side.ONLY_THERE, "account {zoe}"),
            *(("rules", Side.DIFFERS, f"entry {name}") for name in ENTRIES),
            ("rules", Side.DIFFERS, "all USD balances add up to -5"),
            *(seal_differs(n, name) for n, name in enumerate(ENTRIES, 2)),
        },
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
async def test_damage_done_past_the_guards_is_found_and_named(
    engine: AsyncEngine, what: str
) -> None:
    """Exactly what was touched is named, and nothing else."""
    statements, expected = DAMAGE[what]
    async with engine.connect() as c:
        names = await _names(c)
        await c.execute(text(SWITCHED_OFF))
        for statement in statements:
            await c.execute(text(statement.format("third")))
        findings = await found(c)
        await c.rollback()
    assert {(one.comparison, one.side, one.about) for one in findings} == {
        (comparison, side, about.format(**names)) for comparison, side, about in expected
    }


async def _names(c: AsyncConnection) -> dict[str, str]:
    """What the fixture could not choose: the payer, the first entry, the account's id."""
    queries = {
        "source": "select owner from account where kind = 'credits' and owner <> 'zoe'",
        "deposit": "select reference from journal_entry order by id limit 1",
        "zoe": "select id::text from account where kind = 'credits' and owner = 'zoe'",
    }
    return {
        name: str(await c.scalar(text(q.replace("::", r"\:\:")))) for name, q in queries.items()
    }


async def test_an_honest_book_is_clean(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it is read in many batches; what was compared is counted."""
    monkeypatch.setattr(ours, "BATCH", 2)
    comparisons: tuple[Comparison, ...] = (Balances(), Rules(), Seals())
    assert [finding async for finding in reconcile(engine, comparisons)] == []
    balances, rules, chain = (one.compared() for one in comparisons)
    assert balances.endswith("accounts with their 12 legs")
    assert rules.endswith("rules with the whole book")
    assert chain.startswith("6 seals with their entries; the last is 6:")


async def test_a_book_without_entries_is_clean(server: Server, empty: str) -> None:
    """Before the first entry there is nothing to compare."""
    await in_thread(migrate.upgrade, server.url(empty, OWNER))
    engine = connect(server.url(empty), pool=1)
    chain = Seals()
    assert [finding async for finding in reconcile(engine, [Balances(), Rules(), chain])] == []
    assert chain.compared().startswith("0 seals with their entries; there is none yet")
    await engine.dispose()


async def test_a_chain_made_anew_is_found_by_a_seal_noted_elsewhere(engine: AsyncEngine) -> None:
    """Whoever can rewrite all tables can make a chain that agrees; not with what others noted."""
    async with engine.connect() as c:
        kept = (await seals.links(c, 5, 1))[0]
        await c.execute(text(SWITCHED_OFF))
        await c.execute(
            text(f"update journal_entry set case_id = 'x' where id = {OF}".format("third"))
        )
        await c.execute(text("delete from seal"))
        await seals.add(c, 100, everywhere=True)
        assert await found(c) == []
        noted = Seals(Noted.read(f"6:{kept.hash.hex()}"))
        [finding] = await found(c, noted)
        await c.rollback()
    assert (finding.side, finding.about) == (Side.DIFFERS, "seal 6 of entry last")
    assert kept.hash.hex() in finding.there


async def test_an_end_cut_off_without_a_trace_is_found_by_a_seal_noted_elsewhere(
    engine: AsyncEngine,
) -> None:
    """The last entry, its legs, its seal and what it did to the balances: all of it is gone."""
    async with engine.connect() as c:
        kept = (await seals.links(c, 5, 1))[0]
        await c.execute(text(SWITCHED_OFF))
        last = OF.format("last")
        for statement in (
            "delete from seal where n = 6",
            "update account a set seq = a.seq - 1, balance_minor = a.balance_minor - l.amount_minor"
            f" from leg l where l.account_id = a.id and l.entry_id = {last}",
            f"delete from leg where entry_id = {last}",
            "delete from journal_entry where reference = 'last'",
        ):
            await c.execute(text(statement))
        assert await found(c) == []
        [finding] = await found(c, Seals(Noted(6, kept.hash)))
        await c.rollback()
    assert str(finding) == "seals: only there: seal 6: noted elsewhere, the chain ends with seal 5"


async def test_an_entry_that_was_sealed_anew_is_named(engine: AsyncEngine) -> None:
    """Its seal was deleted and it was changed; a sealer that runs seals it again, at the end."""
    async with engine.connect() as c:
        await c.execute(text(SWITCHED_OFF))
        await c.execute(text("delete from seal where n = 4"))
        await c.execute(text("update journal_entry set cause = 'x' where reference = 'third'"))
        await seals.add(c, 100)
        findings = await found(c)
        await c.rollback()
    gone, entry = findings
    assert str(gone) == "seals: only there: seal 4: gone, the chain goes on with seal 5"
    assert entry.about == "entry third" and entry.there.endswith("and has seal 7")


async def test_an_entry_that_waits_too_long_for_its_seal_is_told(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment is normal; ten minutes mean that nobody seals."""
    async with engine.connect() as c:
        await acts.write(c, acts.transfer("zoe", "yan", 1, "young"))
        assert await found(c) == []
        waiting = Seals()
        await found(c, waiting)
        assert waiting.compared().endswith("; 1 entries wait for theirs")
        await c.execute(text(SWITCHED_OFF))
        old = "update journal_entry set recorded_at = now() - interval '11 minutes'"
        await c.execute(text(f"{old} where reference = 'young'"))
        [finding] = await found(c)
        await c.rollback()
    assert (finding.side, finding.about) == (Side.ONLY_THERE, "entry young")


@pytest.mark.parametrize(
    "written", ["", "6", "6:", "0:" + "a" * 64, "6:" + "a" * 63, "x:" + "a" * 64, "6:" + "g" * 64]
)
def test_what_is_no_seal_is_refused(written: str) -> None:
    """A slip of the pen is not taken for a seal that agrees."""
    with pytest.raises(ValueError, match="a seal is its number"):
        Noted.read(written)


class ReadSlowly:
    """A comparison whose reader takes their time before they see the rest."""

    name = "slow"

    async def findings(self, c: AsyncConnection) -> AsyncIterator[Finding]:
        await c.execute(text("select 1"))
        yield Finding(self.name, Side.DIFFERS, "the first page")
        await c.execute(text("select 1"))
        yield Finding(self.name, Side.DIFFERS, "the second page")

    def compared(self) -> str:
        return "one page with the next"


async def test_whoever_reads_the_findings_may_take_their_time(
    server: Server, book: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`reconcile | less`: the session is not ended while somebody reads a page."""
    monkeypatch.setitem(SESSION, "idle_in_transaction_session_timeout", "100ms")
    engine, pages = connect(server.url(book), pool=1), list[str]()
    async for finding in reconcile(engine, [ReadSlowly()]):
        pages.append(finding.about)
        await asyncio.sleep(0.4)
    assert pages == ["the first page", "the second page"]
    await engine.dispose()
