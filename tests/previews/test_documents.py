"""A page of a document is shown as it would be printed, whichever is asked for."""

import pytest

from previews.pictures import LONGEST
from previews.wanted import Reason
from tests.previews.samples import BLUE, document
from tests.previews.showing import MARK, OTHER, colour, differs, made, near, parts, refused, shown

A4 = (595.0, 842.0)


async def test_a_page_is_shown_in_its_proportions_and_marked_all_over() -> None:
    """Blue below, white above, and in each quarter another mark for another viewer."""
    content = document(A4)
    first, second = await shown(content), await shown(content, OTHER)
    assert first.height == LONGEST and abs(first.width / first.height - 595 / 842) < 0.01
    assert near(colour(first, 0.5, 0.75), BLUE) and near(colour(first, 0.5, 0.1), (255,) * 3)
    assert all(differs(first, second, box) for box in parts(first, 2))


async def test_each_page_is_there_to_ask_for() -> None:
    """A wide one after a high one; the answer says how many there are."""
    content = document(A4, (842, 595))
    preview = await made(content, MARK, page=2)
    assert preview.pages == 2
    picture = await shown(content, page=2)
    assert picture.width == LONGEST and picture.height < picture.width
    assert await refused(content, page=3) is Reason.NO_SUCH_PAGE


async def test_a_locked_document_says_so() -> None:
    """Its password is not ours to ask for."""
    assert await refused(document(A4, password="open sesame")) is Reason.LOCKED


@pytest.mark.parametrize("size", [(10.0, 14_400.0), (20_000_000.0, 20_000_000.0)])
async def test_a_page_of_any_size_fits(size: tuple[float, float]) -> None:
    """The picture is bounded, the page need not be."""
    picture = await shown(document(size))
    assert abs(max(picture.size) - LONGEST) <= 1 and min(picture.size) >= 240


async def test_what_is_before_the_document_is_passed_over() -> None:
    """As readers of PDF do with a line feed too many; half a document is none."""
    content = document(A4)
    assert await refused(b"\r\n" + content) is None
    assert await refused(content[: len(content) // 2]) in (None, Reason.BROKEN)
    assert await refused(b"%PDF-1.7\n" + bytes(1000)) is Reason.BROKEN
