"""Sound as a picture of its loudness, and as a piece to listen to."""

from collections.abc import Iterator
from io import BytesIO

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from PIL import Image, ImageDraw

from previews.marks import font
from previews.recordings import length_of, sound_of

Samples = npt.NDArray[np.int16]
WIDTH, HEIGHT = 1600, 480
EDGE, TOP, FLOOR = 60, 70, 60
BAR, GAP = 6, 4
PAPER, PEAK, BODY, INK = "#fcfcfe", "#b9c1f3", "#3f4fd0", "#6c7086"
MOST_LOOKED_AT_S = 20 * 60
COARSE = 8_000
QUIET = 0.05
"""What is never louder than this is shown as quiet, not blown up."""
CUT_S, FADE_S = 30, 1.0
RATE = 44_100
BEEP_EVERY_S, BEEP_S, BEEP_HZ, BEEP_LOUD = 5, 0.3, 1_320, 0.08


def waveform(recording: InputContainer) -> Image.Image:
    """Loudness over time: the loudest moments pale, what is heard all along dark."""
    heard = _heard(recording, MOST_LOOKED_AT_S, COARSE, "mono")
    pieces = np.concatenate([np.zeros(1, np.int16), *(one[0] for one in heard)])
    seconds = len(pieces) / COARSE
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    _bars(draw, pieces)
    _times(draw, seconds)
    _title(draw, recording, seconds)
    return picture


def cut(recording: InputContainer, mark: str) -> bytes:
    """The first seconds as MP3, with a quiet beep now and then, and the mark as its title."""
    heard = list(_heard(recording, CUT_S, RATE, "stereo"))
    sound = np.concatenate(heard, axis=1) if heard else np.zeros((2, 1), np.int16)
    cut_off = sound.shape[1] >= CUT_S * RATE
    return _as_mp3(_with_beeps(_faded(sound) if cut_off else sound), mark)


def _heard(recording: InputContainer, most_s: int, rate: int, layout: str) -> Iterator[Samples]:
    """The sound in pieces (channels by samples), until `most_s`."""
    resampler = av.AudioResampler("s16p", layout, rate, frame_size=rate)
    left = most_s * rate
    for frame in _frames(recording):
        for piece in resampler.resample(frame):
            samples = piece.to_ndarray()[:, :left].astype(np.int16)
            left -= samples.shape[1]
            yield samples
        if left <= 0:
            return


def _frames(recording: InputContainer) -> Iterator[av.AudioFrame | None]:
    """Each frame, and the end; what follows a break that cannot be read is left out."""
    read = False
    try:
        for frame in recording.decode(sound_of(recording)):
            read = True
            yield frame
    except av.FFmpegError:
        if not read:
            raise
    yield None


def _bars(draw: ImageDraw.ImageDraw, samples: Samples) -> None:
    """One bar for each part of the time, as high as it is loud."""
    count = (WIDTH - 2 * EDGE + GAP) // (BAR + GAP)
    parts = np.array_split(samples.astype(np.float32) / 2**15, count)
    peaks = np.array([np.abs(part).max(initial=0) for part in parts])
    body = np.array([np.sqrt(np.mean(part**2)) if len(part) else 0 for part in parts])
    middle, room = (TOP + HEIGHT - FLOOR) / 2, (HEIGHT - TOP - FLOOR) / 2 - 12
    scale = room / max(QUIET, peaks.max())
    for colour, heights in ((PEAK, peaks * scale), (BODY, body * scale)):
        for n, height in enumerate(heights):
            x, half = EDGE + n * (BAR + GAP), max(BAR / 2, float(height))
            box = (x, middle - half, x + BAR - 1, middle + half)
            draw.rounded_rectangle(box, BAR / 2, colour)


def _times(draw: ImageDraw.ImageDraw, seconds: float) -> None:
    """The clock beneath, in steps that are easily read."""
    steps = (0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300)
    step = next((one for one in steps if seconds / one <= 10), 600)
    letters, y = font("DejaVuSans", 20), HEIGHT - FLOOR + 14
    for n in range(int(seconds / step) + 1):
        x = EDGE + (WIDTH - 2 * EDGE) * n * step / max(seconds, step)
        draw.text((x, y), _clock(n * step, fine=step < 1), INK, letters, anchor="ma")


def _title(draw: ImageDraw.ImageDraw, recording: InputContainer, seconds: float) -> None:
    sound, whole = sound_of(recording), max(seconds, length_of(recording))
    facts = [_clock(whole), f"{sound.rate / 1000:g} kHz", sound.layout.name]
    if whole > seconds + 1:
        facts.insert(1, f"first {_clock(seconds)} shown")
    draw.text((EDGE, TOP // 2), "  ·  ".join(facts), INK, font("DejaVuSans", 22), anchor="lm")


def _clock(seconds: float, *, fine: bool = False) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    shown = f"{rest:05.2f}" if fine else f"{int(rest):02}"
    return f"{hours}:{minutes:02}:{shown}" if hours else f"{minutes}:{shown}"


def _faded(sound: Samples) -> Samples:
    count = int(FADE_S * RATE)
    louder = np.ones(sound.shape[1])
    louder[-count:] = np.linspace(1, 0, count)
    return (sound * louder).astype(np.int16)


def _with_beeps(sound: Samples) -> Samples:
    """Quiet enough to judge the work by, and in the way of whoever would use it."""
    time = np.arange(sound.shape[1]) / RATE
    phase = time % BEEP_EVERY_S
    shape = np.sin(np.pi * np.clip(phase / BEEP_S, 0, 1))
    beeps = np.sin(2 * np.pi * BEEP_HZ * time) * shape * BEEP_LOUD * 2**15
    return np.clip(sound + beeps, -(2**15), 2**15 - 1).astype(np.int16)


def _as_mp3(sound: Samples, mark: str) -> bytes:
    out = BytesIO()
    with av.open(out, "w", format="mp3") as made:
        made.metadata.update(title=f"Preview for {mark}", comment="A preview, not the work")
        stream = made.add_stream("libmp3lame", rate=RATE, layout="stereo")
        stream.bit_rate = 128_000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), "s16p", "stereo")
        frame.sample_rate, frame.pts = RATE, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            made.mux(packet)
    return out.getvalue()
