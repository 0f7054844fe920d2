"""What the real process makes of some bytes, and what is to be seen on it."""

import io
import tempfile
from collections.abc import Sequence
from itertools import product

import psutil
from PIL import Image, ImageChops

from previews import making
from previews.wanted import NoPreview, Part, Preview, Reason, Wanted

MARK = "Ana Nin · 3yvdx2 · 2026-11-27"
OTHER = "Bea Ott · 9mhbrt · 2026-11-27"
Box = tuple[int, int, int, int]


async def made(
    content: bytes, mark: str = MARK, *, page: int = 1, part: Part = Part.PICTURE
) -> Preview:
    """The preview of a file with this content."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return await making.made(file, Wanted(mark, part, page))


async def shown(content: bytes, mark: str = MARK, *, page: int = 1) -> Image.Image:
    """The picture of it."""
    preview = await made(content, mark, page=page)
    assert preview.media_type == "image/webp"
    return Image.open(io.BytesIO(preview.content))


async def refused(content: bytes, *, page: int = 1, part: Part = Part.PICTURE) -> Reason | None:
    """Why there is no preview; None when there is one."""
    try:
        await made(content, page=page, part=part)
    except NoPreview as none:
        return none.reason
    return None


def parts(picture: Image.Image, count: int) -> list[Box]:
    """The picture cut into so many columns and rows."""
    width, height = picture.width // count, picture.height // count
    return [
        (x * width, y * height, (x + 1) * width, (y + 1) * height)
        for x, y in product(range(count), range(count))
    ]


def differs(one: Image.Image, other: Image.Image, box: Box) -> bool:
    """Whether the two are visibly different there."""
    changed = ImageChops.difference(one.convert("RGB").crop(box), other.convert("RGB").crop(box))
    return max(changed.tobytes()) > 20


def colour(picture: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """The colour around a place (parts of width and height): the mark covers less than half."""
    at, side = (int(x * picture.width), int(y * picture.height)), 15
    around = picture.convert("RGB").crop((at[0] - side, at[1] - side, at[0] + side, at[1] + side))
    bands = [sorted(band.tobytes()) for band in around.split()]
    red, green, blue = (band[len(band) // 2] for band in bands)
    return red, green, blue


def near(one: Sequence[int], other: Sequence[int], by: int = 24) -> bool:
    """Whether two colours are about the same."""
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def children(of: psutil.Process | None = None) -> list[psutil.Process]:
    """The processes that make previews now; the servers of other tests are none."""
    ours = (of or psutil.Process()).children()
    return [one for one in ours if "previews.inside" in one.cmdline()]


async def are_made() -> bool:
    """Whether there is one."""
    return bool(children())
