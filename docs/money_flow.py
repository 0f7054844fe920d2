"""The page on which every cent's way fits: the accounts, and every movement between them."""

import inspect
from collections.abc import Callable, Iterator, Mapping

from docs.markdown import first_line, plain, sentence, table
from docs.samples import HELD, SAMPLES
from domain import flows, own_flows
from domain.accounts import (
    NEVER_ABOVE_ZERO,
    NEVER_BELOW_ZERO,
    PLATFORM,
    SHARED,
    Account,
    Entry,
    Kind,
    Parts,
)
from domain.money import show
from domain.policy import Policy
from domain.postings import cut

ABOUT = """
# How money flows

This page is written from `domain/flows.py` and `domain/own_flows.py` by `python -m docs.generate`;
nobody edits it.

Money is whole cents of one currency. It moves only between the accounts below, and only by the
movements below. Each movement is one entry in the journal: it is written once, whole, under its
reference, and never changed; a mistake is corrected by its mirror and a new entry. The same
reference can't be written twice, so nothing is ever paid twice. What leaves one account enters
another, so all balances together are always zero.

What people see as their wallet is credits and earnings together, with what is provisional shown
apart. A price is taken from provisional money first, then from credits, then from earnings, and
the parts are remembered: a refund returns each part to where it came from.
"""

SPLITTING = """
## How an escrow is divided

The commission is taken from what the freelancer gets, never from what the client gets back. Each
part of the escrow is divided in the same proportion, to the exact cent: the cents that are left
over go where the largest fraction was cut off. So provisional money stays provisional on both
sides, and the parts always add up to the whole.
"""

OWNERS: Mapping[Kind, tuple[str, str]] = {
    Kind.CREDITS: ("person", "deposits; can be spent, and leave only back to their source"),
    Kind.EARNINGS: ("person", "what was earned; can be spent and withdrawn"),
    Kind.CREDITS_PROVISIONAL: ("person", "deposits that have not cleared yet"),
    Kind.EARNINGS_PROVISIONAL: ("person", "earnings from money that has not cleared yet"),
    Kind.ESCROW: ("job, contest or mediation", "set aside until it is decided; ends at zero"),
    Kind.IN_TRANSIT: ("withdrawal or refund to the source", "on its way out; ends at zero"),
    Kind.RECEIVABLE: ("person", "what somebody owes the platform"),
    Kind.SUSPENSE: ("currency", "receipts whose owner is not known yet"),
    Kind.PLATFORM_FEES: ("currency", "what the platform earned"),
    Kind.REWARDS_PAYABLE: ("currency", "rewards that are set aside and not paid yet"),
    Kind.PROCESSOR_CLEARING: ("currency", "mirrors the money at the payment processor"),
    Kind.BANK_CLEARING: ("currency", "mirrors the money in the bank"),
    Kind.PROCESSOR_COSTS: ("currency", "what the payment processor keeps"),
    Kind.LOSSES: ("currency", "what nobody pays back"),
}
"""Whose each account is, and what is in it."""


def page() -> str:
    """The whole of `docs/money-flow.md`."""
    parts = [ABOUT.strip(), "## The accounts", _chart(), "## The movements"]
    section = ""
    for name, movement in movements().items():
        if (found := _section(movement)) != section:
            section = found
            parts.append(f"### {section}")
        parts += _movement(name, movement)
    parts += [SPLITTING.strip(), *_worked_example()]
    return "\n\n".join(parts) + "\n"


def movements() -> dict[str, Callable[..., Entry]]:
    """Every movement there is, in the order of the source."""
    return {
        name: function
        for module in (flows, own_flows)
        for name, function in sorted(
            inspect.getmembers(module, inspect.isfunction),
            key=lambda pair: inspect.getsourcelines(pair[1])[1],
        )
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def _chart() -> str:
    rows = (
        [f"`{kind}`", f"one per {owner}", holds, _floor(kind)]
        for kind, (owner, holds) in ((kind, OWNERS[kind]) for kind in Kind)
    )
    return table(["account", "whose", "what is in it", "bound"], rows)


def _floor(kind: Kind) -> str:
    if kind in NEVER_BELOW_ZERO:
        bound = "never below zero"
    elif kind in NEVER_ABOVE_ZERO:
        bound = "never above zero: a debit"
    else:
        bound = "either side of zero"
    return f"{bound}; kept in shards" if kind in SHARED else bound


def _section(movement: Callable[..., Entry]) -> str:
    """The heading in the source above the movement."""
    module = inspect.getmodule(movement)
    assert module is not None, "movements are written in modules"
    lines = inspect.getsource(module).split("\n")[: inspect.getsourcelines(movement)[1]]
    return next(line[2:].rstrip(".") for line in reversed(lines) if line.startswith("# "))


def _movement(name: str, movement: Callable[..., Entry]) -> Iterator[str]:
    if name not in SAMPLES:
        raise KeyError(f"the movement `{name}` has no sample in docs/samples.py")
    yield f"#### {plain(name).capitalize()}"
    entry = SAMPLES[name]()
    yield f"{sentence(first_line(movement))} Reference: `{entry.reference}`."
    yield _postings(entry)


def _postings(entry: Entry) -> str:
    rows = (
        [_account(posting.source), _account(posting.target), show(posting.amount_minor)]
        for posting in entry.postings
    )
    return table(["from", "to", "amount"], rows)


def _account(account: Account) -> str:
    name = plain(account.kind.value)
    return name if account.owner == PLATFORM else f"{name} of `{account.owner}`"


def _worked_example() -> Iterator[str]:
    commission = Policy().commission
    given = 60_00
    fee = commission.of(given)
    yield (
        f"An example: {show(HELD.total)} are held, and the freelancer gets {show(given)} of them. "
        f"The commission on that part is {show(fee)}."
    )
    parted = cut(HELD, given, fee)
    rows = [_divided(kind, parted.freelancer, parted.client) for kind, _ in HELD.by_kind()]
    heads = ["part of the escrow", "held", "to the freelancer", "back to the client"]
    yield table(heads, [row for row in rows if row[1] != show(0)])
    provisional = parted.freelancer.provisional - parted.fee_provisional
    cleared = parted.freelancer.cleared - parted.fee_cleared
    yield (
        f"Of the freelancer's part, {show(provisional)} enter the provisional earnings, "
        f"{show(cleared)} the earnings, and {show(fee)} are the platform's."
    )
    yield "The commission on other sums:"
    sums = (1, 1_50, 2_00, 9_99, 10_00, 10_05, 50_00, 1_234_56)
    yield table(["released", "commission"], ([show(n), show(commission.of(n))] for n in sums))


def _divided(kind: Kind, freelancer: Parts, client: Parts) -> list[str]:
    given, back = dict(freelancer.by_kind())[kind], dict(client.by_kind())[kind]
    return [plain(kind.value), show(given + back), show(given), show(back)]
