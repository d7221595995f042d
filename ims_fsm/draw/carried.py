"""Lays out DOT with the Graphviz that pygraphviz carries; run as a program of its own.

Imports nothing of the package: a fault in a drawing library must not end the process that asked for a picture.
"""

from __future__ import annotations

import json
import sys


def main(fmt: str) -> None:
    """Read a JSON list of DOT sources from the standard input, and write their layouts, a comma between them."""
    from pygraphviz import AGraph  # noqa: PLC0415 - only this process loads it

    layouts = (AGraph(string=source).draw(format=fmt, prog="dot") for source in json.load(sys.stdin))
    sys.stdout.buffer.write(b",".join(layouts))


if __name__ == "__main__":
    main(*sys.argv[1:])
