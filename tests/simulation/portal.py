"""The portal, as far as a town needs it: papers of suppliers who are not here, downloads of them, answers to uploads.

Imports nothing of the program but periods: it is what the program must agree with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from ims_fsm import TaxPeriod
from tests.workflow.portal_history import File

_INVOICE, _NOTE = ("inum", "idt", "oinum", "oidt"), ("nt_num", "nt_dt", "ont_num", "ont_dt")
KINDS = {"b2b": _INVOICE, "ecom": _INVOICE, "b2bdn": _NOTE, "b2bcn": _NOTE}
CUTS = ("whole", "whole", "whole", "together", "section", "status", "supplier", "numbered")


@dataclass(eq=False)
class Paper:
    """One version of a document as the portal has it; `gone` once a GSTR-3B has decided it."""

    kind: str
    supplier: str
    number: str
    dated: date
    form: str
    period: TaxPeriod
    tax: int
    amends: Paper | None = None
    filed: bool = False
    deleted: bool = False
    gone: bool = False
    action: str = "N"

    @property
    def section(self) -> str:
        return self.kind + ("a" if self.amends else "")

    @property
    def name(self) -> tuple[str, str, str]:
        return self.section, self.supplier, self.number

    def row(self) -> dict[str, Any]:
        number, dated, original, original_dated = KINDS[self.kind]
        row = {
            "stin": self.supplier, number: self.number, dated: f"{self.dated:%d-%m-%Y}", "txval": self.tax * 5,
            "val": self.tax * 6, "iamt": self.tax, "pos": "27", "srcform": self.form, "rtnprd": self.period.wire,
            "srcfilstatus": "Filed" if self.filed else "Not Filed", "action": self.action,
        }  # fmt: skip
        if self.amends:
            row |= {original: self.amends.number, original_dated: f"{self.amends.dated:%d-%m-%Y}"}
        return row


@dataclass(frozen=True)
class Snapshot:
    """What the portal showed at a moment, in the form that files are cut from."""

    at: datetime
    shown: tuple[tuple[str, dict[str, Any]], ...]

    def rows(self, _sellers: object, _day: object) -> list[tuple[str, dict[str, Any]]]:
        return list(self.shown)

    def files(self, keep: tuple[str, str], recipient: str, sellers: tuple[str, ...]) -> tuple[list[bytes], bool]:
        """Return files of it, and whether they have everything of their sections."""
        file = File(0, keep)
        return file.parts((self,), recipient, sellers), file.complete


@dataclass
class Portal:
    """The papers of one recipient."""

    recipient: str
    sellers: tuple[str, ...]
    papers: list[Paper] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)

    def goes_on(self, chance: Random, now: datetime) -> None:
        """Have suppliers, and the recipient at the portal itself, do something; keep what it shows then."""
        for _ in range(chance.randint(1, 4)):
            chance.choice((self._report, self._report, self._edit, self._delete, self._file, self._file, self._amend,
                           self._act))(chance, now)  # fmt: skip
        self.snapshots.append(self.now(now))

    def now(self, moment: datetime) -> Snapshot:
        """Return what it shows now."""
        return Snapshot(moment, tuple((paper.section, paper.row()) for paper in self.visible()))

    def visible(self) -> list[Paper]:
        return [paper for paper in self.papers if not paper.deleted and not paper.gone]

    def download(self, chance: Random) -> tuple[datetime, list[bytes], bool]:
        """Draw a download of now or of before, whole or in parts: when it was made, its files, whether it is whole."""
        snapshot = chance.choice(self.snapshots[-4:])
        cut = chance.choice(CUTS)
        kept = {"section": chance.choice(tuple(KINDS)), "status": chance.choice(("Filed", "Not Filed")),
                "supplier": chance.choice("01"), "numbered": chance.choice("01")}  # fmt: skip
        return snapshot.at, *snapshot.files((cut, kept.get(cut, "")), self.recipient, self.sellers)

    def answer(self, request: dict[str, Any], chance: Random) -> tuple[dict[str, Any], int]:
        """Take an upload row by row, refuse some; return the status report, and how many were taken."""
        report: dict[str, list[dict[str, Any]]] = {}
        taken = 0
        papers = {paper.name: paper for paper in self.visible()}
        for section, rows in request["data"]["invdata"].items():
            for row in rows:
                number = row.get("inum") or row.get("nt_num")
                paper = papers.get((section, row["stin"], number))
                if paper is not None and chance.random() < 0.8:
                    paper.action = row.get("action", "N")
                    taken += 1
                    continue
                error = {"error_cd": "IMSSAV0010", "error_msg": "Either previous action is incorrect"}
                listed = {"inum": number, "rtnprd": row["rtnprd"]}
                report.setdefault(section, []).append({"stin": row["stin"], "inv": [listed], **error})
        refused = sum(map(len, report.values()))
        status = {"status_cd": "PE" if refused else "P", "proc_cnt": taken, "err_cnt": refused, "error_report": report}
        return {"transTypCd": "SAV" if request["action"] == "SAVE" else "RESET", **status}, taken

    # --- what happens on it -------------------------------------------------------------------------------------------

    def _pick(self, chance: Random, *, filed: bool) -> Paper | None:
        papers = [paper for paper in self.visible() if paper.filed is filed]
        return chance.choice(papers) if papers else None

    def _report(self, chance: Random, now: datetime, amends: Paper | None = None) -> None:
        period = TaxPeriod.of((now - timedelta(days=25)).date())
        form = "R1"
        if amends is not None:
            form = "R1A" if period == amends.period else "R1"
            period = max(period, amends.period)
        kind = amends.kind if amends else chance.choice(tuple(KINDS))
        again = amends is not None and amends.amends is None and chance.random() < 0.3
        self.papers.append(Paper(
            kind=kind,
            supplier=amends.supplier if amends else chance.choice(self.sellers),
            number=amends.number if again and amends else f"P/{len(self.papers)}",
            dated=date(period.year, period.month, chance.randint(1, 28)),
            form=form,
            period=period,
            tax=chance.randint(1, 900),
            amends=amends,
        ))  # fmt: skip

    def _edit(self, chance: Random, _now: datetime) -> None:
        if paper := self._pick(chance, filed=False):
            paper.tax, paper.action = chance.randint(1, 900), "N"

    def _delete(self, chance: Random, _now: datetime) -> None:
        if paper := self._pick(chance, filed=False):
            paper.deleted = True

    def _file(self, chance: Random, _now: datetime) -> None:
        if paper := self._pick(chance, filed=False):
            for other in self.visible():
                if (other.supplier, other.form, other.period) == (paper.supplier, paper.form, paper.period):
                    other.filed = True

    def _amend(self, chance: Random, now: datetime) -> None:
        first = self._pick(chance, filed=True)
        if first is not None and not any(paper.amends is first for paper in self.papers):
            self._report(chance, now, first)

    def _act(self, chance: Random, _now: datetime) -> None:
        if paper := self._pick(chance, filed=chance.random() < 0.8):
            paper.action = chance.choice("ARP")
