"""What in public texts looks like contact data: said in the answer, and never a refusal."""

from collections.abc import Iterator, Mapping, Sequence

from api.bodies import Shown
from domain.contact_data import ContactKind, contact_data


class PointedOut(Shown):
    """Something by which somebody could be reached past the platform, and where it stands."""

    field: str
    kind: ContactKind
    text: str
    start: int
    end: int


def pointed_out(**said: str | Sequence[str] | None) -> list[PointedOut]:
    """All of it in these fields of a noun, in the order in which they are given (`tags/0`)."""
    return [
        PointedOut(field=place, **vars(one))
        for place, text in _texts(said)
        for one in contact_data(text)
    ]


def _texts(said: Mapping[str, str | Sequence[str] | None]) -> Iterator[tuple[str, str]]:
    for name, text in said.items():
        if text is None or isinstance(text, str):
            yield name, text or ""
        else:
            yield from ((f"{name}/{n}", one) for n, one in enumerate(text))
