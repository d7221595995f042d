"""Documents as suppliers report them, and a purchase register that has most of them, with the noise of books.

The same seed writes the same files. Which row of the register is which document is known: it is the truth that a
matching is measured by. Imports nothing of the program but the check digit of GSTINs.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.portal_json import gstin_of, with_check_digit

# How many of a hundred documents are in no register, and how many rows of the register nobody reports.
ONLY_PORTAL, ONLY_BOOKS = 8, 8
# How many of a hundred are booked once more, weeks later, and how many stand in two lines of the register.
TWICE, IN_LINES, LATER = 2, 10, 40
# How many of a hundred that are in both have each noise; a document may have several.
SHARES = {"number": 26, "slip": 5, "date": 8, "rounding": 10, "amount": 3, "heads": 1, "gstin": 1}
FIRST, DAYS = date(2024, 9, 20), 40
_A_SUPPLIER, _USUAL = 40, 40
_RATES = (5, 12, 18, 28)
_YEAR = re.compile(r"(?:2024-25|24-25|2425)[/-]?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document, as it is reported or as it is booked; amounts in paise."""

    supplier: str
    number: str
    date: date
    taxable: int
    igst: int
    cgst: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others of its side."""
        return self.supplier, self.number, self.date.isoformat()


@dataclass(frozen=True, slots=True)
class Both:
    """A document of either side, None where a side lacks it, and the noise with which it was booked."""

    reported: Entry | None
    booked: Entry | None
    noise: tuple[str, ...] = ()


def documents(count: int, seed: int = 1) -> list[Both]:
    """Return so many documents for each side, in the order of the download."""
    dice = random.Random(seed)  # noqa: S311 -- no secret, the same each time
    suppliers = [gstin_of(number) for number in range(max(2, count // _A_SUPPLIER))]
    usual = {supplier: [dice.randint(1, 90) * 100_000 for _ in range(3)] for supplier in suppliers}
    taken: set[tuple[str, str]] = set()

    def fresh() -> Entry:
        while True:
            made = _entry(dice, suppliers, usual)
            if (made.supplier, made.number) not in taken:
                taken.add((made.supplier, made.number))
                return made

    both, booked = [], set[tuple[str, str, str]]()
    for _ in range(count):
        reported = fresh()
        if dice.randrange(100) < ONLY_PORTAL:
            both.append(Both(reported, None))
            continue
        entry, noise = _booked(dice, reported)
        if entry.key in booked:
            entry, noise = reported, ()
        booked.add(entry.key)
        both.append(Both(reported, entry, noise))
        again = replace(entry, date=entry.date + timedelta(days=LATER))
        if dice.randrange(100) < TWICE and again.key not in booked:
            booked.add(again.key)
            both.append(Both(None, again, ("twice",)))
    both += [Both(None, fresh()) for _ in range(count * ONLY_BOOKS // 100)]
    return both


def _entry(dice: random.Random, suppliers: list[str], usual: dict[str, list[int]]) -> Entry:
    supplier = dice.choice(suppliers)
    # Rents and retainers: the same amount again and again.
    repeats = dice.randrange(100) < _USUAL
    taxable = dice.choice(usual[supplier]) if repeats else dice.randint(10_000, 50_000_000)
    tax = taxable * (18 if repeats else dice.choice(_RATES)) // 100
    within = supplier[:2] == "27"
    day = FIRST + timedelta(days=dice.randrange(DAYS))
    return Entry(supplier, _number(dice), day, taxable, 0 if within else tax, tax // 2 if within else 0)


def _number(dice: random.Random) -> str:
    serial, style = dice.randint(1, 99_999), dice.randrange(100)
    if style < 30:  # noqa: PLR2004 -- of a hundred
        return f"INV/24-25/{serial:05}"
    if style < 50:  # noqa: PLR2004 -- of a hundred
        return f"{serial}"
    if style < 70:  # noqa: PLR2004 -- of a hundred
        return f"GST/{serial:04}/2024-25"
    if style < 85:  # noqa: PLR2004 -- of a hundred
        return f"{dice.choice('ABCDEFG')}{dice.choice('XYZ')}-{serial:06}"
    return f"SI2425{serial:05}"


_REWRITTEN: tuple[Callable[[str], str], ...] = (
    lambda number: number.replace("/", "-"),
    lambda number: number.replace("/", "").replace("-", ""),
    lambda number: re.sub(r"(?<![0-9])0+(?=[0-9])", "", number),
    lambda number: f" {number.lower()} ",
    lambda number: _YEAR.sub("", number).strip("/-") or number,
)


def _booked(dice: random.Random, of: Entry) -> tuple[Entry, tuple[str, ...]]:
    noise = [name for name, share in SHARES.items() if dice.randrange(100) < share]
    entry = of
    for name in noise:
        entry = _NOISE[name](dice, entry)
    return entry, tuple(noise) if entry != of else ()


def _slip(dice: random.Random, of: Entry) -> Entry:
    if dice.randrange(2):
        last = re.split(r"[/-]", of.number.strip())[-1]
        return replace(of, number=last if any(map(str.isdigit, last)) and last != "25" else of.number)
    at = dice.randrange(len(of.number))
    return replace(of, number=of.number[:at] + dice.choice("0123456789O") + of.number[at + 1 :])


def _off(dice: random.Random, of: Entry) -> Entry:
    return replace(of, taxable=of.taxable + dice.choice((-100, -50, 50, 100)))


def _amount(dice: random.Random, of: Entry) -> Entry:
    taxable = of.taxable * dice.choice((80, 90, 95, 105, 110, 120)) // 100
    return replace(of, taxable=taxable, igst=of.igst * taxable // of.taxable, cgst=of.cgst * taxable // of.taxable)


def _heads(_dice: random.Random, of: Entry) -> Entry:
    return replace(of, igst=2 * of.cgst, cgst=of.igst // 2)


def _gstin(dice: random.Random, of: Entry) -> Entry:
    return replace(of, supplier=with_check_digit(f"{dice.randint(1, 37):02}{of.supplier[2:14]}"))


_NOISE: dict[str, Callable[[random.Random, Entry], Entry]] = {
    "number": lambda dice, of: replace(of, number=dice.choice(_REWRITTEN)(of.number)),
    "slip": _slip,
    "date": lambda dice, of: replace(of, date=of.date + timedelta(days=dice.choice((-2, -1, 1, 2, 5)))),
    "rounding": _off,
    "amount": _amount,
    "heads": _heads,
    "gstin": _gstin,
}


def write_both(both: list[Both], download: Path, register: Path, gstin: str, seed: int = 1) -> None:
    """Write the portal's download and the register, its rows in an order of their own."""
    rows = [_wire(entry.reported) for entry in both if entry.reported is not None]
    tree = {"status_cd": "1", "gstin": gstin, "data": {"b2b": rows}}
    download.write_text(json.dumps(tree), encoding="ascii")
    booked = [entry.booked for entry in both if entry.booked is not None]
    random.Random(seed).shuffle(booked)  # noqa: S311 -- no secret, the same each time
    with register.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("GSTIN/UIN", "Supplier Invoice No.", "Supplier Invoice Date", "Taxable Value", *_HEADS))
        table.writerows(_cells(line) for turn, entry in enumerate(booked) for line in _lines(entry, turn))


def _lines(of: Entry, turn: int) -> Iterator[Entry]:
    """Give a document as it stands in the register: in one line, or in one for each of two rates."""
    if turn % 100 >= IN_LINES:
        yield of
        return
    part = replace(of, taxable=of.taxable // 3, igst=of.igst // 4, cgst=of.cgst // 4)
    yield part
    yield replace(of, taxable=of.taxable - part.taxable, igst=of.igst - part.igst, cgst=of.cgst - part.cgst)


_HEADS = ("Integrated Tax", "Central Tax", "State Tax")


def _wire(of: Entry) -> dict[str, object]:
    return {
        "stin": of.supplier,
        "inum": of.number,
        "idt": f"{of.date:%d-%m-%Y}",
        "inv_typ": "R",
        "action": "N",
        "ispendactblocked": "N",
        "srcform": "R1",
        "rtnprd": "102024",
        "srcfilstatus": "Filed",
        "val": _rupees(of.taxable + of.igst + 2 * of.cgst),
        "pos": "27",
        "txval": _rupees(of.taxable),
        "iamt": _rupees(of.igst),
        "camt": _rupees(of.cgst),
        "samt": _rupees(of.cgst),
        "cess": 0,
    }


def _cells(of: Entry) -> Iterator[str]:
    yield from (of.supplier, of.number, f"{of.date:%d-%m-%Y}")
    yield from (f"{amount // 100}.{amount % 100:02}" for amount in (of.taxable, of.igst, of.cgst, of.cgst))


def _rupees(paise: int) -> float:
    return paise / 100
