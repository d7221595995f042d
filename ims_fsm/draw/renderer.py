"""Where Graphviz puts the parts of a picture: by the program dot where it is, else by the one that pygraphviz carries.

Imports the errors, the shapes and the package graphviz, which runs either; each is a process of its own, and draws
nothing: it only says the places.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ims_fsm.draw import carried
from ims_fsm.draw.paper import Box, Point
from ims_fsm.errors import ImsFsmError

PROGRAM, PACKAGE = "dot", "pygraphviz"
_FORMAT = "json0"
_SECONDS = 300
_POINTS = 72
_COLUMN = re.compile(r"\n\t+\{\n\t+rank=same[^}]*\}")


class RendererMissingError(ImsFsmError):
    """Nothing here can draw the format: the programs or packages that could are not installed."""

    code = "renderer_missing"

    def __init__(self, fmt: str, missing: str, instead: str) -> None:
        """Keep the format that was asked for, what is missing, and what can be drawn without it."""
        self.fmt, self.missing, self.instead = fmt, missing, instead
        super().__init__(fmt, missing, instead)

    def __str__(self) -> str:
        """Show what is missing and the remedies."""
        return (
            f"{self.fmt} cannot be drawn here: {self.missing} installed; "
            f"run: pip install 'ims-fsm[draw]' (or ask for {self.instead})"
        )


class RenderingError(ImsFsmError):
    """A renderer was run and did not draw; carries what it said."""

    code = "rendering_failed"

    def __init__(self, renderer: str, fmt: str, said: str) -> None:
        """Keep the renderer, the format and what it said."""
        self.renderer, self.fmt, self.said = renderer, fmt, said
        super().__init__(renderer, fmt, said)

    def __str__(self) -> str:
        """Show what failed, why, and the remedy."""
        return (
            f"{self.renderer} did not draw {self.fmt}: {self.said or 'it said nothing'}; "
            f"install another version of it, or ask for dot or mermaid, which do not need it"
        )


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an edge: Bézier curves, where its tip is if it has one, and the middle of its label."""

    points: tuple[Point, ...]
    tip: Point | None
    label: Point | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is, in points, y growing downwards: nodes and clusters by name, edges by id."""

    nodes: Mapping[str, Box]
    clusters: Mapping[str, Box]
    routes: Mapping[str, Route]

    def moved(self, x: float, y: float) -> Places:
        """Return the places so far to the right and so far down."""

        def at(point: Point) -> Point:
            return point[0] + x, point[1] + y

        def boxes(named: Mapping[str, Box]) -> dict[str, Box]:
            return {name: Box(*at(box[:2]), *at(box[2:])) for name, box in named.items()}

        routes = {
            name: Route(tuple(map(at, route.points)), route.tip and at(route.tip), route.label and at(route.label))
            for name, route in self.routes.items()
        }
        return Places(boxes(self.nodes), boxes(self.clusters), routes)


def placed(sources: Sequence[str]) -> list[Places]:
    """Lay out DOT sources, in order; one process lays out all of them where it can.

    Raises `RendererMissingError` where there is nothing to lay them out with, `RenderingError` where that fails.
    """
    try:
        return _placed(sources)
    except RenderingError:
        if len(sources) > 1:
            return [places for source in sources for places in placed([source])]
        # On rare graphs Graphviz stumbles over states that are to stay in a column.
        return _placed([_COLUMN.sub("", source) for source in sources])


def _placed(sources: Sequence[str]) -> list[Places]:
    if not sources:
        return []
    if program := shutil.which(PROGRAM):
        layouts = [_run(PROGRAM, [program, f"-T{_FORMAT}"], source) for source in sources]
        return _read(PROGRAM, ",".join(layouts))
    if importlib.util.find_spec(PACKAGE) is not None:
        # -P keeps this folder's modules from being taken for the standard library's.
        command = [sys.executable, "-P", str(carried.__file__), _FORMAT]
        return _read(PACKAGE, _run(PACKAGE, command, json.dumps(sources)))
    missing = f"neither the program {PROGRAM} (Graphviz) nor the package {PACKAGE} is"
    raise RendererMissingError("svg", missing, "dot or mermaid, which need neither")


def _run(renderer: str, command: Sequence[str], text: str) -> str:
    from graphviz import CalledProcessError, ExecutableNotFound  # noqa: PLC0415 - DOT and Mermaid run nothing
    from graphviz.backend import execute  # noqa: PLC0415 - as above; the package's own `pipe` has no time limit

    try:
        done = execute.run_check(command, input=text.encode(), capture_output=True, quiet=True, timeout=_SECONDS)
        ended = ""
    except CalledProcessError as error:
        done, ended = error, f"it ended with {error.returncode}"
    except (OSError, ExecutableNotFound, subprocess.TimeoutExpired) as error:
        raise RenderingError(renderer, "svg", str(error)) from error
    said = [line.strip() for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    # Graphviz goes on after a fault in a label, and leaves the label out. That a font is not there it only warns of.
    faults = [line for line in said if line.startswith("Error")]
    if ended or faults:
        raise RenderingError(renderer, "svg", (faults or said or [ended])[-1])
    return str(done.stdout.decode(errors="replace"))


def _read(renderer: str, layouts: str) -> list[Places]:
    """Return the places that layouts in JSON say, a comma between each two."""
    try:
        return [_places(graph) for graph in json.loads(f"[{layouts}]")]
    except (ValueError, KeyError, IndexError) as error:
        raise RenderingError(renderer, "svg", f"its layout cannot be read ({error!r})") from error


def _places(graph: Mapping[str, Any]) -> Places:
    height = _numbers(graph["bb"])[3]
    parts = graph.get("objects", [])
    return Places(
        nodes={part["name"]: _node(part, height) for part in parts if "pos" in part},
        clusters={part["name"]: _cluster(part, height) for part in parts if "bb" in part},
        routes={edge["id"]: _route(edge, height) for edge in graph.get("edges", []) if "id" in edge},
    )


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _node(part: Mapping[str, Any], height: float) -> Box:
    x, y = _numbers(part["pos"])
    wide, tall = float(part["width"]) * _POINTS / 2, float(part["height"]) * _POINTS / 2
    return Box(x - wide, height - y - tall, x + wide, height - y + tall)


def _cluster(part: Mapping[str, Any], height: float) -> Box:
    left, bottom, right, top = _numbers(part["bb"])
    return Box(left, height - top, right, height - bottom)


def _route(edge: Mapping[str, Any], height: float) -> Route:
    def point(text: str) -> Point:
        x, y = _numbers(text)
        return x, height - y

    ends = edge["pos"].split()
    tip = next((point(end.removeprefix("e,")) for end in ends if end.startswith("e,")), None)
    points = tuple(point(end) for end in ends if end[0] not in "es")
    return Route(points, tip, point(edge["lp"]) if "lp" in edge else None)
