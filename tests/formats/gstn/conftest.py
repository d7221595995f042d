"""Rows of the portal's JSON as tests begin with them; every test changes what it is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import Download, PortalRecord, read_download

RECIPIENT = "27AAPFU0939F1ZV"
SUPPLIER = "29AABCT1332L1ZA"


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
        return read_download(json.dumps(sections), recipient, "ims.json")

    return do


@pytest.fixture
def one(read) -> Callable[..., PortalRecord]:
    """Read a single row of one section."""

    def do(raw: Any, section: str = "b2b") -> PortalRecord:
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
