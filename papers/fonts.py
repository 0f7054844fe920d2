"""Letters on paper: every text is shown, by an embedded font, a reader's own, or its name."""

import unicodedata
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

SANS, BOLD, MONO = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"
CHINESE, KOREAN = "STSong-Light", "HYSMyeongJo-Medium"
"""Not embedded: readers of PDF bring letters for these themselves."""

MOST_CODE_POINTS = 40


@cache
def register() -> None:
    """Make the fonts known; DejaVu comes with matplotlib, which is not imported for it."""
    found = find_spec("matplotlib")
    assert found is not None and found.submodule_search_locations, "matplotlib is locked"
    folder = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    for name in (SANS, BOLD, MONO):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(SANS, SANS, BOLD, SANS, BOLD)
    for name in (CHINESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


def marked_up(text: str) -> str:
    """The text for a Paragraph: escaped, each letter in a font that has it."""
    if text.isascii():
        return escape(text)
    runs = ((font, "".join(run)) for font, run in groupby(text, _font_of))
    return "".join(_run(font, run) for font, run in runs)


def is_embedded(text: str) -> bool:
    """Whether each letter of it is in the file itself."""
    return all(_font_of(letter) == SANS for letter in text)


def code_points(text: str) -> str:
    """Its letters by their numbers in Unicode: what they are, whatever a reader shows."""
    shown = [f"U+{ord(letter):04X}" for letter in text[:MOST_CODE_POINTS]]
    return " ".join(shown) + (" …" if len(text) > MOST_CODE_POINTS else "")


def _run(font: str | None, run: str) -> str:
    if font == SANS:
        return escape(run)
    if font is None:
        return "".join(f"[{_name(letter)}]" for letter in run)
    return f'<font name="{font}">{escape(run)}</font>'


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


def _name(letter: str) -> str:
    return unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
