"""DOT to SVG, PNG and PDF: by the program dot where it is, else by the Graphviz that pygraphviz carries.

Imports the errors alone; either renderer is a process of its own.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ims_fsm.draw import layout
from ims_fsm.errors import ImsFsmError

PROGRAM, PACKAGE = "dot", "pygraphviz"
# A printed line needs more dots than a screen's.
_ARGUMENTS = {"png": ("-Gdpi=192",)}
_SECONDS = 300


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


def render(sources: Sequence[str], fmt: str) -> list[bytes]:
    """Draw DOT sources in a format of Graphviz (svg, png, pdf), in order; one process draws them all where it can.

    Raises `RendererMissingError` where there is nothing to draw with, `RenderingError` where it fails.
    """
    if not sources:
        return []
    if program := shutil.which(PROGRAM):
        return [_by_program(program, source, fmt) for source in sources]
    if importlib.util.find_spec(PACKAGE) is not None:
        return _by_package(sources, fmt)
    missing = f"neither the program {PROGRAM} (Graphviz) nor the package {PACKAGE} is"
    raise RendererMissingError(fmt, missing, "dot or mermaid, which need neither")


def _by_program(program: str, source: str, fmt: str) -> bytes:
    command = [program, f"-T{fmt}", *_ARGUMENTS.get(fmt, ())]
    return _run(PROGRAM, fmt, command, source.encode())


def _by_package(sources: Sequence[str], fmt: str) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / f"{number:04}.dot" for number in range(len(sources))]
        for name, source in zip(names, sources, strict=True):
            name.write_text(source, "utf-8", newline="\n")
        # -P keeps this folder's modules from being taken for the standard library's.
        command = [sys.executable, "-P", str(layout.__file__), folder, fmt, *_ARGUMENTS.get(fmt, ())]
        _run(PACKAGE, fmt, command, b"")
        drawn = [name.with_suffix(f".{fmt}") for name in names]
        if not all(file.is_file() for file in drawn):
            raise RenderingError(PACKAGE, fmt, "it wrote no file")
        return [file.read_bytes() for file in drawn]


def _run(renderer: str, fmt: str, command: Sequence[str], given: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RenderingError(renderer, fmt, str(error)) from error
    said = [line.strip() for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    # Graphviz goes on after a fault in a label, and leaves the label out.
    faults = [line for line in said if line.startswith("Error")]
    if done.returncode or faults:
        raise RenderingError(renderer, fmt, (faults or said or [f"it ended with {done.returncode}"])[-1])
    return done.stdout
