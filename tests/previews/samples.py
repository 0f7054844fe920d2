"""Files of each kind, made by the libraries that read them."""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import av
import numpy as np
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

RATE = 44_100
RED, GREEN, BLUE = (200, 40, 40), (40, 160, 60), (40, 60, 200)


def plain(size: tuple[int, int] = (800, 600), colour: Any = RED, mode: str = "RGB") -> Image.Image:
    """One colour all over: whatever else is seen on it was put there."""
    return Image.new(mode, size, colour)


def halves(size: tuple[int, int], left: Any, right: Any, mode: str = "RGB") -> Image.Image:
    """Two colours side by side: one sees which way up it is."""
    image = Image.new(mode, size, right)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image


def written(image: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def document(*pages: tuple[float, float], password: str | None = None) -> bytes:
    """A PDF whose pages (in points) have the lower half in blue and a line of words."""
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=password)
    for n, (width, height) in enumerate(pages, 1):
        canvas.setPageSize((width, height))
        canvas.setFillColorRGB(*(part / 255 for part in BLUE))
        canvas.rect(0, 0, width, height / 2, stroke=0, fill=1)
        canvas.drawString(width / 4, height * 3 / 4, f"This is page {n}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def sound(form: str = "mp3", codec: str = "libmp3lame", *, seconds: float = 4) -> bytes:
    """A tone that is quiet in its first half and loud in its second."""
    time = np.arange(int(RATE * seconds)) / RATE
    loud = np.where(time < seconds / 2, 0.05, 0.8)
    samples = (np.sin(2 * np.pi * 440 * time) * loud * 2**15).astype(np.int16)
    out = io.BytesIO()
    with av.open(out, "w", format=form) as made:
        stream = made.add_stream(codec, rate=48_000 if codec == "libopus" else RATE)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        frame.sample_rate, frame.pts = RATE, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            made.mux(packet)
    return out.getvalue()


def film(
    form: str = "mp4",
    codec: str = "libx264",
    *,
    size: tuple[int, int] = (320, 240),
    points: Fraction = Fraction(1),
    turned: int = 0,
) -> bytes:
    """Three seconds: first all black, then the left half red and the right half blue."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as made:
        stream = made.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.sample_aspect_ratio = points
        if turned:
            stream.set_display_rotation(turned)
        for image in _pictures(size):
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.asarray(image))):
                made.mux(packet)
        for packet in stream.encode(None):
            made.mux(packet)
    return out.getvalue()


def _pictures(size: tuple[int, int]) -> Iterator[Image.Image]:
    for n in range(30):
        yield plain(size, "black") if n < 10 else halves(size, RED, BLUE)


PICTURES: dict[str, Callable[[], bytes]] = {
    form: partial(written, plain(), form)
    for form in ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "JPEG2000")
}
SOUNDS: dict[str, Callable[[], bytes]] = {
    "wav": lambda: sound("wav", "pcm_s16le"),
    "mp3": sound,
    "flac": lambda: sound("flac", "flac"),
    "ogg": lambda: sound("ogg", "libopus"),
    "m4a": lambda: sound("mp4", "aac"),
    "aac": lambda: sound("adts", "aac"),
    "aiff": lambda: sound("aiff", "pcm_s16be"),
    "mka": lambda: sound("matroska", "libopus"),
}
FILMS: dict[str, Callable[[], bytes]] = {
    "mp4": film,
    "mov": lambda: film("mov"),
    "mkv": lambda: film("matroska"),
    "webm": lambda: film("webm", "libvpx"),
    "avi": lambda: film("avi", "mpeg4"),
    "mpeg": lambda: film("mpeg", "mpeg2video", size=(352, 288)),
    "mpegts": lambda: film("mpegts", "mpeg2video"),
    "asf": lambda: film("asf", "wmv2"),
}
