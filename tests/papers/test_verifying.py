"""`verify-case-file` says whether a file holds, to whoever has nothing but the file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from papers import checking, document
from papers.chain import Item
from papers.signing import PublicKey, SigningKey
from tests.papers.test_documents import FILE, KEY

ROOT = Path(__file__).parent.parent.parent


def verify(*arguments: str) -> tuple[int, str]:
    """The exit code and the sentence, without any variable, server or database."""
    command = [sys.executable, "-m", "cli", "verify-case-file", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={}, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "case-file.json"
    path.write_bytes(FILE)
    return path


def test_a_file_that_a_trusted_key_signed_ends_with_zero(saved: Path) -> None:
    """It is the only one that does."""
    status, says = verify(str(saved), "--key", KEY.public.hex)
    assert status == 0 and says.startswith("Unchanged. ")


def test_a_file_is_not_proven_by_the_key_it_brings_along(saved: Path) -> None:
    """Anybody can sign with a key of their own: it says so, and with which, and ends with three."""
    for key in (KEY, SigningKey("11" * 32)):
        saved.write_bytes(document.signed({"title": "x"}, [Item("x", "2026", {"a": 1})], key))
        status, says = verify(str(saved))
        assert status == 3 and says.startswith("Not proven, though whole. ")
        assert key.public.hex in says and "not checked" in says


def test_a_changed_file_ends_with_one(saved: Path) -> None:
    """And with where."""
    saved.write_bytes(FILE.replace(b"step 3", b"step 4"))
    status, says = verify(str(saved))
    assert status == 1 and says.startswith("Not as it was signed. Item 4")


def test_another_key_ends_with_one(saved: Path) -> None:
    """The file is whole, and not ours."""
    status, says = verify(str(saved), "--key", SigningKey("11" * 32).public.hex)
    assert status == 1 and "no key you trust" in says


def test_a_saved_list_of_keys_is_as_good_as_a_key(saved: Path, tmp_path: Path) -> None:
    """What /v1/signing-keys answered: a key that was withdrawn since proves nothing."""
    listed = tmp_path / "keys.json"
    published = {"public_key": KEY.public.hex, "withdrawn_at": None}
    listed.write_text(json.dumps({"keys": [published]}))
    assert verify(str(saved), "--key", str(listed))[0] == 0
    withdrawn = published | {"withdrawn_at": "2026-01-01T00:00:00Z"}
    listed.write_text(json.dumps({"keys": [withdrawn]}))
    assert checking.keys([str(listed)]) == {PublicKey(KEY.public.hex): False}
    assert verify(str(saved), "--key", str(listed))[0] == 1


def test_a_list_without_a_key_trusts_none(saved: Path, tmp_path: Path) -> None:
    """Whoever names keys wants one of them: an empty list is not as good as no list."""
    listed = tmp_path / "keys.json"
    listed.write_text('{"keys": []}')
    status, says = verify(str(saved), "--key", str(listed))
    assert status == 1 and "no key you trust" in says


@pytest.mark.parametrize("list_first", [True, False])
def test_a_withdrawn_key_stays_withdrawn_whoever_names_it(tmp_path: Path, list_first: bool) -> None:
    """Also after, or before, it was named by its digits."""
    listed = tmp_path / "keys.json"
    withdrawn = {"public_key": KEY.public.hex, "withdrawn_at": "2026-01-01T00:00:00Z"}
    listed.write_text(json.dumps({"keys": [withdrawn]}))
    named = [str(listed), KEY.public.hex] if list_first else [KEY.public.hex, str(listed)]
    assert checking.keys(named) == {KEY.public: False}


@pytest.mark.parametrize("key", ["short", "Z" * 64])
def test_what_is_no_key_is_said_to_be_none(saved: Path, key: str) -> None:
    """Instead of a verdict that nobody asked for."""
    status, says = verify(str(saved), "--key", key)
    assert status == 1 and "64 hexadecimal digits" in says


def test_a_file_that_is_not_there_is_said_not_to_be(tmp_path: Path) -> None:
    """In a line."""
    status, says = verify(str(tmp_path / "none.json"))
    assert status == 1 and "Cannot check" in says and "Traceback" not in says
