"""What must be true of money that came from outside or went there: each once, and to the cent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.processor import Processor
from activities.processor_lines import ProcessorLines
from domain.difference import Source
from domain.withdrawal import end_to_end_id
from ledger import outside_comparison
from ledger.reconciling import reconcile
from local.processor import KEY
from settings import Settings
from tests.chaos.outside import Bank, Outside
from tests.chaos.population import Population
from tests.chaos.report import PAYMENTS, WEBHOOKS
from tests.chaos.verdict import rows

CREDITED = """
    select e.case_id, abs(l.amount_minor) as minor
      from journal_entry e
      join leg l on l.entry_id = e.id
      join account a on a.id = l.account_id and a.kind = 'processor_clearing'
     where e.kind = 'deposit'
"""
WITHDRAWALS = """
    select id, state, data ->> 'via' as via,
           cast(data ->> 'amount_minor' as bigint) - cast(data ->> 'fee_minor' as bigint) as minor
      from cases where kind = 'withdrawal'
"""
STANDS = """
    select coalesce(-sum(balance_minor) filter (where kind = 'processor_clearing'), 0) as processor,
           coalesce(sum(balance_minor) filter (where kind = 'suspense'), 0) as suspense
      from account
"""
HOW = """
    select kind || ' ' || state as how, count(*) as many
      from cases where kind = any(:kinds) group by kind, state
"""
STRIPE = "stripe"
AT_THE_END = timedelta(0)
"""Nothing is under way any more."""


@dataclass(frozen=True)
class Moved:
    """What the outside says of payouts, each by the withdrawal it names."""

    transfers: Mapping[str, Sequence[int]]
    """What is left of each, in minor units."""
    payouts: Mapping[str, Sequence[str]]
    """How each stands."""
    bank: Bank


async def otherwise(engine: AsyncEngine, outside: Outside) -> list[str]:
    """What our books and those of the outside say differently."""
    credited: dict[str, list[int]] = {}
    for row in await rows(engine, CREDITED):
        credited.setdefault(row.case_id, []).append(int(row.minor))
    moved = Moved(await outside.transferred(), await outside.paid_out(), outside.bank)
    [stands] = await rows(engine, STANDS)
    there = await outside.balance()
    wrong = unlike_pages(await outside.charged(), credited)
    wrong += unlike_payouts(await rows(engine, WITHDRAWALS), moved)
    wrong += [str(one) for one in await _compared(engine, outside.stand.url)]
    if stands.processor != there:
        wrong.append(f"the processor has {there} of ours, and the book says {stands.processor}")
    if stands.suspense:
        wrong.append(f"nobody explains {stands.suspense} in suspense")
    return wrong


async def figures(engine: AsyncEngine, people: Population) -> dict[str, Any]:
    """How much of all this there was."""
    outside = people.outside
    kinds = ["deposit", "withdrawal"]
    how = {row.how: row.many for row in await rows(engine, HOW, kinds=kinds)}
    transfers, payouts = await outside.transferred(), await outside.paid_out()
    return {
        PAYMENTS: {
            "pages paid": sum(map(len, (await outside.charged()).values())),
            "pages left": outside.left,
            "payment runs": people.accounting.runs,
            "transfers by the processor": sum(map(len, transfers.values())),
            "payouts by the processor": sum(map(len, payouts.values())),
            "payouts by the bank": sum(map(len, outside.bank.paid.values())),
            **dict(sorted(how.items())),
        },
        WEBHOOKS: await outside.webhooks(),
    }


def unlike_pages(
    paid: Mapping[str, Sequence[int]], credited: Mapping[str, Sequence[int]]
) -> list[str]:
    """Pages that were paid and not credited once, as they were paid, or the reverse."""
    return [
        f"{case or 'nobody'}: {list(paid.get(case, ()))} was paid on its page,"
        f" {list(credited.get(case, ()))} credited"
        for case in sorted(paid.keys() | credited.keys())
        if list(paid.get(case, ())) != list(credited.get(case, ()))
        or len(credited.get(case, ())) > 1
    ]


def unlike_payouts(withdrawals: Sequence[Any], moved: Moved) -> list[str]:
    """Withdrawals that were paid twice, or not as they stand; and payouts of none of ours."""
    ours = {one.id for one in withdrawals}
    named = {end_to_end_id(id_) for id_ in ours}
    strange = [*moved.transfers.keys() - ours, *moved.payouts.keys() - ours]
    strange += moved.bank.paid.keys() - named
    wrong = [f"{case or 'nobody'}: paid, and no withdrawal of ours" for case in sorted(strange)]
    return wrong + [f"{one.id}: {what}" for one in withdrawals for what in _unlike(one, moved)]


def _unlike(one: Any, moved: Moved) -> Iterator[str]:
    name = end_to_end_id(one.id)
    transfers, payouts = moved.transfers.get(one.id, ()), moved.payouts.get(one.id, ())
    orders = moved.bank.paid.get(name, ())
    if max(len(transfers), len(payouts), len(orders)) > 1:
        yield f"paid more than once: {[*transfers, *payouts, *orders]}"
    gone = sum(transfers) + sum(orders) * (name not in moved.bank.back)
    due = one.minor if one.state in ("paid", "closed") else 0
    if gone != due:
        yield f"{one.state}, and {gone} instead of {due} has left"
    if due and one.via == STRIPE and not payouts:
        yield f"{one.state}, and never sent to a bank"
    if not due and "paid" in payouts:
        yield f"{one.state}, and the bank has it"


async def _compared(engine: AsyncEngine, url: str) -> list[object]:
    """What `cli reconcile` tells of the processor, and of what is under way besides."""
    processor = Processor(Settings(stripe_key=KEY, stripe_url=url))
    try:
        await ProcessorLines(engine, processor).fetch()
    finally:
        await processor.close()
    stripes = outside_comparison.Outside(Source.STRIPE, AT_THE_END)
    return [one async for one in reconcile(engine, [stripes])]
