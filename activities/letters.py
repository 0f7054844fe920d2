"""One mail as bytes that go to one address, or Unwritable."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from sqlalchemy import RowMapping

from ledger.addresses import is_address

# Whatever the mail server can do, these bytes pass through it unchanged.
POLICY = SMTP.clone(cte_type="7bit")


class Unwritable(Exception):
    """No letter can be made of it, today or ever; the text says what kind of thing is wrong."""


def written(mail: RowMapping, sender: Address) -> bytes:
    """The mail as it goes over the wire."""
    if not is_address(mail["address"]):
        raise Unwritable("the address is none")
    headers = {
        "From": sender,
        "Subject": " ".join(mail["subject"].split()),
        "Message-ID": f"<{mail['id']}@peerok>",
    }
    try:
        letter = EmailMessage(policy=POLICY)
        for name, value in headers.items():
            letter[name] = value
        letter["To"] = Address(addr_spec=mail["address"])
        letter.set_content(mail["body"])
        return letter.as_bytes()
    except Exception as error:
        # The library raises whatever its parser trips over: AttributeError, IndexError, and more.
        raise Unwritable(type(error).__name__) from None
