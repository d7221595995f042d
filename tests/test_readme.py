"""What the README shows is run: its example, and what it says the example prints."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ims_fsm.cli.app import app
from ims_fsm.resources import samples_folder

README = Path(__file__).parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)


def test_the_embedding_example_prints_what_the_readme_says() -> None:
    example, hooks, more = blocks("python")
    printed = io.StringIO()
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(printed):
        exec(compile(example, str(README), "exec"), names)  # noqa: S102 -- the README's own example
    assert printed.getvalue() == blocks("text")[0]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(more, str(README), "exec"), names)  # noqa: S102
    assert printed.getvalue() == blocks("text")[1]
    exec(compile(hooks, str(README), "exec"), names)  # noqa: S102
    ims = names["ims"]
    other = ims.supplier(names["SELLER"], actor="supplier").save(
        names["note"].changed(number="CN/8"), names["Form"].GSTR_1, names["TaxPeriod"]("2024-11")
    )
    with pytest.raises(PermissionError, match="by the manager"):
        ims.recipient(names["BUYER"], actor="asha").reject(other)  # type: ignore[attr-defined]
    assert ims.recipient(names["BUYER"], actor="asha").record(other).seq == 0  # type: ignore[attr-defined]
    ims.close()  # type: ignore[attr-defined]


def test_every_command_of_the_tour_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ims_2024-11.json", "ims_status_2024-11.json", "gstr2b_2024-10.json"):
        shutil.copy(samples_folder() / name, tmp_path)
    shutil.copytree(README.parent / "tests" / "scenarios" / "calendar", tmp_path / "stories")
    (tmp_path / "actions.csv").write_text("id,action\n5,accept\n7,reject\n", "utf-8")
    tour = [line for line in blocks("console")[0].splitlines() if line.startswith("$ ")]
    assert len(tour) > 15
    for line in tour:
        words = shlex.split(line.removeprefix("$ "), comments=True)
        assert words[0] == "ims-fsm"
        done = CliRunner().invoke(app, words[1:])
        # Accepting every invoice meets amendments whose originals are not known: that one refuses, and says so. What
        # the portal did not take, and where its GSTR-2B differs, is a finding.
        is_found = words[1] == "report" or words[1:3] == ["2b", "compare"] or "Refused: " in done.stdout
        assert done.exit_code == int(is_found), line + done.output
        assert done.stdout.strip(), line
