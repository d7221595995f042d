"""Writes a portal download of as many records as asked for, one row at a time: what the benchmarks import.

Imports the check digit of GSTINs only, and no reader: a download is what the portal sends, no mirror of ours.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import TextIO

from stdnum import luhn

SHAPES = ("ordinary", "amendments", "few_suppliers", "actions", "chains")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# How many of a thousand records stand in each section.
_ORDINARY = {"b2b": 820, "b2ba": 25, "b2bdn": 30, "b2bdna": 5, "b2bcn": 80, "b2bcna": 10, "ecom": 25, "ecoma": 5}
_AMENDED = {"b2ba": 700, "b2bdna": 50, "b2bcna": 200, "ecoma": 50}
_CHAINS = {"b2b": 10, "b2ba": 990}
_RECORDS_A_SUPPLIER = 50
_EVERY = 4  # amendment of four amends once more what the one before it amends
_RECORDS_A_CHAIN = 100  # in the shape "chains": one original and ninety-nine amendments of it
_NUMBER, _DATE, _ORIGINAL_NUMBER, _ORIGINAL_DATE = range(4)
_INVOICE, _NOTE = ("inum", "idt", "oinum", "oidt"), ("nt_num", "nt_dt", "ont_num", "ont_dt")


def write_download(path: Path, records: int, *, gstin: str, shape: str = "ordinary", seed: int = 1) -> int:
    """Write the download of a recipient's IMS with so many records to a file; returns how many it holds.

    The same arguments write the same file, byte by byte. It is as the portal's API gives it for the return period
    2024-10, with every section but imports, so read it at a clock in November 2024. Nine of ten are filed.

    `shape` is one of `SHAPES`: "ordinary" (mostly invoices, one of twenty-five with an action, fifty to a supplier),
    "amendments" (nothing else; three of four of documents that are not here, one of four once more by GSTR-1A),
    "few_suppliers" (the ordinary mix of three suppliers), "actions" (the ordinary mix, each with an action) and
    "chains" (one original with ninety-nine amendments, over and over). Raises `ValueError` for another one.
    """
    if shape not in SHAPES:
        raise ValueError(f"{shape!r} is no shape of a download; choose one of {', '.join(SHAPES)}")
    rows = _Rows(random.Random(seed), _suppliers(records, shape), shape)  # noqa: S311 -- no secret, the same each time
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(f'{{"status_cd":"1","gstin":"{gstin}","data":{{')
        mix = {"amendments": _AMENDED, "chains": _CHAINS}.get(shape, _ORDINARY)
        for at, (section, count) in enumerate(_shares(records, mix)):
            file.write(f'{"," if at else ""}\n"{section}":[')
            _write_rows(file, count, rows.of(section))
            file.write("]")
        file.write("\n}}\n")
    return records


def _shares(records: int, mix: dict[str, int]) -> Iterator[tuple[str, int]]:
    ends = [records * share // 1000 for share in accumulate(mix.values())]
    return ((section, end - start) for section, start, end in zip(mix, [0, *ends], ends, strict=False))


def _write_rows(file: TextIO, count: int, row: Callable[[int], str]) -> None:
    file.writelines(f"{',' if index else ''}\n{row(index)}" for index in range(count))


def _suppliers(records: int, shape: str) -> list[str]:
    few = {"few_suppliers": 3, "chains": max(1, records // 10_000)}
    count = few.get(shape, max(1, records // _RECORDS_A_SUPPLIER))
    return [gstin_of(number) for number in range(count)]


def gstin_of(number: int) -> str:
    """Return the GSTIN of a supplier by number, with its check digit; the first is of Maharashtra (27)."""
    letters = "".join(_ALPHABET[10 + number // 26**place % 26] for place in range(4))
    return with_check_digit(f"{1 + (26 + number) % 37:02}Z{letters}{number % 10_000:04}M1Z")


def with_check_digit(base: str) -> str:
    """Return the first 14 characters of a GSTIN with the last."""
    return base + luhn.calc_check_digit(base, _ALPHABET)


class _Rows:
    """Makes the rows of a section: amounts, dates and actions from the seed, numbers from the index."""

    def __init__(self, dice: random.Random, suppliers: list[str], shape: str) -> None:
        self.dice, self.suppliers, self.shape = dice, suppliers, shape

    def of(self, section: str) -> Callable[[int], str]:
        """Give what makes the rows of a section by index."""
        keys = _NOTE if section.startswith(("b2bdn", "b2bcn")) else _INVOICE
        mark = section[-2:].upper() if section.startswith("b2b") and section != "b2b" else section[:1].upper()

        def row(index: int) -> str:
            supplier, form = self._supplier(index), "R1"
            number, date = f"{mark}/24-25/{index:07}", f"{index % 28 + 1:02}-10-2024"
            if not section.endswith("a"):
                named = ""
            else:
                if self.shape == "chains":
                    chain, turn = divmod(index, _RECORDS_A_CHAIN - 1)
                    supplier, original = self._supplier(chain), f"B/24-25/{chain:07}"
                    number, at = f"C/{chain:05}/{turn:03}", f"{chain % 28 + 1:02}-10-2024"
                elif index % _EVERY == _EVERY - 1:
                    supplier, form = self._supplier(index - 1), "R1A"
                    original, at = f"{mark}/0{index - 1:07}", "15-09-2024"
                else:
                    original, at = f"{mark}/0{index:07}", "15-09-2024"
                named = f'"{keys[_ORIGINAL_NUMBER]}":"{original}","{keys[_ORIGINAL_DATE]}":"{at}",'
            return (
                f'{{"stin":"{supplier}",{named}"{keys[_NUMBER]}":"{number}","{keys[_DATE]}":"{date}",'
                f"{self._content(form, supplier[:2])}}}"
            )

        return row

    def _supplier(self, index: int) -> str:
        return self.suppliers[index * 7919 % len(self.suppliers)]

    def _content(self, form: str, state: str) -> str:
        roll = self.dice.random()
        taxable = int(roll * 9_000_000) + 100_000  # paise
        tax = taxable * 18 // 200
        heads = f'"iamt":{_rupees(2 * tax)},"camt":0,"samt":0'
        if state == "27":
            heads = f'"iamt":0,"camt":{_rupees(tax)},"samt":{_rupees(tax)}'
        turn = int(roll * 1_000_000) % 100
        filed = "Filed" if turn % 10 else "Not Filed"
        action = "ARP"[turn % 3] if self.shape == "actions" or turn % 25 == 1 else "N"
        return (
            f'"inv_typ":"R","action":"{action}","ispendactblocked":"N","srcform":"{form}","rtnprd":"102024",'
            f'"srcfilstatus":"{filed}","val":{_rupees(taxable + 2 * tax)},"pos":"27","txval":{_rupees(taxable)},'
            f'{heads},"cess":0,"hash":"{int(roll * 2**52):064x}"'
        )


def _rupees(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02}"


def main() -> None:
    """Write one download from the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("records", type=int)
    parser.add_argument("--gstin", default="27AAPFU0939F1ZV")
    parser.add_argument("--shape", choices=SHAPES, default="ordinary")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    written = write_download(told.path, told.records, gstin=told.gstin, shape=told.shape, seed=told.seed)
    print(f"{told.path}: {written:,} records, {told.path.stat().st_size / 1e6:,.1f} MB")  # noqa: T201 -- for a terminal


if __name__ == "__main__":
    main()
