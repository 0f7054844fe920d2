"""What the figures were measured on: the machine, the versions, the commit, the day."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from local import temporal_binary
from local.places import CLONE

LIBRARIES = ("temporalio", "fastapi", "uvicorn", "sqlalchemy", "asyncpg", "pydantic")
GIBIBYTE = 2**30
CPU_INFO = Path("/proc/cpuinfo")


def described() -> dict[str, str]:
    """The machine and everything of other people's that takes part."""
    return {
        "cores": str(psutil.cpu_count()),
        "processor": _processor(),
        "memory": f"{psutil.virtual_memory().total / GIBIBYTE:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "temporal": temporal_binary.find().version,
        **{library: version(library) for library in LIBRARIES},
    }


def moment(commit: str) -> dict[str, str]:
    """When, on which commit, and how busy the machine has been until now."""
    return {
        "commit": commit,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": f"{psutil.getloadavg()[0]:.1f}",
    }


def commit() -> str:
    """The commit that is checked out; `-dirty` when files of it were changed."""
    words = ["git", "-C", str(CLONE), "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
