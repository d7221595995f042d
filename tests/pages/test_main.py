"""`python -m ims_fsm.pages`."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

from ims_fsm.pages.__main__ import main

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)


@drawable
def test_it_draws_what_is_published(published, tmp_path, capsys) -> None:
    assert main([str(tmp_path)]) == 0
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in published.iterdir()}
    assert capsys.readouterr().out == f"{len(list(tmp_path.iterdir()))} files in {tmp_path}\n"


def test_what_goes_wrong_is_one_sentence_and_exit_code_2(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("svg cannot be drawn here: ")
    assert told.count("\n") == 1
