"""Files that are uploaded as evidence."""

from email import message_from_bytes
from email.policy import HTTP

from fakestripe.errors import Body, Refusal, missing
from fakestripe.objects import new
from fakestripe.show import page
from fakestripe.store import Tx

LARGEST = 5 * 1024 * 1024
TYPES = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg"}


def read_upload(content_type: str, raw: bytes) -> tuple[Body, str, bytes]:
    """The fields of a multipart form, and its file's name and content."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    fields: Body = {}
    name, content = "", b""
    for part in message_from_bytes(head + raw, policy=HTTP).iter_parts():
        field = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        if field == "file":
            name, content = part.get_filename() or "upload", payload
        else:
            fields[str(field)] = payload.decode()
    return fields, name, content


def create(tx: Tx, params: Body) -> Body:
    """Keep a file's description; what is in it nobody asks for again."""
    content = params.pop("_content", b"")
    if not content:
        raise missing("file")
    kind = next((kind for magic, kind in TYPES.items() if content.startswith(magic)), None)
    if kind is None or len(content) > LARGEST:
        message = "Evidence is a PDF, JPEG or PNG of at most 5 MB."
        raise Refusal(message, param="file")
    return new(
        tx,
        "file",
        filename=params.pop("_name", "upload"),
        purpose=params["purpose"],
        size=len(content),
        type=kind,
        links={"object": "list", "data": [], "has_more": False, "url": "/v1/file_links"},
    )


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One file's description."""
    return tx.get("file", id_, "file")


def listing(tx: Tx, params: Body) -> Body:
    """Files, newest first."""
    return page(tx, "file", params, "/v1/files", purpose=params.get("purpose"))
