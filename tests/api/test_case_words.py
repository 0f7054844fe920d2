"""The words of a case file say what happened, and nothing that is somebody else's."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from api import case_words as words
from domain.accounts import Kind
from domain.policy import Policy, Terms
from domain.policy_words import LABELS


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("OK", "OK"),
        ("250 2.1.5 <ana.smith@x.example>: ok", "250 2.1.5 <…@x.example>: ok"),
        ("550 ana.smith: unknown (Ana.Smith@X.example)", "550 …: unknown (…@X.example)"),
        ("forwarded to other@y.example", "forwarded to …@y.example"),
        ("as ana.smith%40x.example, bob%40y.example", "as …@x.example, …@y.example"),
        ("<SRS0=hash=TT=x.example=ana.smith@relay.example>", "<…@relay.example>"),
        ("bounces+ana.smith=x.example@list.example", "…@list.example"),
        ("user ANA.SMITH/INBOX is full", "user …/INBOX is full"),
        ("user ana.smith+jobs is full", "user … is full"),
        ("Anastasia asks ana.smithson", "Anastasia asks ana.smithson"),
        (None, None),
    ],
)
def test_a_servers_answer_names_no_mailbox(answer: str | None, shown: str | None) -> None:
    """However the server wrote it; the server itself stays, for it is the proof."""
    assert words.answered(answer, "ana.smith+jobs@x.example") == shown
    assert words.server_of("ana.smith@x.example") == "…@x.example"


@pytest.mark.parametrize("status", ["pending", "refused", "failed"])
@pytest.mark.parametrize(
    ("noted", "is_theirs"),
    [
        ("550 5.1.1 unknown", True),
        ("451-4.7.1 come back later", True),
        ("SMTPConnectError: Error connecting to smtp.ours on port 25", False),
        ("not written: a header is too long", False),
        ("TimeoutError: 15", False),
        ("-1 Malformed SMTP response", False),
        ("10.0.0.7 refused", False),
    ],
)
def test_a_fault_of_ours_is_not_shown_as_their_servers_answer(
    status: str, noted: str, is_theirs: bool
) -> None:
    """It names our machines, and proves nothing about the mailbox."""
    assert words.heard(noted, status) == (noted if is_theirs else None)
    assert words.heard("2.0.0 Ok: queued", "accepted") and words.heard(None, status) is None


def test_every_number_of_the_policy_is_in_the_terms() -> None:
    """A new one needs its words, or a contract would not say it."""
    agreed = Terms(policy=Policy(), price_minor=1_000_00, work_period=timedelta(days=1))
    told = {one["what"]: one["value"] for one in words.terms(agreed)}
    assert Policy.model_fields.keys() - {"version"} == LABELS.keys()
    assert set(LABELS.values()) <= told.keys()
    assert (told["Price"], told["Time to work"]) == ("1,000.00 USD", "1 day")


def test_a_moment_is_told_in_utc_to_the_microsecond() -> None:
    """Two files about one moment say it alike, wherever they were made."""
    at = datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC)
    elsewhere = at.astimezone(timezone(timedelta(hours=-5)))
    assert words.moment(at) == words.moment(elsewhere) == "2026-01-02T03:04:05.000600Z"


def test_the_order_of_told_moments_is_that_of_time() -> None:
    """Also of a whole second and what follows within it."""
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    told = [words.moment(at + timedelta(microseconds=n)) or "" for n in (0, 5, 999_999, 1_000_000)]
    assert told == sorted(told) and told[0] == "2026-01-02T03:04:05.000000Z"


def test_of_another_persons_wallet_no_part_is_named() -> None:
    """Whether money was earned or paid in is its owner's to know."""
    named = {"user_1": "the client"}
    assert words.account(Kind.EARNINGS, "user_1", named, whole=False) == "the client's wallet"
    assert words.account(Kind.EARNINGS, "user_1", named, whole=True) == "the client's earnings"
    assert (
        words.account(Kind.PLATFORM_FEES, "platform", named, whole=False) == "the platform's fees"
    )
