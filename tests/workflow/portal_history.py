"""A true history of one IMS on the portal, and the files that may be cut of it; imports nothing of the program.

A document is reported, moved, edited, deleted and saved again, filed, and amended up to three times; what the portal
shows follows from the day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from stdnum import luhn

DAYS = 50
# The returns of a supplier in their order, as the portal names them.
TURNS = (("R1", "102025"), ("R1A", "102025"), ("R1", "112025"), ("R1A", "112025"), ("R1", "122025"), ("R1A", "122025"))
SECTIONS = ("b2b", "b2ba", "b2bdn", "b2bdna", "b2bcn", "b2bcna", "ecom", "ecoma")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def gstin(state: str, number: int) -> str:
    """Return a GSTIN of a state, by number."""
    letters = "".join(_ALPHABET[10 + number // 26**place % 26] for place in range(4))
    base = f"{state}A{letters}{number // 26**4 % 10_000:04}C1Z"
    return base + luhn.calc_check_digit(base, _ALPHABET)


@dataclass(frozen=True)
class Life:
    """What happens to one version of a document on the portal, by the day counted from the first; None is never.

    `gap` are the days from which it is deleted and saved again; `turns` the returns that report it, by number, each
    with the day since when. What it amends is the version before it, or the document itself (`names_first`).
    """

    number: str
    turns: tuple[tuple[int, int], ...] = ((0, 0),)
    filed: int | None = None
    edited: int | None = None
    gap: tuple[int, int] | None = None
    acted: tuple[int, str] | None = None
    names_first: bool = True

    @property
    def saved(self) -> int:
        return self.turns[0][0]

    def is_shown(self, day: int) -> bool:
        filed = self.filed is not None and day >= self.filed
        return day >= self.saved and (filed or self.gap is None or not self.gap[0] <= day < self.gap[1])

    def row(self, day: int) -> dict[str, Any]:
        filed = self.filed is not None and day >= self.filed
        edited = self.edited is not None and day >= self.edited
        acted = self.acted is not None and day >= self.acted[0] and not (edited and self.acted[0] < (self.edited or 0))
        until = min(day, self.filed) if self.filed is not None else day
        form, period = TURNS[[turn for since, turn in self.turns if since <= until][-1]]
        return {
            "txval": 2000 if edited else 1000,
            "val": 2360 if edited else 1180,
            "iamt": 360 if edited else 180,
            "pos": "27",
            "srcform": form,
            "rtnprd": period,
            "srcfilstatus": "Filed" if filed else "Not Filed",
            "action": self.acted[1] if acted and self.acted else "N",
        }


@dataclass(frozen=True)
class Lineage:
    """A document of a kind of one of two suppliers, with the versions that follow each other."""

    kind: str
    seller: int
    versions: tuple[Life, ...]

    def rows(self, sellers: tuple[str, ...], day: int) -> list[tuple[str, dict[str, Any]]]:
        """Return what the portal shows of it on a day, each row with its section."""
        number, dated = ("nt_num", "nt_dt") if self.kind != "b2b" else ("inum", "idt")
        original = ("ont_num", "ont_dt") if self.kind != "b2b" else ("oinum", "oidt")
        rows = []
        for turn, life in enumerate(self.versions):
            if life.is_shown(day):
                row = {
                    "stin": sellers[self.seller],
                    number: life.number,
                    dated: f"{25 + turn}-10-2025",
                    **life.row(day),
                }
                if turn:
                    named = 0 if life.names_first else turn - 1
                    row |= {original[0]: self.versions[named].number, original[1]: f"{25 + named}-10-2025"}
                rows.append((self.kind + ("a" if turn else ""), row))
        return rows


@dataclass(frozen=True)
class File:
    """What is given together of what the portal shows on a day: which rows, and how it says that it is a part.

    `keep` is a word and what it is about: everything, a section with that of its amendments or alone, a status, a
    supplier, or one of two numbered files.
    """

    day: int
    keep: tuple[str, str] = ("whole", "")

    @property
    def complete(self) -> bool:
        return self.keep[0] in {"whole", "section", "alone"}

    def parts(self, history: tuple[Lineage, ...], recipient: str, sellers: tuple[str, ...]) -> list[bytes]:
        """Return the files; those of two suppliers are given together."""
        rows = [row for lineage in history for row in lineage.rows(sellers, self.day)]
        sections: tuple[str, ...] = SECTIONS
        how, what = self.keep
        beside: dict[str, Any] = {}
        match how:
            case "section" | "alone":
                sections = (what, what + "a") if how == "section" else (what,)
                rows = [row for row in rows if row[0] in sections]
            case "status":
                rows = [row for row in rows if row[1]["srcfilstatus"] == what]
            case "supplier":
                rows = [row for row in rows if row[1]["stin"] == sellers[int(what)]]
            case "numbered":
                rows, beside = rows[int(what) :: 2], {"fc": 2, "file_num": int(what) + 1}
        halves = [rows[::2], rows[1::2]] if how == "together" else [rows]
        shown = [{key: [row for section, row in half if section == key] for key in sections} for half in halves]
        return [json.dumps({"gstin": recipient, **beside, "data": data}).encode() for data in shown]


@st.composite
def lineages(draw: Any, number: int) -> Lineage:
    """Draw a document and its amendments: each is saved when the one before it is filed, in a later return."""
    versions: list[Life] = []
    day, turn = draw(st.integers(0, 20)), 0
    amendments = draw(st.sampled_from([0, 0, 1, 2, 3]))
    for version in range(amendments + 1):
        is_last = version == amendments
        moved = draw(st.booleans()) and turn + 1 < len(TURNS) - (amendments - version)
        moved_on = day + draw(st.integers(1, 5)) if moved else day
        turns = ((day, turn), (moved_on, turn + 1)) if moved else ((day, turn),)
        filed = moved_on + draw(st.integers(0, 8)) if not is_last or draw(st.booleans()) else None
        until = max(DAYS, day) if filed is None else filed
        gap = draw(
            st.none() | st.tuples(st.integers(day, until), st.integers(day, until)).map(lambda g: tuple(sorted(g)))
        )
        versions.append(
            Life(
                number=f"N/{number}" + draw(st.sampled_from(["", f"-{version}"]) if version else st.just("")),
                turns=turns,
                filed=filed,
                edited=draw(st.none() | st.integers(day, until)),
                gap=gap,
                acted=draw(st.none() | st.tuples(st.integers(day, max(DAYS, day)), st.sampled_from("ARP"))),
                names_first=draw(st.booleans()),
            )
        )
        day, turn = until + draw(st.integers(0, 6)), turns[-1][1] + 1
    return Lineage(draw(st.sampled_from(["b2b", "b2bcn"])), draw(st.integers(0, 1)), tuple(versions))


_KEPT = st.sampled_from([
    ("whole", ""), ("whole", ""), ("together", ""), ("section", "b2b"), ("section", "b2bcn"), ("alone", "b2b"),
    ("alone", "b2ba"), ("status", "Filed"), ("status", "Not Filed"), ("supplier", "0"), ("supplier", "1"),
    ("numbered", ""),
])  # fmt: skip


@st.composite
def histories(draw: Any, most: int = 4) -> tuple[tuple[Lineage, ...], tuple[File, ...]]:
    """Draw a history and two to four files of it, of two to four days."""
    history = tuple(draw(lineages(number)) for number in range(draw(st.integers(1, 3))))
    days = st.sampled_from([5, 9, 10, 11, 12, 20, 22, 30, 40, 41, DAYS])
    files: list[File] = []
    wanted = draw(st.integers(2, most))
    while len(files) < wanted:
        day, kept = draw(days), draw(_KEPT)
        files += [File(day, ("numbered", part)) for part in "01"] if kept[0] == "numbered" else [File(day, kept)]
    return history, tuple(files[:most])
