"""Ten thousand entrants: rows beside the contest, one step for the award and for the shares."""

from time import monotonic

from tests.deposits.remitting import sum_of
from tests.holding.hands import rows
from tests.market.contesting import Contesting
from tests.world import World
from workflows import options

CROWD = 10_000
PEOPLE = """
    with made as (
        insert into person (id, email, name, password_hash)
        select 'user_' || lpad(to_hex(n), 26, '0'), 'entrant' || n || '@example.com', 'Entrant', ''
          from generate_series(1, :many) n
        returning id
    ), answered as (
        insert into work_permission (person_id, us_citizen, lives_in_us, result)
        select id, true, true, 'w9' from made
    )
    select count(open_accounts(id, 'USD')) from made
"""
ENTRIES = """
    with entered as (
        insert into contest_entry (id, contest_id, freelancer_id, number, note, hash, rating)
        select 'contestentry_' || :mark || lpad(to_hex(n), 25, '0'), :contest,
               'user_' || lpad(to_hex(n), 26, '0'), n, 'me', repeat('a', 64), 3
          from generate_series(1, :many) n
        returning 1
    )
    select count(*) from entered
"""
SHARES = """
    select count(*), sum(balance_minor), min(balance_minor), max(balance_minor)
      from account where kind = 'earnings' and owner like 'user\\_0000000000%'
"""


async def crowded(world: World, mark: int, prizes: list[dict[str, object]]) -> Contesting:
    """A guaranteed contest that ten thousand entered."""
    it = await Contesting.begin(world, wallet=30_000_00)
    await it.posted(guaranteed=True, prizes=prizes)
    await rows(world, ENTRIES, mark=str(mark), contest=it.contest_id, many=CROWD)
    return it


async def test_a_crowd_of_ten_thousand_wins_and_shares(world: World) -> None:
    """An award among them is one step, and so are their shares, which are exact."""
    await rows(world, PEOPLE, many=CROWD)
    it = await crowded(world, 1, [sum_of(100_00)])
    await it.judged()
    it.entries = (await it.client.get(it.at("entries"), limit=50)).json()["items"]
    assert (len(it.entries), (await it.shown())["entries"]) == (50, CROWD)
    begun = monotonic()
    await it.awarded(it.choice(0, 1))
    assert monotonic() - begun < options.SHORT.total_seconds()

    shared = await crowded(world, 2, [sum_of(20_000_00), sum_of(1_000_00)])
    assert (await shared.ends())["state"] == "judging"
    assert (await shared.ends())["state"] == "distributing"
    assert (await shared.ends())["state"] == "closed"
    [(people, total, least, most)] = await rows(world, SHARES)
    assert (people, total) == (CROWD, 18_900_00)
    # 1.80 for everybody of the first prize; of the second 900 more shares of 1.00.
    assert (least, most) == (1_80, 2_80)
    told = "select count(*) from notice where case_id = :case and kind = 'prizes_shared'"
    [(many,)] = await rows(world, told, case=shared.contest_id)
    assert many == CROWD + 1
    tried = "select count(*) from failing_step where case_id = :case"
    assert [tuple(one) for one in await rows(world, tried, case=shared.contest_id)] == [(0,)]
    assert await world.violations() == []
