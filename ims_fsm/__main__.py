"""`python -m ims_fsm`, and the program `ims-fsm`: the command line, which may be interrupted while it is loaded.

Imports nothing but the command line, and that only when it is run.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    try:
        from ims_fsm.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted; nothing was begun\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
