"""How a bill of entry is numbered: ICEGATE numbers it within its port, a document carries both.

Imports nothing.
"""

from __future__ import annotations


def bill_number(number: str, port: str) -> str:
    """Return a bill of entry's number and port code as one document number.

    >>> bill_number("2566282", "innsa1")
    '2566282/INNSA1'
    """
    return f"{number}/{port.upper()}"


def bill_parts(number: str) -> tuple[str, str]:
    """Return the number and the port code that `bill_number` joined; the port is blank where there is none.

    >>> bill_parts("2566282/INNSA1"), bill_parts("2566282")
    (('2566282', 'INNSA1'), ('2566282', ''))
    """
    own, _, port = number.rpartition("/")
    return (own, port) if own else (port, "")
