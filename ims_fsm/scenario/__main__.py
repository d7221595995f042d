"""`python -m ims_fsm.scenario PATH…`: runs scenarios and tells what came of each.

Imports the running and the report; nothing imports it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ims_fsm.errors import ImsFsmError
from ims_fsm.scenario.report import Outcome, exit_code, lines, summary
from ims_fsm.scenario.running import IN_MEMORY, run_paths


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the scenarios named; returns 0 where all hold, 1 where one fails, 2 where one cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m ims_fsm.scenario", description="Run scenarios.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of .toml files")
    parser.add_argument("--db", default=IN_MEMORY, metavar="URL", help="where each scenario gets a store of its own")
    parser.add_argument("--json", action="store_true", help="tell the outcomes as JSON")
    options = parser.parse_args(arguments)
    try:
        outcomes = run_paths(options.paths, options.db, None if options.json else _tell)
    except ImsFsmError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    told = json.dumps([outcome.as_dict() for outcome in outcomes], indent=2) if options.json else summary(outcomes)
    sys.stdout.write(f"{told}\n")
    return exit_code(outcomes)


def _tell(outcome: Outcome, _number: int, _of: int) -> None:
    sys.stdout.write("\n".join(lines(outcome)) + "\n")


if __name__ == "__main__":
    sys.exit(main())
