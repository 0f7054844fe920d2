"""A certificate on paper: a page that somebody would frame, and what it covers behind it."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import bidirectional

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, NextPageTemplate, PageBreak, Paragraph

from papers import canonical
from papers.case_tables import field
from papers.certificate import REVOCATION
from papers.certificate_page import (
    BODY,
    FACT,
    FACT_NAME,
    NOTE,
    PHRASE,
    Framed,
    Ground,
    columns,
    display,
    file_table,
)
from papers.fonts import code_points, is_embedded, marked_up
from papers.paper import SMALL, TEXT, cell, heading, label, said, space

ON_THE_FRONT = 4
"""So many files stand on the certificate itself, when their names are short."""
SHORT_NAME = 60
LONGEST_NOTE = 400
FROM = {
    "direct_hire": "a direct hire",
    "project": "a bid on the client's project",
    "contest": "the handover of a contest's winner",
    "purchase": "the purchase of a listing",
}
CHECKING = """
The signed file is attached to this paper as certificate.json, and this paper, byte for byte, is
signed with the same key. Whoever holds either checks it without us: python -m cli
verify-certificate FILE --key KEYS, where KEYS is saved from {platform}/v1/signing-keys.
"""


def pages(document: Mapping[str, Any]) -> bytes:
    """The PDF of a certificate, or of what takes one back; not yet sealed."""
    about, out = document["about"], io.BytesIO()
    revoked = about["kind"] == REVOCATION
    ground = Ground(
        revoked=revoked,
        name=about["certificate"],
        check_at=about["check_at"],
        lines=[
            f"{'Revoked certificate' if revoked else 'Certificate'} {about['certificate']}",
            f"Signed {field(about['issued_at'])} UTC with {about['key']['id']},"
            f" {about['key']['algorithm']} public key",
            about["key"]["public_key"],
            "SHA-256 of the signed file",
            hashlib.sha256(canonical.written(document)).hexdigest(),
        ],
    )
    paper = Framed(out, about["title"], f"sha-256 {document['head']}", ground)
    story = _revoked(document) if revoked else _certified(document)
    paper.written([NextPageTemplate("later"), *story])
    return out.getvalue()


def _certified(document: Mapping[str, Any]) -> Iterator[Flowable]:
    passed, terms = (_of(kind, document)[0] for kind in ("passing", "terms"))
    deliveries = _of("delivery", document)
    files = [one for told in deliveries for one in told["content"]["files"]]
    yield display("Certificate of Ownership", 29)
    yield space(28)
    yield Paragraph("The work", PHRASE)
    yield space(3)
    yield from _named(passed["content"]["work"]["title"], 21)
    yield space(20)
    yield columns(
        _side("made by", passed["content"]["from"]), _side("belongs to", passed["content"]["to"])
    )
    yield space(20)
    yield Paragraph(f"since {_day(passed['at'])}", PHRASE)
    yield space(16)
    yield Paragraph(marked_up(terms["content"]["clause"]), BODY)
    yield space(20)
    yield _facts(passed, terms["content"], deliveries, files)
    if _fit(files):
        yield space(6)
        yield file_table(files)
        return
    yield PageBreak()
    yield from _schedule(document, deliveries)


def _fit(files: Sequence[Mapping[str, Any]]) -> bool:
    short = all(len(one["name"]) <= SHORT_NAME for one in files)
    return bool(files) and len(files) <= ON_THE_FRONT and short


def _side(says: str, person: Mapping[str, Any]) -> list[Flowable]:
    who = Paragraph(f"the {person['role']}, {person['id']}", NOTE)
    return [Paragraph(says, PHRASE), space(2), *_named(person["name"], 15), space(2), who]


def _named(text: str, size: float) -> list[Flowable]:
    """A title or name; letters that a reader may lack, or see in another order, by numbers too."""
    shown: list[Flowable] = [display(text, size)]
    if not is_embedded(text) or any(bidirectional(letter) in ("R", "AL") for letter in text):
        shown.append(Paragraph(code_points(text), NOTE))
    return shown


def _facts(
    passed: Mapping[str, Any],
    terms: Mapping[str, Any],
    deliveries: Sequence[Mapping[str, Any]],
    files: Sequence[Mapping[str, Any]],
) -> Flowable:
    """How it came and under which terms, in two columns."""
    told, nda = passed["content"], terms["nda"]
    came, entry = told["origin"], told["entry"]
    signed = f"version {nda['version']}, signed {nda['signed_at'][:10]}" if nda else "none signed"
    own = terms["confidentiality"]
    also = f"; the client's own terms, SHA-256 {own['sha256'][:16]}…" if own else ""
    rows = {
        "Job": f"{told['work']['id']}, {field(told['state'])}",
        "It came by": FROM[came["kind"]] + (f", {came['id']}" if came["id"] else ""),
        "How it ended": f"{told['words']}, {field(passed['at'])} UTC",
        "Price": f"{field(terms['price'])}, under version {terms['policy_version']} of the policy",
        "Confidentiality": f"the freelancer's agreement, {signed}{also}",
        "Paid by": f"entry {entry['reference']}{_sealed(entry['seal'])}" if entry else "nothing",
        **(_warranted(terms["warranty"]) if terms.get("warranty") else {}),
        "The work": f"{_count(len(deliveries), 'delivery', 'deliveries')},"
        f" {_count(len(files), 'file', 'files')}"
        + ("" if _fit(files) else ", listed on the pages behind this one"),
    }
    return columns(*_halves([(cell(name, FACT_NAME), cell(rows[name], FACT)) for name in rows]))


def _warranted(warranty: Mapping[str, Any]) -> dict[str, str]:
    """Ready work is warranted by its seller, by name."""
    by, at = field(warranty["warranted_by"]), warranty["warranted_at"][:10]
    return {"Warranted": f"as the seller's own work by {by}, {at}"}


def _halves(rows: list[tuple[Flowable, Flowable]]) -> tuple[list[Flowable], list[Flowable]]:
    half = (len(rows) + 1) // 2
    return [one for row in rows[:half] for one in row], [one for row in rows[half:] for one in row]


def _sealed(seal: Mapping[str, Any] | None) -> str:
    return f", seal {seal['n']} {seal['hash'][:16]}…" if seal else ""


def _schedule(
    document: Mapping[str, Any], deliveries: Sequence[Mapping[str, Any]]
) -> Iterator[Flowable]:
    """Every delivery with its files; all of it is what passed."""
    yield from heading("The work", "work")
    for told in deliveries:
        content = told["content"]
        approved = ", which was approved" if content["approved"] else ""
        yield from label(f"Delivery {content['number']}, {field(told['at'])} UTC{approved}")
        if content["note"]:
            cut = "…" if len(content["note"]) > LONGEST_NOTE else ""
            yield from said(content["note"][:LONGEST_NOTE] + cut)
        if content["files"]:
            yield space(3)
            yield file_table(content["files"])
    yield CondPageBreak(40 * mm)
    yield from heading("How to check this", "check")
    checking = " ".join(CHECKING.split()).format(platform=document["about"]["made_by"])
    yield Paragraph(marked_up(checking), TEXT)
    yield Paragraph("Notes that are cut here, and all letters, are whole in the file.", SMALL)


def _revoked(document: Mapping[str, Any]) -> Iterator[Flowable]:
    told = _of("revocation", document)[0]
    content = told["content"]
    yield display("Certificate revoked", 29)
    yield space(20)
    yield Paragraph("The certificate", PHRASE)
    yield display(content["certificate"], 13)
    yield space(8)
    yield Paragraph("of the work", PHRASE)
    yield from _named(document["about"]["subject"], 19)
    yield space(16)
    yield Paragraph(f"does not hold since {_day(told['at'])}", PHRASE)
    yield space(14)
    why = f"{content['words']}. The work is not the client's, and whoever holds that"
    yield Paragraph(marked_up(f"{why} certificate owns nothing by it."), BODY)
    yield space(18)
    issued = f"It was signed {field(content['issued_at'])} UTC; SHA-256 of that file:"
    yield Paragraph(issued, NOTE)
    yield Paragraph(content["sha256"], NOTE)


def _day(at: str) -> str:
    """The moment as people write it on paper."""
    moment = datetime.fromisoformat(at)
    return f"{moment.day} {moment:%B %Y}, {moment:%H:%M:%S} UTC"


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _of(kind: str, document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [link for link in document["items"] if link["kind"] == kind]
