"""Draws again whenever a declaration changes: for whoever writes a law with its picture beside it.

Imports the errors alone; what is watched and what is drawn it is handed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ims_fsm.errors import ImsFsmError

SECONDS = 0.5


def watch(
    watched: Path, redraw: Callable[[], list[Path]], say: Callable[[str], None], *, pause: Callable[[], bool]
) -> None:
    """Redraw at once and after every change of the TOML files at a path, and say so in one line each time.

    `watched` is a folder or a file. A law that cannot be drawn is told and waited on. `pause` waits, and says whether
    to go on; Ctrl-C ends it as well.
    """
    seen: dict[Path, int] | None = None
    try:
        while seen is None or pause():
            now, before = dict(_times(watched)), seen
            if now != before:
                # Whatever its time: a file that came or went is among them as well.
                changed = {path.name for path, _ in now.items() ^ before.items()} if before is not None else set()
                say(_drawn(redraw, ", ".join(sorted(changed)) or "begun"))
            seen = now
    except KeyboardInterrupt:
        return


def every_so_often() -> bool:
    """Wait half a second, and go on."""
    time.sleep(SECONDS)
    return True


def _drawn(redraw: Callable[[], list[Path]], what: str) -> str:
    try:
        files = redraw()
    except ImsFsmError as error:
        return f"{what}: not drawn: {error}"
    return f"{what}: {len(files)} file{'s' if len(files) != 1 else ''} drawn"


def _times(watched: Path) -> Iterator[tuple[Path, int]]:
    for path in [watched] if watched.is_file() else sorted(watched.glob("*.toml")):
        try:
            yield path, path.stat().st_mtime_ns
        except OSError:
            # An editor replaces a file by another: it will be there the next time.
            continue
