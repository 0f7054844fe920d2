"""Paper is made in a process of its own, which may be long at it and need much, but not for ever.

`python -m papers.rendering` reads a document from its input and writes the PDF with it attached.
"""

import asyncio
import resource
import sys
from datetime import timedelta
from pathlib import Path

from papers import canonical, sealed_pdf

ROOT = Path(__file__).parent.parent
LONGEST = timedelta(minutes=2)
MOST_BYTES = 3 * 1024**3
TOO_MUCH = 3
"""How the process ends that reached its limit of memory."""


class TooLong(Exception):
    """The paper was not ready in time, or took too much memory."""


async def rendered(document: bytes) -> bytes:
    """The PDF of a signed document, with it attached; raises TooLong."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            pdf, complaint = await child.communicate(document)
    except TimeoutError:
        raise TooLong("the paper took too long") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == TOO_MUCH:
        raise TooLong("the paper took too much memory")
    if child.returncode:
        raise RuntimeError(f"no paper came of it: {complaint.decode()[-2000:]}")
    return pdf


def paper_of(content: bytes) -> bytes:
    """The pages of a document of any kind, with it attached."""
    from papers import case_paper, certificate, certificate_paper

    document = canonical.read(content)
    if document["about"].get("kind") in (certificate.CERTIFICATE, certificate.REVOCATION):
        pages = certificate_paper.pages(document)
        return sealed_pdf.with_attached(pages, content, certificate.ATTACHED)
    return sealed_pdf.with_attached(case_paper.pages(document), content)


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    content = sys.stdin.buffer.read()
    try:
        sys.stdout.buffer.write(paper_of(content))
    except MemoryError:
        sys.exit(TOO_MUCH)


if __name__ == "__main__":
    _main()
