"""A case file on paper: sealed to the last byte, with every letter, however long it is."""

import io
import time
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from papers import canonical, case_paper, case_tables, document, fonts, sealed_pdf
from papers import paper as paper_parts
from papers.chain import Item
from papers.checking import check
from papers.signing import SigningKey
from tests.papers.damage import DAMAGES, Damage, damaged

KEY = SigningKey("5e" * 32)
AT = "2026-01-02T03:04:05.678901Z"


def someone(role: str, name: str | None) -> dict[str, Any]:
    return {"role": role, "name": name, "id": f"user_{role}"}


def event(text: str, name: str = "statement_added") -> Item:
    """A decision with words and a file."""
    file = {"id": "file_1", "name": text[:200], "content_type": "x", "size": 7, "sha256": "ab" * 32}
    content = {
        "event": name,
        "words": "A statement was added",
        "by": someone("client", "Anna"),
        "cases": [{"id": "job_1", "version": 1, "state": "in_review"}],
        "decision": {"text": text, "files": ["file_1"], "freelancer_minor": 1_234_50},
        "facts": {},
        "files": [file],
    }
    return Item("event", AT, content)


def notice(text: str) -> Item:
    """A notice with its mail."""
    mail = {"status": "accepted", "answer": text[:500], "address": "…@x.example", "settled_at": AT}
    content = {"to": someone("client", "Anna"), "subject": text[:200], "mail": mail}
    return Item("notice", AT, content | {"opened_at": None})


SEAL = {"n": 17, "hash": "cd" * 32}
REFUSED = {
    "words": "Refused: approve",
    "by": someone("client", "Anna"),
    "reason": "This is over",
    "received_at": "2026-01-02T03:04:04.000001Z",
}


def case_file(name: str, texts: list[str]) -> bytes:
    """A signed case file in which these people say these texts."""
    about = {
        "title": "Case file of job_1",
        "subject": name,
        "job": {"id": "job_1", "state": "in_review", "version": 9},
        "disputes": [],
        "made_at": AT,
        "made_for": {"id": "user_client", "role": "client"},
        "made_by": "https://peerok.example",
    }
    posting = {"account": "the client's wallet", "words": "the client's wallet: -200.00 USD"}
    items = [
        Item("parties", None, {"parties": [someone("client", name), someone("mediator", None)]}),
        Item("terms", None, {"terms": [{"what": "Price", "value": "200.00 USD"}]}),
        Item("brief", AT, {"title": name, "brief": texts[0], "files": []}),
        Item("money", AT, {"entry": "hold", "postings": [posting, posting], "seal": SEAL}),
        Item("delivery", AT, {"number": 1, "note": texts[0], "files": []}),
        *(event(text) for text in texts),
        event("Half", "settlement_proposed"),
        *(notice(text) for text in texts),
        Item("refused", AT, REFUSED),
        Item("money", AT, {"entry": "release", "postings": [posting], "seal": None}),
    ]
    return document.signed(about, items, KEY)


def paper(name: str, texts: list[str]) -> bytes:
    """The same as a sealed PDF."""
    signed = case_file(name, texts)
    pages = case_paper.pages(canonical.read(signed))
    return sealed_pdf.sealed(sealed_pdf.with_attached(pages, signed), signed, KEY)


@cache
def usual() -> bytes:
    return paper("Anna Ñandú", ["In blue", "Greener"])


def text_of(pdf: bytes) -> str:
    """What a reader finds on the pages."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_paper_holds_as_it_was_sealed() -> None:
    """It is a PDF that readers open, and it carries its document."""
    found = check(usual())
    assert found.holds and found.key == KEY.public
    text = text_of(usual())
    for words in ("Case file", "8. The money", "9. Proof of notice", "Anna Ñandú", "1,234.50"):
        assert words in text
    assert f"seal17{SEAL['hash']}" in "".join(text.split())
    assert "nothing: This is over; it was received 2026-01-02 03:04:04" in " ".join(text.split())


@settings(max_examples=150, deadline=None)
@given(DAMAGES)
def test_a_single_byte_changed_anywhere_in_paper_is_found(damage: Damage) -> None:
    """In its pages, its attachment, or its seal."""
    content = damaged(usual(), damage)
    assert content == usual() or not check(content).holds


@settings(max_examples=60, deadline=None)
@given(DAMAGES)
def test_a_single_byte_changed_in_the_seal_is_found(damage: Damage) -> None:
    """The seal covers itself, down to how it is written."""
    seal = usual()[-600:]
    content = usual()[:-600] + damaged(seal, damage)
    assert content == usual() or not check(content).holds


def test_the_changed_item_of_an_attachment_is_named() -> None:
    """Where the change can be told, it is."""
    at = usual().index(b"Greener")
    found = check(usual()[:at] + b"Redder!" + usual()[at + 7 :])
    assert (
        "The PDF was changed after it was sealed. Inside: Item 7 (event) was changed" in found.says
    )


def test_changed_pages_are_told_from_a_changed_document() -> None:
    """Somebody who paints over a page leaves the document inside as it was."""
    at = usual().index(b"/MediaBox")
    found = check(usual()[:at] + b"/MediaBoz" + usual()[at + 9 :])
    assert "what differs is how it is shown" in found.says and not found.holds


def test_another_document_inside_a_sealed_paper_is_found() -> None:
    """Even when the same key signed it."""
    other = case_file("Somebody", ["else"])
    pages = case_paper.pages(canonical.read(other))
    mixed = sealed_pdf.sealed(
        sealed_pdf.with_attached(pages, other), case_file("Anna", ["In blue"]), KEY
    )
    assert "does not hold the document it was sealed with" in check(mixed).says


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n%PeerOK-seal {}", b"%PDF-" * 400])
def test_what_only_looks_like_our_paper_is_said_not_to_be(content: bytes) -> None:
    """In a sentence, whatever the bytes."""
    found = check(content)
    assert not found.holds and found.says.endswith(".")


NAMES = ["Анна Каренина", "Ñandú Łukasz", "张伟", "김철수", "山田さくら", "שלום", "مرحبا",
         "नमस्ते", "😀👩🏽‍🚀", "</para><b>&amp;", "\u200b\u2028\u0301", "𠀀𠀁",
         "x" * 200]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_name_gets_onto_paper(name: str) -> None:
    """Whatever the script: as letters, or as their names; and never a failure."""
    assert check(paper(name, [name * 3])).holds


def test_money_is_written_as_everywhere() -> None:
    """Minus one and a half is not minus two and a half."""
    assert case_tables.field({"amount_minor": -1_50, "currency": "USD"}) == "-1.50 USD"
    assert case_tables._money("freelancer_minor", -1_234_50) == "-1,234.50"


def test_letters_are_embedded_or_told_by_number() -> None:
    """A name is readable whichever fonts a reader has."""
    assert "Анна Каренина" in text_of(paper("Анна Каренина", ["x"]))
    assert "U+5F20 U+4F1F" in text_of(paper("张伟", ["x"]))
    assert fonts.marked_up("a𠀀") == "a[cjk unified ideograph-20000]"


def test_many_letters_without_a_font_are_named_at_first_and_counted_then() -> None:
    """A name is up to eighty letters long: nobody makes a book of a page with them."""
    shown = fonts.marked_up("ﷺ" * 900)
    assert shown.count("[arabic ligature sallallahou alayhe wasallam]") == fonts.MOST_NAMES
    assert shown.endswith("]" + fonts.UNNAMED * (900 - fonts.MOST_NAMES))
    assert fonts.is_embedded(fonts.UNNAMED)


def test_spaces_and_digits_stay_in_the_font_of_the_letters_before() -> None:
    """A change of font costs more than a line; Latin letters have their own all the same."""
    assert fonts.marked_up("张 1, 伟").count("<font") == 1
    assert fonts.marked_up("a 1 张a") == 'a 1 <font name="STSong-Light">张</font>a'


@pytest.mark.parametrize("text", ["a张" * 10_000, "张伟 " * 6_666, "ﷺ" * 20_000, "&" * 20_000])
def test_no_text_takes_long_to_be_laid_out(text: str) -> None:
    """However its letters alternate, are escaped or named: a paper has two minutes for all."""
    lines = paper_parts.said(text)
    assert max(len(line.getPlainText()) for line in lines) < 4_000
    before = time.process_time()
    for line in lines:
        line.wrap(paper_parts.WIDTH, 10_000)
    assert time.process_time() - before < 5


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_any_text_gets_onto_paper(text: str) -> None:
    """Nobody can write a statement that keeps a case from being printed."""
    assert check(paper("Anna", [text])).holds


def test_a_long_case_gets_onto_paper() -> None:
    """Many statements, each of the greatest length, and a text without a single space."""
    texts = ["word " * 4_000] * 20 + ["x" * 20_000]
    made = paper("Anna", texts)
    pages = PdfReader(io.BytesIO(made)).pages
    assert check(made).holds and len(pages) > 60
    assert f"7 of {len(pages)}" in " ".join(pages[6].extract_text().split())
    assert canonical.read(case_file("Anna", texts))["head"] in pages[6].extract_text()
