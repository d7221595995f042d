"""Document numbers that people read as the same: capitals, separators and leading zeros aside.

Imports nothing; it decides no identity, it only lets a comparison say "looks the same".
"""

from __future__ import annotations

import re

_PARTS = re.compile(r"[0-9]+|[^\W0-9_]+")


def look_alike(number: str) -> tuple[str, ...]:
    """Return what is left of a document number without capitals, separators and leading zeros.

    >>> look_alike("INV/2024/0891") == look_alike("inv-2024-891")
    True
    """
    return tuple(part.lstrip("0") or "0" for part in _PARTS.findall(number.upper()))
