"""Both Graphviz, which is chosen, and what a user reads when neither is there or one fails."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from ims_fsm.draw import renderer
from ims_fsm.draw.renderer import RendererMissingError, RenderingError, placed

DOT = 'digraph "a" { rankdir=LR; subgraph cluster_x { b } b -> c [id="b-c", label="x"] }'
EMPTY = '{"bb": "0,0,9,9"}'

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


def check(drawing) -> None:
    """Hold the places of the small graph: b in its cluster, left of c, and the edge between them."""
    first, second, cluster = drawing.nodes["b"], drawing.nodes["c"], drawing.clusters["cluster_x"]
    assert cluster.left < first.left < first.right < cluster.right < second.left
    route = drawing.routes["b-c"]
    assert first.right - 1 < route.points[0][0] < route.tip[0] < second.left + 1
    assert first.right < route.label[0] < second.left


@carried
def test_the_package_says_the_places_where_the_program_is_not(on_path) -> None:
    one, other = placed([DOT, "digraph { d }"])
    check(one)
    assert [*other.nodes] == ["d"]


@installed
def test_the_program_says_the_places_where_it_is() -> None:
    check(placed([DOT])[0])


@posix
def test_the_program_is_preferred_and_is_given_the_dot(on_path) -> None:
    program(on_path, f"assert sys.argv[1:] == ['-Tjson0'] and sys.stdin.read() == {DOT!r}; print({EMPTY!r})")
    assert [drawing.nodes for drawing in placed([DOT, DOT])] == [{}, {}]


@posix
def test_that_a_font_is_missing_is_not_a_fault(on_path) -> None:
    program(on_path, f"print('Warning: size too small for label', file=sys.stderr); print({EMPTY!r})")
    assert len(placed([DOT])) == 1


@posix
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("print('no such font', file=sys.stderr); sys.exit(1)", "no such font"),
        ("print('Error: bad label', file=sys.stderr); print('but drawn')", "Error: bad label"),
        ("sys.exit(3)", "it ended with 3"),
        ("print('{}')", "its layout cannot be read (KeyError('bb'))"),
    ],
)
def test_a_program_that_fails_or_leaves_something_out_is_an_error(on_path, body, said) -> None:
    program(on_path, body)
    with pytest.raises(RenderingError) as caught:
        placed([DOT])
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
        placed([DOT])


@carried
@pytest.mark.parametrize("broken", ["digraph {", "digraph { a [label=<<TABLE></TABLE>>] }"])
def test_dot_that_the_package_cannot_read_is_an_error(on_path, broken) -> None:
    with pytest.raises(RenderingError, match="pygraphviz did not draw svg: "):
        placed([broken])


def test_where_neither_is_there_the_remedy_is_named(on_path, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RendererMissingError) as caught:
        placed([DOT])
    assert caught.value.as_dict() == {
        "code": "renderer_missing",
        "message": "svg cannot be drawn here: "
        "neither the program dot (Graphviz) nor the package pygraphviz is installed; "
        "run: pip install 'ims-fsm[draw]' (or ask for dot or mermaid, which need neither)",
    }


def test_nothing_is_run_for_nothing(on_path, monkeypatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert placed([]) == []
