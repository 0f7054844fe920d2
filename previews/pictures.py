"""Pictures: upright, in the colours they were meant in, what is transparent on a checker."""

from io import BytesIO
from typing import BinaryIO

# The readers of the rarer formats are loaded now: later nothing can be.
from PIL import (
    AvifImagePlugin,
    ExifTags,
    Image,
    ImageCms,
    ImageDraw,
    ImageOps,
    Jpeg2KImagePlugin,  # noqa: F401
    PsdImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)
from PIL.Image import Resampling

from previews.wanted import NoPreview, Reason

LONGEST = 1600
LEAST = 480
"""Smaller ones are enlarged, so that the mark has a place on them."""
ICON = 64
"""What is no larger is enlarged pixel by pixel, as it was drawn."""
MOST_PIXELS = 120_000_000
CHECK = 16
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_PROFILED = ("RGB", "RGBA", "CMYK", "L", "LAB")
Image.MAX_IMAGE_PIXELS = None
"""Ours is looked at first."""
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
Image.preinit()


def picture(file: BinaryIO, reader: str, page: int) -> tuple[Image.Image, int]:
    """The picture as it is seen, no longer than `LONGEST`, and how many the file holds."""
    with Image.open(file, formats=[reader]) as image:
        pages = getattr(image, "n_frames", 1) if reader == "TIFF" else 1
        if page > pages:
            raise NoPreview(Reason.NO_SUCH_PAGE)
        if pages > 1:
            image.seek(page - 1)
        require_bounded(*image.size)
        image.draft("RGB", (LONGEST, LONGEST))
        turned = image.getexif().get(ExifTags.Base.Orientation, 1)
        small = _small(image)
    small.getexif()[ExifTags.Base.Orientation] = turned
    return _on_checker(_in_srgb(ImageOps.exif_transpose(small))), pages


def require_bounded(width: int, height: int) -> None:
    """Refuse what would take more memory than there is, before it is taken."""
    if width * height > MOST_PIXELS:
        raise NoPreview(Reason.TOO_MUCH)


def fitted(width: float, height: float) -> tuple[int, int]:
    """The same proportions, between `LEAST` and `LONGEST` at the longer side."""
    longer = max(width, height)
    scale = min(LONGEST, max(LEAST, longer)) / longer
    return max(1, round(width * scale)), max(1, round(height * scale))


def _small(image: Image.Image) -> Image.Image:
    plain = _in_bytes(image)
    way = Resampling.NEAREST if max(plain.size) <= ICON else Resampling.LANCZOS
    return plain.resize(fitted(*plain.size), way, reducing_gap=3)


def _in_bytes(image: Image.Image) -> Image.Image:
    """In a form that can be made smaller: no palette, eight bits for each colour."""
    if image.mode.startswith("I") or image.mode == "F":
        wide = image.convert("F")
        low, high = wide.getextrema()
        assert isinstance(low, float) and isinstance(high, float)
        scale = 255 / ((high - low) or 1.0)
        return wide.point(lambda value: value * scale - low * scale).convert("L")
    if image.mode in ("P", "PA", "1", "LA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """As the profile in the file says; without a profile, or with a broken one, as it comes."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in _PROFILED:
        return image.convert(mode)
    try:
        meant = ImageCms.ImageCmsProfile(BytesIO(profile))
        changed = ImageCms.profileToProfile(image, meant, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        changed = None
    return changed or image.convert(mode)


def _on_checker(image: Image.Image) -> Image.Image:
    """What shines through shows light squares, as in a program for drawing."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, "white")
    draw = ImageDraw.Draw(ground)
    for n, y in enumerate(range(0, image.height, CHECK)):
        for x in range(n % 2 * CHECK, image.width, 2 * CHECK):
            draw.rectangle((x, y, x + CHECK - 1, y + CHECK - 1), "#e4e4e8")
    return Image.alpha_composite(ground, image).convert("RGB")
