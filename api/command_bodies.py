"""What a caller sends for a command: its fields, but not the id that the door makes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from api.problems import invalid_body
from domain.commands import Command
from ledger import ids


@cache
def body_of(command: type[Command]) -> type[BaseModel]:
    """The body of the command's request."""
    fields: dict[str, Any] = {
        name: (one.annotation, one)
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
    try:
        return command.model_validate({**content, **own})
    except ValidationError as error:
        # What the command demands of several fields together, its body alone does not know.
        raise invalid_body(error.errors()) from error
