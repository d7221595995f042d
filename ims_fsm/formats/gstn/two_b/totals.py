"""The net totals of two GSTR-2B that are compared: what each section brings to the recipient's credit.

Sums lines that are matched already; reads and writes no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ims_fsm.formats.gstn.two_b.difference import TwoBLine
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Kind, Section

Totals = dict[Section, Heads]


def net_totals(
    pairs: Iterable[tuple[TwoBLine, TwoBLine]],
    here: Iterable[TwoBLine],
    there: Iterable[TwoBLine],
    beside: Sequence[TwoBLine] = (),
) -> tuple[Totals, Totals]:
    """Return the net totals by section in paise, ours and the portal's: credit notes negative, no reverse charge.

    Ours are those that a GSTR-2B of ours is told with. The portal's lists whole documents: from an amendment that
    both have, what its original brought before is taken off there as it is here. `beside` are lines of ours that
    no portal lists by themselves (what an amendment to reverse charge takes back, FAQ 32), counted on both sides.
    """
    ours: Totals = defaultdict(lambda: NIL)
    theirs: Totals = defaultdict(lambda: NIL)
    for mine, portals in pairs:
        _add(ours, mine, _net(mine))
        _add(theirs, portals, _signed(portals) - (_signed(mine) - _net(mine)))
    for totals, lines in ((ours, here), (theirs, there), (ours, beside), (theirs, beside)):
        for line in lines:
            _add(totals, line, _net(line))
    return ours, theirs


def size(line: TwoBLine) -> Heads:
    """Return the tax of a line without the sign that a credit note may be written with."""
    return Heads(*map(abs, line.tax)) if line.kind is Kind.CREDIT_NOTE else line.tax


def _signed(line: TwoBLine) -> Heads:
    return size(line) * line.kind.sign


def _net(line: TwoBLine) -> Heads:
    return _signed(line) if line.entry is None else line.entry


def _add(totals: Totals, line: TwoBLine, tax: Heads) -> None:
    if not line.reverse_charge:
        totals[line.section] += tax
