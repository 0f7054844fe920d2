"""The mail server takes what it should and refuses what it should."""

import smtplib
import urllib.request
from email.message import EmailMessage

import pytest

from local.mail import DEFERRING, REFUSING, MailCatcher


def _send(mail: MailCatcher, *to: str, text: str = "20 days remain.") -> None:
    message = EmailMessage()
    message["From"] = "PeerOK <no-reply@peerok.example>"
    message["To"] = ", ".join(to)
    message["Subject"] = "A rejection was requested — <b>act</b>"
    message["Message-ID"] = "<delivery_1@peerok.example>"
    message.set_content(text)
    with smtplib.SMTP("127.0.0.1", mail.smtp_port, timeout=10) as server:
        server.send_message(message)


def test_a_mail_is_kept_for_its_recipient(mail: MailCatcher) -> None:
    """A test finds what one person got, with its Message-ID and its text."""
    _send(mail, "Ana@people.example", text="Zwölf days remain.")
    [message] = mail.messages("ana@people.example")
    assert message["message_id"] == "<delivery_1@peerok.example>"
    assert message["text"].strip() == "Zwölf days remain."
    assert mail.messages("nobody@people.example") == []


def test_a_mail_survives_the_server_as_a_file(mail: MailCatcher) -> None:
    """A second `make run` still shows the mails of the first."""
    _send(mail, "bea@people.example")
    mail.stop()
    mail.start()
    assert len(mail.messages("bea@people.example")) == 1


def test_the_page_shows_a_subject_as_text(mail: MailCatcher) -> None:
    """What people write is never run as markup by the page."""
    _send(mail, "cyd@people.example")
    with urllib.request.urlopen(f"{mail.page}/?to=cyd@people.example", timeout=10) as page:
        html = page.read().decode()
    assert "&lt;b&gt;act&lt;/b&gt;" in html
    assert "<b>act</b>" not in html


@pytest.mark.parametrize(("domain", "code"), [(REFUSING, 550), (DEFERRING, 451)])
def test_some_addresses_refuse(mail: MailCatcher, domain: str, code: int) -> None:
    """Tests of bounced and deferred mail need a server that bounces and defers."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        _send(mail, f"dan@{domain}")
    assert refused.value.recipients[f"dan@{domain}"][0] == code
    assert mail.messages(f"dan@{domain}") == []
