"""What a file is, its content says; its name and what its sender called it do not count."""

import gzip
import io
import zipfile

import pytest

from previews.kinds import HEAD, Kind, kind_of
from previews.wanted import Reason
from tests.previews.samples import FILMS, PICTURES, SOUNDS, document
from tests.previews.showing import refused


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<xml/>")
    return out.getvalue()


NOTHING_TO_SEE = {
    "zip": a_zip(),
    "gzip": gzip.compress(b"<svg/>"),
    "program": b"\x7fELF\x02\x01\x01" + bytes(100),
    "noise": bytes(range(256)) * 40,
    "spaces": b" \n" * 100,
    "heic": b"\0\0\0\x18ftypheic" + bytes(100),
    "playlist in disguise": b"\0#EXTM3U\nfile:///etc/passwd",
    "wide text that is none": b"\xff\xfe\x00\xd8\x00\x00",
}


@pytest.mark.parametrize("content", NOTHING_TO_SEE.values(), ids=list(NOTHING_TO_SEE))
async def test_a_file_of_an_unknown_kind_has_no_preview(content: bytes) -> None:
    """No reader is tried on it."""
    assert kind_of(content) is None
    assert await refused(content) is Reason.KIND_UNKNOWN


@pytest.mark.parametrize("form", PICTURES)
def test_a_picture_goes_to_the_reader_of_its_form(form: str) -> None:
    """And to no other, whatever else that one might take it for."""
    found = kind_of(PICTURES[form]()[:HEAD])
    assert found is not None and (found.kind, found.reader) == (Kind.PICTURE, form)


@pytest.mark.parametrize("form", [*SOUNDS, *FILMS])
def test_sound_and_film_are_told_by_their_first_bytes(form: str) -> None:
    """Which of the two it is, its streams say later."""
    found = kind_of((SOUNDS | FILMS)[form]()[:HEAD])
    assert found is not None and found.kind is Kind.RECORDING


@pytest.mark.parametrize(
    "head",
    [
        b"#EXTM3U\nhttp://inside/\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"v=0\r\no=- 1\r\n",
    ],
)
def test_a_list_of_other_files_is_a_text(head: bytes) -> None:
    """It is shown, not followed."""
    found = kind_of(head)
    assert found is not None and found.kind is Kind.TEXT


@pytest.mark.parametrize(
    "head", [b"BMW and Audi\n", b"ID 3\n", b"RIFF raff\n", b"GIF8 is a form\n"]
)
def test_words_that_begin_like_another_kind_are_a_text(head: bytes) -> None:
    """A signature is more than its letters."""
    found = kind_of(head)
    assert found is not None and found.kind is Kind.TEXT


def test_what_stands_before_a_document_decides() -> None:
    """A file that is two things at once is what it begins as."""
    both = b"GIF89a" + bytes(20) + document((200, 200))
    found = kind_of(both)
    assert found is not None and found.reader == "GIF"
