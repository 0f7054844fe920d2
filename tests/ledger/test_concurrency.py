"""Many at once: money is never spent twice, and nobody waits for ever."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from domain import flows
from domain.accounts import Entry, Kind
from ledger import journal
from tests.ledger import acts


async def _outcome(app: AsyncEngine, *entries: Entry) -> str:
    try:
        await acts.post(app, *entries)
    except (journal.FloorBroken, journal.ReferenceReused) as refused:
        return type(refused).__name__
    return "written"


async def test_of_fifty_who_spend_the_same_money_exactly_one_does(app: AsyncEngine) -> None:
    """Without any lock by the callers the floor decides, and the others are told so."""
    client = await acts.funded(app, 100)
    spends = [_outcome(app, acts.transfer(client, acts.name("usr"), 100)) for _ in range(50)]
    outcomes = await asyncio.gather(*spends)
    assert sorted(outcomes) == ["FloorBroken"] * 49 + ["written"]
    assert (await acts.wallet(app, client)).spendable == 0


async def test_of_fifty_who_look_before_they_hold_exactly_one_finds_enough(
    app: AsyncEngine,
) -> None:
    """A wallet that was read stays as it was read until the transaction ends."""
    client = await acts.funded(app, 100)

    async def hold() -> bool:
        async with app.begin() as c:
            parts = (await journal.wallets(c, [client]))[client].take(100)
            if parts:
                await acts.write(c, flows.hold(acts.name("job"), client, parts, "USD"))
        return parts is not None

    assert sum(await asyncio.gather(*(hold() for _ in range(50)))) == 1


async def test_transfers_that_cross_do_not_lock_each_other_out(app: AsyncEngine) -> None:
    """Accounts are locked in one order, whatever the order of postings and entries."""
    ana, ben, cho = [await acts.funded(app, 1_000) for _ in range(3)]
    there = [(ana, ben), (ben, cho), (cho, ana)]
    back = [(target, source) for source, target in reversed(there)]

    async def batch(pairs: list[tuple[str, str]]) -> None:
        await acts.post(app, *(acts.transfer(*pair, 1) for pair in pairs))

    await asyncio.gather(*(batch(pairs) for _ in range(40) for pairs in (there, back)))
    assert [(await acts.wallet(app, who)).credits for who in (ana, ben, cho)] == [1_000] * 3


async def test_steps_that_lock_wallets_early_do_not_deadlock_on_shared_accounts(
    app: AsyncEngine,
) -> None:
    """People first, the platform's last: nobody waits for a wallet while holding a shard."""
    people = [await acts.funded(app, 1_000) for _ in range(4)]

    async def step(person: str) -> None:
        async with app.begin() as c:
            await journal.wallets(c, people[::-1])
            entry = flows.deposit(acts.name("d"), person, 1, Kind.BANK_CLEARING, "USD")
            await acts.write(c, entry)

    await asyncio.gather(*(step(person) for person in people * 15))
    assert [(await acts.wallet(app, who)).credits for who in people] == [1_015] * 4


async def test_one_entry_posted_by_many_at_once_is_written_once(app: AsyncEngine) -> None:
    """Those who come second wait for the first and then have nothing to do."""
    source, target = await acts.funded(app, 100), acts.name("usr")
    entry = acts.transfer(source, target, 10)
    assert set(await asyncio.gather(*(_outcome(app, entry) for _ in range(20)))) == {"written"}
    assert (await acts.wallet(app, target)).credits == 10


async def test_one_reference_with_many_contents_at_once_is_written_once(app: AsyncEngine) -> None:
    """The first content stands; each of the others is refused."""
    source, target, reference = await acts.funded(app, 100), acts.name("usr"), acts.name("t")
    entries = [acts.transfer(source, target, 1, reference) for minor in range(1)]
    entries += [acts.transfer(source, target, minor, reference) for minor in range(2, 11)]
    outcomes = await asyncio.gather(*(_outcome(app, entry) for entry in entries))
    assert sorted(outcomes) == ["ReferenceReused"] * 9 + ["written"]


async def test_people_who_open_the_same_accounts_at_once_share_them(app: AsyncEngine) -> None:
    """Accounts are made on the way, once, whoever is first."""
    person = acts.name("usr")
    deposits = [
        flows.deposit(acts.name("d"), person, 7, Kind.BANK_CLEARING, "USD") for _ in range(12)
    ]
    await asyncio.gather(*(acts.post(app, deposit) for deposit in deposits))
    assert (await acts.wallet(app, person)).credits == 84


async def test_the_book_is_whole_after_all_that(app: AsyncEngine) -> None:
    """Nothing these tests did at once has left a trace that breaks an invariant."""
    assert await acts.found_wrong(app) == []
