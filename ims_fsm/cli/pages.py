"""`pages`: the lifecycle pages and the FAQ answered, as Markdown and as one HTML file.

Imports Typer and the options; the law and the pages when it is run, never the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import verbatim
from ims_fsm.errors import InputError, ProblemsError
from ims_fsm.files.reading import text_of

if TYPE_CHECKING:
    from ims_fsm.pages import Story

# Where a checkout has its scenarios; without them the pages are written without stories.
SCENARIOS = Path("tests/scenarios")


class PageFormat(StrEnum):
    """A format of pages: Markdown, a file a page, or HTML, one file for all."""

    MARKDOWN = "md"
    HTML = "html"


@command("pages")
def pages(
    call: Call,
    *,
    out: Path = Path("pages"),
    fmt: list[PageFormat] | None = None,
    stories: list[Path] | None = None,
    root: str | None = None,
) -> None:
    """Write the lifecycle pages, the FAQ answered, the calendar and the stories, as Markdown and HTML.

    With HTML comes explorer.html, the law explorer: choose a state and the facts, and see what is refused and why.
    """
    from ims_fsm.law.book import shipped_book
    from ims_fsm.pages import FORMATS, write_pages

    chosen = _stories(stories if stories is not None else [SCENARIOS] if SCENARIOS.is_dir() else [])
    files = write_pages(shipped_book(), chosen, out, tuple(map(str, fmt or FORMATS)), root, call.outputs)
    call.answer(lambda: verbatim("\n".join(map(str, files))), {"files": files, "stories": len(chosen)})


def _stories(paths: list[Path]) -> list[Story]:
    """Return the stories of the files; raises `InputError` with the problems of all files that are not a story."""
    from ims_fsm.errors import Problem
    from ims_fsm.pages import story_of

    stories, problems = [], []
    for file in dict.fromkeys(file for path in paths for file in _files(path)):
        try:
            stories.append(story_of(_here(file), text_of(file)))
        except UnicodeDecodeError:
            problems.append(Problem(str(file), "is not text in UTF-8", "save it as UTF-8"))
        except ProblemsError as error:
            problems += [
                Problem(f"{error.subject} {fault.where}", fault.what, fault.remedy) for fault in error.problems
            ]
    if problems:
        raise InputError("stories", problems)
    return stories


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    files = sorted(path.rglob("*.toml"))
    if not files:
        raise CallError(f"{path} has no scenario in it; name a folder of .toml files")
    yield from files


def _here(file: Path) -> str:
    """Return a file's path from the current folder, where it lies in it."""
    whole = file.absolute()
    return (whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else file).as_posix()
