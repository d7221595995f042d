"""Every dependency is pinned by hashes, and docs/dependencies.md says under which licence it is and who needs it."""

from __future__ import annotations

import re

import pytest

from tests.dependencies import LOCK, PAGE, ROOT, Row, installed, locked, rows

LOCKS = sorted(ROOT.glob("requirements*.lock"))
GPL = re.compile(r"(?<![AL])GPL|(?<!Lesser )(?<!Affero )General Public")
AGPL = re.compile(r"AGPL|Affero")
# It names the GPL for one file for Emacs, which is not in its wheel.
APART = {"docutils"}


@pytest.fixture(scope="module")
def table() -> list[Row]:
    lines = [line[2:-2].split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [Row(*cells) for cells in lines[1:]]


def test_the_table_has_the_packages_of_the_lock(table):
    entries = locked(LOCK.read_text("utf-8"))
    assert len(entries) > 100
    assert {row.name: row.version for row in table} == {
        name: ", ".join(entry["version"] for entry in versions) for name, versions in entries.items()
    }, "run: make sbom"


def test_the_table_says_what_is_installed_here(table):
    """Who needs what is for another system or Python is known where that is installed: `make sbom` does."""
    here = {row.name: row for row in rows(LOCK.read_text("utf-8"), installed())}
    assert len(here) > 100
    assert [row for row in table if row != here.get(row.name, row)] == [], "run: make sbom"


def test_every_package_has_a_licence_and_somebody_who_needs_it(table):
    assert [row for row in table if not (row.licence and row.needed_by)] == []


def test_no_package_is_under_the_agpl_and_none_that_is_shipped_under_the_gpl(table):
    assert [row for row in table if AGPL.search(row.licence)] == []
    strict = {row.name for row in table if GPL.search(row.licence)}
    assert "codespell" in strict, "it is the example of one"
    assert {row.name for row in table if row.name in strict - APART and row.needed_by != "dev"} == set()
    assert not [file for name in APART for file in installed()[name].files or () if file.suffix == ".el"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_package_by_hashes(lock):
    lines = [line for line in lock.read_text("utf-8").splitlines() if re.match(r"[^ #]", line)]
    assert lines
    assert len(lines) == sum(map(len, locked(lock.read_text("utf-8")).values()))


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if "tools" not in lock.name], ids=lambda lock: lock.name)
def test_the_locks_pin_the_same_versions(lock):
    every = {name: {entry["version"] for entry in entries} for name, entries in locked(LOCK.read_text("utf-8")).items()}
    mine = locked(lock.read_text("utf-8"))
    both = every.keys() & mine.keys()
    assert len(both) > 20
    assert [name for name in both if not {entry["version"] for entry in mine[name]} <= every[name]] == []


def test_what_the_program_needs_alone_is_the_runtime_lock(table):
    lock = (ROOT / "requirements-runtime.lock").read_text("utf-8")
    assert {row.name for row in table if row.needed_by == "runtime"} == locked(lock).keys()
