"""Catches the mails of one machine and shows them: `python -m local.mail_server`."""

import argparse
import asyncio
from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.mail import DEFERRING, REFUSING
from local.mailbox import Mail, Mailbox

REFUSALS = {
    REFUSING: "550 5.1.1 No such mailbox here",
    DEFERRING: "451 4.3.0 Try again later",
}
LARGEST_MAIL = 32 * 1024 * 1024
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;
border-bottom:1px solid #ddd;vertical-align:top}a{color:#0b57d0;text-decoration:none}
pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem;border-radius:.4rem;font:inherit}
.when{white-space:nowrap;color:#666;font-variant-numeric:tabular-nums}
"""


class Catcher:
    """Takes every mail but those of the addresses that refuse."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _: list[str],
    ) -> str:
        """Answer to one recipient."""
        if refusal := REFUSALS.get(address.rpartition("@")[2].lower()):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail."""
        assert isinstance(envelope.content, bytes)
        self._mailbox.put([str(address) for address in envelope.rcpt_tos], envelope.content)
        return "250 OK"


async def serve(smtp_port: int, http_port: int, folder: Path) -> None:
    """Run both servers until SIGTERM."""
    mailbox = Mailbox(folder)
    smtp = partial(
        SMTP, Catcher(mailbox), hostname="mail.peerok.example", data_size_limit=LARGEST_MAIL
    )
    config = uvicorn.Config(pages(mailbox), port=http_port, log_level="warning", lifespan="off")
    async with await asyncio.get_running_loop().create_server(smtp, "127.0.0.1", smtp_port):
        await uvicorn.Server(config).serve()


def pages(mailbox: Mailbox) -> Starlette:
    """The list of mails, one mail, and both for programs."""

    async def index(request: Request) -> Response:
        to = request.query_params.get("to")
        return HTMLResponse(_page("Mail on this machine", _table(mailbox.list(to), to)))

    async def one(request: Request) -> Response:
        return HTMLResponse(_page("Mail", _letter(_found(mailbox, request))))

    async def raw(request: Request) -> Response:
        return Response(_found(mailbox, request).raw, media_type="message/rfc822")

    async def messages(request: Request) -> Response:
        found = mailbox.list(request.query_params.get("to"))
        return JSONResponse({"messages": [mail.as_json() for mail in found]})

    return Starlette(
        routes=[
            Route("/", index),
            Route("/messages", messages),
            Route("/mails/{id}.eml", raw),
            Route("/mails/{id}", one),
        ]
    )


def _found(mailbox: Mailbox, request: Request) -> Mail:
    if mail := mailbox.find(request.path_params["id"]):
        return mail
    raise HTTPException(404, "No such mail")


def _table(mails: Sequence[Mail], to: str | None) -> str:
    rows = "".join(_row(mail) for mail in mails)
    whose = f'<p>Only those to {escape(to)}; <a href="/">all</a></p>' if to else ""
    if not rows:
        return f"{whose}<p>No mail yet. This page shows what PeerOK sends, as it arrives.</p>"
    head = "<tr><th>Received (UTC)</th><th>To</th><th>Subject</th></tr>"
    return f"{whose}<table>{head}{rows}</table>"


def _row(mail: Mail) -> str:
    people = ", ".join(f'<a href="/?to={escape(a)}">{escape(a)}</a>' for a in mail.sent_to)
    subject = escape(str(mail.parsed["Subject"] or "(no subject)"))
    when = escape(mail.received_at[:19].replace("T", " "))
    link = f'<a href="/mails/{mail.id}">{subject}</a>'
    return f'<tr><td class="when">{when}</td><td>{people}</td><td>{link}</td></tr>'


def _letter(mail: Mail) -> str:
    names = ("From", "To", "Subject", "Date", "Message-ID")
    rows = "".join(
        f"<tr><th>{name}</th><td>{escape(str(mail.parsed[name] or ''))}</td></tr>" for name in names
    )
    links = f'<p><a href="/">All mails</a> · <a href="/mails/{mail.id}.eml">as a file</a></p>'
    return f"{links}<table>{rows}</table><pre>{escape(mail.text)}</pre>"


def _page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1>{body}</body>'


def main() -> None:
    """Read where to listen and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=1025)
    parser.add_argument("--http-port", type=int, default=8025)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.smtp_port, given.http_port, given.folder))


if __name__ == "__main__":
    main()
