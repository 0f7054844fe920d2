"""How much memory a process takes at its peak while it writes or reads so many payments."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from papers.bank_orders import write_csv, write_xml
from papers.bank_statement import read
from tests.papers.bank_files import batch, entry, order_of, payments, statement

ROOT = Path(__file__).parent.parent.parent


def weight(what: str, count: int) -> int:
    """The peak (KiB) of a process of its own."""
    command = [sys.executable, "-m", "tests.papers.weight", what, str(count)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(done.stdout)


def _write_xml(count: int) -> None:
    with Path("/dev/null").open("wb") as out:
        write_xml(out, order_of(count), payments(count))


def _write_csv(count: int) -> None:
    with Path("/dev/null").open("wb") as out:
        write_csv(out, order_of(count), payments(count))


def _read_camt(count: int) -> None:
    with statement(map(entry, range(count)), count) as file:
        assert len(read(file)) == count


def _read_batch(count: int) -> None:
    with statement([batch(count)], count) as file:
        assert len(read(file)) == count


DOES: dict[str, Callable[[int], None]] = {
    "write_xml": _write_xml,
    "write_csv": _write_csv,
    "read_camt": _read_camt,
    "read_batch": _read_batch,
}

if __name__ == "__main__":
    DOES[sys.argv[1]](int(sys.argv[2]))
    # What `getrusage` calls the peak counts the process that started this one too.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(*re.findall(r"VmHWM:\s+(\d+) kB", status))
