"""The readers, each with what it reads today: a function of bytes from which nothing but our errors may come.

What writes is given a store that holds a month of a recipient: where it fails the store is as it was.
"""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, cast

from ims_fsm import (
    IMS,
    Checkpoint,
    Heads,
    ImsFsmError,
    LogMap,
    SettableClock,
    TaxPeriod,
    check_proof,
    conform,
    dump_two_b,
    make_key,
    read_reduction,
)  # fmt: skip
from ims_fsm.law.book import overlay_of
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.law.loading import load_own
from ims_fsm.resources import machines_folder
from ims_fsm.scenario.running import run_file
from ims_fsm.store.connection import open_engine
from ims_fsm.workflow.ims import Scratch
from tests.cli.conftest import SAMPLES, run_here

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "docs" / "examples"
CORPUS = Path(__file__).parent / "corpus"
GSTIN, OCTOBER = "27AAPFU0939F1ZV", TaxPeriod("2024-10")
Read = Callable[[bytes], object]
TARGETS: dict[str, tuple[Read, Callable[[], list[bytes]]]] = {}


def target(*corpus: Callable[[], Iterator[bytes]]) -> Callable[[Read], Read]:
    """Have a function be a target, with what it reads today, and what it once stumbled over."""

    def kept(read: Read) -> Read:
        def files() -> list[bytes]:
            found = sorted((CORPUS / read.__name__).glob("*"))
            return [*(content for source in corpus for content in source()), *(path.read_bytes() for path in found)]

        TARGETS[read.__name__] = (read, cache(files))
        return read

    return kept


def files(folder: Path, pattern: str, most: int = 12) -> Callable[[], Iterator[bytes]]:
    return lambda: (path.read_bytes() for path in sorted(folder.rglob(pattern))[:most])


def words(*texts: str) -> Callable[[], Iterator[bytes]]:
    return lambda: (text.encode() for text in texts)


def zipped() -> Iterator[bytes]:
    """The parts of a download, in a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted((TESTS / "portal").glob("02_*.json")):
            archive.write(path, path.name)
    yield out.getvalue()


class Store:
    """A recipient's month in memory, which each call finds as it was."""

    def __init__(self, register: bytes | None = None) -> None:
        self.ims = IMS("sqlite://", clock=SettableClock("2024-11-15 12:00"))
        self.ims.import_download([SAMPLES / "ims_2024-11.json"], actor="meera")
        self.desk.generate_2b(OCTOBER)
        if register is not None:
            self.desk.match(register)
        self.template = sqlite3.connect(":memory:")
        self.driver.backup(self.template)

    @property
    def desk(self) -> Any:
        return self.ims.recipient(GSTIN, actor="meera")

    @property
    def driver(self) -> Any:
        with self.ims._workspace.engine.connect() as connection:
            return connection.connection.driver_connection

    @contextmanager
    def untouched(self) -> Iterator[IMS]:
        """Give the IMS; where a call on it fails nothing was written."""
        self.template.backup(self.driver)
        before = self.driver.serialize()
        try:
            yield self.ims
        except ImsFsmError:
            assert self.driver.serialize() == before, "what failed has written"


@cache
def store() -> Store:
    return Store()


@cache
def scratch() -> Scratch:
    return Scratch()


@cache
def place() -> Path:
    return Path(tempfile.mkdtemp())


def at(name: str, data: bytes) -> Path:
    """Lay bytes down as a file."""
    file = place() / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    return file


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


@target(
    files(TESTS.parent / "docs", "matching.md"),
    words(
        "supplier,kind,number,date,taxable,igst\n29AABCT1332L1ZA,invoice,A/1,2024-10-05,1.00,0.18\n",
        "GSTIN/UIN;Voucher Type;Supplier Invoice No.;Date;Taxable Value;Central Tax\n"
        "29AABCT1332L1ZA;Debit Note;7;5-Oct-24;(-)1,000.50;90 Cr\n",
    ),
)
def purchase_register(data: bytes) -> None:
    with store().untouched() as ims:
        ims.recipient(GSTIN, actor="meera").match(data)


# --- the portal's files -----------------------------------------------------------------------------------------------


@target(files(SAMPLES, "*.json"), files(TESTS / "portal", "*.json"), zipped)
def download(data: bytes) -> None:
    with store().untouched() as ims:
        ims.import_download([data], gstin=GSTIN, actor="meera", complete=len(data) % 2 == 0)


@target(files(SAMPLES, "gstr2b*.json"), lambda: iter([dump_two_b(store().desk.export_2b(OCTOBER)).encode()]))
def two_b(data: bytes) -> None:
    with store().untouched():
        store().desk.compare_2b([data], adopt=len(data) % 2 == 0)


@target(files(TESTS / "portal", "08*.json"), files(SAMPLES, "ims_status*.json"))
def report(data: bytes) -> None:
    with store().untouched():
        store().desk.export_upload()
    with store().untouched():
        store().desk.report(data, where="answer")


# --- tables -----------------------------------------------------------------------------------------------------------


def sheets() -> Iterator[bytes]:
    """A workbook of the store, an upload, and rows as JSON."""
    with store().untouched():
        out = io.BytesIO()
        store().desk.export_workbook(out)
        yield out.getvalue()
        upload = store().desk.export_upload()
        yield from (json.dumps(part, default=str).encode() for part in (upload.save, upload.reset) if part)
    yield b'[{"id": 1, "action": "accept", "remarks": "x", "reduce_itc": {"igst": "1.00"}, "version": 1}]'


@target(files(SAMPLES, "actions*.csv"), sheets, words("id,action,remarks,version\n1,reject,no,1\n2;accept;;\n"))
def proposals(data: bytes) -> None:
    with store().untouched():
        store().desk.apply(data, where="sheet", all_or_nothing=len(data) % 2 == 0)


@target(words("id,decided,original igst\n6,accepted,10.00\n", "number,supplier,decided\nX,29AABCT1332L1ZA,rejected\n"))
def originals(data: bytes) -> None:
    with store().untouched():
        store().desk.state_originals(data, where="originals")


# --- declarations -----------------------------------------------------------------------------------------------------


@target(files(TESTS / "scenarios", "*.toml", 40))
def scenario(data: bytes) -> None:
    run_file(at("scenario.toml", data), scratch())


@target(files(EXAMPLES, "*.toml"), files(TESTS / "purchase", "purchase.toml"))
def machine(data: bytes) -> None:
    for name in ("facts.toml", "rules.toml"):
        at(name, (TESTS / "purchase" / name).read_bytes())
    load_own(at("machine.toml", data))


@target(files(EXAMPLES / "leave_request", "*.toml"))
def alone(data: bytes) -> None:
    load_own(at("alone/leave_request.toml", data))


@target(lambda: iter([(machines_folder() / "calendar.toml").read_bytes()]), words(
    '[[extension]]\nname = "X"\nwhat = "gstr3b"\nperiod = "2024-10"\ndate = 2024-12-01\nfiling = "monthly"\n'
    'source = "x"\ncertainty = "certain"\n'
))  # fmt: skip
def calendar(data: bytes) -> None:
    read_calendar((machines_folder() / "calendar.toml").read_text("utf-8"), overlay_of(at("calendar.toml", data)))


@target(words(
    '+matching\n[[match]]\nname = "same_in_all"\npaise = 0\n[limits]\ncandidates = 9\n',
    '+policy\n[[recommend]]\nname = "x"\nclasses = ["portal_only"]\naction = "ask"\nsays = "y"\nbefore = "the_rest"\n',
    'erp+layout\n[read]\nnumber = ["Bill ref"]\n[kinds]\ncredit_note = ["PRET"]\n',
))  # fmt: skip
def setting(data: bytes) -> None:
    of, _, text = text_of(data).partition("\n")
    name, _, kind = of.partition("+")
    with store().untouched() as ims:
        ims.recipient(GSTIN, actor="meera").change_setting(cast(Any, kind), text, name=name, reason="fuzz")


@target(words('[[reason]]\nname = "not_reported"\noff = true\n', '[[band]]\nname = "old"\nfrom_days = 9\n'))
def chasing(data: bytes) -> None:
    with store().untouched():
        list(store().desk.chase(rules=at("chasing.toml", data)))


@cache
def chased() -> Store:
    """A store with a register that has a document which nobody reported."""
    return Store(b"supplier,kind,number,date,taxable,igst\n29AABCT1332L1ZA,invoice,A/1,2024-10-05,1.00,0.18\n")


@target(words("Dear {{ supplier }}, {{ documents | length }}"), files(EXAMPLES, "*.j2"))
def letter(data: bytes) -> None:
    with chased().untouched():
        list(chased().desk.letters(template=at("letter.txt.j2", data)))


# --- logs of other systems --------------------------------------------------------------------------------------------


@target(
    files(EXAMPLES / "erp_log", "*.csv"),
    words(
        '<?xml version="1.0"?><log><trace><string key="concept:name" value="7"/><event>'
        '<string key="concept:name" value="accept"/><date key="time:timestamp" value="2024-11-12T10:00:00"/>'
        "</event></trace></log>",
    ),
)
def event_log(data: bytes) -> None:
    conform(at("log.csv", data), "invoice")


@target(files(EXAMPLES / "erp_log", "*.toml"))
def log_map(data: bytes) -> None:
    conform(EXAMPLES / "erp_log" / "log.csv", by=LogMap(file=at("map.toml", data)))


# --- proofs -----------------------------------------------------------------------------------------------------------


@cache
def sealed() -> tuple[str, bytes]:
    """A checkpoint, and a proof of a record."""
    with store().untouched():
        return store().desk.seal(key=keys()).checkpoint, store().desk.prove(1).text.encode()


@cache
def keys() -> Path:
    make_key(place() / "key.pem")
    return place() / "key.pem"


@target(lambda: iter([sealed()[1]]))
def proof(data: bytes) -> None:
    check_proof(at("proof.json", data), checkpoint=Checkpoint.read(sealed()[0]))


@target(lambda: iter([sealed()[0].encode()]))
def checkpoint(data: bytes) -> None:
    check_proof(at("whole.json", sealed()[1]), checkpoint=at("checkpoint.txt", data))


@target(lambda: (keys().with_name(name).read_bytes() for name in ("key.pem", "key.pem.pub")))
def key(data: bytes) -> None:
    with store().untouched():
        store().desk.seal(key=at("own.pem", data))
    check_proof(at("whole.json", sealed()[1]), key=at("own.pem", data))


# --- words ------------------------------------------------------------------------------------------------------------


@target(words("2024-10", "Nov-2025", "september 2025", "9/2025", "102024", "full", "none", "igst=9000.00 cess=10.00",
              "1,09,880.00", "-5", "0.005", "1e3"))  # fmt: skip
def word(data: bytes) -> None:
    for read in (TaxPeriod.parse, TaxPeriod.from_wire, read_reduction, lambda text: Heads.from_rupees({"igst": text})):
        with suppress(ValueError):
            read(text_of(data))


@target(words("sqlite://", "sqlite:///ims.db?synchronous=off", "postgresql://u:p@host:1/d?pool_size=5&sslmode=require",
              "postgresql+psycopg://[::1]/d?options=-csearch_path%3Dx", "mysql://x"))  # fmt: skip
def url(data: bytes) -> None:
    open_engine(text_of(data)).dispose()


@target(lambda: iter([event.cursor.encode() for event in store().ims.events(limit=3)]))
def cursor(data: bytes) -> None:
    list(store().ims.events(text_of(data), limit=5))


OPTIONS = {
    "fact": ("explain", "invoice", "keep_pending", "--fact"),
    "where": ("list", "--db", "sqlite://", "--gstin", GSTIN, "--where"),
    "at": ("explain", "invoice", "accept", "--at"),
    "period": ("timeline", "--period"),
    "itc": ("act", "accept", "--id", "1", "--db", "sqlite://", "--gstin", GSTIN, "--reduce-itc"),
}


SAID = (
    *("fact original=accepted", "fact direction=downward", "where state=accepted", "where kind=invoice"),
    *("where period=2024-10", "where number=X", "at 2024-11-14T10:00", "period 2024-10", "itc full"),
)


@target(words(*SAID))
def option(data: bytes) -> None:
    name, _, text = text_of(data).partition(" ")
    if name in OPTIONS and "\0" not in text:
        done = run_here(*OPTIONS[name], text)
        assert done.code in {0, 1, 2}, done
