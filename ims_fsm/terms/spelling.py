"""Words as people write them: case, blanks and hyphens do not count, and a mistyped word gets the nearest one.

Imports nothing of the package; every "did you mean" is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

Meant = TypeVar("Meant")
_BETWEEN = re.compile(r"(?<=\w)[\s_-]+(?=\w)")
# More of a word than this is not compared: a long text is no slip of the pen.
_LONGEST = 60
# So much of a word must be that of another for it to be taken for a slip of the pen.
_ALIKE = 0.7


def folded(text: str) -> str:
    """Return a word as it is compared.

    >>> folded(" Credit note"), folded("keep-pending")
    ('credit_note', 'keep_pending')
    """
    return _BETWEEN.sub("_", text.strip().casefold())


def nearest(text: str, words: Iterable[str], alike: float = _ALIKE) -> str | None:
    """Return the word that a mistyped one is most like; None where so much of it is like none of them.

    >>> nearest("acept", ["accept", "reject"]), nearest("x", ["accept", "reject"])
    ('accept', None)
    """
    # It is loaded when a word is wrong, and hardly ever.
    from difflib import get_close_matches  # noqa: PLC0415 -- every start would wait for it

    by_form = {folded(word): word for word in words}
    near = get_close_matches(folded(text)[:_LONGEST], by_form, n=1, cutoff=alike)
    return by_form[near[0]] if near else None


def hinted(text: object, words: Iterable[str], remedy: str) -> str:
    """Return a remedy, with the nearest word before it where there is one; what is no text is like no word.

    >>> hinted("acept", ["accept", "reject"], "the actions are accept, reject")
    'did you mean accept? The actions are accept, reject'
    """
    near = nearest(text, words) if isinstance(text, str) else None
    return remedy if near is None else f"did you mean {near}? {remedy[:1].upper()}{remedy[1:]}"


def meant(text: str, words: Mapping[str, Meant]) -> Meant:
    """Return what a word stands for, however it is written.

    Raises `ValueError`, with the nearest word, for one that is not among them.
    """
    for word, stands_for in words.items():
        if folded(word) == folded(text):
            return stands_for
    remedy = hinted(text, words, f"write {', '.join(words)}")
    raise ValueError(f"{text!r} is not one of the words for it; {remedy}")
