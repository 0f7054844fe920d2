"""A search among a million listings, against the same search among ten thousand."""

import random
import time
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.figures import Figure, at_most
from benchmarks.ground import Ground
from benchmarks.rounds import Side, in_turn, percentile
from ledger import finding
from ledger.database import SNAPSHOT
from ledger.finding import Order, Wanted
from ledger.people import create

PAGE = 50
BATCH = 50_000
BYGONE = 50
"""One listing in so many, the oldest, has a word that no other has."""
WORDS = 20_000
"""Different words; the n-th is written 1/n as often as the first."""
FILL = text("""
    insert into publication (subject_id, kind, owner_id, title, summary, tags, low_minor,
                             high_minor, currency, state, visible)
    select 'listing_' || lpad(n::text, 26, '0'), 'listing', :owner,
           (select string_agg('w' || floor(power(cast(:words as float8), random()))::int, ' ')
              from generate_series(1, 6) where n > 0)
           || case when n <= :bygone then ' bygone' else '' end,
           (select string_agg('w' || floor(power(cast(:words as float8), random()))::int, ' ')
              from generate_series(1, 40) where n > 0),
           array['t' || floor(power(200.0, random()))::int], price, price, 'USD', 'listed',
           random() < 0.9
      from generate_series(cast(:first as integer), cast(:last as integer)) n
     cross join lateral (select (1000 + floor(power(100000.0, random())))::bigint as price
                          where n > 0) p
""")


async def measure(ground: Ground) -> AsyncIterator[Figure]:
    """The p95 of searches people make: frequent words and rare ones, tags, prices, orders."""
    few, many = ground.sizes.listings
    async with ground.database("finding_few") as small, ground.database("finding_many") as large:
        for engine, listings in ((small, few), (large, many)):
            await _filled(engine, listings)
            # What autovacuum does in time: statistics, and the pending lists of indexes.
            ground.postgres.sql("vacuum analyze publication", str(engine.url.database))
        sought = searches(random.Random(6), ground.sizes.searches)  # no secret
        sides = {"few": _side(small, sought), "many": _side(large, sought)}
        sides["bygone"] = _side(large, [Wanted("listing", "bygone")])
        for side in sides.values():
            await side()
        measured = await in_turn(sides, ground.sizes.rounds)
    of = f"of {len(sought)} searches, pages of {PAGE}"
    yield Figure.of("search_p95_few", measured["few"], "ms", note=f"{few:,} listings, {of}")
    yield Figure.of("search_p95_many", measured["many"], "ms", note=f"{many:,} listings, {of}")
    old = f"a word of the oldest {many // BYGONE:,} of {many:,} alone"
    yield Figure.of("search_bygone", measured["bygone"], "ms", note=old)
    yield Figure.ratio("search_growth", measured["many"], measured["few"], at_most(3.0))


def searches(chance: random.Random, count: int) -> list[Wanted]:
    """As many searches, of all kinds in turn; words are drawn as often as they are written."""

    def word() -> str:
        return f"w{int(WORDS ** chance.random())}"

    def one(n: int) -> Wanted:
        cheap = chance.randint(10_00, 200_00)
        kinds = (
            {"words": word()},
            {"words": word(), "order": Order.RELEVANCE},
            {"words": f"{word()} {word()}"},
            {"words": f"{word()} {word()}", "order": Order.RELEVANCE},
            {"words": word(), "order": Order.CHEAPEST},
            {"tags": (f"t{int(200 ** chance.random())}",)},
            {"tags": (f"t{int(200 ** chance.random())}",), "order": Order.DEAREST},
            {"words": word(), "at_least_minor": cheap, "at_most_minor": 2 * cheap},
            {"at_least_minor": cheap, "at_most_minor": cheap + 1_00},
            {"at_least_minor": 3 * cheap, "order": Order.CHEAPEST},
            {"at_most_minor": cheap, "order": Order.DEAREST},
            {"words": f"w{WORDS - 1 - chance.randrange(100)}"},
        )
        return Wanted("listing", **kinds[n % len(kinds)])

    return [one(n) for n in range(count)]


def _side(engine: AsyncEngine, sought: Sequence[Wanted]) -> Side:
    """The p95 of these searches, in milliseconds, one after the other."""

    async def took() -> float:
        times = []
        for wanted in sought:
            began = time.perf_counter()
            async with engine.connect() as c:
                await c.execution_options(**SNAPSHOT)
                await finding.found(c, wanted, PAGE + 1)
            times.append(time.perf_counter() - began)
        return 1000 * percentile(times, 0.95)

    return took


async def _filled(engine: AsyncEngine, listings: int) -> None:
    async with engine.begin() as c:
        owner = await create(c, email="s@example.com", name="Seller", password_hash="none")
    for first in range(1, listings + 1, BATCH):
        last = min(first + BATCH - 1, listings)
        async with engine.begin() as c:
            values = {"owner": owner, "words": WORDS, "first": first, "last": last}
            values["bygone"] = listings // BYGONE
            await c.execute(FILL, values)
