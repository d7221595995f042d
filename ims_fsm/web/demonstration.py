"""The dashboard to look at: a shipped month behind a printed address and a token, in a database that is thrown away.

Imports the face and what is served; `make serve-demo` runs it.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from ims_fsm import IMS, Role, SettableClock
from ims_fsm.resources import samples_folder
from ims_fsm.terms.vocabulary import EVERYONE
from ims_fsm.web.serving import application_of

DOWNLOAD = "ims_2024-11.json"
BEGINS = "2024-11-09 10:00"
HOST, PORT = "127.0.0.1", int(os.environ.get("PORT") or 8000)


def running_from(moment: str) -> Callable[[], datetime]:
    """Return a clock that goes on from a moment in Indian time."""
    began, start = datetime.now().astimezone(), SettableClock(moment)()
    return lambda: start + (datetime.now().astimezone() - began)


def prepared(folder: Path) -> tuple[IMS, str]:
    """Return an IMS on the shipped month, in a folder, and the secret of a token for all that there is to see."""
    ims = IMS(f"sqlite:///{folder / 'ims.db'}", clock=running_from(BEGINS))
    ims.import_download(samples_folder() / DOWNLOAD, actor="demo")
    return ims, ims.tokens.issue("demo", roles=tuple(Role), gstins=[EVERYONE], days=1).secret


def main() -> None:
    """Print the address and the token, and serve until Ctrl-C."""
    try:
        listening = socket.create_server((HOST, PORT))
    except OSError as error:
        sys.exit(
            f"{HOST}:{PORT} cannot be listened on ({error.strerror}); name another port: make serve-demo PORT=8001"
        )
    with listening, TemporaryDirectory() as folder:
        ims, secret = prepared(Path(folder))
        sys.stdout.write(f"The dashboard: http://{HOST}:{PORT}/\nThe token:     {secret}\n")
        sys.stdout.write(f"It is {BEGINS} IST there. Ctrl-C ends it, and the database is gone then.\n")
        sys.stdout.flush()
        app = application_of(ims, is_secure=False, closing=ims.close)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listening])


if __name__ == "__main__":
    main()
