"""Lays out a folder of DOT files with the Graphviz that pygraphviz carries; run as a program of its own.

Imports nothing of the package: a fault in a drawing library must not end the process that asked for a picture.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(folder: str, fmt: str) -> None:
    """Write `NAME.fmt` beside every `NAME.dot` of the folder."""
    from pygraphviz import AGraph  # noqa: PLC0415 - only this process loads it

    for source in sorted(Path(folder).glob("*.dot")):
        graph = AGraph(string=source.read_text("utf-8"))
        # By a path: written to a stream, the library may end the process.
        graph.draw(str(source.with_suffix(f".{fmt}")), format=fmt, prog="dot")


if __name__ == "__main__":
    main(*sys.argv[1:])
