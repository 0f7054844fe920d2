"""The process that reads a stranger's file can do nothing but read it, and answer."""

import asyncio
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from previews import jail
from previews.making import ROOT
from tests.life import eventually
from tests.previews.bombs import slow_document
from tests.previews.showing import children, refused

INSIDE = """
import os, resource, shutil, socket, subprocess, sys, threading, urllib.request
from previews import jail
jail.limit()
with open(__FILE__, "rb") as kept:
    jail.close()
    try:
        print("done", {does})
    except (OSError, RuntimeError, MemoryError, ValueError) as error:
        print(type(error).__name__, getattr(error, "errno", ""))
"""
FORBIDDEN = {
    "a socket": "socket.socket()",
    "a socket of another kind": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "a pair of sockets": "socket.socketpair()",
    "a name": "socket.create_connection(('127.0.0.1', 80))",
    "a file to read": "open('/etc/passwd')",
    "a file to write": "open('written', 'w')",
    "a folder": "os.listdir('/')",
    "making a folder": "os.mkdir('made')",
    "removing": "os.unlink('/etc/passwd')",
    "renaming": "os.rename('/etc/passwd', '/etc/password')",
    "a link": "os.symlink('/etc', 'etc')",
    "rights": "os.chmod('/', 0)",
    "a process": "os.fork()",
    "a program": "os.execv('/bin/true', ['true'])",
    "a command": "subprocess.run(['true'])",
    "a thread": "threading.Thread(target=print).start()",
    "a signal": "os.kill(os.getppid(), 9)",
    "more files": "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))",
    "memory of others": "os.pidfd_open(1)",
    "a file without a name": "os.memfd_create('x')",
    "another root": "os.chroot('/')",
    "the writing of what is open": "os.write(os.dup(kept.fileno()), b'x')",
    "the cutting of what is open": "os.ftruncate(kept.fileno(), 0)",
}


def inside(does: str) -> str:
    """What comes of it in a process that is closed."""
    script = INSIDE.format(does=does).replace("__FILE__", repr(__file__))
    command = [sys.executable, "-B", "-c", script]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.strip()


@pytest.mark.parametrize("does", FORBIDDEN.values(), ids=list(FORBIDDEN))
def test_nothing_else_can_be_done_inside(does: str) -> None:
    """No network, no file, no other process: the kernel does not permit it."""
    assert inside(does) in {"PermissionError 1", "RuntimeError", "ValueError"}
    assert not (ROOT / "written").exists()


@pytest.mark.parametrize(
    "lacks",
    ["jail._MACHINES = {}", "jail._FILTER_MODE = 99", "jail.platform.system = lambda: 'Darwin'"],
)
def test_what_cannot_be_closed_reads_nothing(lacks: str) -> None:
    """A machine without the filter, or whose kernel refuses it: the process ends and says so."""
    run = "runpy.run_module('previews.inside', run_name='__main__')"
    with tempfile.TemporaryFile() as file:
        file.write(b"a text that would be shown")
        file.seek(0)
        number = file.fileno()
        for breaks, ends, says in ((lacks, jail.NOT_CLOSED, b""), ("", 0, b"image/webp 1\n")):
            script = f"import runpy\nfrom previews import jail\n{breaks}\n{run}"
            command = [sys.executable, "-B", "-c", script, str(number)]
            done = subprocess.run(
                command,
                cwd=ROOT,
                input=b'{"mark": "Ana"}\n',
                stdout=subprocess.PIPE,
                pass_fds=[number],
                check=False,
            )
            assert done.returncode == ends and done.stdout.startswith(says)
            assert bool(done.stdout) is bool(says)


def test_what_is_open_can_be_read() -> None:
    """And computed with."""
    assert inside("len(kept.read()) > 1000, sum(range(10))") == "done True 45"


def test_memory_has_an_end() -> None:
    """A gigabyte and no more."""
    assert inside("bytes(2 * jail.MOST_MEMORY)") == "MemoryError"
    assert inside("len(bytes(jail.MOST_MEMORY // 2))") == f"done {jail.MOST_MEMORY // 2}"


def test_time_has_an_end() -> None:
    """The kernel ends what computes for longer, whatever it does about it."""
    script = (
        "import signal; from previews import jail; jail.MOST_CPU_S = 1; jail.limit()\nwhile 1: 0"
    )
    done = subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGXCPU


def test_the_disk_is_out_of_reach_even_before(tmp_path: Path) -> None:
    """From the first moment nothing can be written to a file, not to one that is open either."""
    script = "from previews import jail; jail.limit(); print('x' * 100, flush=True)"
    with (tmp_path / "out").open("wb") as out:
        command = [sys.executable, "-B", "-c", script]
        done = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode != 0 and (tmp_path / "out").stat().st_size == 0


async def test_the_process_is_closed_while_it_reads() -> None:
    """Seen from outside: the filter is on, it knows nothing of ours, and others go first."""
    reading = asyncio.create_task(refused(slow_document()))
    await eventually(lambda: _closed(psutil.Process()))
    (child,) = children()
    try:
        assert child.environ() == {"OPENBLAS_NUM_THREADS": "1"}
        assert child.nice() == min(psutil.Process().nice() + 10, 19)
        assert child.num_threads() == 1
        limits = (Path("/proc") / str(child.pid) / "limits").read_text()
        for name, most in (
            ("Max address space", jail.MOST_MEMORY),
            ("Max cpu time", jail.MOST_CPU_S),
            ("Max file size", 0),
            ("Max processes", 0),
            ("Max open files", jail.MOST_FILES),
            ("Max core file size", 0),
        ):
            assert re.search(rf"{name} +{most} ", limits), name
        assert len(list((Path("/proc") / str(child.pid) / "fd").iterdir())) <= 5
    finally:
        reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def _closed(parent: psutil.Process) -> bool:
    for child in children(parent):
        status = (Path("/proc") / str(child.pid) / "status").read_text()
        return bool(re.search(r"NoNewPrivs:\s+1\nSeccomp:\s+2", status))
    return False


async def test_it_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    """An API that is killed leaves nothing behind that computes."""
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(slow_document())
    script = f"""
import asyncio
from previews import making
from previews.wanted import Wanted
asyncio.run(making.made(open({str(bomb)!r}, "rb"), Wanted("x")))
"""
    api = await asyncio.create_subprocess_exec(sys.executable, "-c", script, cwd=ROOT)
    parent = psutil.Process(api.pid)
    await eventually(lambda: _closed(parent))
    (child,) = children(parent)
    begun = time.monotonic()
    api.kill()
    await api.wait()

    async def gone() -> bool:
        return not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

    await eventually(gone)
    assert time.monotonic() - begun < jail.MOST_CPU_S / 2
