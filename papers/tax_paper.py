"""The record of a tax form as it was signed: its lines, the text, who signed it by which act."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from reportlab.platypus import Flowable, Paragraph

from domain.certifications import Certification
from papers.case_tables import field
from papers.fonts import marked_up
from papers.paper import HEADING, SMALL, STRONG, SUBTITLE, TITLE, Paper, cell, said, table

CALLED = {
    "business_name": "Business name",
    "llc_code": "LLC, taxed as",
    "other_classification": "Other classification",
    "fatca_code": "FATCA code",
    "tin_type": "Kind of taxpayer number",
    "tin": "Taxpayer number",
    "residence": "Permanent residence",
    "mailing": "Mailing address",
    "us_tin_type": "Kind of US taxpayer number",
    "us_tin": "US taxpayer number",
    "foreign_tin": "Foreign tax number",
    "foreign_tin_not_required": "No foreign tax number is required",
    "birth": "Date of birth",
}
"""Lines whose field is no plain word."""
ABBREVIATED = frozenset({"ssn", "itin", "ein"})
ELECTRONIC = "electronically: typed the name, agreed to the text, as the last act"
PAPER = "on paper; the file is kept with the form"
NUMBERS = "Of numbers only the last four are printed; the whole is kept sealed."


def pages(facts: Mapping[str, Any], says: Mapping[str, Any], text: Certification) -> bytes:
    """The PDF; `says` are the form's fields, with their numbers masked already."""
    title, out = f"Record of {text.edition}", io.BytesIO()
    paper = Paper(out, title=title, head=title, foot=str(facts["id"]))
    paper.written([*_front(facts, title), *_lines(says), *_text(text)])
    return out.getvalue()


def _front(facts: Mapping[str, Any], title: str) -> Iterator[Flowable]:
    yield Paragraph(title, TITLE)
    yield Paragraph(marked_up(f"signed by {facts['full_name']}"), SUBTITLE)
    yield _rows(
        {
            "Form": facts["id"],
            "Signed by": facts["full_name"],
            "Signed": f"{facts['signed_on']}, {PAPER if facts['file_id'] else ELECTRONIC}",
            "Received": f"{field(facts['signed_at'])} UTC",
            "Text signed": f"version {facts['certification']}, below",
            "State": field(facts["state"]),
            "Valid until": facts["valid_until"] or "it is replaced",
        }
    )


def _lines(says: Mapping[str, Any]) -> Iterator[Flowable]:
    yield cell("What the form says", HEADING)
    yield _rows({_name(name): _value(value) for name, value in says.items()})
    yield Paragraph(NUMBERS, SMALL)


def _text(text: Certification) -> Iterator[Flowable]:
    yield cell("What was certified", HEADING)
    yield from said(text.text)


def _rows(rows: Mapping[str, str]) -> Flowable:
    return table((), [[cell(name, STRONG), cell(value)] for name, value in rows.items()], [44])


def _name(name: str) -> str:
    return CALLED.get(name, name.replace("_", " ").capitalize())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{_name(n).lower()}: {_value(v)}" for n, v in value.items() if v)
    return value.upper() if isinstance(value, str) and value in ABBREVIATED else field(value)
