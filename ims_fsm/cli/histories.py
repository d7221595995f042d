"""`verify --histories`: every history within bounds, each property, and a counterexample as a scenario.

Imports the output; the proof when it is run.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call
from ims_fsm.cli.output import counted, say, table, verbatim

if TYPE_CHECKING:
    from ims_fsm.record.histories.proof import Report
    from ims_fsm.record.histories.properties import Proved

_VERY_MANY = 10**15


def prove(call: Call, path: Path | None, *, small: bool) -> None:
    """Prove every history of the shipped law, or of a folder's, and answer; `small` keeps to what takes seconds."""
    from ims_fsm.law.book import shipped_book
    from ims_fsm.law.loading import load_book
    from ims_fsm.record.histories import bounds, proof

    book = shipped_book() if path is None else load_book(path)
    began = perf_counter()
    with call.working("Exploring") as progress:
        report = proof.prove(bounds.settings(book, whole=not small), progress)
    seconds = round(perf_counter() - began, 2)
    answer = {"report": report, "seconds": seconds}
    call.answer(lambda: _tell(report, seconds), answer, "--histories", held=report.holds)


def write_stories(call: Call, folder: Path) -> None:
    """Write the suite into a folder: the shortest history for each guard that alone decides something."""
    from ims_fsm.law.book import shipped_book
    from ims_fsm.record.histories import suite

    with call.working("Exploring"):
        stories = suite.written(shipped_book())
    files = call.outputs.write_all({folder / name: text.encode() for name, text in stories.items()})
    call.answer(lambda: verbatim(f"{folder}: {counted(len(files), 'story', 'stories')}"), {"files": files}, "--stories")


def many(number: int) -> str:
    """Return a number for people, a very large one by its first digits.

    >>> many(12345), many(10**30)
    ('12,345', '1.0e+30')
    """
    return f"{number:,}" if number < _VERY_MANY else f"{number:.1e}"


def _tell(report: Report, seconds: float) -> None:
    rows = [
        (entry.setting.name, f"{entry.chains:,}", f"{entry.points:,}", f"{entry.moves:,}", many(entry.histories))
        for entry in report.explored
    ]
    say("Every point that a history comes to is looked at; equal points are one:")
    table(("setting", ">chains", ">points", ">moves", ">histories"), rows, indent=2)
    say("", "Properties of histories:")
    for proved in report.properties:
        _tell_proved(proved)
    held = sum(proved.holds for proved in report.properties)
    outcome = f"{held} of {counted(len(report.properties), 'property', 'properties')} hold"
    over = f"{many(report.histories)} histories and {report.points:,} points"
    say("", f"{outcome} over {over}; it took {seconds:.1f} s.")


def _tell_proved(proved: Proved) -> None:
    claim, outcome = proved.claim, "holds" if proved.holds else "FAILS"
    said = f"{claim.sentence} ({', '.join(claim.rules)}): {proved.checked:,} {claim.counted}"
    say(f"{outcome}  {said}", indent=2, hang=7)
    for story in proved.stories[:1]:
        say(f"{proved.failed:,} fail; the first of them as a scenario:", "", indent=9)
        verbatim(story)
