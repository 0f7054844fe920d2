"""The watermark: who sees the picture and when, all over it, so that no part is without."""

from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from math import hypot
from pathlib import Path
from zlib import crc32

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SLANT = 28
"""Degrees."""
STRENGTH = 60
"""Of 255: seen everywhere, in the way of nothing."""
TURN = 120
BETWEEN = " · "
LEAST_SIDE = 240
"""What is narrower gets a margin, or there would be no place for the mark."""


def _file_of(font: str) -> bytes:
    """A font that comes with matplotlib, which is not imported for it."""
    found = find_spec("matplotlib")
    assert found is not None and found.submodule_search_locations, "matplotlib is locked"
    fonts = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    return (fonts / f"{font}.ttf").read_bytes()


_FILES = {name: _file_of(name) for name in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono")}
"""Read while files can still be opened."""


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font in a size of pixels."""
    plain = ImageFont.Layout.BASIC
    return ImageFont.truetype(BytesIO(_FILES[name]), size, layout_engine=plain)


@lru_cache(4096)
def is_drawn(letter: str) -> bool:
    """Whether the fonts have this letter."""
    shape = font("DejaVuSansMono", 16)
    return letter.isspace() or bytes(shape.getmask(letter)) != bytes(shape.getmask("\U0010fffe"))


def legible(mark: str) -> str:
    """The parts of it that the fonts have all letters of."""
    parts = mark.split(BETWEEN)
    return BETWEEN.join(one for one in parts if one.isprintable() and all(map(is_drawn, one)))


def marked(picture: Image.Image, mark: str) -> Image.Image:
    """The picture with the mark in slanted rows: dark on what is light, light on what is dark."""
    framed = _with_room(picture.convert("RGB"))
    letters = font("DejaVuSans-Bold", max(13, max(framed.size) // 64))
    around = framed.convert("L").filter(ImageFilter.BoxBlur(letters.size))
    ink = around.point(lambda light: 0 if light > TURN else 255).convert("RGB")
    return Image.composite(ink, framed, _rows(framed.size, mark, letters))


def _with_room(picture: Image.Image) -> Image.Image:
    width, height = (max(LEAST_SIDE, side) for side in picture.size)
    if (width, height) == picture.size:
        return picture
    framed = Image.new("RGB", (width, height), "#f1f1f3")
    framed.paste(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
    return framed


def _rows(size: tuple[int, int], mark: str, letters: ImageFont.FreeTypeFont) -> Image.Image:
    """The mark again and again; where the rows begin differs from one mark to another."""
    side = int(hypot(*size)) + 2
    step = int(letters.getlength(mark + "     "))
    line = int(letters.size * 4.5)
    start = crc32(mark.encode())
    rows = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(rows)
    for n, y in enumerate(range(-(start // step % line), side, line)):
        for x in range(-((start + n * step // 2) % step), side, step):
            draw.text((x, y), mark, STRENGTH, letters)
    turned = rows.rotate(SLANT, Image.Resampling.BICUBIC)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))
