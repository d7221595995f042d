"""Where the shipped folders lie: the declared machines and the portal samples, in a wheel or in a checkout.

Imports only `errors`; reads no file, so that every floor may ask it.
"""

from __future__ import annotations

from pathlib import Path

from ims_fsm.errors import ImsFsmError

_PACKAGE = Path(__file__).resolve().parent


class ResourceMissingError(ImsFsmError):
    """A folder that ships with the package is not where it belongs; install the package again."""

    code = "resource_missing"

    def __init__(self, name: str, looked_in: tuple[Path, ...]) -> None:
        """Keep the folder's name and the places that were looked at."""
        self.name = name
        self.looked_in = looked_in
        super().__init__(name, looked_in)

    def __str__(self) -> str:
        """Show the folder, the places and the remedy."""
        places = " or ".join(str(place) for place in self.looked_in)
        return f"the folder {self.name}, which ships with ims-fsm, is not at {places}; install ims-fsm again"


def machines_folder() -> Path:
    """Return the folder of the declared machines (`rules.toml`, `invoice.toml`, …).

    A wheel carries it inside the package; a checkout has it beside `pyproject.toml`. Without that file beside it
    a folder named machines is a stranger's and is not read. Raises `ResourceMissingError`.
    """
    checkout = _PACKAGE.parent
    beside = (checkout / "machines",) if (checkout / "pyproject.toml").is_file() else ()
    return _first("machines", (_PACKAGE / "machines", *beside))


def code_folder() -> Path:
    """Return the folder of the package itself."""
    return _PACKAGE


def compiled_folder() -> Path:
    """Return the folder of what is compiled of shipped files; it need not exist. A wheel carries it in the package."""
    return _PACKAGE / "compiled"


def samples_folder() -> Path:
    """Return the folder of the portal's sample downloads that the demo reads; raises `ResourceMissingError`."""
    return _first("formats/samples", (_PACKAGE / "formats" / "samples",))


def _first(name: str, places: tuple[Path, ...]) -> Path:
    for place in places:
        if place.is_dir():
            return place
    raise ResourceMissingError(name, places)
