"""Paper: pages with a head, a foot and "3 of 12", and what stands on them."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    LongTable,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)

from papers.fonts import BOLD, MONO, SANS, marked_up, register

WIDTH = A4[0] - 40 * mm
INK, GREY, RULE, SHADE = (HexColor(n) for n in (0x1A1F2B, 0x5B6472, 0xC9CED6, 0xF1F3F6))
PAGES = "number-of-pages"
"""Drawn on each page, and known only after the last one."""
LONGEST_PART = 1_000
"""How much of a line is one paragraph."""


def _style(name: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    usual = {"fontName": SANS, "textColor": INK, "splitLongWords": 1}
    return ParagraphStyle(name, fontSize=size, leading=leading, **(usual | more))


TITLE = _style("title", 20, 25, fontName=BOLD, spaceAfter=2)
SUBTITLE = _style("subtitle", 11.5, 16, textColor=GREY, spaceAfter=10)
HEADING = _style("heading", 13, 17, fontName=BOLD, spaceBefore=16, spaceAfter=6)
LABEL = _style("label", 8.5, 12, fontName=BOLD, spaceBefore=9, spaceAfter=2)
TEXT = _style("text", 8.5, 12.5, spaceAfter=3)
SAID = _style("said", 8.5, 12.5, leftIndent=9, borderPadding=0, spaceAfter=2)
CELL = _style("cell", 7.8, 10.4)
STRONG = _style("strong", 7.8, 10.4, fontName=BOLD)
AMOUNT = _style("amount", 7.8, 10.4, alignment=TA_RIGHT)
SMALL = _style("small", 7, 9.6, textColor=GREY)
CODE = _style("code", 6.4, 8.6, fontName=MONO)
HEAD = _style("head", 7.2, 9.6, fontName=BOLD, textColor=GREY)
HEAD_RIGHT = _style("head_right", 7.2, 9.6, fontName=BOLD, textColor=GREY, alignment=TA_RIGHT)


class Paper(BaseDocTemplate):
    """A4 with our head and foot; `foot` is what every page carries, such as a hash."""

    def __init__(self, out: io.BytesIO, *, title: str, head: str, foot: str) -> None:
        register()
        super().__init__(out, pagesize=A4, title=title, author="PeerOK", invariant=1)
        self._head, self._foot = head, foot
        frame = Frame(20 * mm, 20 * mm, WIDTH, A4[1] - 44 * mm, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._around))

    def _around(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        left, right, top = 20 * mm, A4[0] - 20 * mm, A4[1] - 15 * mm
        canvas.saveState()
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(left, top - 4, right, top - 4)
        canvas.line(left, 16 * mm, right, 16 * mm)
        canvas.setFillColor(GREY)
        canvas.setFont(BOLD, 7)
        canvas.drawString(left, top, "PeerOK")
        canvas.setFont(SANS, 7)
        canvas.drawRightString(right, top, self._head)
        canvas.setFont(MONO, 6)
        canvas.drawString(left, 12 * mm, self._foot)
        canvas.setFont(SANS, 7)
        canvas.drawRightString(right - 15, 12 * mm, f"{self.page} of")
        canvas.translate(right - 13, 12 * mm)
        canvas.doForm(PAGES)
        canvas.restoreState()

    def written(self, story: Sequence[Flowable]) -> None:
        """Lay everything out, and then say on each page how many there are."""
        self.build(list(story), canvasmaker=_Counted)


class _Counted(Canvas):
    """A canvas that draws at its end the page numbers for which earlier pages left room."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.begins: dict[str, int] = {}
        """On which page each section begins."""

    def save(self) -> None:
        """Define what the pages refer to, and finish the file."""
        for mark, page in {PAGES: self.getPageNumber() - 1, **self.begins}.items():
            self.beginForm(mark, -4, -4, 40, 10)
            self.setFillColor(GREY)
            self.setFont(SANS, 7 if mark == PAGES else 8.5)
            self.drawString(0, 0, str(page))
            self.endForm()
        super().save()


class Heading(Paragraph):
    """A section's title, also in the reader's outline and in the list of contents."""

    def __init__(self, text: str, mark: str) -> None:
        super().__init__(marked_up(text), HEADING)
        self._text, self._mark = text, mark

    def draw(self) -> None:
        """Draw it, and say where it is."""
        self.canv.begins[self._mark] = self.canv.getPageNumber()
        self.canv.bookmarkPage(self._mark)
        self.canv.addOutlineEntry(self._text, self._mark, 0)
        super().draw()


class Listed(Paragraph):
    """A line of the list of contents; the section's page is drawn once it is known."""

    def __init__(self, text: str, mark: str) -> None:
        super().__init__(f'<a href="#{mark}">{marked_up(text)}</a>', TEXT)
        self._mark = mark

    def draw(self) -> None:
        """Draw it with the place of its number."""
        super().draw()
        self.canv.saveState()
        self.canv.translate(WIDTH - 15, self.height - 8.5)
        self.canv.doForm(self._mark)
        self.canv.restoreState()


def heading(text: str, mark: str) -> list[Flowable]:
    """A section's title, never alone at the foot of a page."""
    return [CondPageBreak(42 * mm), Heading(text, mark)]


def label(text: str) -> list[Flowable]:
    """What the next text is, never alone at the foot of a page."""
    return [CondPageBreak(34 * mm), cell(text, LABEL)]


def said(text: str, style: ParagraphStyle = SAID) -> list[Flowable]:
    """Somebody's text, line by line, so that it may run over pages."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [Paragraph(marked_up(part), style) for line in lines for part in _parts(line)]


def _parts(line: str) -> Iterator[str]:
    """The line in parts: laying one out takes time by the square of its length."""
    while len(line) > LONGEST_PART:
        at = line.rfind(" ", LONGEST_PART // 2, LONGEST_PART) + 1 or LONGEST_PART
        yield line[:at]
        line = line[at:]
    yield line


def cell(text: str, style: ParagraphStyle = CELL) -> Paragraph:
    """A text in a table."""
    return Paragraph(marked_up(text), style)


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[float]) -> Flowable:
    """Rows under heads that return on each page; widths in millimetres, the rest of the last."""
    if not rows:
        return Paragraph("None.", TEXT)
    given = [width * mm for width in widths]
    columns = [*given, WIDTH - sum(given)] if len(given) < len(rows[0]) else given
    right = [getattr(under, "style", None) is AMOUNT for under in rows[0]]
    styles = [HEAD_RIGHT if one else HEAD for one in right]
    top = [[cell(*head) for head in zip(heads, styles, strict=True)]] if heads else []
    made = LongTable([*top, *rows], columns, repeatRows=len(top), hAlign="LEFT", splitInRow=1)
    lines = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    shade = [("BACKGROUND", (0, 0), (-1, 0), SHADE)] if heads else []
    made.setStyle(TableStyle([*lines, *shade]))
    return made


def space(points: float) -> Flowable:
    """Room between two things."""
    return Spacer(0, points)
