"""GSTINs: the shapes in which a taxpayer is written, the state in it and its check digit.

Imports nothing of the package; the checksum is python-stdnum's.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The 14th character is Z for a regular taxpayer, C for TCS, D for TDS; the portal's own samples use others.
_SHAPES = (
    r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][0-9A-Z][0-9A-Z]",  # taxpayers, casual taxpayers, ISD, TCS
    r"[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][1-9A-Z]D[0-9A-Z]",  # TDS: built on a TAN instead of a PAN
    r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]",  # UIN: embassies and United Nations bodies
    r"[0-9]{4}[A-Z]{3}[0-9]{5}(?:NR|OS)[0-9A-Z]",  # non-resident taxpayers and online services
)
_SHAPE = re.compile("|".join(_SHAPES))


@lru_cache(maxsize=4096)
def checked_gstin(text: str) -> str:
    """Return a GSTIN, UIN or the like in capitals without surrounding blanks.

    Only the shape is asked; a check digit that fails is the caller's to warn of (`check_digit_holds`), because
    the portal's own sample files fail it. Raises `ValueError`, with the remedy, for anything of another shape.

    >>> checked_gstin(" 27aapfu0939f1zv")
    '27AAPFU0939F1ZV'
    """
    gstin = text.strip().upper()
    if not _SHAPE.fullmatch(gstin):
        raise ValueError(f"{text!r} is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV")
    return gstin


def check_digit_holds(gstin: str) -> bool:
    """Say whether the last character is the check digit of the fourteen before it (Luhn, base 36).

    >>> check_digit_holds("27AAPFU0939F1ZV"), check_digit_holds("27AAPFU0939F1ZW")
    (True, False)
    """
    # It loads the network's libraries with it, and few ever ask for the check digit.
    from stdnum import luhn  # noqa: PLC0415

    return luhn.is_valid(gstin, _ALPHABET)


def state_code(gstin: str) -> str:
    """Return the code of the state or union territory in which the taxpayer is registered ("27": Maharashtra).

    It decides the due dates of a quarterly taxpayer. Raises `ValueError` for anything that is not a GSTIN.

    >>> state_code("27AAPFU0939F1ZV")
    '27'
    """
    return checked_gstin(gstin)[:2]
