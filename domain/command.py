"""What every command is: a plain record, named like the signal and the route it has."""

import re
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Command(BaseModel):
    """Intent: what somebody wants to happen, and what they saw when they decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    makes: ClassVar[str | None] = None
    """The prefix of an id the door adds to the command's body as `id`."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
