"""A film by one of its pictures: of a few of them the one on which there is most to see."""

from collections.abc import Iterator
from contextlib import suppress
from time import process_time

import av
import numpy as np  # noqa: F401  -- the library takes it for its first picture, and then it is late
from av.container import InputContainer
from PIL import Image, ImageStat

from previews.pictures import fitted, require_bounded
from previews.recordings import length_of
from previews.wanted import NoPreview, Reason

PATIENCE_S = 2
MOMENTS = (0.1, 0.35, 0.6)
"""Parts of the length; a film often begins with darkness."""


def still(recording: InputContainer, film: av.VideoStream) -> Image.Image:
    """A picture of the film, in the proportions and the way up in which it is played."""
    require_bounded(film.codec_context.width, film.codec_context.height)
    found = list(_pictures(recording, film))
    if not found:
        raise NoPreview(Reason.BROKEN)
    return max(found, key=_liveliness)


def _pictures(recording: InputContainer, film: av.VideoStream) -> Iterator[Image.Image]:
    length = length_of(recording)
    for moment in (length * part for part in MOMENTS) if length else (0,):
        with suppress(av.FFmpegError):
            recording.seek(int(moment * av.time_base))
        if frame := _frame_at(recording, film, moment):
            yield _picture(frame, film)


def _frame_at(
    recording: InputContainer, film: av.VideoStream, moment: float
) -> av.VideoFrame | None:
    """The one at the moment, or how far one gets towards it from where it can be entered."""
    until, found = process_time() + PATIENCE_S, None
    with suppress(av.FFmpegError):
        for found in recording.decode(film):
            if found.time is None or found.time >= moment or process_time() > until:
                break
    return found


def _picture(frame: av.VideoFrame, film: av.VideoStream) -> Image.Image:
    """As the film says it is played: points are not always square, and a telephone is turned."""
    require_bounded(frame.width, frame.height)
    stretch = float(film.sample_aspect_ratio or 1)
    width, height = fitted(frame.width * (stretch if 0.1 < stretch < 10 else 1), frame.height)
    plain = frame.reformat(width, height, "rgb24", interpolation="LANCZOS", threads=1)
    picture = Image.fromarray(plain.to_ndarray())
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def _liveliness(picture: Image.Image) -> float:
    return float(ImageStat.Stat(picture.convert("L")).stddev[0])
