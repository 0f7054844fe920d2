"""A listing as its seller, and as everybody else, sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from api.bodies import Balance, Shown
from api.cases import Action, HandedFile
from api.pointed_out import PointedOut, pointed_out
from domain.basket_case import Listing
from domain.ids import UserId
from domain.listing import open_to


class Sample(Shown):
    """A file that is for sale; its content is the buyer's."""

    id: str
    name: str
    content_type: str
    size: int
    preview: bool
    """Whether it is shown, with a watermark, before the sale."""


class OwnFile(HandedFile):
    """A file of one's own listing."""

    preview: bool


class ListingLine(Shown):
    """A listing in a list."""

    id: str
    state: str
    version: int
    title: str
    content: str
    tags: list[str]
    price: Balance
    had_a_buyer: bool
    """Whether an earlier buyer had the files, and was given the money back."""


class ListingSeen(ListingLine):
    """A listing as somebody sees it who may buy it."""

    description: str
    seller_id: str
    seller_name: str
    files: list[Sample]
    actions: list[Action]


class ListingShown(ListingLine):
    """A listing as its seller, or staff, see it."""

    description: str
    seller_id: str
    files: list[OwnFile]
    warranted_by: str | None
    warranted_at: datetime | None
    job_id: str | None
    """What it became."""
    created_at: datetime
    changed_at: datetime
    actions: list[Action]
    pointed_out: list[PointedOut]
    """What in the public texts looks like contact data."""


def line(row: RowMapping) -> ListingLine:
    """The listing of a row, for a list."""
    return ListingLine(**_common(row))


def whole(
    row: RowMapping, listing: Listing, files: Sequence[RowMapping], reader: str
) -> ListingShown:
    """The listing as its seller sees it, or staff, who decide nothing."""
    mine = row["seller_id"] == reader
    names = ("description", "seller_id", "warranted_by", "warranted_at", "job_id", "created_at")
    return ListingShown(
        **_common(row),
        **{name: row[name] for name in (*names, "changed_at")},
        files=[OwnFile.model_validate(dict(one)) for one in files],
        actions=actions(listing, reader) if mine else [],
        pointed_out=pointed_out(**{one: row[one] for one in ("title", "description", "tags")}),
    )


def seen(
    row: RowMapping, listing: Listing, files: Sequence[RowMapping], reader: str
) -> ListingSeen:
    """What of it is everybody's."""
    return ListingSeen(
        **_common(row),
        **{name: row[name] for name in ("description", "seller_id", "seller_name")},
        files=[Sample.model_validate(dict(one)) for one in files],
        actions=actions(listing, reader),
    )


def actions(listing: Listing, reader: str) -> list[Action]:
    """What the reader may do with it, from the law's own table."""
    at = f"/v1/listings/{listing.id}"
    money = {"purchase": "hold: client → escrow of a job of its own"}
    return [
        Action(
            command=one.name,
            path=at if one.name == "edit" else f"{at}/{one.name}",
            says=one.says,
            money=money.get(one.name, ""),
        )
        for one in open_to(listing, UserId(reader))
    ]


def _common(row: RowMapping) -> dict[str, Any]:
    names = ("id", "state", "version", "title", "content", "tags")
    price = Balance(amount_minor=row["price_minor"], currency=row["currency"])
    return {name: row[name] for name in names} | {"price": price, "had_a_buyer": row["resold"]}
