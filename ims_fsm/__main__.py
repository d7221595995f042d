"""`python -m ims_fsm`, and the program `ims-fsm`: the command line, which may be interrupted while it is loaded.

Imports nothing but the command line, and that only when it is run.
"""

from __future__ import annotations

import os
import signal


def main() -> None:
    """Run the command line."""
    # Where Python calls back while it imports, a KeyboardInterrupt is printed and lost.
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heard:
        signal.signal(signal.SIGINT, _end)
    from ims_fsm.cli.app import main as run

    if is_heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _end(*_of_the_signal: object) -> None:
    os.write(2, b"error: interrupted; nothing was begun\n")
    os._exit(130)


if __name__ == "__main__":
    main()
