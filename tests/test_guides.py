"""The guides are played as a reader would: every file is written, every command run, and its answer is as it is shown.

`python tests/test_guides.py` writes the answers, and the table of keys, into the pages again.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner as Clicked
from hypothesis import HealthCheck, settings
from mkdocs.__main__ import cli as mkdocs
from typer.testing import CliRunner

from ims_fsm.cli.app import app
from ims_fsm.law.lessons import grammar
from ims_fsm.record.moments import machine_clock
from ims_fsm.workflow import upkeep, workspace

# A page's own properties, on a machine that others work on too: the first draw loads what it draws with.
settings.register_profile("guides", deadline=None, suppress_health_check=[HealthCheck.too_slow])
DOCS = Path(__file__).parent.parent / "docs"
DATED = sorted((DOCS / "guide").glob("*.md"))
PAGES = [
    *(DOCS / f"{name}.md" for name in ("machines", "matching", "chasing", "conform", "papers")),
    *sorted((DOCS / "coming_from").glob("*.md")),
]
PAGES += sorted((*(DOCS / "learn").glob("*.md"), *(DOCS / "understand").glob("*.md")))
GUIDES = [*PAGES, *DATED]
# When the pages were written whose commands all say on which day they are given: seals are the same then.
WRITTEN_AT = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
REMEDY = "write its answers again: python tests/test_guides.py"
FENCED = re.compile(r"^(`{3,})(\w+)\n(.*?)^\1\n", flags=re.DOTALL | re.MULTILINE)
# A block that is a file says so: "# leave_request.toml", or "# leave_request.toml, at its end"; a page in its comment.
FILE = re.compile(r"(?:# |<!-- )([\w/]+\.(?:toml|py|csv|yml|md))(?: -->)?(, at its end)?\n")
# A command that is to end otherwise than with 0 says so: "$ ims-fsm verify leave_request.toml  # ends with 1".
ENDS = re.compile(r"  # ends with (\d)$")
KEYS = "## Every key\n"

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the documentation lies in the checkout")


def played(page: str) -> str:
    """Return a page as it is when its blocks are played one after the other, in the current folder."""
    names: dict[str, object] = {}
    printed = ""
    usual = settings.get_current_profile_name()
    settings.load_profile("guides")

    def play(block: re.Match[str]) -> str:
        nonlocal printed
        fence, language, text = block.groups()
        if named := FILE.match(text):
            with Path(named[1]).open("a" if named[2] else "w", encoding="utf-8") as file:
                # A table is its rows; what else is named keeps the name as a comment.
                file.write(text[named.end() :] if language == "csv" else f"\n{text}")
        elif language == "py":
            printed = elsewhere(text)
        if language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(text, "page", "exec", dont_inherit=True), names)  # noqa: S102 -- the page's own examples
            printed = out.getvalue()
        answers = {"console": console, "sh": quiet, "text": lambda _: printed}
        return f"{fence}{language}\n{answers.get(language, str)(text)}{fence}\n"

    try:
        return FENCED.sub(play, page)
    finally:
        settings.load_profile(usual)


def elsewhere(text: str) -> str:
    """Return what a program of other libraries prints: a process of its own, for one sets up Django."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", text], capture_output=True, text=True, check=True
    ).stdout


def console(text: str) -> str:
    """Return a session at a terminal with the answers that its commands give now."""
    commands = [line for line in text.splitlines() if line.startswith("$ ")]
    return "\n".join(filter(None, ("\n".join(answered(line)) for line in commands))) + "\n"


def quiet(text: str) -> str:
    """Return commands that are given without their answers."""
    console(re.sub("^(?=.)", "$ ", text, flags=re.MULTILINE))
    return text


def answered(line: str) -> Iterator[str]:
    """Give a command with what it answers; how long it took is not part of that, nor how large a file became."""
    program, *words = shlex.split(line.removeprefix("$ "), comments=True)
    yield line
    if program == "mkdir":
        Path(words[0]).mkdir()
    elif program == "cd":
        os.chdir(words[0])
    elif program == "cat":
        yield Path(words[0]).read_text("utf-8").rstrip()
    elif program == "cp":
        shutil.copy(words[0], words[1])
    elif program == "mkdocs":
        assert Clicked().invoke(mkdocs, words).exit_code == 0, line
    elif program == "python":
        yield from filter(None, [elsewhere(Path(words[0]).read_text("utf-8"))])
    else:
        assert program == "ims-fsm"
        done = CliRunner(env={"COLUMNS": "100", "USER": "asha"}).invoke(app, words)
        assert isinstance(done.exception, SystemExit | None), line
        ends = ENDS.search(line)
        assert done.exit_code == (int(ends[1]) if ends else 0), f"{line}\n{done.output}"
        answer = re.sub(r"took \d+\.\d s", "took 0.1 s", done.output)
        yield re.sub(r"[\d,]+ bytes", "565,248 bytes", answer).rstrip()


def keys(declared: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """Return the table of every key of the grammar."""
    rows = chain.from_iterable(
        [f"| `{kind}` | `{key}` | {says['is']} | `{says['like']}` |" for key, says in of.items()]
        for kind, of in declared.items()
    )
    return "\n".join(["| In | Key | What it is | Like |", "|---|---|---|---|", *rows]) + "\n"


@contextlib.contextmanager
def written(guide: Path) -> Iterator[None]:
    """Have the machine's clock stand where a page's commands are dated, and go on elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (upkeep, workspace):
            patch.setattr(module, "machine_clock", (lambda: WRITTEN_AT) if guide in DATED else machine_clock)
        yield


def fresh(guide: Path) -> str:
    """Return a guide as it should be, played in the current folder, beside the shipped sample of the portal."""
    CliRunner().invoke(app, ["demo", "--samples", "."])
    shutil.copy(DOCS / "examples" / "chase_letter.txt.j2", ".")
    text = played(guide.read_text("utf-8"))
    head, heading, _ = text.partition(KEYS)
    return f"{head}{heading}\n{keys(grammar())}" if heading else text


@pytest.mark.sqlite("a reader's store is a file, and the pages back one up")
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_is_as_it_is_played(guide, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with written(guide):
        assert fresh(guide) == guide.read_text("utf-8"), REMEDY


def test_what_a_guide_links_is_there():
    for guide in GUIDES:
        linked = re.findall(r"\]\(([^):#]+)\)", guide.read_text("utf-8"))
        assert [name for name in linked if not (guide.parent / name).exists()] == []


@pytest.mark.skipif(shutil.which("ruby") is None, reason="statesman's page shows Ruby, which is not here to read it")
def test_the_ruby_that_is_shown_is_ruby():
    for _, _, text in filter(
        lambda block: block[1] == "ruby", FENCED.findall((DOCS / "coming_from/statesman.md").read_text())
    ):
        subprocess.run(["ruby", "-c", "-e", text], check=True)


if __name__ == "__main__":
    for guide in [Path(name).resolve() for name in sys.argv[1:]] or GUIDES:
        with tempfile.TemporaryDirectory() as folder, written(guide):
            os.chdir(folder)
            guide.write_text(fresh(guide), "utf-8")
