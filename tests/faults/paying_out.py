"""What freelancers and accounting do with earnings while a process dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import text

from domain import commands as c
from tests.fakestripe.stand import Stand
from tests.faults.stories import Story, by_freelancer
from tests.life import Life, eventually
from tests.withdrawals.connected import INSTANTLY_AVAILABLE, Connected
from tests.withdrawals.leaving import US_BANK, Leaving, Run, falls_due

RUN = text("select payment_date from payout where withdrawal_id = :id")
SEEN_WITHIN = timedelta(seconds=100)
ENDED = ("declined", ("job_offered", "offer_declined"))
"""The job beside all this is only offered, and declined at the end."""


async def can_be_paid(life: Life) -> None:
    """With a tax form and a bank account."""
    await life.offered()
    await _leaving(life).ready()


async def withdraws(life: Life) -> None:
    """The freelancer wants earnings paid out."""
    await _leaving(life).requested()


async def changes_bank(life: Life) -> None:
    """The freelancer says where they are paid."""
    assert (await _leaving(life).is_paid_at(us_bank=US_BANK)).status_code == 200


async def is_due(life: Life) -> None:
    """A withdrawal waits for the approval of its run."""
    await can_be_paid(life)
    await withdraws(life)


async def is_due_at_stripe(life: Life) -> None:
    """The same, to be paid by Stripe."""
    await can_be_paid(life)
    with _stand(life) as stand:
        # Others take from the same balance: who gives back a payment, who loses a dispute.
        stand.charge(1_000_00, INSTANTLY_AVAILABLE)
        await Connected.paid_by(stand, _leaving(life))
    await withdraws(life)


async def is_under_way(life: Life) -> None:
    """Stripe pays it out."""
    await is_due_at_stripe(life)
    await approves(life)
    with _stand(life) as stand:
        one = await _connected(life, stand)
        await eventually(lambda: _has_payout(one), SEEN_WITHIN)


async def approves(life: Life) -> None:
    """Accounting approve the run of this withdrawal alone."""
    [withdrawal] = await _withdrawals(life)
    run = await falls_due(life.world, withdrawal)
    assert (await run.approved()).json()["approved"]


async def is_sent_back(life: Life) -> None:
    """The bank of whoever is paid refuses the payout."""
    with _stand(life) as stand:
        one = await _connected(life, stand)
        fate = {"account": one.account, "code": "account_closed"}
        stand.control(f"payouts/{one.payouts[0].id}/fail", **fate)


async def is_paid_by_the_bank(life: Life) -> None:
    """Whatever is left to do for it is done, once; then the job is declined."""
    leaving = _leaving(life)
    [withdrawal] = await _withdrawals(life)
    if withdrawal["state"] == "requested" and not await _approved(life):
        await approves(life)
    await eventually(lambda: _is(leaving, "sent"), SEEN_WITHIN)
    async with life.world.engine.connect() as books:
        on = await books.scalar(RUN, {"id": withdrawal["id"]})
    assert (await Run(life.world, on).answered(paid=[withdrawal["id"]])).is_success
    await eventually(lambda: _is(leaving, "paid"), SEEN_WITHIN)
    assert await leaving.earnings() == 100_00
    await by_freelancer(c.Decline)(life)


async def was_paid_once(life: Life) -> None:
    """One transfer and one payout were made, whatever died; then the job is declined."""
    with _stand(life) as stand:
        one = await _connected(life, stand)
        await eventually(lambda: _has_payout(one), SEEN_WITHIN)
        assert [transfer.amount for transfer in one.transfers] == [99_00]
        assert [payout.amount for payout in one.payouts] == [99_00]
    await by_freelancer(c.Decline)(life)


async def came_back_once(life: Life) -> None:
    """The money is in the wallet again, and at Stripe it is ours; then the job is declined."""
    with _stand(life) as stand:
        one = await _connected(life, stand)
        await eventually(lambda: _is(one, "failed"), SEEN_WITHIN)
        assert [transfer.amount_reversed for transfer in one.transfers] == [99_00]
    assert await one.earnings() == 200_00
    await by_freelancer(c.Decline)(life)


def _leaving(life: Life) -> Leaving:
    return Leaving(life.world, life.freelancer)


@contextmanager
def _stand(life: Life) -> Iterator[Stand]:
    url = life.world.settings.stripe_url
    assert url is not None, "this world has a stand-in for Stripe"
    stand = Stand(url)
    yield stand
    stand.close()


async def _connected(life: Life, stand: Stand) -> Connected:
    """The freelancer with the account that was connected for them: whose withdrawal is in it."""
    [withdrawal] = await _withdrawals(life)
    return Connected(_leaving(life), stand, _account(stand, withdrawal["id"]))


def _account(stand: Stand, case_id: str) -> str:
    moved = stand.stripe.v1.transfers.list({"transfer_group": case_id}).data
    return str(moved[0].destination) if moved else ""


async def _withdrawals(life: Life) -> list[dict[str, str]]:
    """The freelancer's withdrawals."""
    listed = (await life.freelancer.get("/v1/withdrawals")).json()["items"]
    return [dict(one) for one in listed]


async def _is(leaving: Leaving, state: str) -> bool:
    [one] = (await leaving.person.get("/v1/withdrawals")).json()["items"]
    return bool(one["state"] == state)


async def _approved(life: Life) -> bool:
    [withdrawal] = await _withdrawals(life)
    async with life.world.engine.connect() as books:
        return await books.scalar(RUN, {"id": withdrawal["id"]}) is not None


async def _has_payout(one: Connected) -> bool:
    [withdrawal] = (await one.person.get("/v1/withdrawals")).json()["items"]
    if not one.account:
        one.account = _account(one.stand, withdrawal["id"])
    return await one.known(withdrawal, "payout") is not None


WITHDRAWS = Story("withdraws", can_be_paid, withdraws, is_paid_by_the_bank, *ENDED, earnings=200_00)
CHANGES_BANK = Story(
    "changes bank", lambda life: life.offered(), changes_bank, by_freelancer(c.Decline), *ENDED
)
APPROVES = Story("approves", is_due, approves, is_paid_by_the_bank, *ENDED, earnings=200_00)
PAID_OUT = Story("paid out", is_due_at_stripe, approves, was_paid_once, *ENDED, earnings=200_00)
SENT_BACK = Story("sent back", is_under_way, is_sent_back, came_back_once, *ENDED, earnings=200_00)
