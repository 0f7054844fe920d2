"""Only the party's own mailbox can refuse a mail for good; every other fault is tried again."""

import pytest
from aiosmtplib import SMTPDataError, SMTPRecipientRefused, SMTPSenderRefused
from pydantic import SecretStr

from activities.refusals import is_the_mailboxs
from tests.holding.boxes import mail_of, served
from tests.holding.hands import hands
from tests.life import Life
from tests.world import World


@pytest.mark.parametrize(
    ("code", "says", "at_recipient", "at_data"),
    [
        (550, "5.1.1 no such mailbox", True, True),
        (550, "5.1.2 no such domain", True, True),
        (553, "5.1.3 bad syntax", True, True),
        (551, "5.1.6 moved", True, True),
        (556, "5.1.10 null MX", True, True),
        (550, "5.2.1 disabled", True, True),
        (552, "5.2.2 full", True, True),
        (550, "User unknown", True, False),
        (550, "5.1.1", True, True),
        (550, "5.1.7 bad sender", False, False),
        (550, "5.1.8 sender's domain", False, False),
        (552, "5.2.3 too long", False, False),
        (550, "5.7.1 blocked", False, False),
        (550, "5.1.11 something new", False, False),
        (554, "spam", False, False),
        (452, "4.2.2 full for now", False, False),
        (450, "5.1.1 in two minds", False, False),
    ],
)
def test_these_refusals_are_the_mailbox_s(
    code: int, says: str, *, at_recipient: bool, at_data: bool
) -> None:
    """By the enhanced code; without one, 550 to the recipient alone."""
    recipient = SMTPRecipientRefused(code, says, "ana@example.com")
    assert is_the_mailboxs(recipient) is at_recipient
    assert is_the_mailboxs(SMTPDataError(code, says)) is at_data
    assert not is_the_mailboxs(SMTPSenderRefused(code, says, "us@example.com"))


@pytest.mark.parametrize(
    ("at_recipient", "at_data", "status"),
    [
        ("550 5.1.1 No such mailbox", "250 OK", "refused"),
        ("550 5.1.8 Who are you", "250 OK", "pending"),
        ("250 OK", "552 5.2.2 Mailbox full", "refused"),
        ("250 OK", "552 5.2.3 Message too long", "pending"),
        ("250 OK", "550 Not today", "pending"),
    ],
)
async def test_a_refusal_is_recorded_at_whatever_point_it_comes(
    world: World, life: Life, at_recipient: str, at_data: str, status: str
) -> None:
    """Many servers look at the mailbox only when they have the mail."""
    async with served(world) as (box, post), hands(world):
        box.at_recipient, box.at_data = at_recipient, at_data
        await life.offered()
        await post.send_due()
    assert (await mail_of(life)).status == status


async def test_a_server_that_knows_us_gets_our_name_and_password(world: World, life: Life) -> None:
    """The settings' user logs in before the mail is handed over."""
    known = {"smtp_user": "peerok", "smtp_password": SecretStr("quagga")}
    async with served(world, **known) as (box, post), hands(world):
        await life.offered()
        await post.send_due()
    assert box.logins == [(b"peerok", b"quagga")]
    assert (await mail_of(life)).status == "accepted"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_where_encryption_is_asked_for_nothing_goes_out_without_it(
    world: World, life: Life, tls: str
) -> None:
    """This server knows none: the mail waits until the operator has put it right."""
    async with served(world, smtp_tls=tls) as (box, post), hands(world):
        await life.offered()
        await post.send_due()
    assert box.mails == []
    assert (await mail_of(life)).status == "pending"
