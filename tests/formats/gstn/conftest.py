"""Rows of the portal's JSON as tests begin with them; every test changes what it is about."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.download import DownloadReader, MisreadError, Repetitions, opened
from ims_fsm.formats.gstn.envelope import Dialect
from ims_fsm.formats.gstn.sections import SectionForm, section_of
from ims_fsm.record.sighting import Shown
from ims_fsm.terms.vocabulary import Kind

RECIPIENT = "27AAPFU0939F1ZV"
SUPPLIER = "29AABCT1332L1ZA"


@dataclass
class Placed:
    """What a download shows of one record, and where the file has it."""

    shown: Shown
    place: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shown, name)

    @property
    def section(self) -> SectionForm:
        return section_of(self.shown.document)

    @property
    def identity(self) -> Any:
        """What tells the record from every other of its recipient, whatever its content."""
        year = self.date.year - (self.date.month < 4)
        again = self.original_number is not None and self.kind is not Kind.BILL_OF_ENTRY
        reported = (self.form, self.return_period) if again else None
        return (self.kind, self.original_number is None, self.supplier, self.number.upper(), year, reported)


@dataclass
class Download:
    """A download read to its end: what it shows, each document once, and what the reader says of it."""

    recipient: str
    dialect: Dialect
    sections: tuple[str, ...]
    records: list[Placed]
    warnings: tuple[Problem, ...]


def download_of(data: bytes | str, recipient: str | None, where: str) -> Download:
    promise = None
    with opened(data) as file:
        while True:
            reader = DownloadReader(file, where, recipient, promise=promise)
            try:
                records = [shown for part in reader.parts() for shown in part]
                break
            except MisreadError as error:
                promise = error.envelope
    placed = [Placed(shown, reader.place(ordinal)) for ordinal, shown in enumerate(records)]
    alike: dict[Any, list[tuple[int, Shown]]] = defaultdict(list)
    for ordinal, record in enumerate(placed):
        alike[record.identity].append((ordinal, record.shown))
    repetitions = Repetitions(reader)
    left_out = [at for rows in alike.values() if len(rows) > 1 for at in repetitions.choose(rows)[0]]
    repetitions.warn()
    kept = [record for at, record in enumerate(placed) if at not in left_out]
    return Download(*reader.whole[:3], kept, reader.warnings)


@pytest.fixture(scope="session")
def read_download() -> Callable[..., Download]:
    return download_of


@pytest.fixture
def recipient() -> str:
    return RECIPIENT


@pytest.fixture
def supplier() -> str:
    return SUPPLIER


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    """A filed invoice of October 2024; keywords change keys, None takes one away."""

    def make(**changes: Any) -> dict[str, Any]:
        base = {
            "stin": SUPPLIER,
            "inum": "S/101",
            "inv_typ": "R",
            "action": "N",
            "ispendactblocked": "N",
            "srcform": "R1",
            "rtnprd": "102024",
            "srcfilstatus": "Filed",
            "idt": "05-10-2024",
            "val": 118000,
            "pos": "27",
            "txval": 100000,
            "iamt": 18000,
            "camt": 0,
            "samt": 0,
            "cess": 0,
        }
        return {key: value for key, value in (base | changes).items() if value is not None}

    return make


@pytest.fixture
def note(row) -> Callable[..., dict[str, Any]]:
    """The same document as a note: its keys are nt_num and nt_dt."""

    def make(**changes: Any) -> dict[str, Any]:
        return row(**({"inum": None, "idt": None, "nt_num": "S/101", "nt_dt": "05-10-2024"} | changes))

    return make


@pytest.fixture
def bill() -> Callable[..., dict[str, Any]]:
    """A bill of entry of October 2025."""

    def make(**changes: Any) -> dict[str, Any]:
        base = {
            "rgstinrefId": "REF1",
            "ispendactblocked": "N",
            "irefdt": "10-10-2025",
            "itcprd": "102025",
            "portcd": "INNSA1",
            "boenum": "2566282",
            "boedt": "08-10-2025",
            "action": "N",
            "txval": 840000,
            "igst": 151200,
            "cess": 0,
            "srtinprd": "102025",
        }
        return {key: value for key, value in (base | changes).items() if value is not None}

    return make


@pytest.fixture
def read() -> Callable[..., Download]:
    """Read sections as a bare download of the recipient."""

    def do(recipient: str | None = RECIPIENT, **sections: Any) -> Download:
        return download_of(json.dumps(sections), recipient, "ims.json")

    return do


@pytest.fixture
def one(read) -> Callable[..., Placed]:
    """Read a single row of one section."""

    def do(raw: Any, section: str = "b2b") -> Placed:
        (record,) = read(**{section: [raw]}).records
        return record

    return do


@pytest.fixture
def problems(read) -> Callable[..., list[Problem]]:
    """The problems for which a download is refused."""

    def do(**sections: Any) -> list[Problem]:
        with pytest.raises(InputError) as refused:
            read(**sections)
        assert refused.value.subject == "ims.json"
        return list(refused.value.problems)

    return do
