"""The proof of histories: every setting explored, every claim with what was looked at and what is against it.

Imports the exploration and the claims; reads no file and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ims_fsm.record.histories.exploring import Exploration, Explored
from ims_fsm.record.histories.properties import Proved, proved_of_nothing
from ims_fsm.record.histories.setting import Setting

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What the proof found: each setting with its size, and every claim."""

    explored: tuple[Explored, ...]
    properties: tuple[Proved, ...]

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(proved.holds for proved in self.properties)

    @property
    def histories(self) -> int:
        """The number of histories of all settings."""
        return sum(explored.histories for explored in self.explored)

    @property
    def points(self) -> int:
        """The number of points of all settings."""
        return sum(explored.points for explored in self.explored)


def prove(settings: Iterable[Setting], progress: Progress | None = None) -> Report:
    """Explore settings and prove every claim; `progress` hears the name of each, how many are done, and of how many."""
    every, explored, properties = list(settings), [], proved_of_nothing()
    for done, setting in enumerate(every):
        if progress is not None:
            progress(setting.name, done, len(every))
        explored.append(Exploration(setting, properties).run())
    return Report(tuple(explored), tuple(properties.values()))
