"""Entries are written whole, once, and within every account's bounds."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import flows
from domain.accounts import PLATFORM, Entry, Kind, Parts
from domain.postings import entry, move
from ledger import journal
from tests.ledger import acts


async def test_a_job_s_money_goes_from_the_client_to_escrow_to_the_freelancer(
    app: AsyncEngine,
) -> None:
    """Hold and release leave the fee with the platform and the escrow at zero."""
    client, freelancer, job = await acts.funded(app, 10_000), acts.name("usr"), acts.name("job")
    fees = await acts.stands(app, PLATFORM, Kind.PLATFORM_FEES)
    held = Parts(credits=4_000)
    await acts.post(app, flows.hold(job, client, held, "USD"))
    await acts.post(app, flows.release(job, freelancer, held, 400, "USD"))
    assert (await acts.wallet(app, client)).credits == 6_000
    assert (await acts.wallet(app, freelancer)).earnings == 3_600
    assert await acts.stands(app, PLATFORM, Kind.PLATFORM_FEES) == fees + 400
    assert await acts.stands(app, job, Kind.ESCROW) == 0


async def test_an_entry_written_twice_counts_once(app: AsyncEngine) -> None:
    """The same reference with the same content is left alone, also under another cause."""
    source, target = await acts.funded(app, 100), acts.name("usr")
    entry = acts.transfer(source, target, 30)
    await acts.post(app, entry)
    async with app.begin() as c:
        await journal.post(c, [entry], case_id="job_x", cause="again", effective_at=acts.NOON)
    assert (await acts.wallet(app, target)).credits == 30


async def test_an_entry_twice_in_one_call_counts_once(app: AsyncEngine) -> None:
    """A batch that names an entry twice moves its money once."""
    source, target = await acts.funded(app, 100), acts.name("usr")
    entry = acts.transfer(source, target, 30)
    await acts.post(app, entry, entry)
    assert (await acts.wallet(app, target)).credits == 30


async def test_a_batch_with_some_entries_written_already_writes_the_others(
    app: AsyncEngine,
) -> None:
    """A payment run that died half way can simply be posted again."""
    source, target = await acts.funded(app, 100), acts.name("usr")
    entries = [acts.transfer(source, target, minor) for minor in (1, 2, 4, 8)]
    await acts.post(app, entries[1], entries[2])
    await acts.post(app, *entries)
    assert (await acts.wallet(app, target)).credits == 15


@pytest.mark.parametrize("together", [True, False])
async def test_a_reference_is_never_reused_for_other_content(
    app: AsyncEngine, together: bool
) -> None:
    """The refusal names the reference, and nothing of the call is written."""
    source, target = await acts.funded(app, 100), acts.name("usr")
    first = acts.transfer(source, target, 30)
    other = acts.transfer(source, target, 31, first.reference)
    if not together:
        await acts.post(app, first)
    with pytest.raises(journal.ReferenceReused) as refused:
        await acts.post(app, acts.transfer(source, target, 5), *([first] * together), other)
    assert refused.value.reference == first.reference
    assert (await acts.wallet(app, target)).credits == (0 if together else 30)


async def test_nobody_spends_what_they_do_not_have(app: AsyncEngine) -> None:
    """The refusal says whose account, and nothing of the call is written."""
    source, target = await acts.funded(app, 100), acts.name("usr")
    with pytest.raises(journal.FloorBroken) as refused:
        await acts.post(app, acts.transfer(source, target, 60), acts.transfer(source, target, 41))
    assert (refused.value.kind, refused.value.owner) == (Kind.CREDITS, source)
    assert (await acts.wallet(app, source)).credits == 100


async def test_a_later_entry_of_a_batch_does_not_cover_an_earlier_one(app: AsyncEngine) -> None:
    """Each entry by itself keeps the floor, not only the last of a call."""
    poor, rich = await acts.funded(app, 0 + 1), await acts.funded(app, 100)
    with pytest.raises(journal.FloorBroken):
        await acts.post(app, acts.transfer(poor, rich, 50), acts.transfer(rich, poor, 60))
    await acts.post(app, acts.transfer(rich, poor, 60), acts.transfer(poor, rich, 50))
    assert (await acts.wallet(app, poor)).credits == 11


async def test_nobody_is_owed_a_debt(app: AsyncEngine) -> None:
    """A receivable is a debit or nothing: settling more than is owed breaks its ceiling."""
    person = await acts.funded(app, 100)
    lent = entry(
        "advance", acts.name("a"), move(Kind.RECEIVABLE, person, Kind.LOSSES, PLATFORM, 20, "USD")
    )
    await acts.post(app, lent)
    assert (await acts.wallet(app, person)).receivable == 20
    with pytest.raises(journal.FloorBroken) as refused:
        await acts.post(
            app, flows.receivable_settle(acts.name("c"), person, 21, Kind.CREDITS, "USD")
        )
    assert refused.value.kind is Kind.RECEIVABLE


async def test_what_an_entry_moves_there_and_back_is_no_leg(app: AsyncEngine) -> None:
    """A leg is what the whole entry changes on an account; what cancels out is left out."""
    source, target, through = await acts.funded(app, 100), acts.name("usr"), acts.name("usr")
    roundabout = entry(
        "transfer",
        acts.name("transfer"),
        move(Kind.CREDITS, source, Kind.CREDITS, through, 10, "USD"),
        move(Kind.CREDITS, through, Kind.CREDITS, target, 10, "USD"),
    )
    await acts.post(app, roundabout)
    async with app.connect() as c:
        query = "select owner from posting_line where reference = :reference order by 1"
        owners = await c.scalars(text(query), {"reference": roundabout.reference})
        assert owners.all() == sorted([source, target])


async def test_an_entry_that_moves_nothing_is_refused(app: AsyncEngine) -> None:
    """Postings that cancel out altogether make no entry."""
    person = await acts.funded(app, 100)
    call = f"""select post('[{{"reference": "{acts.name("n")}", "kind": "x", "cause": "x",
        "effective_at": "2026-11-02", "postings": [{{"source_kind": "credits",
        "source_owner": "{person}", "target_kind": "credits", "target_owner": "{person}",
        "currency": "USD", "amount_minor": 5}}]}}]')"""
    assert await acts.refusal(app, call.replace(":", r"\:")) == "23514"


@pytest.mark.parametrize("minor", [0, -5])
async def test_a_posting_only_moves_forward(app: AsyncEngine, minor: int) -> None:
    """An amount of zero or below is refused by the database, whatever Python let through."""
    source = await acts.funded(app, 100)
    moved = move(Kind.CREDITS, source, Kind.CREDITS, acts.name("usr"), minor, "USD")
    with pytest.raises(Exception, match="not above zero"):
        await acts.post(app, Entry("transfer", acts.name("transfer"), (moved,)))


async def test_currencies_are_apart(app: AsyncEngine) -> None:
    """The same person's euros are another account, and pay for nothing in dollars."""
    person = acts.name("usr")
    await acts.post(app, flows.deposit(acts.name("d"), person, 50, Kind.BANK_CLEARING, "EUR"))
    async with app.begin() as c:
        assert (await journal.wallets(c, [person], "EUR"))[person].credits == 50
    assert (await acts.wallet(app, person)).credits == 0


async def test_a_post_inside_a_savepoint_is_a_post(app: AsyncEngine) -> None:
    """A step may try to post and go on when the money does not suffice."""
    source, target = await acts.funded(app, 100), acts.name("usr")
    async with app.begin() as c:
        with pytest.raises(journal.FloorBroken):
            async with c.begin_nested():
                await acts.write(c, acts.transfer(source, target, 101))
        async with c.begin_nested():
            await acts.write(c, acts.transfer(source, target, 100))
    assert (await acts.wallet(app, target)).credits == 100


async def test_shared_accounts_use_the_connection_s_shard(app: AsyncEngine) -> None:
    """Two connections that post at the same time touch different rows of the same account."""
    shards = []
    async with app.connect() as one, app.connect() as two:
        for c in (one, two):
            entry = flows.deposit(acts.name("d"), acts.name("usr"), 5, Kind.BANK_CLEARING, "USD")
            await acts.write(c, entry)
            query = "select shard, pg_backend_pid() % 64 from posting_line where reference = :r"
            rows = await c.execute(
                text(f"{query} and kind = 'bank_clearing'"), {"r": entry.reference}
            )
            shard, mine = rows.one()
            assert shard == mine
            shards.append(shard)
        assert shards[0] != shards[1]
        await one.commit()
        await two.commit()


async def test_a_withdrawal_comes_back_whole_on_whatever_connection(app: AsyncEngine) -> None:
    """No shard of the platform's fees gives back what it never had: a fee is taken when paid."""
    person, withdrawal = acts.name("usr"), acts.name("withdrawal")
    paid = move(Kind.BANK_CLEARING, PLATFORM, Kind.EARNINGS, person, 50_00, "CHF")
    start = flows.withdrawal_start(withdrawal, person, 49_00, 1_00, "CHF")
    back = flows.withdrawal_return(withdrawal, person, 49_00, 1_00, "CHF")
    async with app.connect() as one, app.connect() as two:
        await acts.write(one, entry("paid", acts.name("paid"), paid), start)
        await one.commit()
        await acts.write(two, back)
        await two.commit()
        assert (await journal.balances(two, person, "CHF"))[Kind.EARNINGS] == 50_00
        assert await journal.balances(two, withdrawal, "CHF") == {Kind.IN_TRANSIT: 0}


async def test_every_account_of_the_platform_is_locked_after_those_of_people(
    app: AsyncEngine,
) -> None:
    """Ids are the order of locks: people, then cases, then what any step may touch."""
    await acts.post(
        app, flows.hold(acts.name("job"), await acts.funded(app, 9), Parts(credits=9), "USD")
    )
    query = """select max(id) filter (where lock_rank = 1) < min(id) filter (where lock_rank = 2)
                  and max(id) filter (where lock_rank = 2) < min(id) filter (where lock_rank = 3)
                 from account join account_kind using (kind)"""
    async with app.connect() as c:
        assert await c.scalar(text(query))
