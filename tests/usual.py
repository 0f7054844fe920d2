"""What somebody who looks at a case over HTTP would send with each command."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from domain import commands as c
from domain.cases import Role
from domain.policy import DAY

if TYPE_CHECKING:
    from tests.life import Life

Body = dict[str, Any]


async def usual_body(life: "Life", role: Role, kind: type[c.Command]) -> Body:
    """The body of this command as this one would send it now."""
    return await USUAL.get(kind, _nothing)(life, role)


async def _nothing(life: "Life", role: Role) -> Body:
    return {}


async def _verdict(life: "Life", role: Role) -> Body:
    return {"ends": "refund", "reasons": "because"}


async def _offer_version(life: "Life", role: Role) -> Body:
    shown = await life.shown()
    own = shown["confidentiality"]
    agreed = {"agree_confidentiality": own["sha256"]} if own else {}
    return {"offer_version": shown["offer_version"]} | agreed


async def _work(life: "Life", role: Role) -> Body:
    return {"note": "here it is"}


async def _delivery(life: "Life", role: Role) -> Body:
    return {"delivery_id": (await life.shown())["deliveries"][-1]["id"]}


async def _instructions(life: "Life", role: Role) -> Body:
    return {"instructions": "a darker blue"}


async def _reason(life: "Life", role: Role) -> Body:
    return {"reason": "none"}


async def _pause(life: "Life", role: Role) -> Body:
    return {"reason": "illness", "until": (await life.now() + 10 * DAY).isoformat()}


async def _half(life: "Life", role: Role) -> Body:
    return {"freelancer_minor": life.price // 2}


async def _offer(life: "Life", role: Role) -> Body:
    offers = (await life.case_shown(role))["settlement_offers"]
    return {"offer_id": next(one["id"] for one in offers if one["by"] != role.value)}


async def _quoted(life: "Life", role: Role) -> Body:
    return {"fee_minor": (await life.shown())["mediation_fee"]["amount_minor"]}


async def _statement(life: "Life", role: Role) -> Body:
    return {"text": "it is finished"}


async def _proposal(life: "Life", role: Role) -> Body:
    return {"proposal_id": (await life.dispute_shown())["proposal"]["id"]}


async def _ruling(life: "Life", role: Role) -> Body:
    return {"ruling_id": (await life.dispute_shown(Role.STAFF))["ruling"]["id"]}


async def _ruling_with_reason(life: "Life", role: Role) -> Body:
    return await _ruling(life, role) | {"reason": "too hard"}


USUAL: Mapping[type[c.Command], Callable[["Life", Role], Awaitable[Body]]] = {
    c.Accept: _offer_version,
    c.Deliver: _work,
    c.Approve: _delivery,
    c.RequestRevision: _instructions,
    c.RequestRejection: _reason,
    c.Resolve: _verdict,
    c.Propose: _verdict,
    c.PauseClock: _pause,
    c.OfferSettlement: _half,
    c.AcceptSettlement: _offer,
    c.HireMediator: _quoted,
    c.AddStatement: _statement,
    c.AcceptProposal: _proposal,
    c.RefuseProposal: _proposal,
    c.Confirm: _ruling,
    c.Refuse: _ruling_with_reason,
}
