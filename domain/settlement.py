"""A settlement is agreed by the two: an offer to divide, taken by the other as it was made."""

from domain.cases import Contract, DisputeState, Offer, Role
from domain.commands import AcceptSettlement, OfferSettlement
from domain.endings import require_split, split
from domain.errors import SeenIsStale
from domain.process import Change, Condition, Scene

OTHER_OFFERS = Condition(
    "the other party has an offer open",
    lambda scene: any(offer.by is not scene.actor for offer in scene.contract.offers),
)
OWN_OFFER = Condition(
    "an offer of your own is open",
    lambda scene: any(offer.by is scene.actor for offer in scene.contract.offers),
)


def offer(scene: Scene) -> Change:
    """The maker's offer stands, in place of any earlier one of theirs."""
    command = scene.command
    assert isinstance(command, OfferSettlement)
    require_split(scene.job, command.freelancer_minor)
    made = Offer(
        id=command.id, by=scene.actor, freelancer_minor=command.freelancer_minor, ip=command.ip
    )
    facts = {"offer_id": made.id, "freelancer_minor": made.freelancer_minor, "ip": made.ip.value}
    return _with_offers(scene, (*_others(scene.contract, scene.actor), made), facts)


def withdraw_offer(scene: Scene) -> Change:
    """The maker's offer is gone."""
    return _with_offers(scene, _others(scene.contract, scene.actor), {})


def accept(scene: Scene) -> Change:
    """The escrow is divided as the other party offered."""
    command = scene.command
    assert isinstance(command, AcceptSettlement)
    for made in scene.contract.offers:
        if made.id == command.offer_id and made.by is not scene.actor:
            return split(scene, made.freelancer_minor, made.ip, DisputeState.SETTLED)
    raise SeenIsStale("that offer is not open any more", offer_id=command.offer_id)


def _others(case: Contract, role: Role) -> tuple[Offer, ...]:
    return tuple(made for made in case.offers if made.by is not role)


def _with_offers(scene: Scene, offers: tuple[Offer, ...], facts: dict[str, object]) -> Change:
    if scene.on_dispute:
        changed = scene.quarrel.model_copy(update={"offers": offers})
        return Change(dispute=changed, facts=facts)
    return Change(job=scene.job.model_copy(update={"offers": offers}), facts=facts)
