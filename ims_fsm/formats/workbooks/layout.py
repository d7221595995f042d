"""The sheets of a recipient's records and their columns: those of the portal's offline tool, then what is said here.

Pure data; opens no file. The columns of the tool have its titles and its order, so that a block of cells can be copied
from a sheet here to the same sheet there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from ims_fsm.formats.gstn.sections import SECTIONS, SectionForm
from ims_fsm.terms.money import HEADS

Form = Literal["text", "wrapped", "number", "money", "date", "fill", "fill_money"]


class Column(NamedTuple):
    """A column: under which name its values are given, its title, what it holds, its width, and where it stands.

    A column of the form `fill` is for the reader to fill in; one that is `aside` is folded away, of a `block` can be.
    """

    name: str
    title: str
    form: Form = "text"
    width: int = 12
    group: str = ""
    aside: bool = False
    block: bool = False


_TITLES = ("Integrated Tax", "Central Tax", "State/UT Tax", "Cess")


def _heads(prefix: str, form: Form, group: str, says: str = "", *, aside: bool = False) -> tuple[Column, ...]:
    return tuple(
        Column(f"{prefix}{head}", f"{says}{title}", form, 14, group, aside)
        for head, title in zip(HEADS, _TITLES, strict=True)
    )


_TAX, _CHANGED, _BEFORE, _BLOCKED = "Tax amount", "ITC reduction", "Before", "Blocked by the portal"
_ORIGINAL = (
    Column("original_number", "Original document number", "text", 20, "Original document"),
    Column("original_date", "Original document date", "date", 12, "Original document"),
)
_DOCUMENT = (
    Column("supplier", "GSTIN of supplier", "text", 18, "Supplier"),
    Column("supplier_name", "Trade/Legal name", "text", 26, "Supplier"),
    Column("number", "Invoice/Note number", "text", 20, "Document"),
    Column("type", "Invoice/Note type", "text", 10, "Document"),
    Column("date", "Invoice/Note date", "date", 12, "Document"),
    Column("value", "Invoice/Note value", "money", 15, "Document"),
    Column("status", "Status", "fill", 12, "Your action"),
    Column("pos", "Place of supply", "text", 8, "Document"),
    Column("taxable", "Taxable value", "money", 15, "Document"),
    *_heads("", "money", _TAX),
)
_REDUCTION = (
    Column("reduce_itc", "ITC reduction required", "fill", 12, _CHANGED),
    *_heads("reduce_", "fill_money", _CHANGED, "Declared "),
)
_TAIL = (
    Column("remarks", "Remarks", "fill", 24, "Your action"),
    Column("form", "Source", "text", 10, "Reported in"),
    Column("return_period", "Source Return Period", "text", 10, "Reported in"),
    Column("filing", "Source Filing Status", "text", 10, "Reported in"),
    Column("sheet_errors", "Sheet validation errors", "text", 12, "Errors", aside=True),
    Column("portal_errors", "GST portal validation errors", "text", 12, "Errors", aside=True),
    Column("previous_status", "Previous Status", "text", 12, _BEFORE, aside=True),
)
_PREVIOUS_REDUCTION = (
    Column("previous_reduce_itc", "Previous ITC reduction required", "text", 12, _BEFORE, aside=True),
    *_heads("previous_", "money", _BEFORE, "Previous declared ", aside=True),
)
_PREVIOUS_REMARKS = (Column("previous_remarks", "Previous Remarks", "text", 12, _BEFORE, aside=True),)
_FLAGS = (
    Column("pending_blocked", "IsPendingBlocked", "text", 8, _BLOCKED, aside=True),
    Column("remarks_blocked", "IsRemarkBlocked", "text", 8, _BLOCKED, aside=True),
)
_REDUCTION_FLAGS = (
    Column("reduction_blocked", "IsITCBlocked", "text", 8, _BLOCKED, aside=True),
    Column("availability", "ItcAvailabilityCheck", "text", 8, _BLOCKED, aside=True),
)
#: What the offline tool does not say.
_HERE = (
    Column("state", "State", "text", 14, "What the rules say"),
    Column("refusals", "Not allowed, and why", "text", 60, "What the rules say"),
    Column("pending_until", "May be pending until", "date", 12, "Days"),
    Column("deemed_on", "Deemed accepted on", "date", 12, "Days"),
    Column("file_by", "GSTR-3B due on", "date", 12, "Days"),
    Column("credit_until", "ITC until (section 16(4))", "date", 12, "Days"),
    Column("two_b_period", "2B period", "text", 10, "Days"),
    Column("itc_accepted", "Your ITC if accepted", "money", 15, "What it comes to (all heads)"),
    Column("itc_alone", "Your ITC if no action", "money", 15, "What it comes to (all heads)"),
    Column("added_back", "Supplier's liability if rejected", "money", 15, "What it comes to (all heads)"),
    Column("record", "Record", "number", 9, "Leave as it is"),
    Column("version", "Version", "number", 8, "Leave as it is"),
    Column("choices", "Choices", "text", 14, "Leave as it is", aside=True),
)
_BOOKED, _OFF = "In the purchase register", "Register less record"
#: How a record stands to the purchase register, what is recommended, and what a person decides of its pair.
MATCH = (
    Column("match_class", "Match", "text", 14, "Match", block=True),
    Column("match_rule", "Rule of the match", "text", 28, "Match", block=True),
    Column("booked", "Register document", "text", 10, _BOOKED, block=True),
    Column("booked_supplier", "Register GSTIN of supplier", "text", 18, _BOOKED, block=True),
    Column("booked_number", "Register number", "text", 20, _BOOKED, block=True),
    Column("booked_date", "Register date", "date", 12, _BOOKED, block=True),
    Column("booked_taxable", "Register taxable value", "money", 15, _BOOKED, block=True),
    *(column._replace(block=True) for column in _heads("booked_", "money", _BOOKED, "Register ")),
    Column("off_taxable", "Difference in taxable value", "money", 15, _OFF, block=True),
    *(column._replace(block=True) for column in _heads("off_", "money", _OFF, "Difference in ")),
    Column("off_days", "Difference in days", "number", 10, _OFF, block=True),
    Column("recommended", "Recommended", "text", 14, "Recommended", block=True),
    Column("because", "Recommended because", "text", 60, "Recommended", block=True),
    Column("pair", "Pair with", "fill", 16, "Your pair"),
    Column("pair_reason", "Reason for the pair", "fill", 24, "Your pair"),
)
_REDUCED = (*_REDUCTION, *_TAIL, *_PREVIOUS_REDUCTION, *_PREVIOUS_REMARKS, *_FLAGS, *_REDUCTION_FLAGS, *_HERE)
ORIGINALS = (*_DOCUMENT, *_TAIL, *_PREVIOUS_REMARKS, *_FLAGS, *_HERE)
CREDIT_NOTES = (*_DOCUMENT, *_REDUCED)
AMENDMENTS = (*_ORIGINAL, *_DOCUMENT, *_REDUCED)

#: The sheet of each section, by the section's key; the tool has the first eight.
SHEETS: Mapping[str, str] = {
    "b2b": "B2B",
    "b2ba": "B2BA",
    "b2bdn": "B2B-DN",
    "b2bdna": "B2B-DNA",
    "b2bcn": "B2B-CN",
    "b2bcna": "B2B-CNA",
    "ecom": "ECO",
    "ecoma": "ECOA",
    "impg": "IMPG",
    "impga": "IMPGA",
    "impgsez": "IMPGSEZ",
    "impgseza": "IMPGSEZA",
}


def columns_of(section: str, *, matched: bool = False) -> tuple[Column, ...]:
    """Return the columns of a section's sheet; `matched`: with how its records stand to a purchase register.

    >>> [len(columns_of(section)) - len(_HERE) for section in ("b2b", "b2bcn", "b2ba")]
    [23, 35, 37]
    """
    form: SectionForm = SECTIONS[section]
    columns = AMENDMENTS if form.amended else CREDIT_NOTES if section == "b2bcn" else ORIGINALS
    return (*columns[: -len(_HERE)], *MATCH, *_HERE) if matched else columns


def letters_of(column: int) -> str:
    """Return the letters of a column, from 0.

    >>> letters_of(0), letters_of(25), letters_of(26), letters_of(77)
    ('A', 'Z', 'AA', 'BZ')
    """
    letters = ""
    while column >= 0:
        letters, column = f"{chr(ord('A') + column % 26)}{letters}", column // 26 - 1
    return letters
