"""A file that is a bomb, or broken, costs its own preview and nothing else."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from previews import making
from previews.wanted import Part, Reason
from tests.life import eventually
from tests.previews.bombs import BOMBS, document_in_itself, slow_document
from tests.previews.samples import document, film, plain, sound, written
from tests.previews.showing import are_made, children, made, refused

WHOLE: dict[str, Callable[[], bytes]] = {
    "picture": lambda: written(plain(), "JPEG"),
    "scan": lambda: written(plain(), "TIFF"),
    "document": lambda: document((595, 842)),
    "sound": sound,
    "film": film,
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_has_no_preview(bomb: str) -> None:
    """It is refused, when its time is up at the latest, and its process is gone."""
    reasons = set(Reason) - {Reason.LOCKED, Reason.NO_SUCH_PAGE}
    async with asyncio.timeout(2 * making.LONGEST.total_seconds()):
        assert await refused(BOMBS[bomb]()) in reasons
    assert not children()


async def test_a_page_that_draws_itself_is_drawn_once() -> None:
    """The reader notices."""
    assert (await made(document_in_itself())).media_type == "image/webp"


async def test_what_takes_too_long_is_ended_and_others_are_served_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By us, when the time is up."""
    with monkeypatch.context() as patch:
        patch.setattr(making, "LONGEST", timedelta(seconds=8))
        slow = asyncio.create_task(refused(slow_document()))
        await eventually(are_made)
    assert await refused(written(plain())) is None
    assert not slow.done()
    assert await slow is Reason.TOO_LONG
    assert not children()


async def test_a_request_that_is_given_up_leaves_no_process() -> None:
    """Whoever stops the API stops them too."""
    slow = asyncio.create_task(refused(slow_document()))
    await eventually(are_made)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert not children()


@pytest.mark.parametrize("kind", WHOLE)
async def test_a_broken_file_has_a_preview_or_none(kind: str) -> None:
    """Cut off anywhere, or with any bytes of it changed: never a failure of ours."""
    chance, whole = Random(kind), WHOLE[kind]()
    for _ in range(8):
        broken = bytearray(whole[: chance.randrange(64, len(whole))])
        for _ in range(chance.choice((1, 20, 200))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        reason = await refused(bytes(broken), part=chance.choice(list(Part)))
        assert reason in (
            None,
            Reason.BROKEN,
            Reason.TOO_MUCH,
            Reason.KIND_UNKNOWN,
            Reason.NO_SOUND,
        )


async def test_what_the_process_says_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that a file has taken over may answer anything, and as much as it likes."""
    answers = {
        b"text/html 1\n<script>": Reason.BROKEN,
        b"image/webp\n": Reason.BROKEN,
        b"": Reason.BROKEN,
        b"locked 0\n": Reason.LOCKED,
        b"image/webp 1\n" + bytes(making.MOST_BYTES): Reason.TOO_MUCH,
    }
    for said, reason in answers.items():
        words = f"{said[:20]!r}.ljust({len(said)}, b'x')"
        script = f"import sys; sys.stdout.buffer.write({words})"
        monkeypatch.setattr(making, "COMMAND", ("-c", script))
        assert await refused(b"a text") is reason


@pytest.mark.parametrize(
    ("by", "reason"), [("SIGXCPU", Reason.TOO_LONG), ("SIGSEGV", Reason.BROKEN)]
)
async def test_a_process_that_is_ended_says_why(
    monkeypatch: pytest.MonkeyPatch, by: str, reason: Reason
) -> None:
    """Its time was up, or the reader fell over the file; one that never began is our fault."""
    end = f"import os, signal; os.kill(os.getpid(), signal.{by})"
    monkeypatch.setattr(making, "COMMAND", ("-c", end))
    assert await refused(b"a text") is reason
    monkeypatch.setattr(making, "COMMAND", ("-c", "raise SystemExit(1)"))
    with pytest.raises(RuntimeError):
        await made(b"a text")
