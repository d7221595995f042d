"""A workbook that is filled in as a person would, on the XML of its sheets."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from ims_fsm import Where
from ims_fsm.terms.vocabulary import State

STATUS = {"accept": "Accepted", "reject": "Rejected", "keep_pending": "Pending", "reset": "No Action"}
STANDS = {
    State.ACCEPTED: "Accepted",
    State.REJECTED: "Rejected",
    State.PENDING: "Pending",
    State.NO_ACTION: "No Action",
}


class Filled:
    """A workbook of a desk that is filled in as a person would: cells of rows, found by the record's number."""

    def __init__(self, desk: Any, where: Where | None = None) -> None:
        out = io.BytesIO()
        desk.export_workbook(out, where)
        self.parts = _parts(out)

    @classmethod
    def of(cls, content: bytes) -> Filled:
        """Return a workbook that was given elsewhere."""
        filled = cls.__new__(cls)
        filled.parts = _parts(io.BytesIO(content))
        return filled

    def fill(self, record: int, cells: Mapping[str, str]) -> Filled:
        """Write text into cells of a record's row, by the column's title."""
        for part, xml in self.parts.items():
            rows = dict(re.findall(r'(<row r="(?:[7-9]|\d\d+)".*?</row>)()', xml)) if "worksheets/" in part else {}
            titles = dict(re.findall(r'<c r="([A-Z]+)6"[^>]*><is><t>([^<]*)<', xml))
            letters = {title: letter for letter, title in titles.items()}
            for row in rows if {"Record", "Status"} <= letters.keys() else ():
                number = re.search(rf'<c r="{letters["Record"]}\d+"[^>]*><v>(\d+)</v>', row)
                if number is not None and int(number[1]) == record:
                    filled = row
                    for title, text in cells.items():
                        cell = rf'<c r="({letters[title]}\d+)"(?: s="(\d+)")?[^>]*?(?:/>|>.*?</c>)'
                        filled = re.sub(cell, rf'<c r="\1" s="\2" t="inlineStr"><is><t>{text}</t></is></c>', filled)
                    assert filled != row
                    self.parts[part] = self.parts[part].replace(row, filled)
        return self

    @property
    def content(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.parts.items():
                archive.writestr(name, text)
        return out.getvalue()


def _parts(file: io.BytesIO) -> dict[str, str]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}
