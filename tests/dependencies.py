"""Writes docs/dependencies.md: every package of requirements.lock, its licence, and who needs it. `make sbom` runs it.

What a package says of itself is read from its installed metadata. What is for another system or another Python is
installed into a folder of its own first, by its hash.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from itertools import product
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK, PAGE = ROOT / "requirements.lock", ROOT / "docs" / "dependencies.md"
PROGRAM = "ims-fsm"
ENTRY = re.compile(
    r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; [^\\]*)? \\\n(?P<hashes>(?: {4}--hash=.*\n?)+)", flags=re.MULTILINE
)
#: The extras that are for the work on the project.
WORK = frozenset({"bench", "dev"})
SYSTEMS = (
    {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
    {"sys_platform": "emscripten", "os_name": "posix", "platform_system": "Emscripten"},
)
PLACES = tuple(
    system | {"python_version": version, "python_full_version": f"{version}.0"}
    for system, version in product(SYSTEMS, ("3.11", "3.12", "3.13"))
)
HEADER = """# Dependencies

Every package of `requirements.lock`, for every system and Python, as its own metadata describe it; written by
`make sbom`. What the program itself needs is *runtime*; then come the [extras](../pyproject.toml), and what only this
project's own work needs is *dev*. No package is under the AGPL; the GPL is in none that is shipped.
`make cyclonedx` writes the same for machines (CycloneDX).

docutils names the GPL for one file for Emacs, which its wheel does not have.

| package | version | licence | needed by |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A package: its versions (one for each range of Pythons), licence, and who needs it."""

    name: str
    version: str
    licence: str
    needed_by: str


def locked(lock: str) -> dict[str, list[re.Match[str]]]:
    """Return the entries of a lock by name."""
    entries: dict[str, list[re.Match[str]]] = {}
    for entry in ENTRY.finditer(lock):
        entries.setdefault(entry["name"], []).append(entry)
    return entries


def installed(*folders: str) -> dict[str, Distribution]:
    """Return what is installed here, or in folders, by name."""
    return {canonicalize_name(each.name): each for each in distributions(**({"path": folders} if folders else {}))}


def licence(package: Distribution) -> str:
    """Return the licence that a package declares: by its expression, in a line, or by classifiers."""
    said = package.metadata
    line = str(said.get("License", "")).partition("\n")[0].strip()
    by_class = [name.rpartition(" :: ")[2] for name in said.get_all("Classifier", []) if name.startswith("License ::")]
    return said.get("License-Expression") or (line if line not in {"", "UNKNOWN"} else "; ".join(by_class))


def asked(package: Distribution, extra: str) -> Iterator[Requirement]:
    """Give what a package needs with an extra ("" is without), anywhere."""
    for requirement in map(Requirement, package.requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({**place, "extra": extra}) for place in PLACES):
            yield requirement


def needed(extra: str, packages: Mapping[str, Distribution]) -> set[str]:
    """Return the names of all that the program needs with an extra."""
    seen, ahead = set(), [(PROGRAM, extra)]
    while ahead:
        if (item := ahead.pop()) in seen:
            continue
        seen.add(item)
        for requirement in asked(packages[item[0]], item[1]) if item[0] in packages else ():
            ahead += [(canonicalize_name(requirement.name), wanted) for wanted in ("", *requirement.extras)]
    return {name for name, _ in seen}


def rows(lock: str, packages: Mapping[str, Distribution]) -> list[Row]:
    """Return a row for each package of a lock that is among those that are installed."""
    runtime, dev = needed("", packages), needed("dev", packages)
    provided = set(packages[PROGRAM].metadata.get_all("Provides-Extra", [])) - WORK
    extras = {extra: needed(extra, packages) for extra in sorted(provided)}

    def whose(name: str) -> str:
        users = ["runtime"] if name in runtime else [extra for extra, names in extras.items() if name in names]
        return ", ".join(users or ["dev"] * (name in dev))

    return [
        Row(name, ", ".join(entry["version"] for entry in entries), licence(packages[name]), whose(name))
        for name, entries in locked(lock).items()
        if name in packages
    ]


def elsewhere(lock: str, folder: str, names: Iterable[str]) -> dict[str, Distribution]:
    """Install what is for another system or Python into a folder."""
    chosen = Path(folder) / "chosen.txt"
    entries = [locked(lock)[name][0] for name in names]
    chosen.write_text("".join(f"{entry['name']}=={entry['version']} \\\n{entry['hashes']}" for entry in entries))
    command = "-m pip --disable-pip-version-check install -qq --no-deps --require-hashes --ignore-requires-python"
    subprocess.run([sys.executable, *command.split(), "--target", folder, "-r", str(chosen)], check=True)
    return installed(folder)


def main() -> None:
    """Write the page."""
    lock, packages = LOCK.read_text("utf-8"), installed()
    with tempfile.TemporaryDirectory() as folder:
        if missing := locked(lock).keys() - packages:
            packages |= elsewhere(lock, folder, sorted(missing))
        table = [f"| {row.name} | {row.version} | {row.licence} | {row.needed_by} |\n" for row in rows(lock, packages)]
    PAGE.write_text(HEADER + "".join(table), "utf-8")


if __name__ == "__main__":
    main()
