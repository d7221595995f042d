"""`python -m ims_fsm`: the command line without the installed script.

Imports nothing but the command line, and that only when it is run.
"""

from __future__ import annotations

if __name__ == "__main__":
    from ims_fsm.cli.app import main

    main()
