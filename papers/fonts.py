"""Letters on paper: every text is shown, by an embedded font, a reader's own, or its name."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

SANS, BOLD, MONO = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"
SERIF, SERIF_BOLD, SERIF_ITALIC = "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic"
"""For what is framed; of scripts they have Latin, Greek and Cyrillic."""
CHINESE, KOREAN = "STSong-Light", "HYSMyeongJo-Medium"
"""Not embedded: readers of PDF bring letters for these themselves."""

MOST_CODE_POINTS = 40
MOST_NAMES = 20
"""How many letters without a font are named in one text: a name is up to eighty letters long."""
UNNAMED = "□"
SHARED = frozenset(" \t0123456789.,:;!?-/()\"'%+")
"""What stays in the font of the letter before it: changes of font are what costs most."""


@cache
def register() -> None:
    """Make the fonts known; they come with matplotlib, which is not imported for it."""
    found = find_spec("matplotlib")
    assert found is not None and found.submodule_search_locations, "matplotlib is locked"
    folder = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    for name in (SANS, BOLD, MONO, SERIF, SERIF_BOLD, SERIF_ITALIC):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(SANS, SANS, BOLD, SANS, BOLD)
    for name in (CHINESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


def marked_up(text: str) -> str:
    """The text for a Paragraph: escaped, each letter in a font that has it."""
    if text.isascii():
        return escape(text)
    names = count()
    runs = groupby(zip(_fonts_of(text), text, strict=True), itemgetter(0))
    return "".join(_run(font, [letter for _, letter in run], names) for font, run in runs)


def is_embedded(text: str) -> bool:
    """Whether each letter of it is in the file itself."""
    return all(_font_of(letter) == SANS for letter in text)


def has(font: str, text: str) -> bool:
    """Whether this font of ours has each letter of it."""
    register()
    letters = pdfmetrics.getFont(font).face.charToGlyph
    return all(ord(letter) in letters for letter in text)


def code_points(text: str) -> str:
    """Its letters by their numbers in Unicode: what they are, whatever a reader shows."""
    shown = [f"U+{ord(letter):04X}" for letter in text[:MOST_CODE_POINTS]]
    return " ".join(shown) + (" …" if len(text) > MOST_CODE_POINTS else "")


def _run(font: str | None, run: Sequence[str], names: Iterator[int]) -> str:
    if font is None:
        return "".join(_named(letter, next(names)) for letter in run)
    escaped = escape("".join(run))
    return escaped if font == SANS else f'<font name="{font}">{escaped}</font>'


def _fonts_of(text: str) -> Iterator[str | None]:
    font: str | None = SANS
    for letter in text:
        if font not in (CHINESE, KOREAN) or letter not in SHARED:
            font = _font_of(letter)
        yield font


def _font_of(letter: str) -> str | None:
    """The font that shows the letter; None when none does."""
    if ord(letter) in _embedded() or letter in "\n\t":
        return SANS
    if ord(letter) > 0xFFFF:
        return None
    name = unicodedata.name(letter, "")
    if name.startswith("HANGUL"):
        return KOREAN
    eastern = ("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH")
    return CHINESE if name.startswith(eastern) else None


@cache
def _embedded() -> frozenset[int]:
    register()
    face = pdfmetrics.getFont(SANS).face
    return frozenset(code for code in face.charToGlyph if code >= 0x20)


def _named(letter: str, before: int) -> str:
    """The name of a letter that no font has, unless so many were named before."""
    if before >= MOST_NAMES:
        return UNNAMED
    return f"[{unicodedata.name(letter, f'U+{ord(letter):04X}').lower()}]"
