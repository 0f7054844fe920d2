"""A text is shown by its first lines, whatever it would do elsewhere."""

import pytest
from PIL import Image

from previews.texts import HEIGHT, WIDTH, _wrapped
from previews.wanted import Reason
from tests.previews.showing import MARK, OTHER, Box, differs, parts, refused, shown

PAPER = Image.new("RGB", (WIDTH, HEIGHT), "white")
LINES = "The quick brown fox jumps over the lazy dog.\n" * 20


def ink(picture: Image.Image, box: Box) -> int:
    """How many points there are as dark as letters; the mark is paler."""
    return sum(tone < 90 for tone in picture.convert("L").crop(box).tobytes())


@pytest.mark.parametrize(
    "content",
    [
        LINES.encode(),
        LINES.encode("utf-16"),
        ("\ufeff" + LINES).encode(),
        LINES.replace("fox", "Füchse").encode("cp1252"),
        b"<html><script>alert(1)</script><h1>Hi</h1></html>\n" * 20,
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>\n' * 20,
        b"\x1b[31m{'a': 1}\x1b[0m\n" * 20,
    ],
)
async def test_a_text_is_a_sheet_of_paper_with_its_lines(content: bytes) -> None:
    """In its encoding; what is a page or a drawing elsewhere is its source here."""
    first, second = await shown(content), await shown(content, OTHER)
    assert first.size == (WIDTH, HEIGHT)
    assert ink(first, (90, 90, WIDTH, 620)) > 1000
    assert ink(first, (0, 700, WIDTH, HEIGHT)) == 0
    assert all(differs(first, second, box) for box in parts(first, 2))
    assert all(differs(first, PAPER, box) for box in parts(first, 4))


async def test_a_long_text_goes_on_beyond_the_sheet() -> None:
    """It fills the sheet and no more; a letter cut in two at the end does not show."""
    picture = await shown(("Ä" * 70 + "\n").encode() * 100_000)
    assert ink(picture, (0, HEIGHT - 120, WIDTH, HEIGHT - 80)) > 0
    assert ink(picture, (WIDTH - 85, 0, WIDTH, HEIGHT)) == 0


async def test_letters_that_no_font_has_are_no_preview() -> None:
    """A sheet of boxes would tell nobody anything; a few of them hurt nobody."""
    assert await refused("你好世界\n".encode() * 50) is Reason.NO_LETTERS
    assert await refused(("a word 你好\n" * 20).encode()) is None
    assert await refused("Ελληνικά и русский\n".encode()) is None


async def test_a_name_that_no_font_has_leaves_the_rest_of_the_mark() -> None:
    """Whose id it is, and when, is there for everybody."""
    ident = "3yvdx2 · 2026-11-27"
    alone, with_name = [await shown(LINES.encode(), f"{who}{ident}") for who in ("", "王小明 · ")]
    assert alone.tobytes() == with_name.tobytes()
    assert alone.tobytes() != (await shown(LINES.encode(), MARK)).tobytes()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("abcdefghijkl", ["abcdefgh", "ijkl"]),
        ("a\tb", ["a   b"]),
        ("a\n\nb\r\nc", ["a", "", "b", "c"]),
        ("a\u202eb\x1bc", ["abc"]),
    ],
)
def test_lines_are_broken_between_words(text: str, lines: list[str]) -> None:
    """And letters that turn others around are left out."""
    assert list(_wrapped(text, 8)) == lines
