"""What people do while a process dies, and how their job ends afterwards."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from httpx import AsyncClient
from sqlalchemy import text

from domain import commands as c
from tests.api.parts import announced, completed, sent
from tests.deposits.remitting import Remitting
from tests.life import Life, eventually
from workflows.options import CHECKS_QUEUE, CHECKS_WORKFLOW

THE_WORK = b"the work"
LOCK = "select from cases where id = :job for no key update"
"""The API may still write an instruction; no step can be taken."""
SEEN_WITHIN = timedelta(seconds=60)
Doing = Callable[[Life], Coroutine[Any, Any, object]]


@dataclass(frozen=True)
class Story:
    """A life up to the moment, what is done in it, and what ends it."""

    name: str
    before: Doing
    act: Doing
    after: Doing
    ends: str
    """The state in which the job is over."""
    happens: tuple[str, ...]
    """Everything that happens in the job, in order: nothing twice, nothing never."""
    wallet: int | None = None
    earnings: int = 0


async def nothing(life: Life) -> None:
    """Nobody does anything."""


async def money_comes(life: Life) -> None:
    """The client's transfer arrives."""
    await life.money_comes(life.price)


async def money_is_sent(life: Life) -> None:
    """The client announces a transfer, and two accountants see it at the bank."""
    await Remitting(life.world, life.client).credited(life.price)


async def resigns(life: Life) -> None:
    """The job has started by itself; then the freelancer gives it back."""
    await eventually(lambda: started(life))
    await life.freelancer_does(c.Resign)


async def started(life: Life) -> bool:
    """Whether the price is in escrow."""
    return (await life.states())[0] == "in_progress"


async def delivers_a_file(life: Life) -> None:
    """A file is sent twice under one key, as after a lost answer, and handed over."""
    key = uuid4().hex
    stored = [await life.freelancer.upload(THE_WORK, key=key) for _ in range(2)]
    first, second = (answer.json()["id"] for answer in stored)
    assert first == second
    await life.freelancer_does(c.Deliver, files=[first])


async def delivers_in_parts(life: Life) -> None:
    """The same file comes in two parts, is completed twice under two keys, and handed over."""
    upload = await announced(life.freelancer, THE_WORK)
    for number, part in enumerate((THE_WORK[:3], THE_WORK[3:]), 1):
        await sent(life.freelancer, upload, number, part)
    made = [await completed(life.freelancer, upload) for _ in range(2)]
    first, second = (answer.json()["id"] for answer in made)
    assert first == second
    await life.freelancer_does(c.Deliver, files=[first])


async def reads_of_it(life: Life) -> None:
    """The freelancer opens the notice of the offer, twice."""
    inbox = (await life.freelancer.get("/v1/me/notices")).json()["items"]
    [offered] = [notice["id"] for notice in inbox if notice["case_id"] == life.job_id]
    first, again = [(await life.freelancer.get(f"/v1/me/notices/{offered}")).json() for _ in "12"]
    assert first["opened_at"] == again["opened_at"] is not None


async def checks_the_books(life: Life) -> None:
    """A check is made, as its schedule would start it, and finds nothing."""
    queue = f"{life.world.settings.task_queue_prefix}{CHECKS_QUEUE}"
    name = f"check-books-{life.client.id}"
    made = await life.world.temporal.start_workflow(
        CHECKS_WORKFLOW, "newest", id=name, task_queue=queue, result_type=int
    )
    assert await made.result() == 0


async def approves_while_held_up(life: Life) -> None:
    """The job's row is locked until the step waits for it in sight of operators."""
    async with life.world.engine.begin() as books:
        await books.execute(text("set local idle_in_transaction_session_timeout = 0"))
        await books.execute(text(LOCK), {"job": life.job_id})
        approval = asyncio.create_task(life.client_does(c.Approve))
        await eventually(lambda: in_sight(life), SEEN_WITHIN)
    await approval


async def in_sight(life: Life) -> bool:
    """Whether operators see the job's workflow wait for a step."""
    handle = life.world.temporal.get_workflow_handle(f"job/{life.job_id}")
    return bool((await handle.describe()).raw_description.pending_activities)


async def revises(life: Life) -> None:
    """Rounds enough for a history that has to be continued in another."""
    for _ in range(2):
        await life.client_does(c.RequestRevision)
        await life.freelancer_does(c.Deliver)


def by_client(kind: type[c.Command]) -> Doing:
    """The client decides so."""
    return lambda life: life.client_does(kind)


def by_freelancer(kind: type[c.Command]) -> Doing:
    """The freelancer decides so."""
    return lambda life: life.freelancer_does(kind)


async def begins_a_deposit(life: Life) -> None:
    """The client wants to pay the price in, by card."""
    price = {"amount_minor": life.price, "currency": "USD"}
    body = {"amount": price, "method": "card"}
    assert (await life.client.post("/v1/deposits", body)).is_success


async def has_a_page(life: Life) -> None:
    """The job waits for money, and the client can pay."""
    await life.awaiting_funds()
    await begins_a_deposit(life)
    await page_of(life)


async def page_of(life: Life) -> str:
    """Where the client pays."""
    pages: list[str] = []

    async def there() -> bool:
        [listed] = (await life.client.get("/v1/deposits")).json()["items"]
        shown = (await life.client.get(f"/v1/deposits/{listed['id']}")).json()
        pages.append(shown["checkout_url"] or "")
        return bool(pages[-1])

    await eventually(there, SEEN_WITHIN)
    return pages[-1]


async def pays(life: Life) -> None:
    """The client pays on the page."""
    card = {"number": "4242424242424242", "expiry": "12 / 34", "cvc": "123"}
    form = {"method": "card", "email": "ada@example.com", **card}
    async with AsyncClient() as browser:
        assert (await browser.post(await page_of(life), data=form)).status_code == 303


async def pays_and_resigns(life: Life) -> None:
    """The client pays, the job starts by itself; then the freelancer gives it back."""
    await pays(life)
    await resigns(life)


async def a_day_passes(life: Life) -> None:
    """Nobody pays; the page is closed, and the deposit expires."""
    [listed] = (await life.client.get("/v1/deposits")).json()["items"]
    handle = life.world.temporal.get_workflow_handle(f"deposit/{listed['id']}")
    await life.world.skipper.fast_forward(handle, timedelta(days=1))

    async def expired() -> bool:
        [listed] = (await life.client.get("/v1/deposits")).json()["items"]
        return bool(listed["state"] == "expired")

    await eventually(expired, SEEN_WITHIN)


REVIEWED = ("job_offered", "offer_accepted", "work_delivered")

OFFERED = Story(
    "offered",
    nothing,
    lambda life: life.offered(),
    by_freelancer(c.Decline),
    "declined",
    ("job_offered", "offer_declined"),
)
DECLINED = Story(
    "declined",
    lambda life: life.offered(),
    by_freelancer(c.Decline),
    nothing,
    "declined",
    ("job_offered", "offer_declined"),
)
APPROVED = Story(
    "approved",
    lambda life: life.in_review(),
    by_client(c.Approve),
    nothing,
    "completed",
    (*REVIEWED, "delivery_approved"),
)
REVISED = Story(
    "revised",
    lambda life: life.in_review(),
    revises,
    by_client(c.Approve),
    "completed",
    (*REVIEWED, *2 * ("revision_requested", "work_delivered"), "delivery_approved"),
)
REJECTED = Story(
    "rejected",
    lambda life: life.in_review(),
    by_client(c.RequestRejection),
    by_freelancer(c.AcceptRejection),
    "cancelled",
    (*REVIEWED, "rejection_requested", "rejection_accepted"),
)
DISMISSED = Story(
    "dismissed",
    lambda life: life.rejected(),
    by_client(c.Approve),
    nothing,
    "completed",
    (*REVIEWED, "rejection_requested", "delivery_approved"),
)
FUNDED = Story(
    "funded",
    lambda life: life.awaiting_funds(),
    money_comes,
    resigns,
    "cancelled",
    ("job_offered", "offer_accepted", "job_funded", "job_resigned"),
    wallet=0,
)
SENT = Story(
    "sent",
    lambda life: life.awaiting_funds(),
    money_is_sent,
    resigns,
    FUNDED.ends,
    FUNDED.happens,
    wallet=0,
)
BEGUN = Story(
    "begun",
    lambda life: life.awaiting_funds(),
    begins_a_deposit,
    pays_and_resigns,
    FUNDED.ends,
    FUNDED.happens,
    wallet=0,
)
PAID = Story("paid", has_a_page, pays, resigns, FUNDED.ends, FUNDED.happens, wallet=0)
UNPAID = Story(
    "unpaid",
    has_a_page,
    a_day_passes,
    by_client(c.WithdrawOffer),
    "lapsed",
    ("job_offered", "offer_accepted", "offer_withdrawn"),
    wallet=0,
)
HANDED_OVER = Story(
    "handed over",
    lambda life: life.in_progress(),
    delivers_a_file,
    by_client(c.Approve),
    "completed",
    (*REVIEWED, "delivery_approved"),
)
IN_PARTS = replace(HANDED_OVER, name="in parts", act=delivers_in_parts)
NOTICED = Story(
    "noticed",
    lambda life: life.offered(),
    reads_of_it,
    by_freelancer(c.Decline),
    "declined",
    ("job_offered", "offer_declined"),
)
CHECKED = Story(
    "checked",
    lambda life: life.offered(),
    checks_the_books,
    by_freelancer(c.Decline),
    "declined",
    ("job_offered", "offer_declined"),
)
HELD_UP = Story(
    "held up",
    lambda life: life.in_review(),
    approves_while_held_up,
    nothing,
    "completed",
    (*REVIEWED, "delivery_approved"),
)
