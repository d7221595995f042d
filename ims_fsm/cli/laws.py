"""Which law a command is about: the shipped one, or one of the caller's own, named by its path.

Imports the failures; the law when it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.failures import CallError

if TYPE_CHECKING:
    from ims_fsm.law.register import Law


def parted(arguments: Sequence[str] | None) -> tuple[Path | None, list[str] | None]:
    """Return the path among arguments, if there is one, and the machines that are named, None where none is.

    A path ends in `.toml`, has a separator in it, or is a folder. Raises `CallError` for a second one.
    """
    given = list(arguments or [])
    paths = [each for each in given if _is_path(each)]
    if len(paths) > 1:
        raise CallError(f"{', '.join(paths)} are several laws; name one file or folder at a time")
    names = [each for each in given if each not in paths]
    return (Path(paths[0]) if paths else None), names or None


def law_at(path: Path | None) -> Law:
    """Return the law at a path, the shipped one without a path, as it is on disk now; raises `DeclarationError`."""
    from ims_fsm.law.loading import load_law
    from ims_fsm.law.own import load_own
    from ims_fsm.resources import machines_folder

    return load_law(machines_folder()) if path is None else load_own(path)


def _is_path(argument: str) -> bool:
    return argument.endswith(".toml") or "/" in argument or "\\" in argument or Path(argument).is_dir()
