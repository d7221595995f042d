"""One process of a race for cases: fires on each as soon as all have come, and tells as JSON what it was answered.

It is a program and no test: `test_races.py` starts it with the URL, the machine's file, a folder to meet in, its own
number and how many there are.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from ims_fsm import Engine, RefusedError

LONGEST_S = 60


def main(url: str, machine: str, folder: str, own: str, number: str) -> None:
    """Race, and tell who won what."""
    with Engine(url, machines=machine, retries=100) as engine:
        desk = engine.cases("leave_request", actor=f"p{own}")
        ids = [case.id for case in desk.list()]
        (Path(folder) / f"ready.{own}").touch()
        latest = time.monotonic() + LONGEST_S
        while len(list(Path(folder).glob("ready.*"))) < int(number):
            if time.monotonic() > latest:
                raise TimeoutError
            time.sleep(0.001)
        won, refused = [], []
        for case_id in ids:
            try:
                desk.fire(case_id, "approve" if int(own) % 2 else "decline", key=f"{own}/{case_id}")
                won.append(case_id)
            except RefusedError as error:
                refused.append(error.code)
        opened = [desk.open(f"new-{number}").id for number in range(5)]
    print(json.dumps({"won": won, "refused": refused, "opened": opened}))  # noqa: T201 -- its answer


if __name__ == "__main__":
    main(*sys.argv[1:])
