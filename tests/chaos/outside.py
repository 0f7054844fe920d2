"""What stands outside of the product: a processor that has bad luck, and a bank that obeys."""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ParamSpec, TypeVar

import stripe

from domain.withdrawal import end_to_end_id
from tests.fakestripe.stand import Stand

ASTRAY = {"drop": 0.1, "double": 0.1, "shuffle": 0.5, "shuffle_seconds": 4.0}
"""Of the webhooks; those that are held back arrive after later ones."""
LOST_ANSWERS = 0.1
EFFECTS = ("/v1/checkout/sessions", "/v1/transfers", "/v1/payouts")
"""What the processor does and then may not say."""
DECLINED = "4000000000000002"
AT_ONCE = "4000000000000077"
CARDS = (AT_ONCE, "4242424242424242")
"""What the first pays can be used at once, what the second does after two days."""
P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Bank:
    """Carries out each file once, and pays whatever stands in it, however often it does."""

    messages: set[str] = field(default_factory=set)
    paid: dict[str, list[int]] = field(default_factory=dict)
    """By the name of the payment, in minor units."""
    back: set[str] = field(default_factory=set)
    """What did not reach whom it was meant for, and is with us again."""

    def carries_out(self, file: bytes) -> None:
        """All payments of a file with our columns, unless a file of its name came before."""
        rows = list(csv.DictReader(io.StringIO(file.decode("ascii"))))
        names = {row["message_id"] for row in rows}
        if names <= self.messages:
            return
        self.messages |= names
        for row in rows:
            minor = int(row["amount"].replace(".", ""))
            self.paid.setdefault(row["end_to_end_id"], []).append(minor)

    def has(self, withdrawal_id: str) -> bool:
        """Whether it was asked to pay this."""
        return end_to_end_id(withdrawal_id) in self.paid

    def sends_back(self, withdrawal_id: str) -> None:
        """Nobody could take it."""
        self.back.add(end_to_end_id(withdrawal_id))


@dataclass
class Outside:
    """The processor as people and banks meet it, and the bank."""

    stand: Stand
    bank: Bank = field(default_factory=Bank)
    accounts: dict[str, str] = field(default_factory=dict)
    """Whom the processor pays, by the id of the person."""
    left: int = 0
    """Pages that nobody paid on."""

    async def has_bad_luck(self, seed: int) -> None:
        """From now on webhooks go astray and answers are lost."""
        await _apart(self.stand.control, "webhooks", seed=seed, **ASTRAY)
        for path in EFFECTS:
            fault = {"kind": "lost_answer", "path": path, "method": "POST", "rate": LOST_ANSWERS}
            await _apart(self.stand.control, "faults", seed=seed, **fault)

    async def opens_account(self, person_id: str) -> str:
        """Somebody can be paid by the processor."""
        account = await _apart(self.stand.account)
        self.accounts[person_id] = account.id
        return str(account.id)

    async def pays(self, page: str, method: str, card: str = AT_ONCE) -> int:
        """Somebody fills in the page and sends it; how it answers."""
        typed = {"number": card, "expiry": "12 / 34", "cvc": "123"}
        form = {"method": method, "email": "pat@example.com", **typed}
        answer = await _apart(self.stand.http.post, page, data=form)
        if method != "card":
            form |= {"choice": "authorise"}
            answer = await _apart(self.stand.http.post, f"{page}/authorise", data=form)
        return answer.status_code

    async def closes(self, page: str) -> None:
        """The time of a page on which nobody paid is over."""
        self.left += 1
        await _apart(self.stand.stripe.v1.checkout.sessions.expire, page.rpartition("/")[2])

    async def payout(self, person_id: str, withdrawal_id: str) -> stripe.Payout | None:
        """The payout of this withdrawal, once it is begun."""
        there = await self.payouts(self.accounts[person_id])
        return next((one for one in there if _case(one) == withdrawal_id), None)

    async def payouts(self, account: str) -> list[stripe.Payout]:
        """All that this account has sent to its bank."""

        def listed() -> list[stripe.Payout]:
            whose: Any = {"stripe_account": account}
            found = self.stand.stripe.v1.payouts.list({"limit": 100}, whose)
            return list(found.auto_paging_iter())

        return await _apart(listed)

    async def ends(self, payout: stripe.Payout, person_id: str, how: str) -> None:
        """The bank of whoever is paid takes it (`pay`), or sends it back (`fail`)."""
        given = {"account": self.accounts[person_id]}
        await _apart(self.stand.control, f"payouts/{payout.id}/{how}", **given)

    async def transferred(self) -> dict[str, list[int]]:
        """What is left of each transfer, by the withdrawal it names."""

        def listed() -> list[stripe.Transfer]:
            return list(self.stand.stripe.v1.transfers.list({"limit": 100}).auto_paging_iter())

        return _by_case(
            (_case(one), one.amount - one.amount_reversed) for one in await _apart(listed)
        )

    async def paid_out(self) -> dict[str, list[str]]:
        """How each payout stands, by the withdrawal it names."""
        found = [one for account in self.accounts.values() for one in await self.payouts(account)]
        return _by_case((_case(one), one.status) for one in found)

    async def charged(self) -> dict[str, list[int]]:
        """Each payment that was made on a page, by the deposit it names."""

        def listed() -> list[stripe.Charge]:
            return list(self.stand.stripe.v1.charges.list({"limit": 100}).auto_paging_iter())

        paid = [one for one in await _apart(listed) if one.paid]
        return _by_case((_case(one), one.amount) for one in paid)

    async def balance(self) -> int:
        """All that the processor has of ours, when its books agree with themselves."""
        books = await _apart(self.stand.look, "books")
        assert books["ok"], books["wrong"]
        ours = books["balances"]["platform"]["usd"]
        return int(ours["available"] + ours["pending"])

    async def webhooks(self) -> dict[str, int]:
        """How many there were, and what became of them."""
        return counted(await _apart(self.stand.look, "deliveries"))


def counted(deliveries: list[dict[str, Any]]) -> dict[str, int]:
    """Webhooks by what became of them."""
    times = Counter((one["event"], one["endpoint"]) for one in deliveries)
    states = Counter(one["state"] for one in deliveries)
    arrived = sorted((one["due"], one["seq"]) for one in deliveries if one["state"] == "delivered")
    return {
        "announced": len(times),
        "dropped": states["dropped"],
        "doubled": sum(number > 1 for number in times.values()),
        "out of order": sum(seq > then for (_, seq), (_, then) in pairwise(arrived)),
        "not taken in all their tries": states["failed"],
        "delivered": states["delivered"],
    }


def _case(thing: Any) -> str:
    return str((thing.metadata.to_dict() if thing.metadata else {}).get("case", ""))


def _by_case(found: Any) -> dict[str, list[Any]]:
    sorted_: dict[str, list[Any]] = {}
    for case, what in found:
        sorted_.setdefault(case, []).append(what)
    return sorted_


async def _apart(what: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
    """The people go on while somebody waits for the processor."""
    return await asyncio.to_thread(what, *args, **more)
