"""Compares two GSTR-2B, ours and the portal's, document by document and net total by net total.

Says what differs, not why: the caller may explain a line by a rule. Reads no file and no store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

from ims_fsm.formats.gstn.two_b.difference import Difference, Explain, Side, TwoBLine, What
from ims_fsm.formats.gstn.two_b.numbering import look_alike
from ims_fsm.formats.gstn.two_b.totals import Totals, net_totals, size
from ims_fsm.terms.money import HEADS, TITLES, rupees, shown
from ims_fsm.terms.vocabulary import Section


def compare(
    ours: Sequence[TwoBLine],
    theirs: Sequence[TwoBLine],
    explain: Explain | None = None,
    beside: Sequence[TwoBLine] = (),
) -> tuple[Difference, ...]:
    """Return every difference between our lines and the portal's; none where both say the same.

    Documents are matched by supplier, kind, number and date, those that agree in all first; then by number and
    financial year whatever the capitals; then by numbers that look the same (INV/0007 and INV-7), which is said.
    `explain` is asked about lines that stand on one side only, "here" or "there". Totals are net, as a GSTR-2B sums
    them (`net_totals`); `beside` are lines of ours that count and are no
    document of their own; where the portal's file lists one too, it is not said to be missing.
    """
    pairs, here, there = _matched(ours, theirs)
    counted, alone, there = _matched(beside, there, (_identical,))
    found = [difference for mine, portals in pairs for difference in _differences(mine, portals)]
    found += [_one_sided(line, "here", explain) for line in here]
    found += [_one_sided(line, "there", explain) for line in there]
    return (*found, *_totals(*net_totals([*pairs, *counted], here, there, alone)))


def _identical(line: TwoBLine) -> Hashable:
    return (_exact(line), line.section, line.reverse_charge, abs(line.taxable), size(line))


def _exact(line: TwoBLine) -> Hashable:
    return (line.supplier, line.kind, line.amended, line.number, line.date)


def _same_year(line: TwoBLine) -> Hashable:
    year = line.date.year - (line.date.month < 4)  # noqa: PLR2004 - the financial year begins in April
    return (line.supplier, line.kind, line.amended, line.number.upper(), year)


def _similar(line: TwoBLine) -> Hashable:
    return (line.supplier, line.kind, line.amended, look_alike(line.number))


# From the closest to the loosest.
_KEYS = (_identical, _exact, _same_year, _similar)


def _matched(
    ours: Sequence[TwoBLine], theirs: Sequence[TwoBLine], keys: Sequence[Callable[[TwoBLine], Hashable]] = _KEYS
) -> tuple[list[tuple[TwoBLine, TwoBLine]], list[TwoBLine], list[TwoBLine]]:
    pairs: list[tuple[TwoBLine, TwoBLine]] = []
    here, there = list(ours), list(theirs)
    for key in keys:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in reversed(range(len(there))):
            waiting[key(there[index])].append(index)
        left = []
        for line in here:
            found = waiting[key(line)]
            if found:
                pairs.append((line, there[found.pop()]))
            else:
                left.append(line)
        kept = sorted(index for indexes in waiting.values() for index in indexes)
        here, there = left, [there[index] for index in kept]
    return pairs, here, there


def _differences(mine: TwoBLine, portals: TwoBLine) -> Iterator[Difference]:
    if mine.number != portals.number:
        yield _differs(What.LOOKS_THE_SAME, mine, mine.number, portals.number, "numbered")
    if mine.date != portals.date:
        yield _differs(What.DATE, mine, mine.date.isoformat(), portals.date.isoformat(), "dated")
    if mine.section != portals.section:
        yield _differs(What.SECTION, mine, str(mine.section), str(portals.section), "in section")
    amounts = ((What.TAXABLE, "taxable", abs(mine.taxable), abs(portals.taxable)),)
    heads = zip(map(What, HEADS), TITLES, size(mine), size(portals), strict=True)
    for what, title, own, portal in (*amounts, *heads):
        if own != portal:
            sentence = f"{_name(mine)}: {title} {shown(own)} here and {shown(portal)} on the portal"
            yield Difference(what, mine.supplier, mine.number, _money(own), _money(portal), sentence)


def _money(amount: int) -> str:
    return f"{rupees(amount):.2f}"


def _name(line: TwoBLine) -> str:
    amended = "amended " if line.amended else ""
    return f"{amended}{str(line.kind).replace('_', ' ')} {line.number} of {line.supplier or 'ICEGATE'}"


def _differs(what: What, line: TwoBLine, ours: str, theirs: str, noun: str) -> Difference:
    sentence = f"{_name(line)}: {noun} {ours} here and {theirs} on the portal"
    return Difference(what, line.supplier, line.number, ours, theirs, sentence)


def _one_sided(line: TwoBLine, side: Side, explain: Explain | None) -> Difference:
    reason = explain(line, side) if explain else None
    shown = f"{line.section}, tax {line.tax}"
    if side == "here":
        what, ours, theirs = What.MISSING_THERE, shown, None
        sentence = f"{_name(line)} is missing on the portal; here it stands in {shown}"
    else:
        what, ours, theirs = What.MISSING_HERE, None, shown
        sentence = f"{_name(line)} is missing here; on the portal it stands in {shown}"
    if reason is None:
        return Difference(what, line.supplier, line.number, ours, theirs, sentence)
    return Difference(what, line.supplier, line.number, ours, theirs, f"{sentence}: {reason.sentence}", reason.rule)


def _totals(ours: Totals, theirs: Totals) -> Iterator[Difference]:
    for section in Section:
        for title, own, portal in zip(TITLES, ours[section], theirs[section], strict=True):
            if own != portal:
                sides = f"{shown(own)} here and {shown(portal)} on the portal"
                sentence = f"net total of {section}: {title} {sides}"
                yield Difference(What.TOTAL, "", "", _money(own), _money(portal), sentence)
