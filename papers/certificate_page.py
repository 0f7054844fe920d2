"""The look of a certificate: its frame, its rosettes, its letters, and the code to check it by."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from papers.fonts import MONO, SANS, SERIF, SERIF_BOLD, SERIF_ITALIC, has, marked_up, register
from papers.paper import AMOUNT, CODE, GREY, INK, RULE, Paper, cell

GOLD, PALE_GOLD = HexColor(0xA8863B), HexColor(0xF3ECDC)
RED, PALE_RED = HexColor(0xA03232), HexColor(0xF7E6E6)
SIDE = 25 * mm
WIDTH = A4[0] - 2 * SIDE
FOOT = 58 * mm
THREADS = 8
"""Of which a rosette is woven."""
SMALLEST = 8
"""Long titles and names are written smaller, but not below this."""


def _style(name: str, font: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    usual = {"fontName": font, "textColor": INK, "splitLongWords": 1}
    return ParagraphStyle(name, fontSize=size, leading=leading, **(usual | more))


PHRASE = _style("phrase", SERIF_ITALIC, 12.5, 17, alignment=TA_CENTER, textColor=GREY)
BODY = _style("body", SERIF, 10.5, 14.5, alignment=TA_CENTER)
NOTE = _style("note", SANS, 6.6, 9.4, alignment=TA_CENTER, textColor=GREY)
FACT_NAME = _style("fact_name", SERIF_ITALIC, 9, 11.5, textColor=GREY)
FACT = _style("fact", SANS, 7, 9.6, spaceAfter=3)


@dataclass(frozen=True)
class Ground:
    """What stands on the certificate's own page around its words."""

    revoked: bool
    name: str
    check_at: str
    lines: Sequence[str]
    """At the foot: what names it, and what it is signed with."""


class Framed(Paper):
    """Paper whose first page has a frame; the pages behind it are as all our paper."""

    def __init__(self, out: io.BytesIO, title: str, foot: str, ground: Ground) -> None:
        register()
        super().__init__(out, title=title, head=ground.name, foot=foot)
        self._ground = ground
        frame = Frame(SIDE, FOOT, WIDTH, A4[1] - FOOT - 34 * mm, 0, 0, 0, 0)
        first = PageTemplate("first", [frame], onPage=self._framed)
        self.pageTemplates[0].id = "later"
        self.pageTemplates.insert(0, first)

    def _framed(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        ground = self._ground
        colour, pale = (RED, PALE_RED) if ground.revoked else (GOLD, PALE_GOLD)
        canvas.saveState()
        middle = A4[0] / 2
        rosette(canvas, middle, A4[1] / 2 + 8 * mm, 74 * mm, pale, petals=24)
        _frame(canvas, colour)
        canvas.setFillColor(colour)
        canvas.setFont(SERIF_BOLD, 13)
        spaced = " ".join("PEEROK")
        canvas.drawCentredString(middle, A4[1] - 27 * mm, spaced)
        _foot(canvas, ground, colour)
        canvas.restoreState()


def display(text: str, size: float) -> Paragraph:
    """A title or a name, in the middle; the longer, the smaller."""
    shown = marked_up(text)
    length = len(Paragraph(shown, PHRASE).getPlainText())
    size = max(SMALLEST, size * min(1.0, (60 / max(length, 1)) ** 0.35))
    # A font that lacks one letter of it is not used at all: half a name looks like a mistake.
    font = SERIF_BOLD if has(SERIF_BOLD, text) else SANS
    style = _style("display", font, size, size * 1.25, alignment=TA_CENTER)
    return Paragraph(shown, style)


def columns(left: Sequence[Flowable], right: Sequence[Flowable]) -> Flowable:
    """Two columns side by side."""
    made = Table([[list(left), list(right)]], [WIDTH / 2] * 2)
    plain = [(f"{side}PADDING", (0, 0), (-1, -1), pad) for side, pad in PADDING.items()]
    made.setStyle(TableStyle([*plain, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return made


PADDING = {"LEFT": 6, "RIGHT": 6, "TOP": 0, "BOTTOM": 0}


def file_table(files: Iterable[Mapping[str, Any]]) -> Flowable:
    """Each file with its size and its hash."""
    rows = [
        [[cell(one["name"]), cell(one["sha256"], CODE)], cell(f"{one['size']:,} bytes", AMOUNT)]
        for one in files
    ]
    made = Table(rows, [WIDTH - 26 * mm, 26 * mm], splitInRow=1)
    lines = [("LINEABOVE", (0, 0), (-1, -1), 0.3, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    pads = [(f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("TOP", "BOTTOM")]
    made.setStyle(TableStyle([*lines, *pads]))
    return made


def rosette(
    canvas: Canvas, x: float, y: float, radius: float, colour: Color, *, petals: int
) -> None:
    """Woven lines around a point, as on what is not to be copied."""
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(0.35)
    for turn in range(THREADS):
        line = canvas.beginPath()
        for n, (dx, dy) in enumerate(_woven(radius, petals, 2 * pi * turn / THREADS)):
            (line.lineTo if n else line.moveTo)(round(x + dx, 1), round(y + dy, 1))
        line.close()
        canvas.drawPath(line)


def _woven(radius: float, petals: int, turned: float) -> Iterator[tuple[float, float]]:
    steps = 16 * petals
    for step in range(steps):
        angle = 2 * pi * step / steps
        reach = radius * (0.78 + 0.14 * sin(petals * angle + turned) + 0.08 * sin(6 * angle))
        yield reach * cos(angle), reach * sin(angle)


def _frame(canvas: Canvas, colour: Color) -> None:
    canvas.setStrokeColor(colour)
    for inset, width in ((10 * mm, 1.4), (12 * mm, 0.4)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, A4[0] - 2 * inset, A4[1] - 2 * inset)
    canvas.setFillColor(colour)
    for x in (12 * mm, A4[0] - 12 * mm):
        for y in (12 * mm, A4[1] - 12 * mm):
            canvas.circle(x, y, 1.5, stroke=0, fill=1)


def _foot(canvas: Canvas, ground: Ground, colour: Color) -> None:
    """The code that leads to the public address, what names it, and a seal for the eye."""
    bottom = 19 * mm
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, bottom + 31 * mm, A4[0] - SIDE, bottom + 31 * mm)
    _code(canvas, ground.check_at, SIDE - 2 * mm, bottom, 27 * mm)
    if not ground.revoked:
        middle = A4[0] - SIDE - 12 * mm, bottom + 12 * mm
        rosette(canvas, *middle, 12 * mm, colour, petals=18)
        canvas.setFillColor(colour)
        canvas.setFont(SERIF_BOLD, 7.5)
        canvas.drawCentredString(middle[0], middle[1] - 2.5, "PeerOK")
    left, y = SIDE + 28 * mm, bottom + 24 * mm
    canvas.setFillColor(INK)
    canvas.setFont(SERIF_ITALIC, 9.5)
    canvas.drawString(left, y, "Whether it holds today, anybody learns at")
    canvas.setFont(SANS, _fitting(canvas, ground.check_at, A4[0] - SIDE - left))
    canvas.drawString(left, y - 11, ground.check_at)
    canvas.setFillColor(GREY)
    for n, line in enumerate(ground.lines):
        is_hash = len(line) == 64 and line.isalnum()
        canvas.setFont(MONO if is_hash else SANS, 5.6 if is_hash else 6)
        canvas.drawString(left, y - 24 - n * 8.5, line)


def _fitting(canvas: Canvas, text: str, room: float) -> float:
    """The size at which the line has room."""
    width = float(canvas.stringWidth(text, SANS, 7))
    return min(7.0, 7 * room / width)


def _code(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    widget = QrCodeWidget(text, barLevel="M")
    left, bottom, right, top = widget.getBounds()
    scale = size / (right - left), size / (top - bottom)
    drawing = Drawing(size, size, transform=[scale[0], 0, 0, scale[1], 0, 0])
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, x, y)
