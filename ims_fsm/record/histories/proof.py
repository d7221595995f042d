"""The proof of histories: every setting explored, every claim with what was looked at and what is against it.

Imports the exploration and the stories; reads no file and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ims_fsm.law.properties.claim import Claim
from ims_fsm.record.histories.exploring import Counterexample, Exploration, Explored
from ims_fsm.record.histories.properties import CAN_FILE, OF_CLOSINGS, OF_ENDINGS, SAME_DRAFT
from ims_fsm.record.histories.setting import Setting
from ims_fsm.record.histories.story import Story

CLAIMS: tuple[Claim, ...] = (CAN_FILE, *OF_CLOSINGS, *OF_ENDINGS, SAME_DRAFT)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Proved:
    """A claim as proved over histories: how much was looked at, how much of it fails, a counterexample a setting."""

    claim: Claim
    checked: int
    failed: int
    counterexamples: tuple[Counterexample, ...]

    @property
    def holds(self) -> bool:
        """It holds when something was looked at and nothing is against it."""
        return self.checked > 0 and not self.failed

    @property
    def stories(self) -> tuple[str, ...]:
        """The counterexamples as scenario files, with what is wrong in their first lines."""
        return tuple(_story(self.claim, counterexample) for counterexample in self.counterexamples)


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
    every, tell = list(settings), progress or (lambda _what, _done, _all: None)
    explored = []
    for done, setting in enumerate(every):
        tell(setting.name, done, len(every))
        explored.append(Exploration(setting).run())
    return Report(tuple(explored), tuple(_proved(claim, explored) for claim in CLAIMS))


def _story(claim: Claim, counterexample: Counterexample) -> str:
    story = Story(counterexample.setting, counterexample.steps)
    wrong = f"Wrong: {counterexample.wrong}."
    return story.text(claim.sentence, claim.rules, wrong, f"Setting: {counterexample.setting.name}.")


def _proved(claim: Claim, explored: Iterable[Explored]) -> Proved:
    findings = [setting.claims[claim] for setting in explored]
    firsts = tuple(part.first for part in findings if part.first is not None)
    return Proved(claim, sum(part.checked for part in findings), sum(part.failed for part in findings), firsts)
