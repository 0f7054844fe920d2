"""What a caller sends for a command: its fields, but not the id that the door makes."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from api.bodies import Asked
from api.problems import invalid_body
from domain.commands import Command
from domain.money import LARGEST_MINOR
from ledger import ids

MINOR = "_minor"


class Sum(Asked):
    """An amount in a decision; a case has one currency."""

    amount_minor: Annotated[int, Field(ge=0, le=LARGEST_MINOR)]
    currency: Literal["USD"] = "USD"


@cache
def body_of(command: type[Command]) -> type[BaseModel]:
    """The body of the command's request; what the law counts in minor units is an amount here."""
    fields: dict[str, Any] = {
        name.removesuffix(MINOR): _amount(one) if name.endswith(MINOR) else (one.annotation, one)
        for name, one in command.model_fields.items()
        if not (command.makes and name == "id")
    }
    config = ConfigDict(extra="forbid", frozen=True)
    return create_model(
        f"{command.__name__}Body", __config__=config, __doc__=command.__doc__, **fields
    )


def needs_body(command: type[Command]) -> bool:
    """Whether there is something in it that a caller has to say."""
    return any(field.is_required() for field in body_of(command).model_fields.values())


def made(command: type[Command], content: Mapping[str, Any]) -> Command:
    """The command, with the id the door gives to what it makes."""
    own = {"id": ids.fresh(command.makes)} if command.makes else {}
    sums = {name for name in command.model_fields if name.endswith(MINOR)}
    amounts = {
        name: amount["amount_minor"]
        for name in sums
        if (amount := content.get(name.removesuffix(MINOR))) is not None
    }
    others = {k: v for k, v in content.items() if k + MINOR not in sums}
    try:
        return command.model_validate({**others, **amounts, **own})
    except ValidationError as error:
        # What the command demands of several fields together, its body alone does not know.
        raise invalid_body(error.errors()) from error


def _amount(field: FieldInfo) -> tuple[Any, Any]:
    return (Sum, ...) if field.is_required() else (Sum | None, None)
