"""What decodes a stranger's file may compute, and read and write what is open already; no more.

A filter of the kernel's (seccomp) names the calls that are left: none opens, makes, removes or runs
anything, none starts a process or a thread, none reaches a network or another process.
"""

import ctypes
import os
import platform
import resource
import signal
import struct

MOST_MEMORY = 1024**3
MOST_CPU_S = 10
MOST_FILES = 64
NOT_CLOSED = 4
"""How a process ends that could not be closed."""
_PDEATHSIG, _NO_NEW_PRIVS = 1, 38
_FILTER_MODE, _ALL_THREADS = 1, 1
_LOAD, _IF_EQUAL, _ANSWER = 0x20, 0x15, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_ALLOW, _NOT_PERMITTED = 0x7FFF0000, 0x00050001
_MACHINES = {"x86_64": (0, 0xC000003E, 317), "aarch64": (1, 0xC00000B7, 277)}
"""For each: its column below, its name for the kernel, and its number of `seccomp`."""
_CALLS = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "getpid": (39, 172),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "newfstatat": (262, 79),
    "getrandom": (318, 278),
}


class NotClosed(Exception):
    """The machine does not let a process be closed, so no file may be read in it."""


def limit() -> None:
    """From here on the process has bounds, comes after others, and dies with who started it."""
    if platform.system() != "Linux" or platform.machine() not in _MACHINES:
        raise NotClosed(f"{platform.system()} on {platform.machine()}")
    most = {
        resource.RLIMIT_AS: MOST_MEMORY,
        resource.RLIMIT_NOFILE: MOST_FILES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for what, bound in most.items():
        resource.setrlimit(what, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S + 1))
    os.nice(10)
    _called(_libc().prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def close() -> None:
    """For good: from here on only the calls above are answered; others are not permitted."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    libc = _libc()
    _called(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    program = _program()
    kept = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(kept))
    number = _MACHINES[platform.machine()][2]
    _called(libc.syscall(number, _FILTER_MODE, _ALL_THREADS, header))


def _program() -> bytes:
    """Which calls are answered, as the kernel reads it: a jump for each to the last line."""
    column, machine, _ = _MACHINES[platform.machine()]
    numbers = [call[column] for call in _CALLS.values()]
    count = len(numbers)
    lines = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_IF_EQUAL, 0, count + 1, machine),
        (_LOAD, 0, 0, _NUMBER_AT),
        *((_IF_EQUAL, count - n, 0, number) for n, number in enumerate(numbers)),
        (_ANSWER, 0, 0, _NOT_PERMITTED),
        (_ANSWER, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _called(answer: int) -> None:
    if answer:
        raise NotClosed(os.strerror(ctypes.get_errno()))
