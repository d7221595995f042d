"""Both renderers, which is chosen, and what a user reads when neither is there or one fails."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from ims_fsm.draw import renderer
from ims_fsm.draw.renderer import RendererMissingError, RenderingError, render

DOT = 'digraph "a" { b -> c }'
SIGNATURES = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}

carried = pytest.mark.skipif(importlib.util.find_spec("pygraphviz") is None, reason="pygraphviz is not installed")
installed = pytest.mark.skipif(shutil.which("dot") is None, reason="the program dot is not installed")
posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for dot is a script")


def program(folder: Path, body: str) -> None:
    """Put a stand-in for the program dot into a folder."""
    script = folder / "dot"
    script.write_text(f"#!{sys.executable}\nimport sys\n{body}\n", "utf-8")
    script.chmod(0o755)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@carried
@pytest.mark.parametrize("fmt", SIGNATURES)
def test_the_package_draws_where_the_program_is_not(on_path, fmt) -> None:
    first, second = render([DOT, DOT.replace("b", "d")], fmt)
    assert first.startswith(SIGNATURES[fmt])
    assert second.startswith(SIGNATURES[fmt])
    if fmt == "svg":
        assert b"<title>b</title>" in first
        assert b"<title>d</title>" in second


@installed
@pytest.mark.parametrize("fmt", SIGNATURES)
def test_the_program_draws_where_it_is(fmt) -> None:
    assert render([DOT], fmt)[0].startswith(SIGNATURES[fmt])


@posix
@pytest.mark.parametrize(("fmt", "arguments"), [("svg", "-Tsvg"), ("png", "-Tpng -Gdpi=192")])
def test_the_program_is_preferred_and_is_given_the_dot(on_path, fmt, arguments) -> None:
    program(on_path, "print(*sys.argv[1:], sys.stdin.read())")
    assert render([DOT, DOT], fmt) == [f"{arguments} {DOT}\n".encode()] * 2


@posix
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('no such font', file=sys.stderr); sys.exit(1)", "no such font"),
        ("print('Error: bad label', file=sys.stderr); print('but drawn')", "Error: bad label"),
        ("sys.exit(3)", "it ended with 3"),
    ],
)
def test_a_program_that_fails_or_leaves_something_out_is_an_error(on_path, body, said) -> None:
    program(on_path, body)
    with pytest.raises(RenderingError) as caught:
        render([DOT], "svg")
    assert caught.value.as_dict() == {
        "code": "rendering_failed",
        "message": f"dot did not draw svg: {said}; "
        "install another version of it, or ask for dot or mermaid, which do not need it",
    }


@posix
def test_a_program_that_hangs_is_an_error(on_path, monkeypatch) -> None:
    program(on_path, "import time; time.sleep(60)")
    monkeypatch.setattr(renderer, "_SECONDS", 0.2)
    with pytest.raises(RenderingError, match=r"dot did not draw svg: .* timed out"):
        render([DOT], "svg")


@carried
@pytest.mark.parametrize("broken", ["digraph {", "digraph { a [label=<<TABLE></TABLE>>] }"])
def test_dot_that_the_package_cannot_read_is_an_error(on_path, broken) -> None:
    with pytest.raises(RenderingError, match="pygraphviz did not draw svg: "):
        render([broken], "svg")


def test_where_neither_is_there_the_remedy_is_named(on_path, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RendererMissingError) as caught:
        render([DOT], "png")
    assert caught.value.as_dict() == {
        "code": "renderer_missing",
        "message": "png cannot be drawn here: "
        "neither the program dot (Graphviz) nor the package pygraphviz is installed; "
        "run: pip install 'ims-fsm[draw]' (or ask for dot or mermaid, which need neither)",
    }


def test_nothing_is_run_for_nothing(on_path, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert render([], "svg") == []
