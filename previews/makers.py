"""For each kind of file how its preview is made; only the libraries it takes are loaded."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, assert_never

from previews.kinds import Found, Kind
from previews.wanted import NoPreview, Part, Preview, Reason, Wanted

if TYPE_CHECKING:
    from PIL import Image

Maker = Callable[[BinaryIO, Wanted], Preview]
WEBP, MP3 = "image/webp", "audio/mpeg"


def maker_of(found: Found) -> Maker:
    """What makes the preview of such a file, with all code that it takes."""
    match found.kind:
        case Kind.PICTURE:
            return _of_picture(found.reader)
        case Kind.DOCUMENT:
            return _of_document()
        case Kind.RECORDING:
            return _of_recording(found.reader)
        case Kind.TEXT:
            return _of_text(found.reader)
        case _:
            assert_never(found.kind)


def _of_picture(reader: str) -> Maker:
    from previews import pictures

    def make(file: BinaryIO, wanted: Wanted) -> Preview:
        seen, pages = pictures.picture(file, reader, wanted.page)
        return save(seen, wanted, pages)

    save = _saver()
    return make


def _of_document() -> Maker:
    from previews import documents

    def make(file: BinaryIO, wanted: Wanted) -> Preview:
        page, pages = documents.page_of(file, wanted.page)
        return save(page, wanted, pages)

    save = _saver()
    return make


def _of_recording(reader: str) -> Maker:
    from previews import films, recordings, sounds

    def make(file: BinaryIO, wanted: Wanted) -> Preview:
        with recordings.opened(file, reader) as recording:
            if wanted.part == Part.SOUND:
                return Preview(MP3, sounds.cut(recording, wanted.mark))
            if film := recordings.film_of(recording):
                return save(films.still(recording, film), wanted)
            return save(sounds.waveform(recording), wanted)

    save = _saver()
    return make


def _of_text(encoding: str) -> Maker:
    from previews import texts

    save = _saver()
    return lambda file, wanted: save(texts.sheet(file, encoding), wanted)


def _saver() -> Callable[..., Preview]:
    """How a picture is marked and written; the only page is the first."""
    from PIL import Image, WebPImagePlugin  # noqa: F401  -- loaded now, used later

    from previews import marks

    Image.preinit()

    def save(picture: "Image.Image", wanted: Wanted, pages: int = 1) -> Preview:
        if wanted.page > pages:
            raise NoPreview(Reason.NO_SUCH_PAGE)
        out = BytesIO()
        marks.marked(picture, marks.legible(wanted.mark)).save(out, "WEBP", quality=85)
        return Preview(WEBP, out.getvalue(), pages)

    return save
