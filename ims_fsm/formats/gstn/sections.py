"""The sections of an IMS file: what each holds and under which keys, as a table.

Pure data and look-ups; reads no file. Imports the words and the document only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ims_fsm.terms.document import Document
from ims_fsm.terms.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class SectionForm:
    """One section: its key, what its records are, and their keys (the first is written, all are read)."""

    key: str
    kind: Kind
    amended: bool
    number: tuple[str, ...]
    date: tuple[str, ...]
    original_number: tuple[str, ...] = ()
    original_date: tuple[str, ...] = ()
    invoice_type: str = ""


def _invoices(key: str, kind: Kind, *, amended: bool) -> SectionForm:
    return SectionForm(key, kind, amended, ("inum",), ("idt",), ("oinum",), ("oidt",))


def _notes(key: str, kind: Kind, *, amended: bool) -> SectionForm:
    number, original = ("nt_num", "ntnum", "inum"), ("ont_num", "ontnum", "oinum")
    return SectionForm(key, kind, amended, number, ("nt_dt", "ntdt", "idt"), original, ("ont_dt", "ontdt", "oidt"))


def _imports(key: str, invoice_type: str, *, amended: bool) -> SectionForm:
    return SectionForm(key, Kind.BILL_OF_ENTRY, amended, ("boenum",), ("boedt",), invoice_type=invoice_type)


IMPORT_TYPE = "IMPG"
SEZ_IMPORT_TYPE = "IMPGSEZ"

SECTIONS: dict[str, SectionForm] = {
    form.key: form
    for form in (
        _invoices("b2b", Kind.INVOICE, amended=False),
        _invoices("b2ba", Kind.INVOICE, amended=True),
        _notes("b2bdn", Kind.DEBIT_NOTE, amended=False),
        _notes("b2bdna", Kind.DEBIT_NOTE, amended=True),
        _notes("b2bcn", Kind.CREDIT_NOTE, amended=False),
        _notes("b2bcna", Kind.CREDIT_NOTE, amended=True),
        _invoices("ecom", Kind.ECO_DOCUMENT, amended=False),
        _invoices("ecoma", Kind.ECO_DOCUMENT, amended=True),
        _imports("impg", IMPORT_TYPE, amended=False),
        _imports("impga", IMPORT_TYPE, amended=True),
        _imports("impgsez", SEZ_IMPORT_TYPE, amended=False),
        _imports("impgseza", SEZ_IMPORT_TYPE, amended=True),
    )
}

_BY_DOCUMENT = {(form.kind, form.amended): form for form in SECTIONS.values() if form.invoice_type != SEZ_IMPORT_TYPE}
RESERVED = frozenset({"isd", "isda", "isdcn", "isdcna"})

# Error reports, early drafts of the interface and GSTR-2B spell some sections otherwise.
ALIASES = {
    "dn": "b2bdn",
    "dna": "b2bdna",
    "cn": "b2bcn",
    "cna": "b2bcna",
    "eco": "ecom",
    "ecoa": "ecoma",
    "impgasez": "impgseza",
}


def section_named(key: str) -> SectionForm | None:
    """Return the section that a key of a file means, in any spelling; None for any other key."""
    name = key.strip().lower()
    return SECTIONS.get(ALIASES.get(name, name))


def section_of(document: Document) -> SectionForm:
    """Return the section in which a document travels: by kind, amendment and, for imports, SEZ or overseas."""
    form = _BY_DOCUMENT[document.kind, document.amends is not None]
    if document.invoice_type == SEZ_IMPORT_TYPE and form.kind is Kind.BILL_OF_ENTRY:
        return SECTIONS["impgseza" if form.amended else "impgsez"]
    return form


def bill_number(number: str, port: str) -> str:
    """Return a bill of entry's document number: ICEGATE numbers it within its port, a document carries both.

    >>> bill_number("2566282", "innsa1")
    '2566282/INNSA1'
    """
    return f"{number}/{port.upper()}"


def bill_parts(number: str) -> tuple[str, str]:
    """Return the number and the port code that `bill_number` joined; the port is blank where there is none.

    >>> bill_parts("2566282/INNSA1"), bill_parts("2566282")
    (('2566282', 'INNSA1'), ('2566282', ''))
    """
    before, _, port = number.rpartition("/")
    return (before, port) if before else (port, "")


def sections_of(machine: str) -> frozenset[str]:
    """Return the sections in which the records of a machine stand; none for another name.

    >>> sorted(sections_of("invoice_amendment")), sorted(sections_of("bill_of_entry"))
    (['b2ba'], ['impg', 'impga', 'impgsez', 'impgseza'])
    """
    return frozenset(key for key, form in SECTIONS.items() if machine_of(form) == machine)


def machines_of(sections: Collection[str]) -> frozenset[str]:
    """Return the machines all of whose sections are among these."""
    return frozenset(machine for machine in map(machine_of, SECTIONS.values()) if sections_of(machine) <= set(sections))


def machine_of(form: SectionForm) -> str:
    """Return the machine of the records of a section.

    >>> machine_of(SECTIONS["b2ba"]), machine_of(SECTIONS["impga"])
    ('invoice_amendment', 'bill_of_entry')
    """
    return f"{form.kind}_amendment" if form.amended and form.kind is not Kind.BILL_OF_ENTRY else str(form.kind)
