"""Sound is a picture of its loudness and a piece to listen to, a film one of its pictures."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from previews.sounds import CUT_S, HEIGHT, WIDTH
from previews.wanted import Part, Reason
from tests.previews.samples import BLUE, FILMS, RED, SOUNDS, film, plain, sound, written
from tests.previews.showing import MARK, OTHER, colour, differs, made, near, parts, refused, shown

BAR = (63, 79, 208)


def loudness(picture: Image.Image, start: float, end: float) -> int:
    """How much of the dark blue of the bars there is in this part of the width."""
    box = (int(start * WIDTH), 0, int(end * WIDTH), HEIGHT)
    pixels = np.asarray(picture.convert("RGB").crop(box)).astype(int)
    return int((np.abs(pixels - BAR).max(axis=2) < 40).sum())


@pytest.mark.parametrize("form", SOUNDS)
async def test_sound_of_each_form_is_a_waveform_marked_all_over(form: str) -> None:
    """Its second half is louder than its first."""
    content = SOUNDS[form]()
    first, second = await shown(content), await shown(content, OTHER)
    assert first.size == (WIDTH, HEIGHT)
    assert loudness(first, 0.5, 1) > 4 * loudness(first, 0, 0.5) > 0
    assert all(differs(first, second, box) for box in parts(first, 2))


async def test_a_record_with_a_cover_is_sound() -> None:
    """The cover is not what there is to hear."""
    cover = written(plain((300, 300)), "JPEG")
    out, back = io.BytesIO(), io.BytesIO(sound("flac", "flac"))
    with av.open(back, "r") as heard, av.open(out, "w", format="matroska") as record:
        stream = record.add_stream_from_template(heard.streams.audio[0])
        record.add_attachment("cover.jpg", "image/jpeg", cover)
        for packet in heard.demux(heard.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                record.mux(packet)
    assert (await shown(out.getvalue())).size == (WIDTH, HEIGHT)


async def test_silence_stays_silent() -> None:
    """What is hardly there is not blown up."""
    out = io.BytesIO()
    with av.open(out, "w", format="wav") as quiet:
        stream = quiet.add_stream("pcm_s16le", rate=8000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.ones((1, 16_000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        quiet.mux([*stream.encode(frame), *stream.encode(None)])
    picture = await shown(out.getvalue())
    assert loudness(picture, 0, 1) < 0.02 * WIDTH * HEIGHT


def heard(content: bytes) -> tuple[np.ndarray, dict[str, str]]:
    """The samples of an MP3 (one channel), and what it says of itself."""
    with av.open(io.BytesIO(content), "r") as recording:
        pieces = [frame.to_ndarray()[0] for frame in recording.decode(audio=0)]
        return np.concatenate(pieces), dict(recording.metadata)


def strength(samples: np.ndarray, rate: int, hertz: float) -> float:
    """How much of this tone is in it."""
    time = np.arange(len(samples)) / rate
    return float(np.abs(np.mean(samples * np.exp(-2j * np.pi * hertz * time))))


async def test_the_first_seconds_can_be_listened_to() -> None:
    """At most thirty, with a beep that the work has not, and whose they are in the title."""
    preview = await made(sound("flac", "flac", seconds=70), part=Part.SOUND)
    samples, said = heard(preview.content)
    assert preview.media_type == "audio/mpeg"
    assert abs(len(samples) / 44_100 - CUT_S) < 0.2
    assert MARK in said["title"]
    beep, rest = samples[: int(0.3 * 44_100)], samples[2 * 44_100 : int(2.3 * 44_100)]
    assert strength(beep, 44_100, 1320) > 10 * strength(rest, 44_100, 1320)
    assert strength(rest, 44_100, 440) > 0.01
    assert np.abs(samples[-2000:]).max() < 0.3 * np.abs(samples[5000:60_000]).max()


@pytest.mark.parametrize("form", ["wav", "mp3", "m4a", "ogg"])
async def test_a_short_sound_is_heard_whole(form: str) -> None:
    """Its loud second half is still there at the end."""
    samples, _ = heard((await made(SOUNDS[form](), part=Part.SOUND)).content)
    assert abs(len(samples) / 44_100 - 4) < 0.2
    assert np.abs(samples[-44_100:]).max() > 0.5


async def test_where_nothing_is_heard_there_is_no_sound() -> None:
    """A picture, a text, and a film without a track for it."""
    for content in (written(plain()), b"a text\n", film()):
        assert await refused(content, part=Part.SOUND) is Reason.NO_SOUND


@pytest.mark.parametrize("form", FILMS)
async def test_a_film_of_each_form_is_a_still_marked_all_over(form: str) -> None:
    """Not the darkness it begins with: the picture on which there is most to see."""
    content = FILMS[form]()
    first, second = await shown(content), await shown(content, OTHER)
    assert near(colour(first, 0.25, 0.5), RED, 50) and near(colour(first, 0.75, 0.5), BLUE, 50)
    assert all(differs(first, second, box) for box in parts(first, 2))


async def test_a_film_is_as_wide_as_it_is_played() -> None:
    """Its points need not be square."""
    picture = await shown(film(size=(720, 480), points=Fraction(32, 27)))
    assert abs(picture.width / picture.height - 16 / 9) < 0.01


@pytest.mark.parametrize(("turned", "above"), [(90, BLUE), (-90, RED)])
async def test_a_film_taken_upright_is_upright(turned: int, above: tuple[int, int, int]) -> None:
    """As every player turns it: counter-clockwise by ninety, what was right is above."""
    picture = await shown(film(turned=turned))
    assert picture.height > picture.width
    assert near(colour(picture, 0.5, 0.25), above, 50)
