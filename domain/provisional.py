"""Provisional money clears where it is, or is taken back along the way it went."""

from collections.abc import Iterator
from typing import cast

from domain import flows, shortfalls, spending
from domain.accounts import WALLET, Entry, Kind, Parts, Wallet
from domain.cases import Remittance, RemittanceState
from domain.commands import Bounce
from domain.ids import UserId
from domain.process import Change, Scene
from domain.receipt import named_by_the_bank

S = RemittanceState
KINDS = ("credits_provisional", "earnings_provisional")


def clear(scene: Scene) -> Change:
    """What is in wallets clears; what an escrow still holds of it clears when it comes out."""
    entries: list[Entry] = []
    for person, parts in _in_wallets(scene):
        entries += _cleared(scene, person, parts)
    return _ended(scene, entries, S.CLEARING, S.CLEARED)


def bounce(scene: Scene) -> Change:
    """The client's own provisional money, then escrows, then what others earned, then a debt."""
    remittance = _of(scene)
    client, currency = remittance.client, remittance.terms.currency
    assert client is not None, "what is in a wallet is somebody's"
    in_wallets, left = dict(_in_wallets(scene)), remittance.arrived_minor
    taken: dict[str, Parts] = {client: _at_most(in_wallets.pop(client, Parts()), left)}
    left -= taken[client].total
    short = shortfalls.take(scene, left, KINDS)
    left -= short.total
    for person, parts in in_wallets.items():
        taken[person] = _at_most(parts, left)
        left -= taken[person].total
    taken[client] = taken[client].model_copy(update={"advanced": left})
    entries = [
        flows.deposit_reversed(remittance.id, person, parts, Kind.BANK_CLEARING, currency)
        for person, parts in taken.items()
    ]
    held = [(piece.case, piece.minor) for piece in short.pieces]
    entries.append(flows.deposit_reversed_held(remittance.id, held, Kind.BANK_CLEARING, currency))
    rest = _total(scene) - short.total - sum(parts.provisional for parts in taken.values())
    state = S.REFILLING if held else S.BOUNCING if rest else S.BOUNCED
    facts = {
        "taken_minor": remittance.arrived_minor - left,
        "from_escrows_minor": short.total,
        "owed_minor": left,
        **named_by_the_bank(cast(Bounce, scene.command).bank_reference),
    }
    update = {"state": state, "correction": None, "pieces": short.pieces}
    bounced = remittance.model_copy(update=update)
    return Change(lone=bounced, entries=tuple(entries), facts=facts, touches=short.touches)


def refill(scene: Scene) -> Change:
    """As much as the wallet has goes to the escrows that are short."""
    remittance, lacking = _of(scene), shortfalls.lacking(scene)
    assert remittance.client is not None, "what bounced was somebody's"
    wallet = scene.facts.wallets.get(remittance.client, Wallet())
    filled, entries = shortfalls.refill(scene, wallet, f"deposit/{remittance.id}")
    if lacking and not filled.total:
        free = spending.free(wallet, scene.facts.meant_for_others_minor)
        raise spending.lacks(wallet, lacking - free)
    left = lacking - filled.total
    after = remittance.model_copy(update={"state": S.REFILLING if left else S.BOUNCING})
    facts = {"amount_minor": filled.total, "lacking_minor": left}
    return Change(lone=after, entries=entries, facts=facts, touches=filled.touches)


def give_up(scene: Scene) -> Change:
    """Nobody filled them: what was approved is paid as far as it goes, the rest cancelled."""
    after = _of(scene).model_copy(update={"state": S.BOUNCING})
    return Change(lone=after, touches=shortfalls.give_up(scene))


def recover(scene: Scene) -> Change:
    """What has come out of an escrow settles the debt; once that is paid, it clears.

    What of it there is when the debt was paid once is good: what comes to be owed later is another.
    """
    remittance, entries = _of(scene), list[Entry]()
    client, currency = remittance.client, remittance.terms.currency
    assert client is not None, "what is in a wallet is somebody's"
    repaid = scene.facts.repaid
    owed = 0 if repaid else scene.facts.wallets.get(client, Wallet()).receivable
    for person, parts in _in_wallets(scene):
        settles = _at_most(parts, owed)
        owed -= settles.total
        sequence = remittance.version + 1
        entries.append(
            flows.bounce_recovered(remittance.id, person, settles, client, sequence, currency)
        )
        left = _without(parts, settles)
        entries += _cleared(scene, person, left, settles_debts=repaid or person != client)
    return _ended(scene, entries, S.BOUNCING, S.BOUNCED)


def _ended(
    scene: Scene, entries: list[Entry], still: RemittanceState, over: RemittanceState
) -> Change:
    """Over, unless an escrow holds some of it; a look that found nothing is nobody's news."""
    before, held = _of(scene), _total(scene) - sum(p.total for _, p in _in_wallets(scene))
    state = still if held else over
    written = tuple(entry for entry in entries if entry.postings)
    quiet = state == before.state and not written
    facts = {"in_escrow_minor": held} if held else {}
    after = before.model_copy(update={"state": state})
    return Change(lone=after, entries=written, facts=facts, quiet=quiet)


def _cleared(
    scene: Scene, person: str, parts: Parts, *, settles_debts: bool = True
) -> Iterator[Entry]:
    """Cleared money first settles what its owner owes."""
    remittance = _of(scene)
    currency, sequence = remittance.terms.currency, remittance.version + 1
    entry = flows.provisional_clear(remittance.id, person, parts, sequence, currency)
    yield entry
    owed = scene.facts.wallets[UserId(person)].receivable if settles_debts else 0
    for kind, arrived in (
        (Kind.CREDITS, parts.credits_provisional),
        (Kind.EARNINGS, parts.earnings_provisional),
    ):
        settled = min(owed, arrived)
        owed -= settled
        yield flows.receivable_settle(f"{entry.reference}/{kind}", person, settled, kind, currency)


def _in_wallets(scene: Scene) -> list[tuple[str, Parts]]:
    """This deposit's provisional money in wallets, the client's first, then by name."""
    found: dict[str, dict[str, int]] = {}
    for account, minor in scene.facts.lots.items():
        if account.kind in WALLET and minor:
            found.setdefault(account.owner, {})[account.kind.value] = minor
    client = _of(scene).client
    people = sorted(found, key=lambda person: (person != client, person))
    return [(person, Parts(**found[person])) for person in people]


def _at_most(parts: Parts, most: int) -> Parts:
    """As much of the parts as this, what was paid in before what was earned."""
    paid_in = min(parts.credits_provisional, most)
    earned = min(parts.earnings_provisional, most - paid_in)
    return Parts(credits_provisional=paid_in, earnings_provisional=earned)


def _without(parts: Parts, taken: Parts) -> Parts:
    return Parts(
        credits_provisional=parts.credits_provisional - taken.credits_provisional,
        earnings_provisional=parts.earnings_provisional - taken.earnings_provisional,
    )


def _total(scene: Scene) -> int:
    """All of this deposit that is provisional still, wherever it is."""
    return sum(scene.facts.lots.values())


def _of(scene: Scene) -> Remittance:
    return cast(Remittance, scene.case)
