"""What is not seen or acts on a terminal is not taken in, and is written out where it is shown after all."""

from __future__ import annotations

import sys
import unicodedata

from ims_fsm.terms.characters import controls, visible

# Cf that belong to writing: what joins letters of Indian scripts, and marks of other scripts around numbers.
WRITTEN = "\xad\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
OF_WRITING = range(0x13430, 0x13440), range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B)


def test_every_character_of_unicode_is_on_one_side():
    """Controls, surrogates, ends of lines of Unicode and formats are not taken in, all else is."""
    for number in range(sys.maxunicode + 1):
        sign = chr(number)
        is_format = unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp", "Cf"}
        of_writing = sign in WRITTEN or any(number in among for among in OF_WRITING)
        expected = (is_format and not of_writing) or number in {0xFFFE, 0xFFFF} or 0xE0000 <= number <= 0xE007F
        expected = expected or 0x2060 <= number <= 0x206F
        assert controls(sign, lines=False) == expected, hex(number)
        assert controls(sign) == (expected and sign not in "\t\n\r"), hex(number)


def test_what_is_shown_does_nothing_but_show():
    told = visible("a\x1b]0;pwned\x07\x9b2J\u202e\ud800\n\u0928\u094d\u200d")
    assert told == "a\\x1b]0;pwned\\x07\\x9b2J\\u202e\\ud800\\n\u0928\u094d\u200d"
    assert visible("a\nb\t\x1b", lines=True) == "a\nb\t\\x1b"
