"""A case file as a court reads it: the same items as its JSON, in sections, with their numbers."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.platypus import Flowable, Paragraph

from papers.case_tables import SECTIONS, field
from papers.fonts import marked_up
from papers.paper import (
    CODE,
    HEADING,
    SMALL,
    STRONG,
    SUBTITLE,
    TEXT,
    TITLE,
    Listed,
    Paper,
    cell,
    heading,
    table,
)

CHECKING = """
This paper was made from a signed file, which is attached to it as case-file.json. Each item of it
carries the SHA-256 hash of the one before, so that none can be changed, moved or left out without
changing all that follow; the last hash, at the foot of every page, stands for the whole. The file
and this paper, byte for byte, are signed with the platform's Ed25519 key named above.
Whoever holds either checks it without us: python -m cli verify-case-file FILE --key KEYS, where
KEYS is saved from {platform}/v1/signing-keys. The item numbers in the tables are those of the file.
"""
LETTERS = """
Chinese, Japanese and Korean letters are shown by the reader's own fonts, others by those in this
file; letters that no font has are named in square brackets, in a text with many of them only the
first, and the others are a □ each. The attached file holds all of them.
"""


def pages(document: Mapping[str, Any]) -> bytes:
    """The PDF of a case file, not yet sealed."""
    about, out = document["about"], io.BytesIO()
    paper = Paper(
        out, title=about["title"], head=about["title"], foot=f"sha-256 {document['head']}"
    )
    items, platform = document["items"], str(about["made_by"])
    paper.written([*_front(document), *_sections(items), *_end(items, platform)])
    return out.getvalue()


def _front(document: Mapping[str, Any]) -> Iterator[Flowable]:
    about = document["about"]
    yield Paragraph("Case file", TITLE)
    yield Paragraph(marked_up(about["subject"]), SUBTITLE)
    job, disputes = about["job"], about["disputes"]
    facts = {
        "Job": f"{job['id']} ({field(job['state'])})",
        "Disputes": "; ".join(f"{one['id']} ({field(one['state'])})" for one in disputes) or "none",
        "Made": f"{field(about['made_at'])}, for the {field(about['made_for']['role'])}"
        f" ({about['made_for']['id']}), who sees here what the case's own pages show them",
        "Items": f"{len(document['items'])}, in the order in which they happened; times are UTC",
        "Hash of the whole": document["head"],
        "Signed with": f"{about['key']['id']}, {about['key']['algorithm']}"
        f" public key {about['key']['public_key']}",
    }
    yield table((), [[cell(name, STRONG), cell(value)] for name, value in facts.items()], [34])
    yield cell("Contents", HEADING)
    listed = [*(title for title, _ in SECTIONS), "Hashes", "How to check this file"]
    for n, title in enumerate(listed, 1):
        yield Listed(f"{n}. {title}", f"section{n}")


def _sections(items: Sequence[Mapping[str, Any]]) -> Iterator[Flowable]:
    for n, (title, told) in enumerate(SECTIONS, 1):
        yield from heading(f"{n}. {title}", f"section{n}")
        yield from told(items)


def _end(items: Sequence[Mapping[str, Any]], platform: str) -> Iterator[Flowable]:
    n = len(SECTIONS) + 1
    yield from heading(f"{n}. Hashes", f"section{n}")
    rows = [[cell(f"{i['n']}"), cell(i["kind"]), cell(i["hash"], CODE)] for i in items]
    yield table(("Item", "Kind", "Hash, which covers the item and the hash before"), rows, [12, 22])
    yield from heading(f"{n + 1}. How to check this file", f"section{n + 1}")
    yield Paragraph(marked_up(" ".join(CHECKING.split()).format(platform=platform)), TEXT)
    yield Paragraph(" ".join(LETTERS.split()), SMALL)
