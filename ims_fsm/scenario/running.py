"""Runs scenarios: each on a fresh store of its own, every step at its own moment.

Imports the reading, the verbs and the expectations; prints nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ims_fsm.errors import ImsFsmError, InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.scenario.cases import ExpectCase, case_failures
from ims_fsm.scenario.declaration import Expect, Scenario, Step
from ims_fsm.scenario.expectations import Failure, Wanted, failures, in_a_line, judged
from ims_fsm.scenario.reading import read_scenario
from ims_fsm.scenario.report import Outcome, StepFailure, StepNote
from ims_fsm.scenario.signoffs import ExpectSignoff, signoff_failures
from ims_fsm.scenario.stage import Stage
from ims_fsm.scenario.verbs import Act, Do, Done
from ims_fsm.workflow.ims import Scratch

IN_MEMORY = "sqlite://"
Progress = Callable[[Outcome, int, int], None]


def run_scenario(scenario: Scenario, databases: Scratch) -> Outcome:
    """Run a scenario on a fresh database.

    Every expectation is looked at; a step that does something unexpected ends the run, for what follows stands on it.
    Raises `StoreError` where the database cannot be used.
    """
    failed: list[StepFailure] = []
    noted: list[StepNote] = []
    number = 0
    with Stage.built(scenario, databases) as stage:
        for number, step in enumerate(scenario.steps, start=1):
            stage.clock.set(step.at)
            differing, notes = _failures(stage, step)
            failed += [StepFailure(number, step.at, expected, happened) for expected, happened in differing]
            noted += [StepNote(number, step.at, note) for note in notes]
            if differing and isinstance(step, Do):
                break
    return Outcome(
        path=scenario.path,
        title=scenario.title,
        rules=scenario.rules,
        steps=len(scenario.steps),
        ran=number,
        failures=tuple(failed),
        notes=tuple(noted),
    )


def run_paths(
    paths: Iterable[Path], url: str = IN_MEMORY, progress: Progress | None = None, book: LawBook | None = None
) -> list[Outcome]:
    """Run the scenarios of files and folders; what cannot be read is an outcome with problems, and the rest is run.

    `progress` is called after each with its outcome, its number and how many there are; `book` is the law where it is
    not the one that ships. Raises `StoreError`.
    """
    files = list(scenario_files(paths))
    outcomes: list[Outcome] = []
    with Scratch(url) as databases:
        for file in files:
            outcomes.append(file if isinstance(file, Outcome) else run_file(file, databases, book))
            if progress is not None:
                progress(outcomes[-1], len(outcomes), len(files))
    return outcomes


def run_file(path: Path, databases: Scratch, book: LawBook | None = None) -> Outcome:
    """Run the scenario of a file; one that cannot be read is an outcome with its problems. Raises `StoreError`."""
    try:
        scenario = read_scenario(path, book)
    except InputError as error:
        return _unreadable(path, error.problems)
    return run_scenario(scenario, databases)


def scenario_files(paths: Iterable[Path]) -> Iterator[Path | Outcome]:
    """Give the files that are meant, those of a folder and the folders in it in order; an outcome for a wrong path."""
    for path in paths:
        if path.is_file():
            yield path
            continue
        inside = sorted(path.rglob("*.toml"))
        yield from inside
        if not path.is_dir():
            yield _unreadable(path, [Problem("the path", "names no file or folder", "correct it")])
        elif not inside:
            yield _unreadable(path, [Problem("the folder", "holds no scenario", "put .toml files into it")])


def _unreadable(path: Path, problems: Sequence[Problem]) -> Outcome:
    return Outcome(path=path, title=path.stem, problems=tuple(problems))


def _failures(stage: Stage, step: Step) -> tuple[list[Failure], list[str]]:
    """Return what was expected and what happened where they differ, and what is reported although they agree."""
    try:
        if isinstance(step, Expect):
            return failures(stage, step), []
        if isinstance(step, ExpectCase):
            return case_failures(stage, step), []
        if isinstance(step, ExpectSignoff):
            return signoff_failures(stage, step), []
        if isinstance(step, Do):
            return _compared(step, step.perform(stage))
    except ImsFsmError as error:
        return [("the step to be possible", str(error))], []
    return [], []


def _compared(step: Do, done: Sequence[Done]) -> tuple[list[Failure], list[str]]:
    wanted = None if step.refused is None else Wanted(step.refused, step.rule)
    differing = [failure for item in done for failure in judged(f"{step.do} of {item.subject}", item.refusals, wanted)]
    # FAQ 30: one action on many is done where it is allowed; it has failed only where it was done on none.
    if isinstance(step, Act) and wanted is None and len(differing) < len(done):
        return [], [
            f"{step.do} of {item.subject} was refused with {in_a_line(item.refusals)}" for item in done if item.refusals
        ]
    return differing, []
