"""An awaited reminder is the workflow's first and the loop's after that, never both's at once."""

import asyncio

import pytest
from temporalio.exceptions import ApplicationError

from activities.notices import PassingFault, Post
from tests.holding.boxes import change, mail_of, served, to
from tests.holding.hands import hands
from tests.life import Life
from tests.world import World

LONG_AGO = "created_at = now() - '6 minutes'::interval"


async def test_an_awaited_reminder_is_left_to_the_workflow_at_first(
    world: World, life: Life
) -> None:
    """The loop sends it when the workflow has not done so in five minutes."""
    async with served(world) as (box, post):
        await reminded(life)
        await post.send_due()
        assert to(box, life) == []
        await change(life, "notice", LONG_AGO)
        await post.send_due()
    assert len(to(box, life)) == 1


async def test_the_workflow_sends_its_reminder_at_once(world: World, life: Life) -> None:
    """Asked again, as after a lost answer, it says what became of it."""
    async with served(world) as (box, post):
        mail_id = await reminded(life)
        assert await post.send_reminder(mail_id) == "accepted"
        assert await post.send_reminder(mail_id) == "accepted"
    assert len(to(box, life)) == 1


async def test_a_reminder_that_the_loop_is_sending_is_not_sent_by_the_workflow_too(
    world: World, life: Life
) -> None:
    """The workflow comes while the loop has it: it must ask again later, and it is sent once."""
    async with served(world) as (box, post):
        mail_id = await reminded(life)
        await change(life, "notice", LONG_AGO)
        loop = asyncio.create_task(post.send_due())
        await asyncio.wait_for(box.met.wait(), 10)
        with pytest.raises(ApplicationError) as later:
            await post.send_reminder(mail_id)
        assert later.value.next_retry_delay is not None
        await loop
        assert await post.send_reminder(mail_id) == "accepted"
    assert len(to(box, life)) == 1


async def test_two_tries_of_the_workflow_at_once_send_a_reminder_once(
    world: World, life: Life
) -> None:
    """The first answer was late, not lost: its lease still holds."""
    async with served(world) as (box, post):
        mail_id = await reminded(life)
        tries = [post.send_reminder(mail_id) for _ in range(3)]
        results = await asyncio.gather(*tries, return_exceptions=True)
    assert results.count("accepted") == 1
    assert len(to(box, life)) == 1


async def test_the_workflow_tries_again_at_once_after_a_passing_fault(
    world: World, life: Life
) -> None:
    """Its own tries are bounded and near each other; the loop keeps out of them."""
    async with served(world) as (box, post):
        mail_id = await reminded(life)
        box.at_data = "451 4.3.0 Later"
        with pytest.raises(PassingFault):
            await post.send_reminder(mail_id)
        assert await untouched(life, post)
        box.at_data = "250 OK"
        assert await post.send_reminder(mail_id) == "accepted"


async def reminded(life: Life) -> str:
    """The freelancer has a reminder that proof counts; its mail's id."""
    async with hands(life.world):
        await life.offered()
    await change(life, "notice", "proves = :wait", wait=life.job_id)
    return str((await mail_of(life)).id)


async def untouched(life: Life, post: Post) -> bool:
    """Whether the loop leaves the mail as it is."""
    before = await mail_of(life)
    await post.send_due()
    return bool(before == await mail_of(life))
