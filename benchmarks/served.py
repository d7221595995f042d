"""The server that `ims-fsm serve` starts, with the law's clock at the fixture's moment; and who calls it over HTTP.

Imports the web and the fixture.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI

from benchmarks import fixture
from benchmarks.alone import ROOT
from ims_fsm import IMS
from ims_fsm.web.serving import SERVED, Served, application_of

HOST, LONGEST_START_S = "127.0.0.1", 60
# How far the law's clock of all processes is behind the machine's.
BEHIND = "IMS_FSM_BENCHMARK_BEHIND"


def clock() -> Callable[[], datetime]:
    """Return a clock that goes on from the fixture's moment, the same in all processes."""
    behind = timedelta(seconds=float(os.environ[BEHIND]))
    return lambda: datetime.now().astimezone() - behind


def application() -> FastAPI:
    """Return what a worker serves."""
    ims = IMS(Served(**json.loads(os.environ[SERVED])).db, clock=clock())
    return application_of(ims, is_secure=False, closing=ims.close)


class Server:
    """A server that runs, and its processes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        """Keep the process that has the others."""
        self.process, self.port = process, port

    @property
    def memory_mib(self) -> float:
        """The resident memory of its processes, in MiB; what they share counts in each."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        numbers = [self.process.pid, *map(int, children.read_text(encoding="ascii").split())]
        lines = (Path(f"/proc/{number}/status").read_text(encoding="ascii") for number in numbers)
        return sum(int(re.findall(r"VmRSS:\s+(\d+)", line)[0]) for line in lines) / 1024


@contextmanager
def served(url: str, workers: int) -> Iterator[Server]:
    """Give a server on a database, with so many processes; its own words go to the terminal where it fails."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    said = json.dumps(asdict(Served(db=url, port=port, workers=workers)))
    command = [sys.executable, "-m", "benchmarks.served"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, SERVED: said}, stderr=subprocess.DEVNULL)  # noqa: S603 -- ourselves
    try:
        _await(process, port)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + LONGEST_START_S
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), closing(HTTPConnection(HOST, port, timeout=5)) as connection:
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:  # noqa: PLR2004 -- it is ready
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


class Browser:
    """Somebody who is signed in, on a connection that is kept; raises `OSError` where the server breaks it off."""

    def __init__(self, port: int, secret: str) -> None:
        """Sign in."""
        self.connection = HTTPConnection(HOST, port, timeout=60)
        self.headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        self.status, self.page = 0, ""
        self.send("POST", "/login", token=secret)

    def send(self, method: str, path: str, **fields: str) -> None:
        """Send a request, and read its answer; a cookie is kept."""
        body = urlencode(fields) if fields else None
        form = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
        self.connection.request(method, path, body, {**self.headers, **form})
        answer = self.connection.getresponse()
        self.status, self.page = answer.status, answer.read().decode()
        if cookie := answer.headers["Set-Cookie"]:
            self.headers["Cookie"] = cookie.partition(";")[0]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def main() -> None:
    """Serve what the environment says until SIGTERM."""
    Served(**json.loads(os.environ[SERVED])).run("benchmarks.served:application")


def set_clock() -> None:
    """Have the clocks of this process and of the servers that it starts go on from the fixture's moment."""
    os.environ[BEHIND] = str((datetime.now().astimezone() - fixture.NOW).total_seconds())


if __name__ == "__main__":
    main()
