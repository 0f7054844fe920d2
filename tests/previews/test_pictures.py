"""A picture is shown as it was meant: upright, in its colours, in its proportions, and marked."""

import io

import pytest
from PIL import ExifTags, Image, ImageCms

from previews.pictures import ICON, LEAST, LONGEST
from previews.wanted import Reason
from tests.previews.samples import BLUE, GREEN, PICTURES, RED, halves, plain, written
from tests.previews.showing import MARK, OTHER, colour, differs, made, near, parts, refused, shown


@pytest.mark.parametrize("form", PICTURES)
async def test_a_picture_of_each_form_is_shown_and_marked_all_over(form: str) -> None:
    """In every sixteenth of it there is something that was not there before."""
    picture = await shown(PICTURES[form]())
    assert picture.size == (800, 600)
    assert near(colour(picture, 0.5, 0.5), RED)
    before = plain()
    assert all(differs(picture, before, box) for box in parts(picture, 4))


async def test_two_viewers_see_different_marks() -> None:
    """In every quarter; and the same one sees the same."""
    content = written(plain())
    first, again, second = [await shown(content, mark) for mark in (MARK, MARK, OTHER)]
    assert first.tobytes() == again.tobytes()
    assert all(differs(first, second, box) for box in parts(first, 2))


@pytest.mark.parametrize("ground", ["white", "black", "#808080", RED, BLUE])
async def test_the_mark_is_seen_on_any_ground(ground: str | tuple[int, int, int]) -> None:
    """Dark letters on what is light, light ones on what is dark."""
    picture = await shown(written(plain(colour=ground)))
    assert all(differs(picture, plain(colour=ground), box) for box in parts(picture, 4))


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_picture_that_was_taken_sideways_is_upright(orientation: int) -> None:
    """Whatever the camera noted; red is on the left, and it is wider than high."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = halves((900, 600), RED, BLUE)
    taken = upright.transpose(back[orientation]) if orientation in back else upright
    noted = Image.Exif()
    noted[ExifTags.Base.Orientation] = orientation
    picture = await shown(written(taken, "JPEG", exif=noted, quality=95))
    assert picture.size == (900, 600)
    assert near(colour(picture, 0.25, 0.5), RED) and near(colour(picture, 0.75, 0.5), BLUE)


async def test_nothing_of_the_file_but_what_is_seen_is_in_the_preview() -> None:
    """Where it was taken, by whom, and with what stays in the file."""
    noted = Image.Exif()
    noted[ExifTags.Base.Artist] = "Zanzibar Quagga"
    noted.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    preview = await made(written(plain(), "JPEG", exif=noted))
    assert b"Zanzibar" not in preview.content
    picture = Image.open(io.BytesIO(preview.content))
    assert not picture.getexif() and "exif" not in picture.info


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
async def test_what_is_transparent_is_on_a_checker(mode: str) -> None:
    """Two light tones in turn; what is white in it can be told from what is not there."""
    image = Image.new("RGBA", (640, 640), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (320, 0, 640, 640))
    picture = (await shown(written(image.convert(mode)))).convert("L")
    tones = [picture.getpixel((8 + 16 * n, 8)) for n in range(6)]
    assert all(isinstance(tone, int) and tone > 150 for tone in tones)
    row = picture.crop((0, 0, 320, 320)).tobytes()
    squares = sum(220 <= tone <= 236 for tone in row) / len(row)
    assert 0.3 < squares < 0.6
    white = picture.crop((320, 0, 640, 320)).tobytes()
    assert sum(220 <= tone <= 236 for tone in white) / len(white) < 0.1


async def test_colours_are_those_the_profile_means() -> None:
    """A file that names its greens otherwise is shown as a program for pictures shows it."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    image = ImageCms.profileToProfile(
        plain(colour=GREEN), ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
    )
    assert image is not None
    content = written(image, "TIFF", icc_profile=lab.tobytes())
    assert near(colour(await shown(content), 0.5, 0.5), GREEN)
    broken = written(plain(colour=GREEN), "PNG", icc_profile=b"no profile at all")
    assert near(colour(await shown(broken), 0.5, 0.5), GREEN)


async def test_print_colours_and_deep_greys_are_shown() -> None:
    """CMYK without a profile, and sixteen bits for each point."""
    ink = written(plain(colour=(0, 255, 255, 0), mode="CMYK"), "JPEG", quality=95)
    assert near(colour(await shown(ink), 0.5, 0.5), (255, 0, 0), by=30)
    deep = written(halves((600, 400), 0, 40_000, "I;16"), "PNG")
    picture = await shown(deep)
    assert near(colour(picture, 0.25, 0.5), (0, 0, 0)) and near(
        colour(picture, 0.75, 0.5), (255, 255, 255)
    )


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((4000, 1000), (LONGEST, LONGEST // 4)),
        ((1000, 4000), (LONGEST // 4, LONGEST)),
        ((100, 50), (LEAST, 240)),
        ((5000, 2), (LONGEST, 240)),
        ((1, 1), (LEAST, LEAST)),
    ],
)
async def test_proportions_stay(size: tuple[int, int], seen: tuple[int, int]) -> None:
    """Large ones become smaller, small ones larger; what is a line gets a margin for the mark."""
    picture = await shown(written(plain(size)))
    assert picture.size == seen
    assert near(colour(picture, 0.5, 0.5), RED) or size[1] == 2
    assert all(differs(picture, plain(seen), box) for box in parts(picture, 2))


async def test_an_icon_keeps_its_edges() -> None:
    """It is enlarged point by point, not blurred."""
    picture = await shown(written(halves((ICON // 2, ICON // 2), RED, BLUE)))
    assert near(colour(picture, 0.44, 0.5), RED) and near(colour(picture, 0.56, 0.5), BLUE)


async def test_pages_of_a_picture_are_asked_for_one_by_one() -> None:
    """A scan of several sheets says how many it has; beyond them there is none."""
    scan = written(plain(colour=RED), "TIFF", save_all=True, append_images=[plain(colour=BLUE)])
    first, second = await made(scan), await shown(scan, page=2)
    assert first.pages == 2 and near(colour(second, 0.5, 0.5), BLUE)
    assert await refused(scan, page=3) is Reason.NO_SUCH_PAGE
    assert await refused(written(plain()), page=2) is Reason.NO_SUCH_PAGE
