"""Starts workers and APIs in a moment: it imports them once, and forks one for each request.

It answers each line of JSON with one: `{"run": "worker", "dies_at": "…", "log": "…"}` with the
pid; `{"ended": 7}` with that one's exit code, null while it runs; `{"kill": 7}` with its exit code.
"""

import asyncio
import ctypes
import json
import os
import signal
import sys
from typing import Any, NoReturn

import uvicorn
from fastapi import FastAPI

import worker
from api.main import create
from local.tether import PR_SET_PDEATHSIG
from settings import settings


def main() -> None:
    """Serve requests until there are no more."""
    # With settings given, no runtime of the SDK begins here: none survives a fork.
    app = create(settings())
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(_served(json.loads(line), app)), flush=True)


def _served(request: dict[str, Any], app: FastAPI) -> int | None:
    if "run" in request:
        return os.fork() or _live(app, **request)
    if pid := request.get("kill"):
        os.kill(pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    pid, status = os.waitpid(request["ended"], os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else None


def _live(app: FastAPI, run: str, dies_at: str | None, log: str) -> NoReturn:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    ours = settings().model_copy(update={"fail_at": dies_at})
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if run == "worker":
        asyncio.run(worker.main(ours))
    else:
        app.state.settings = ours
        uvicorn.run(app, host="127.0.0.1", port=int(run), loop="uvloop", http="httptools")
    os._exit(0)


if __name__ == "__main__":
    main()
