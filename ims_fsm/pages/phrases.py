"""How declared values read in a sentence: periods, days, amounts, lists of names, the names of forms and sections.

Imports the law's declarations and the terms; no sentence of the law stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ims_fsm.draw.citation import worded
from ims_fsm.law.declaration import Dated
from ims_fsm.terms.money import paise, shown
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Section

HEADS: Mapping[str, str] = {"igst": "IGST", "cgst": "CGST", "sgst": "SGST", "cess": "cess"}
SECTIONS: Mapping[str, str] = {section.value: section.in_words for section in Section}
_HANDLE = re.compile(r"[a-z][a-z_]*")
_PERIOD = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return words as a list in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed(["a"])
    ('a, b and c', 'a or b', 'a')
    """
    *before, end = [*words] or [""]
    return f"{', '.join(before)} {last} {end}" if before else end


def plural(kind: str) -> str:
    """Return the name of a kind of document for several.

    >>> plural("debit_note"), plural("bill_of_entry")
    ('debit notes', 'bills of entry')
    """
    first, of, rest = worded(kind).partition(" of ")
    return f"{first}s{of}{rest}"


def person(handle: object) -> str:
    """Return the handle of a taxpayer as a person; a proper name stays as it is.

    >>> person("head_office"), person("Asha Traders")
    ('the head office', 'Asha Traders')
    """
    name = str(handle)
    return f"the {worded(name)}" if _HANDLE.fullmatch(name) else name


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return a text as a sentence: a large letter first, a full stop last.

    >>> sentence("an amended invoice (B2BA)"), sentence("It is.")
    ('An amended invoice (B2BA).', 'It is.')
    """
    return capital(text) + ("" if text.endswith((".", "?", "!")) else ".")


def month(period: str) -> str:
    """Return a tax period in words; anything else as it is.

    >>> month("2024-10")
    'October 2024'
    """
    return TaxPeriod(period).in_words if _PERIOD.fullmatch(period) else period


def held(entry: Dated) -> str:
    """Return the 2B periods for which something is in force; nothing where it always is."""
    since = f"from 2B period {month(entry.since)}" if entry.since else ""
    until = f"until 2B period {month(entry.until)}" if entry.until else ""
    return " ".join(part for part in (since, until) if part)


def rupees(amount: object) -> str:
    """Return an amount as a file gives it, with Indian grouping; what is not an amount as it is.

    >>> rupees("18000.00"), rupees("-5.00")
    ('18,000.00', '-5.00')
    """
    try:
        return shown(paise(str(amount)))
    except ValueError:
        return str(amount)


def tax(row: Mapping[str, object]) -> str:
    """Return the heads of tax in a table in words; those that are zero are left out.

    >>> tax({"igst": "118000.00", "cess": "0.00", "number": "S/1"}), tax({"igst": "0.00"})
    ('1,18,000.00 IGST', 'nothing')
    """
    amounts = [(HEADS[head], rupees(value)) for head, value in row.items() if head in HEADS]
    return listed(f"{amount} {head}" for head, amount in amounts if amount != "0.00") or "nothing"


def signed(symbol: object) -> str:
    """Return a symbol or an amount with a minus sign that is as wide as a plus."""
    return str(symbol).replace("-", "\N{MINUS SIGN}")
