"""Where one is paid: given whole, kept sealed, shown by its last four, usable after a cool-down."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, model_validator
from sqlalchemy import RowMapping

from api.bodies import Asked, Line, Shown
from api.callers import TheCaller
from api.problems import Problem
from api.sealing import ThePayoutSealing
from api.state import Engine, TheSettings
from domain.bank_details import ConnectedAccount, Destination, IbanAccount, UsAccount, Via
from domain.calendar import words
from domain.payee import PayoutMethod
from domain.policy import Policy
from failpoints import here
from ledger import mails, payout_methods
from ledger.database import to_read
from ledger.payout_methods import Details
from papers.bank_orders import Name
from settings import Settings

LONGEST_HOLDER = 70
router = APIRouter(prefix="/me/payout-method", tags=["wallet"])
_NAME: TypeAdapter[str] = TypeAdapter(Name)


def _holder(text: str) -> str:
    """Kept as it was written, if a bank can write it somehow."""
    _NAME.validate_python(text)
    return text


class UsSent(UsAccount):
    """An account at a bank in the United States."""

    model_config = ConfigDict(extra="forbid")


class IbanSent(IbanAccount):
    """An account that has an IBAN."""

    model_config = ConfigDict(extra="forbid")


class ConnectedSent(ConnectedAccount):
    """An account at Stripe that is connected with ours."""

    model_config = ConfigDict(extra="forbid")


class Given(Asked):
    """Whose account it is, and one of the three kinds."""

    holder: Annotated[Line, Field(max_length=LONGEST_HOLDER), AfterValidator(_holder)]
    us_bank: UsSent | None = None
    iban: IbanSent | None = None
    stripe: ConnectedSent | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.us_bank, self.iban, self.stripe)) != 1:
            raise ValueError("send one of us_bank, iban and stripe")
        return self

    @property
    def destination(self) -> Destination:
        """The one that was sent, as the books keep it."""
        sent = (self.us_bank, self.iban, self.stripe)
        kinds: tuple[type[Destination], ...] = (UsAccount, IbanAccount, ConnectedAccount)
        [found] = [
            kind.model_validate(one.model_dump())
            for kind, one in zip(kinds, sent, strict=True)
            if one is not None
        ]
        return found


class PayoutMethodShown(Shown):
    """Where money goes, by its last four; nothing is paid to it before `usable_from`."""

    id: str
    via: Via
    last_four: str
    added_at: datetime
    usable_from: datetime


@router.get("")
async def current(caller: TheCaller, engine: Engine, our: TheSettings) -> PayoutMethodShown:
    """Where I am paid; 404 while I have not said it."""
    async with to_read(engine) as c:
        row = await payout_methods.of(c, caller.id)
    if row is None:
        raise Problem("not_found")
    return shown(row, our)


@router.put("")
async def change(
    asked: Given, caller: TheCaller, engine: Engine, our: TheSettings, keys: ThePayoutSealing
) -> PayoutMethodShown:
    """Say where I am paid from now on; I am told of it by mail, in case it was not me."""
    if asked.stripe is not None and our.stripe_key is None:
        raise Problem("processor_missing")
    async with engine.begin() as c:
        details = Details(holder=asked.holder, destination=asked.destination)
        row, new = await payout_methods.keep(c, keys, caller.id, details)
        if new:
            body = _warning(row, policy_of(our))
            subject = "Where you are paid was changed"
            await mails.tell(c, [caller.id], "payout_method_changed", subject, body)
        here("method.written")
    here("method.committed")
    return shown(row, our)


def policy_of(our: Settings) -> Policy:
    """What new cases get."""
    return Policy.model_validate(our.policy, extra="forbid")


def shown(row: RowMapping, our: Settings) -> PayoutMethodShown:
    """The method as its owner may see it."""
    usable_from = PayoutMethod.model_validate(dict(row)).usable_from(policy_of(our))
    return PayoutMethodShown(**{**row, "usable_from": usable_from})


def _warning(row: RowMapping, policy: Policy) -> str:
    ending = f", which ends in {row['last_four']}" if row["last_four"] else ""
    return (
        f"Your withdrawals will go to another account{ending}, in {words(policy.payout_cool_down)}"
        " at the earliest.\n\nIf it was not you who changed it, write to us at once."
    )
