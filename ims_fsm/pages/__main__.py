"""`python -m ims_fsm.pages [FOLDER]`: draw every machine again, with the page that shows them.

Imports the law and the publication; the command line proper is another room's.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.book import shipped_book
from ims_fsm.pages.publication import publish


def main(arguments: list[str]) -> int:
    """Draw into the folder that is named, `diagrams` without one; return the exit code."""
    folder = Path(arguments[0] if arguments else "diagrams")
    try:
        files = publish(shipped_book(), folder)
    except ImsFsmError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{len(files)} files in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
