"""A certificate holds as it was signed, on its page and in its file, and certifies nothing else."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pypdf import PdfReader

from papers import canonical, document, sealed_pdf
from papers.certificate import ATTACHED, CERTIFICATE, check
from papers.chain import Item
from papers.signing import SigningKey
from tests.papers import certifying
from tests.papers.certifying import AT, CHECK_AT, ID, KEY, certificate, file, on_paper, revocation
from tests.papers.damage import DAMAGES, Damage, damaged
from tests.papers.test_paper import NAMES, text_of
from tests.papers.test_verifying import ROOT

OTHER = SigningKey("11" * 32)
SIGNED = certificate()


def changed(edit: Any) -> bytes:
    """The certificate after somebody edited it, and wrote it down canonically again."""
    value = canonical.read(SIGNED)
    edit(value)
    return canonical.written(value)


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def test_a_certificate_says_whose_the_work_is_and_where_to_ask_whether_it_still_is() -> None:
    """As a file and on paper, by the same key."""
    for content in (SIGNED, certifying.usual()):
        found = check(content, {KEY.public: True})
        assert found.holds and found.key == KEY.public
        assert f"from Fay Okonkwo to Anna Ñandú at {AT}" in found.says and CHECK_AT in found.says


def test_a_certificate_of_the_first_version_holds_as_it_did() -> None:
    """In it the client's own terms stand in full; on its page their hash stands, in both."""
    old = certificate(version=1)
    assert b"Nothing of the new name." in old and b"Nothing of the new name." not in SIGNED
    for content in (old, on_paper(old)):
        assert check(content, {KEY.public: True}).proven
    assert all("ab" * 8 in text_of(on_paper(one)) for one in (old, SIGNED))


@settings(max_examples=300, deadline=None)
@given(DAMAGES)
def test_a_single_byte_changed_anywhere_in_the_file_is_found(damage: Damage) -> None:
    """Flipped, left out or put in."""
    content = damaged(SIGNED, damage)
    assert content == SIGNED or not check(content).holds


@settings(max_examples=100, deadline=None)
@given(DAMAGES)
def test_a_single_byte_changed_anywhere_on_paper_is_found(damage: Damage) -> None:
    """In the page, its attachment or its seal."""
    content = damaged(certifying.usual(), damage)
    assert content == certifying.usual() or not check(content).holds


EDITS: dict[str, Any] = {
    "another owner": lambda d: d["items"][0]["content"]["to"].update(name="Eve"),
    "another file": lambda d: d["items"][2]["content"]["files"][0].update(sha256="0" * 64),
    "another day": lambda d: d["items"][0].update(at="2020-01-01T00:00:00.000000Z"),
    "no files": lambda d: d["items"].pop(),
    "another name": lambda d: d["about"].update(certificate="certificate_x"),
    "another address to ask at": lambda d: d["about"].update(check_at="https://eve.example"),
    "a revocation that certifies": lambda d: d["about"].update(kind=CERTIFICATE + "s"),
    "another key": lambda d: d["about"].update(key=OTHER.public.shown()),
}


@pytest.mark.parametrize("what", EDITS)
def test_no_word_of_it_can_be_another(what: str) -> None:
    """Also when the file is written as canonically as ours."""
    assert not check(changed(EDITS[what]), {KEY.public: True}).holds


def test_what_somebody_else_signed_certifies_nothing() -> None:
    """It is whole, and not ours."""
    found = check(certificate(key=OTHER), {KEY.public: True})
    assert not found.holds and "no key you trust" in found.says
    assert not check(SIGNED, {KEY.public: False}).holds


def test_another_certificate_inside_a_sealed_paper_is_found() -> None:
    """Even when the same key signed it: the page must not show what the file does not say."""
    other = certificate("Another work")
    pdf = PdfReader(io.BytesIO(certifying.usual()))
    assert pdf.attachments.keys() == {ATTACHED}
    whole = certifying.usual().rpartition(b"\n%PeerOK-seal ")[0]
    assert not check(sealed_pdf.sealed(whole, other, KEY)).holds


def test_what_takes_a_certificate_back_certifies_nothing() -> None:
    """It is whole, says so, and names which one; on paper it does not look like one."""
    for content in (revocation(), on_paper(revocation())):
        found = check(content, {KEY.public: True})
        assert not found.holds and f"says that {ID} is revoked" in found.says
    assert "Certificate revoked" in text_of(on_paper(revocation()))


@pytest.mark.parametrize("kind", ["case_file", CERTIFICATE, "revocation", None])
def test_a_document_that_is_none_certifies_nothing(kind: str | None) -> None:
    """Whatever it calls itself, and whoever signed it."""
    made = document.signed({"title": "x", "kind": kind}, [Item("passing", AT, {"a": 1})], KEY)
    found = check(made)
    assert not found.holds and "no certificate" in found.says


def test_the_page_says_all_that_a_court_asks_first() -> None:
    """On one page: what, from whom, to whom, since when, how, for how much, and by which key."""
    text = " ".join(text_of(certifying.usual()).split())
    for words in (
        "Certificate of Ownership", "A logo for Harbour Bakery", "Fay Okonkwo", "Anna Ñandú",
        "since 27 November 2026, 08:45:12 UTC", "a direct hire", "1,250.00 USD", "version 1",
        "logo-dark.svg", f"{2:064x}", CHECK_AT, KEY.public.hex, "seal 17", "the client's own terms",
    ):  # fmt: skip
        assert words in text, words
    assert pages_of(certifying.usual()) == 1


def test_many_files_are_listed_behind_the_page() -> None:
    """Two hundred, each with its hash, and the page says that they are there."""
    files = tuple(file(n, f"plate {n}.tiff") for n in range(1, 201))
    made = on_paper(certificate(files=files, note="See the folder"))
    text = text_of(made)
    assert check(made).holds and pages_of(made) > 3
    assert all(one["sha256"] in text and one["name"] in text for one in files)
    assert "200 files" in text and "See the folder" in text


def test_a_work_without_files_is_told_by_its_note() -> None:
    """Where the work is, when that is all that was handed over."""
    text = text_of(on_paper(certificate(files=(), note="It is at https://x.example")))
    assert "It is at https://x.example" in text and "0 files" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_name_gets_onto_the_page(name: str) -> None:
    """Of any script and length, as title, maker and owner; the page stays one."""
    made = on_paper(certificate(title=name[:200], maker=name[:200], owner=name[:200]))
    assert check(made).holds and pages_of(made) == 1


def test_letters_that_are_read_from_the_right_are_told_by_number_too() -> None:
    """Paper puts them in the order in which they are stored."""
    assert "U+0645" in text_of(on_paper(certificate(maker="مرحبا")))
    assert "U+05E9" in text_of(on_paper(certificate(owner="שלום")))


def verify(*arguments: str) -> tuple[int, str]:
    """The exit code and the sentence, without any variable, server or database."""
    command = [sys.executable, "-m", "cli", "verify-certificate", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={}, check=False)
    return done.returncode, done.stdout + done.stderr


def test_anybody_checks_one_with_nothing_but_the_file(tmp_path: Path) -> None:
    """0 by a trusted key, 3 by any, 1 for a change, another key, a revocation, no file at all."""
    path = tmp_path / "certificate.pdf"
    path.write_bytes(certifying.usual())
    status, says = verify(str(path), "--key", KEY.public.hex)
    assert status == 0 and says.startswith("Unchanged. Certificate") and CHECK_AT in says
    assert verify(str(path), "--key", OTHER.public.hex)[0] == 1
    status, says = verify(str(path))
    assert status == 3 and says.startswith("Not proven, though whole. Certificate")
    assert "fits the key within" in says and "whose key that is was not checked" in says
    path.write_bytes(SIGNED.replace(b"Fay Okonkwo", b"Eve Okonkwo"))
    status, says = verify(str(path))
    assert status == 1 and says.startswith("It proves nothing. Item 1 (passing) was changed")
    path.write_bytes(revocation())
    status, says = verify(str(path), "--key", KEY.public.hex)
    assert status == 1 and "is revoked" in says
    status, says = verify(str(tmp_path / "none.pdf"))
    assert status == 1 and "Cannot check" in says and "Traceback" not in says
