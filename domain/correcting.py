"""A wrong sum in the books is set right: the wrong entry mirrored and a right one, in one."""

from domain import own_flows
from domain.accounts import PLATFORM, Account, Entry, Kind, Posting, Wallet
from domain.carriers import Carried
from domain.cases import Correction, Remittance
from domain.process import Scene
from domain.receipt import CLEARS_LATER


def correct_books(
    scene: Scene, remittance: Remittance, correction: Correction
) -> tuple[Entry, ...]:
    """What was credited wrongly is taken back; what is spent of it, the client owes.

    Nothing is written when the sum in the books turns out to be right.
    """
    if correction.arrived_minor == remittance.arrived_minor:
        return ()
    client, currency = remittance.client, remittance.terms.currency
    assert client is not None, "what is in a wallet is somebody's"
    bank = Account(Kind.BANK_CLEARING, PLATFORM, currency)
    theirs = Account(credited_to(remittance.method), client, currency)
    wrong = Entry("deposit", remittance.id, (Posting(bank, theirs, remittance.arrived_minor),))
    right = [Posting(bank, theirs, correction.arrived_minor)]
    spent = remittance.arrived_minor - correction.arrived_minor - _left(scene, remittance, theirs)
    if spent > 0:
        owed = Account(Kind.RECEIVABLE, client, currency)
        right.append(Posting(owed, theirs, spent))
    name = f"{remittance.id}/{correction.id}"
    return (own_flows.staff_correction(name, wrong, right),)


def credited_to(method: Carried) -> Kind:
    """Into which of the client's accounts money that came in this way goes."""
    return Kind.CREDITS_PROVISIONAL if method in CLEARS_LATER else Kind.CREDITS


def _left(scene: Scene, remittance: Remittance, theirs: Account) -> int:
    """What can be taken back: of provisional money only what is this deposit's own."""
    assert remittance.client is not None
    if theirs.kind is Kind.CREDITS_PROVISIONAL:
        return scene.facts.lots.get(theirs, 0)
    return scene.facts.wallets.get(remittance.client, Wallet()).credits
