"""A law of one's own on the command line: verified, drawn, watched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ims_fsm.cli import drawing
from ims_fsm.cli.laws import parted
from ims_fsm.draw import watching

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "purchase_approval.toml"


def test_it_is_verified(bare) -> None:
    told = bare("verify", EXAMPLE).ended(0).out
    assert told.startswith("Structure: 1 machine, 2 rule sets, 7 rules in the register; loaded without a fault.\n")
    assert "holds  Every state can be reached: 12 states" in told
    assert "Annexure-A" not in told


def test_it_is_verified_as_json(bare) -> None:
    answer = bare("verify", EXAMPLE, "--json").ended(0).json
    assert (answer["holds"], answer["annexure_a"]) == (True, None)


def test_a_broken_one_is_told_with_every_problem_and_exit_code_2(bare, tmp_path) -> None:
    own = tmp_path / EXAMPLE.name
    own.write_text(EXAMPLE.read_text("utf-8").replace('"paid"', '"payd"', 1).replace('"spent" }', '"spend" }'), "utf-8")
    told = bare("verify", own.name).ended(2).err
    assert told.startswith(f"error: {own.name}: ")
    assert "'spend'" in told
    assert "'paid'" in told


def test_one_that_does_not_hold_ends_with_1(bare, tmp_path) -> None:
    text = EXAMPLE.read_text("utf-8").replace('refuse_when = { budget = "spent" }', "refuse_when = {}")
    (tmp_path / EXAMPLE.name).write_text(text, "utf-8")
    told = bare("verify", EXAMPLE.name).ended(1).out
    assert "FAILS  From every state an end can be reached" in told


def test_it_is_drawn_whole_or_a_machine_of_it(bare) -> None:
    files = ["diagrams/purchase_approval.dot", "diagrams/purchase_approval.HANDBOOK-2024.dot"]
    assert bare("draw", EXAMPLE, "--format", "dot").ended(0).out.splitlines() == files
    named = bare("draw", EXAMPLE.parent, "purchase_approval", "--format", "dot", "--edition", "HANDBOOK-2025").ended(0)
    assert named.out.splitlines() == files[:1]


def test_a_theme_and_links_are_drawn(bare, tmp_path) -> None:
    call = "draw invoice --format dot --theme dark --href-base {machine}.html --edition IMS-2025-10"
    assert bare(*call.split()).ended(0).out == "diagrams/invoice.dark.dot\n"
    assert 'href="invoice.html#invoice-state-frozen"' in (tmp_path / "diagrams" / "invoice.dark.dot").read_text("utf-8")


def test_it_is_drawn_again_while_it_is_watched(bare, tmp_path, monkeypatch) -> None:
    own = Path(shutil.copyfile(EXAMPLE, tmp_path / EXAMPLE.name))
    changes = iter(["version = '1'", "[["])

    def pause() -> bool:
        more = next(changes, None)
        if more:
            own.write_text(own.read_text("utf-8") + f"\n# {more}\n" if more != "[[" else more, "utf-8")
        return more is not None

    monkeypatch.setattr(watching, "every_so_often", pause)
    told = bare("draw", own.name, "--format", "dot", "--watch").ended(0).out.splitlines()
    assert told[:2] == ["begun: 2 files drawn", "purchase_approval.toml: 2 files drawn"]
    assert told[2].startswith("purchase_approval.toml: not drawn: purchase_approval.toml: ")


def test_a_path_is_told_from_a_machine(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "laws").mkdir()
    assert parted(["invoice", "gstr2b"]) == (None, ["invoice", "gstr2b"])
    assert parted(["laws", "invoice"]) == (Path("laws"), ["invoice"])
    assert parted(["a.toml"]) == (Path("a.toml"), None)
    assert parted(None) == (None, None)


def test_two_laws_at_a_time_are_refused(bare) -> None:
    told = bare("draw", "a.toml", "b.toml").ended(2).err
    assert told == "error: a.toml, b.toml are several laws; name one file or folder at a time\n"


@pytest.mark.parametrize(("ending", "first"), [("mmd", "---\ntitle: "), ("dot", "digraph ")])
def test_a_records_path_is_drawn_into_a_file(run, tmp_path, ending, first) -> None:
    told = run("show", "1", "--diagram", f"path.{ending}", "--theme", str(drawing.ThemeName.PRINT)).ended(0).out
    assert told.endswith(f"\nIts path is drawn in path.{ending}.\n")
    assert (tmp_path / f"path.{ending}").read_text("utf-8").startswith(first)


def test_a_path_is_not_drawn_into_a_file_of_no_format(run) -> None:
    told = run("show", "1", "--diagram", "path.gif").ended(2)
    assert told.err.startswith("error: drawing: path.gif: has an ending that names no format; end it with one of .dot")
    assert told.out == ""
