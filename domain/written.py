"""What commands are made of: words, ids, days and numbers, as people may write them."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from domain.ids import DeliveryId, FileId, UserId
from domain.texts import plain, written_day, written_time

LONGEST = 20_000

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(plain),
]
MaybeWords = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONGEST), AfterValidator(plain)
]

Day = Annotated[date, BeforeValidator(written_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(written_time)]
Version = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Count = Annotated[int, Field(strict=True, ge=1, le=365)]
Id = Annotated[str, Field(max_length=64), AfterValidator(plain)]
Theirs = Annotated[str, Field(max_length=255), AfterValidator(plain)]
"""An id as somebody outside names it."""
Why = Annotated[str, Field(max_length=200), AfterValidator(plain)]
"""Why money did not go where it should, in a line."""
Files = Annotated[
    tuple[Annotated[FileId, Field(max_length=64), AfterValidator(plain)], ...],
    Field(max_length=200),
]
Somebody = Annotated[UserId, Field(max_length=64), AfterValidator(plain)]
Stated = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(plain),
]
"""What the bank's papers say, in one line."""
Delivered = Annotated[DeliveryId, Field(max_length=64), AfterValidator(plain)]
