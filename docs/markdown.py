"""Text as pages need it: tables, lists of words, names in plain language."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell without content shows a dash."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell or "—" for cell in line) + " |" for line in lines)


def plain(name: str) -> str:
    """`RequestRevision` or `request_revision` as `request revision`."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return spaced.replace("_", " ").strip().lower()


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    return text[0].upper() + text[1:].rstrip(".") + "."


def first_line(documented: object) -> str:
    """The promise in a docstring."""
    return (documented.__doc__ or "").strip().split("\n")[0]
