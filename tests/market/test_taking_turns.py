"""Who claims the same work takes turns, in one order, however much of it there is."""

import asyncio

from sqlalchemy import text

from domain import commands as c
from ledger import journal, listings, originals
from ledger.database import connect
from ledger.ids import fresh
from tests.api.people import Person, code, new_key
from tests.life import Life, eventually
from tests.market.contesting import Contesting
from tests.market.selling import Shop
from tests.world import World

MANY = 30_000
DELIVERED = text("""
    with made as (
        insert into file (id, owner_id, name, content_type, size, sha256, key)
        select :salt || n, :who, 'n', 'text/plain', 1,
               encode(sha256((:salt || n)::bytea), 'hex'), md5(:salt || n)
          from generate_series(1, :many) n
        returning id
    )
    insert into attachment (subject_id, file_id, case_id) select :delivery, id, :job from made
""")
LOCKS = text("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
WAITS_FOR_LISTING = text("""
    select count(*) from pg_stat_activity
     where wait_event_type = 'Lock' and query like 'SELECT%FROM listing%FOR NO KEY UPDATE'
       and datname = current_database()
""")
PLANS = text("""
    select count(*) as statements, min(custom_plans) as anew, max(generic_plans) as kept
      from pg_prepared_statements
     where statement like '%file AS same%' and statement not like '%from pg_%'
""")


async def delivered(world: World, freelancer: Person, *files: str) -> Life:
    """A job in which these were delivered."""
    client = await world.person("client", credits_minor=200_00)
    life = await Life(world, client, freelancer).in_progress()
    await life.freelancer_does(c.Deliver, note="here", files=list(files))
    return life


async def test_a_job_of_very_many_files_is_approved(world: World) -> None:
    """Each is claimed, and the server's locks suffice."""
    life = await delivered(world, await world.person("freelancer"))
    salt, who = fresh("file"), life.freelancer.id
    delivery = (await life.shown())["deliveries"][-1]["id"]
    row = {"salt": salt, "who": who, "many": MANY, "delivery": delivery, "job": life.job_id}
    async with world.engine.begin() as connection:
        await connection.execute(DELIVERED, row)
    async with world.engine.begin() as connection:
        named = [f"{salt}{n}" for n in range(1, MANY + 1)]
        await originals.claim(connection, named, but="")
        locks = await connection.scalar(LOCKS)
        assert locks is not None and 1 < locks <= 1_024
    await life.client_does(c.Approve)
    assert (await life.states())[0] == "completed"


async def test_of_two_who_offer_the_same_at_once_one_does(world: World) -> None:
    """In listings of their own, or one in a contest: the second sees the first."""
    contest = await (await Contesting.begin(world)).posted()
    for _ in range(5):
        shops, content = [await Shop.begin(world) for _ in range(2)], new_key().encode()
        drafts = [await one.written(files=[await one.file(content)]) for one in shops]
        answers = await asyncio.gather(
            *(shop.publishes(draft) for shop, draft in zip(shops, drafts, strict=True))
        )
        assert sorted(one.status_code for one in answers) == [200, 409]
        [late] = [one for one in answers if one.status_code == 409]
        assert code(late) == "not_original"
        entered = await contest.entry_of(await world.person("third"), content)
        assert code(entered) == "not_original"


async def test_an_approval_waits_for_who_is_buying_the_same(world: World) -> None:
    """Before it holds anybody's money; what was sold meanwhile stays sold."""
    shop, content = await Shop.begin(world), new_key().encode()
    life = await delivered(world, shop.seller, await shop.file(content))
    listing = await shop.listed(files=[await shop.file(content)])
    async with world.engine.begin() as connection:
        await journal.wallets(connection, [shop.client.id], "USD")
        buying = asyncio.create_task(shop.buys(listing))
        await eventually(lambda: _is_locked(world, listing["id"]))
        approving = asyncio.create_task(life.client_does(c.Approve))
        await eventually(lambda: _waits_for_listing(world))
        assert not approving.done()
    assert (await buying).status_code == 201
    await approving
    assert (await shop.shown())["state"] == "sold"
    assert (await life.states())[0] == "completed"


async def test_who_publishes_again_and_again_is_in_no_circle_with_who_approves(
    world: World,
) -> None:
    """A listing that comes and goes: hashes are taken before listings, by everybody."""
    shop, content = await Shop.begin(world), new_key().encode()
    life = await delivered(world, shop.seller, await shop.file(content))
    draft = await shop.written(files=[file := await shop.file(content)])
    async with world.engine.begin() as connection:
        await originals.offering(connection, [file])
        publishing = asyncio.create_task(shop.publishes(draft))
        await eventually(lambda: _waits_for_hash(world))
        assert not await _is_locked(world, draft["id"])
    assert (await publishing).status_code == 200
    await life.client_does(c.Approve)
    assert (await shop.seller.get(f"/v1/listings/{draft['id']}")).json()["state"] == "draft"


async def test_whose_work_it_is_is_never_looked_up_by_a_plan_of_other_times(world: World) -> None:
    """A plan that was made while there were few files took minutes once there were many."""
    shop = await Shop.begin(world)
    listing = await shop.listed(files=[file := await shop.file(new_key().encode())])
    often, ids = 10, [listing["id"]]
    engine = connect(world.settings.database_url)
    async with engine.connect() as connection:
        for _ in range(often):
            async with connection.begin():
                await originals.claim(connection, [file], but=listing["id"])
                await originals.require_free(connection, [file], but="")
                assert await originals.offering(connection, [file]) == (listing["id"],)
                assert await originals.delivered(connection, ids) == set()
            async with connection.begin():
                assert await listings.wanted(connection, shop.client.id, ids)
        plans = (await connection.execute(PLANS)).one()
    await engine.dispose()
    assert plans.statements == 4 and plans.anew >= often and plans.kept == 0


async def _is_locked(world: World, listing_id: str) -> bool:
    free = "select id from listing where id = :id for no key update skip locked"
    async with world.engine.begin() as connection:
        return await connection.scalar(text(free), {"id": listing_id}) is None


async def _waits_for_listing(world: World) -> bool:
    async with world.engine.connect() as connection:
        return bool(await connection.scalar(WAITS_FOR_LISTING))


async def _waits_for_hash(world: World) -> bool:
    waiting = "select count(*) from pg_stat_activity where wait_event = 'advisory'"
    async with world.engine.connect() as connection:
        return bool(await connection.scalar(text(waiting)))
