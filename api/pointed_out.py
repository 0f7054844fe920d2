"""What in public texts looks like contact data: said in the answer, and never a refusal."""

from api.bodies import Shown
from domain.contact_data import ContactKind, contact_data


class PointedOut(Shown):
    """Something by which somebody could be reached past the platform, and where it stands."""

    field: str
    kind: ContactKind
    text: str
    start: int
    end: int


def pointed_out(**texts: str | None) -> list[PointedOut]:
    """All of it in these fields of a noun, in the order in which they are given."""
    return [
        PointedOut(field=name, **vars(one))
        for name, text in texts.items()
        for one in contact_data(text or "")
    ]
