"""A recording is opened with one reader, as sound or as film, and decoded in one thread."""

from importlib import import_module
from pkgutil import walk_packages
from typing import BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition

from previews.pictures import MOST_PIXELS
from previews.wanted import NoPreview, Reason

for module in walk_packages(av.__path__, "av."):
    # The library loads parts of itself when a file takes them, and then nothing can be loaded.
    if not module.name.endswith(("__main__", "datasets")):
        import_module(module.name)

_OPTIONS = {"threads": "1", "max_pixels": str(MOST_PIXELS)}


def opened(file: BinaryIO, reader: str) -> InputContainer:
    """The recording; what it names elsewhere cannot be read."""
    return av.open(file, "r", format=reader, options=_OPTIONS, metadata_errors="ignore")


def film_of(recording: InputContainer) -> av.VideoStream | None:
    """What moves in it; the cover of a record does not."""
    for stream in recording.streams.video:
        if stream.codec_context and Disposition.attached_pic not in stream.disposition:
            stream.codec_context.options = _OPTIONS
            return stream
    return None


def sound_of(recording: InputContainer) -> av.AudioStream:
    """What is heard in it."""
    for stream in recording.streams.audio:
        if stream.codec_context:
            stream.codec_context.options = _OPTIONS
            return stream
    raise NoPreview(Reason.NO_SOUND)


def length_of(recording: InputContainer) -> float:
    """How long it says it is, in seconds; 0 when it does not."""
    return max(0.0, (recording.duration or 0) / av.time_base)
