"""The first lines of a text on a sheet of paper, in the letters of a typewriter."""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from PIL import Image, ImageDraw

from previews.kinds import HEAD, text_of
from previews.marks import font, is_drawn
from previews.wanted import NoPreview, Reason

WIDTH, HEIGHT = 1240, 1600
MARGIN, LINE, SIZE = 90, 26, 17
TAB = 4
INK, PALE = "#1d1f2b", "#a0a4b8"


def sheet(file: BinaryIO, encoding: str) -> Image.Image:
    """The first page of the text."""
    head = file.read(HEAD)
    text = text_of(head, encoding)
    shown = [letter for letter in text if not letter.isspace()]
    if sum(map(is_drawn, shown)) * 2 < len(shown):
        raise NoPreview(Reason.NO_LETTERS)
    letters = font("DejaVuSansMono", SIZE)
    columns = int((WIDTH - 2 * MARGIN) / letters.getlength("m"))
    most = (HEIGHT - 2 * MARGIN) // LINE
    lines = list(islice(_wrapped(text, columns), most + 1))
    paper = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(paper)
    for n, line in enumerate(lines[:most]):
        draw.text((MARGIN, MARGIN + n * LINE), line, INK, letters)
    if len(lines) > most or len(head) == HEAD:
        draw.text((MARGIN, HEIGHT - MARGIN + LINE // 3), "…", PALE, letters)
    return paper


def _wrapped(text: str, columns: int) -> Iterator[str]:
    """Lines no longer than the sheet is wide, broken between words where there are any."""
    for written in text.lstrip("\ufeff").splitlines():
        rest = "".join(one for one in written.expandtabs(TAB) if one.isprintable())
        while len(rest) > columns:
            cut = rest.rfind(" ", columns // 2, columns + 1)
            cut = columns if cut < 0 else cut
            yield rest[:cut]
            rest = rest[cut:].removeprefix(" ")
        yield rest
