"""A page of a PDF, as it would be printed."""

from typing import BinaryIO

import pypdfium2
import pypdfium2.raw
from PIL import Image

from previews.pictures import LONGEST
from previews.wanted import NoPreview, Reason


def page_of(file: BinaryIO, number: int) -> tuple[Image.Image, int]:
    """The page with what is filled in on it, and how many pages there are."""
    with _opened(file) as document:
        pages = len(document)
        if number > pages:
            raise NoPreview(Reason.NO_SUCH_PAGE)
        document.init_forms()
        page = document[number - 1]
        longer = max(page.get_size())
        if longer <= 0:
            raise NoPreview(Reason.BROKEN)
        return page.render(scale=LONGEST / longer).to_pil().convert("RGB"), pages


def _opened(file: BinaryIO) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise NoPreview(Reason.LOCKED) from None
        raise
