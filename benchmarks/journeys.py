"""Walks the journeys of a reader: what one call of the face goes through, counted by the interpreter itself.

`python -m benchmarks journeys` prints, for each journey, the modules of ims_fsm that it enters (rooms), their
functions, how often it moves from one module to another, how often it climbs to a higher floor, and every Python call,
those of libraries too. All is counted of a second walk, when what is remembered between calls is remembered; the calls
of the first walk stand beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import ims_fsm
from ims_fsm import diagram
from ims_fsm.resources import samples_folder
from ims_fsm.scheduler import Scheduler
from ims_fsm.testing import Scratch, SettableClock, Stage

_HOUSE = Path(ims_fsm.__file__).parent
_FLOORS = (
    ("cli", "web"),
    ("testing", "scheduler", "scenario", "writers"),
    ("workflow",),
    ("pages",),
    ("formats", "charts", "store"),
    ("record", "draw"),
    ("law",),
)
_FLOOR = {room: len(_FLOORS) - height for height, rooms in enumerate(_FLOORS) for room in rooms}


@dataclass
class Walk:
    """What a journey went through."""

    rooms: set[str] = field(default_factory=set)
    functions: set[tuple[str, str, int]] = field(default_factory=set)
    moves: int = 0
    climbs: int = 0
    calls: int = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what the block calls."""
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call":
            return
        self.calls += 1
        here = _room(frame)
        if here is None:
            return
        self.rooms.add(here)
        self.functions.add((here, frame.f_code.co_qualname, frame.f_code.co_firstlineno))
        caller: FrameType | None = frame.f_back
        while caller is not None and _room(caller) is None:
            caller = caller.f_back
        before = None if caller is None else _room(caller)
        if before is not None and before != here:
            self.moves += 1
            self.climbs += _floor(here) > _floor(before)


def _room(frame: FrameType) -> str | None:
    with suppress(ValueError):
        return Path(frame.f_code.co_filename).relative_to(_HOUSE).as_posix()
    return None


def _floor(room: str) -> int:
    return _FLOOR.get(room.partition("/")[0], 0)


def _action(stage: Stage) -> Callable[[], object]:
    first, second = stage.filed(), stage.filed()
    stage.desk.reject(first)
    ims, gstin = stage.ims, stage.buyer
    return lambda: ims.recipient(gstin, actor="buyer").reject(second)


def _bulk(stage: Stage) -> Callable[[], object]:
    records = [stage.filed() for _ in range(8)]
    stage.desk.act_on("accept", ids=records[:4])
    ims, gstin = stage.ims, stage.buyer
    return lambda: ims.recipient(gstin, actor="buyer").act_on("accept", ids=records[4:])


def _download(stage: Stage) -> Callable[[], object]:
    return lambda: stage.desk.import_download(_sample("ims_2024-11.json"))


def _later_download(stage: Stage) -> Callable[[], object]:
    stage.desk.import_download(_sample("ims_2024-11.json"))
    return lambda: stage.desk.import_download(_sample("ims_2024-11_later.json"))


def _fourteenth(stage: Stage) -> Callable[[], object]:
    for _ in range(4):
        stage.filed()
    scheduler = Scheduler(stage.ims)
    scheduler.run_once()
    stage.at("2024-11-14 06:00")
    return scheduler.run_once


def _draw(_stage: Stage) -> Callable[[], object]:
    return lambda: diagram("credit_note").dot


def _sample(name: str) -> bytes:
    return samples_folder().joinpath(name).read_bytes()


JOURNEYS: Mapping[str, Callable[[Stage], Callable[[], object]]] = {
    "one action": _action,
    "a bulk accept of 4": _bulk,
    "a download into an empty store": _download,
    "a later download into a known store": _later_download,
    "the 14th": _fourteenth,
    "draw credit_note": _draw,
}


def walked(prepare: Callable[[Stage], Callable[[], object]], databases: Scratch) -> tuple[Walk, Walk]:
    """Walk a journey twice, each time on a fresh database; returns what both walks went through."""
    walks = Walk(), Walk()
    for walk in walks:
        clock = SettableClock("2024-11-09 12:00")
        with databases.ims(clock=clock) as ims:
            journey = prepare(Stage(ims, clock))
            with walk.counted():
                journey()
    return walks


def main() -> int:
    """Print the journeys as a table."""
    lines = [
        "| journey | rooms | functions | moves | climbs | calls | the first time |",
        "|---|---|---|---|---|---|---|",
    ]
    with Scratch() as databases:
        for name, prepare in JOURNEYS.items():
            first, walk = walked(prepare, databases)
            numbers = (len(walk.rooms), len(walk.functions), walk.moves, walk.climbs, walk.calls, first.calls)
            lines.append(f"| {name} | {' | '.join(f'{number:,}' for number in numbers)} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
