"""What a law of one's own may leave out, and what stands in its place: the shipped law leaves nothing out.

Imports nothing of the package but words; works on tables as they are read, before their shape is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Tables = Mapping[str, dict[str, Any]]

# The edition of a law that has no [[rule_set]], and the register's entry of one that has no [[rule]].
ONLY_EDITION = "EDITION-1"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def fill(tables: Tables, machines: Iterable[str]) -> None:
    """Write into the tables of a law of one's own, by file, what it leaves out; `machines` are the files of machines.

    Without a rule set it has one edition, always in force. Without a register the machine's own name is the citation.
    A machine reads the facts of its file, its version is 1, and titles and a guard's code are its names.
    """
    files = [file for file in machines if isinstance(tables[file].get("extends", ""), str)]
    cites = any("rule" in table for table in tables.values())
    for file in files:
        _fill_machine(tables[file], file.removesuffix(".toml"), cites=cites)
    if files and not any("rule_set" in table for table in tables.values()):
        tables[files[0]]["rule_set"] = [{"id": ONLY_EDITION, "title": "The law as it is declared"}]


def _fill_machine(table: dict[str, Any], name: str, *, cites: bool) -> None:
    usual: dict[str, Any] = {"name": name, "title": _worded(name), "version": "1"}
    if "extends" not in table and (facts := [row.get("name") for row in _rows(table, "fact")]):
        usual["facts"] = facts
    for key, value in usual.items():
        table.setdefault(key, value)
    table.setdefault("says", table["title"])
    for row in _rows(table, "state"):
        row.setdefault("title", _worded(row.get("name")))
    for row in _rows(table, "guard"):
        row.setdefault("code", row.get("name"))
    if not cites:
        _cite_itself(table, name if _NAME.fullmatch(name) else "law")


def _cite_itself(table: dict[str, Any], law: str) -> None:
    for kind, key, value in (("state", "rules", [law]), ("transition", "rules", [law]), ("guard", "rule", law)):
        for row in _rows(table, kind):
            row.setdefault(key, value)
    table["rule"] = [{"id": law, "title": table["says"], "source": law, "status": "modelled"}]
    # What is not a list is told as such.
    if isinstance(sources := table.setdefault("source", []), list):
        sources.append({"id": law, "title": table["title"]})


def _rows(table: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    rows = table.get(kind, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _worded(name: object) -> str:
    return str(name).replace("_", " ").capitalize()
