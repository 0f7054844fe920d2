"""One machine makes its signing key once, and keeps it to itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ledger.sealed_values import SealingKeys
from local.keys import NAME, TAX_NAME, kept_key, kept_payout_key, kept_tax_key
from papers.signing import SigningKey


def test_a_machine_signs_with_one_key_for_ever(tmp_path: Path) -> None:
    """The second start finds what the first one made."""
    first = kept_key(tmp_path / "data")
    assert SigningKey(first).public.id.startswith("key_")
    assert kept_key(tmp_path / "data") == first


def test_a_machine_seals_tax_forms_with_one_key_for_ever(tmp_path: Path) -> None:
    """What was sealed before a restart can be opened after it; the file is its owner's alone."""
    first = kept_tax_key(tmp_path)
    assert SealingKeys(first) and kept_tax_key(tmp_path) == first != kept_key(tmp_path)
    assert (tmp_path / TAX_NAME).stat().st_mode & 0o777 == 0o600


def test_a_machine_seals_payout_methods_with_one_key_for_ever(tmp_path: Path) -> None:
    """It is none of the others: who has one of them has not this."""
    first = kept_payout_key(tmp_path)
    assert SealingKeys(first) and kept_payout_key(tmp_path) == first != kept_tax_key(tmp_path)


def test_nobody_else_on_the_machine_reads_it(tmp_path: Path) -> None:
    """It is a secret: its owner's alone."""
    kept_key(tmp_path)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_processes_that_make_it_at_once_agree(tmp_path: Path) -> None:
    """Whoever comes second takes the key of the first."""
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(kept_key, [tmp_path] * 8))) == 1
