"""A sealed value opens in its own place, under its own key, unchanged; else it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import sealed_values
from ledger.sealed_values import KeyMissing, Place, Sealed, SealingKeys, Unopenable

OLD, NEW = f"old:{'0a' * 32}", f"new:{'0b' * 32}"
KEYS = SealingKeys(OLD)
HERE = Place("tax_form", "payload", "taxform_1")
NAMES = st.text(max_size=10)
PLACES = st.builds(Place, NAMES, NAMES, NAMES)


@given(value=st.binary(), place=PLACES)
def test_what_is_sealed_opens_to_the_same(value: bytes, place: Place) -> None:
    """Bytes of any kind and length, the same value never to the same bytes."""
    one, other = KEYS.seal(place, value), KEYS.seal(place, value)
    assert KEYS.open(place, one) == KEYS.open(place, other) == value
    assert one.content != other.content and one.key_id == "old"


@given(sealed_for=PLACES, opened_in=PLACES)
def test_a_value_opens_nowhere_else(sealed_for: Place, opened_in: Place) -> None:
    """No two places read the same, whatever their names are made of."""
    sealed = KEYS.seal(sealed_for, b"536904399")
    if sealed_for == opened_in:
        return
    with pytest.raises(Unopenable):
        KEYS.open(opened_in, sealed)


@given(data=st.data())
def test_a_changed_bit_is_noticed(data: st.DataObject) -> None:
    """In the nonce, the ciphertext or the tag."""
    sealed = KEYS.seal(HERE, b"536904399")
    at = data.draw(st.integers(0, len(sealed.content) * 8 - 1))
    changed = bytearray(sealed.content)
    changed[at // 8] ^= 1 << at % 8
    with pytest.raises(Unopenable):
        KEYS.open(HERE, Sealed(sealed.key_id, bytes(changed)))


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 28])
def test_what_is_cut_short_does_not_open(length: int) -> None:
    """Not even an empty value."""
    sealed = KEYS.seal(HERE, b"536904399")
    with pytest.raises(Unopenable):
        KEYS.open(HERE, Sealed(sealed.key_id, sealed.content[:length]))


def test_the_first_key_seals_and_all_open() -> None:
    """A new key comes before the old one; the old one goes when nothing is sealed with it."""
    before = KEYS.seal(HERE, b"1")
    both = SealingKeys(f"{NEW}, {OLD}")
    after = both.seal(HERE, b"2")
    assert (before.key_id, after.key_id) == ("old", "new")
    assert (both.open(HERE, before), both.open(HERE, after)) == (b"1", b"2")
    assert SealingKeys(NEW).open(HERE, after) == b"2"
    with pytest.raises(KeyMissing, match=r"^there is no key old$"):
        SealingKeys(NEW).open(HERE, before)


def test_another_key_of_the_same_name_does_not_open() -> None:
    """Nor does a value that says it is under another key."""
    sealed = KEYS.seal(HERE, b"1")
    with pytest.raises(Unopenable):
        SealingKeys(f"old:{'0c' * 32}").open(HERE, sealed)
    twins = SealingKeys(f"old:{'0a' * 32},twin:{'0a' * 32}")
    with pytest.raises(Unopenable):
        twins.open(HERE, Sealed("twin", sealed.content))


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0a" * 32,
        f"K:{'0a' * 32}",
        f"k:{'0a' * 31}",
        f"k:{'0A' * 32}",
        f"{OLD},",
        f"{OLD},{OLD}",
    ],
)
def test_keys_that_are_none_are_refused_without_quoting_them(written: str) -> None:
    """The process does not start, and its log has no key."""
    with pytest.raises(ValueError, match=r"^sealing keys are id:64 hexadecimal") as refused:
        SealingKeys(written)
    assert "0a0a" not in str(refused.value) and "0a0a" not in repr(KEYS)


def test_a_new_key_is_one() -> None:
    """As the command line prints it, and never the same."""
    one, other = sealed_values.fresh(), sealed_values.fresh()
    assert one != other
    assert SealingKeys(f"{one},{other}").seal(HERE, b"").key_id == one.partition(":")[0]


def test_a_fingerprint_can_be_made_by_who_has_the_key_alone() -> None:
    """The same for the same value, so that a request sent twice is recognised."""
    assert KEYS.fingerprint(b"1") == SealingKeys(f"{OLD},{NEW}").fingerprint(b"1")
    prints = {KEYS.fingerprint(b"1"), KEYS.fingerprint(b"2"), SealingKeys(NEW).fingerprint(b"1")}
    assert len(prints) == 3
