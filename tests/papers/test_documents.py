"""A signed document holds as it is, and not at all when a single byte of it is another."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers import canonical, document
from papers.chain import Item
from papers.checking import check
from papers.signing import SigningKey
from tests.papers.damage import DAMAGES, Damage, damaged

KEY = SigningKey("5e" * 32)
ITEMS = [
    Item("parties", None, {"parties": [{"name": "Anna Ñandú 张伟 😀", "id": "user_1"}]}),
    *(Item("event", f"2026-01-0{n}T00:00:00Z", {"words": f"step {n}\n"}) for n in range(1, 7)),
]
FILE = document.signed({"title": "Case file of job_1"}, ITEMS, KEY)


def changed(edit: Any) -> bytes:
    """The document after somebody edited its values, and wrote it down canonically again."""
    value = canonical.read(FILE)
    edit(value)
    return canonical.written(value)


def test_a_document_holds_as_it_was_signed() -> None:
    """All its items, by the key it names."""
    found = check(FILE)
    assert found.holds and found.key == KEY.public
    assert found.says.startswith("Case file of job_1: 7 items, all unchanged.")


@pytest.mark.parametrize("title", ["%PDF-1.7", "\n%PeerOK-seal {}"])
def test_a_title_does_not_make_paper_of_a_document(title: str) -> None:
    """People call their jobs what they like."""
    assert check(document.signed({"title": title}, ITEMS, KEY)).holds


@settings(max_examples=400, deadline=None)
@given(DAMAGES)
def test_a_single_byte_changed_anywhere_is_found(damage: Damage) -> None:
    """Flipped, left out or put in."""
    content = damaged(FILE, damage)
    assert content == FILE or not check(content).holds


def test_the_changed_item_is_named() -> None:
    """Whoever holds the file learns where to look."""
    at = FILE.index(b"step 3")
    found = check(FILE[:at] + b"stop" + FILE[at + 4 :])
    assert found.says == "Item 4 (event) was changed: its hash is another."


def test_the_item_is_named_when_the_file_is_no_json_any_more() -> None:
    """The place in the bytes tells it."""
    at = FILE.index(b"step 3")
    found = check(FILE[:at] + b'"' + FILE[at:])
    assert "in item 4, at byte" in found.says and not found.holds


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda v: v["items"].pop(2), "Item 3 does not follow"),
        (lambda v: v["items"].pop(), "The hash of the whole"),
        (lambda v: v["items"].insert(1, v["items"][2]), "Item 2 does not follow"),
        (lambda v: v["about"].update(title="Another"), "the signature does not fit"),
        (lambda v: v["about"]["key"].update(id="key_x"), "The beginning was changed"),
        (lambda v: v.update(more=1), "one too many"),
        (lambda v: v.update(items=7), "no list of items"),
        (lambda v: v["items"][0].pop("kind"), "Item 1 is not made like an item"),
    ],
)
def test_an_edit_that_is_written_down_well_is_found(edit: Any, says: str) -> None:
    """Items moved, left out or put in, a new title, another key: each with its sentence."""
    found = check(changed(edit))
    assert not found.holds and says in found.says


def test_a_whole_new_chain_needs_the_secret_key() -> None:
    """Whoever writes a history of their own can sign it only with a key of their own."""
    other = SigningKey("17" * 32)
    forged = document.signed({"title": "Case file of job_1"}, ITEMS[:3], other)
    assert check(forged).holds and check(forged).key == other.public
    trusted = check(forged, {KEY.public: True})
    assert not trusted.holds and "no key you trust" in trusted.says
    assert check(FILE, {KEY.public: True}).holds


def test_a_withdrawn_key_proves_nothing() -> None:
    """Others may have signed with it."""
    found = check(FILE, {KEY.public: False})
    assert not found.holds and "withdrawn" in found.says


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b"1" * 9_999, b'"\\ud800"']
)
def test_what_is_no_document_is_said_to_be_none(content: bytes) -> None:
    """In a sentence, whatever the bytes."""
    found = check(content)
    assert not found.holds and found.says.endswith(".")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
)  # fmt: skip


@given(VALUES)
def test_a_value_is_written_in_one_way(value: Any) -> None:
    """What was written is read again, and written alike."""
    written = canonical.written(value)
    assert canonical.read(written) == value
    assert canonical.written(canonical.read(written)) == written


@pytest.mark.parametrize(
    "content", [b"1.0", b"1e3", b"NaN", b"9007199254740993", b"{ }", b'{"b":1,"a":1}',
                b'{"a":1,"a":1}', b'"\\u0041"', b"[1]\n", b"-0"],
)  # fmt: skip
def test_what_is_written_in_another_way_is_not_read(content: bytes) -> None:
    """No floats, no space, no other order, no needless escape."""
    with pytest.raises(canonical.NotCanonical):
        canonical.read(content)
