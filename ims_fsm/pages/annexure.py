"""Annexure-A as a page: the table with the provenance of each row, what its signs mean, and the rows in numbers.

Imports the annexure and its ledger; corrects nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.law.annexure import Example, Row
from ims_fsm.pages.anchors import ANNEXED, ANNEXURE, row_anchor
from ims_fsm.pages.blocks import (
    Anchor,
    Aside,
    Badge,
    Block,
    Break,
    Bullets,
    Code,
    Item,
    Line,
    Page,
    Paragraph,
    Section,
    Strong,
    Table,
)
from ims_fsm.pages.citing import linked, rule_links
from ims_fsm.pages.effects import row_parts
from ims_fsm.pages.material import Material
from ims_fsm.pages.passage import source_line, story_link
from ims_fsm.pages.wording import capital, held, listed, month, plural, rupees, sentence
from ims_fsm.terms.money import Heads

_SIGNS = (
    ("V0", "the tax of the original"),
    ("V1", "the tax of its amendment"),
    ("D", "V1 \N{MINUS SIGN} V0, with its sign"),
    ("d", "the reduction of ITC that the recipient declares"),
    ("E", "the credit that the recipient carries for the chain; nothing until the GSTR-3B that decides it"),
    ("S", "the value of the chain that stands with the supplier"),
)
_COLUMNS = (
    ("ITC", "the entry in the recipient's GSTR-3B"),
    ("Supplier's entry", "what GSTR-1, GSTR-1A or IFF itself puts into the supplier's GSTR-3B"),
    ("Added back", "the liability that his subsequent GSTR-3B is given after a rejection"),
)
_FORMULA = (
    "One formula yields every row, and the four cases in which a record cannot be pending. All amounts are per head of "
    "tax; a credit note counts negative."
)
_STEPS = (
    "The supplier reports a version: he enters its value less S; S is then its value.",
    "The version is accepted, or deemed accepted, and GSTR-3B filed: ITC is its value less E; E is then its value.",
    "It is rejected and GSTR-3B filed: no ITC; E less S, where that is more than nothing, is added back and raises S.",
    "It is pending: nothing moves. Waiting would leave the supplier's liability below the credit exactly where S < E.",
)
_FLAGS = {True: ("yes", "yes"), False: ("no", "no")}


def annexure_page(material: Material) -> Page:
    """Return the page of Annexure-A."""
    rule = material.law.rules[ANNEXED]
    lead = Paragraph(linked(sentence(rule.title), material.law), lead=True)
    source = Paragraph(("Source: ", *source_line(material.law.sources[rule.source]), f". Certainty: {rule.certainty}."))
    sections = (
        Section("annexure-a-signs", "The signs", tuple(_signs())),
        Section("annexure-a-formula", "The formula behind it", tuple(_formula())),
        *_tables(material),
        Section("annexure-a-numbers", "Rows in numbers", (_examples(material),)),
        *_stories(material),
    )
    blocks: tuple[Block, ...] = (
        lead,
        Paragraph((Strong("How it is read. "), *linked(rule.reading, material.law))),
        source,
    )
    return Page(ANNEXURE, "Annexure-A: ITC and liability", "The law", blocks, sections, "Annexure-A")


def _signs() -> Iterator[Block]:
    yield Table(("Sign", "What it is"), tuple(((Code(sign),), (says,)) for sign, says in _SIGNS))
    yield Table(("Column", "What it is"), tuple(((Strong(name),), (says,)) for name, says in _COLUMNS))


def _formula() -> Iterator[Block]:
    yield Paragraph((_FORMULA,))
    yield Bullets(tuple(Item((step,)) for step in _STEPS), ordered=True)


def _tables(material: Material) -> Iterator[Section]:
    """Give a section for the rows of each group of documents, in the order of the table."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in material.annexure.row:
        groups.setdefault(tuple(row.document), []).append(row)
    until = material.law.rule_sets[0].until
    pending = f"Pending until {month(until)}" if until else "Pending"
    head = (
        "Row",
        "The record",
        "Its original",
        "Decided as",
        "ITC",
        "Supplier's entry",
        "Added back",
        pending,
        "Rules",
    )
    for kinds, rows in groups.items():
        title = capital(listed(plural(kind) for kind in kinds))
        table = Table(head, tuple(_row(row, material) for row in rows), f"Annexure-A: {title}")
        yield Section(f"annexure-a-{'-'.join(kinds)}", title, (table,))


def _row(row: Row, material: Material) -> tuple[Line, ...]:
    record, original, decided = row_parts(row)
    dated: Line = (Break(), Aside(held(row))) if held(row) else ()
    reversal: Line = (Break(), f"reversed by himself {_sign(row.reversal)}") if row.reversal != "0" else ()
    allowed: Line = () if row.pending_allowed is None else (Badge(*_FLAGS[row.pending_allowed]),)
    sure = f"{capital(row.provenance)}, source of {material.law.sources[row.source].edition}"
    return (
        (Anchor(row_anchor(row)), Strong(row.name)),
        (capital(record), *dated),
        (capital(original),),
        (capital(decided), Break(), Aside(row.note)),
        (Code(_sign(row.itc)), *reversal),
        (Code(_sign(row.supplier_entry)),),
        (Code(_sign(row.add_back)),),
        allowed,
        (*rule_links(row.rules), Break(), Aside(sure)),
    )


def _sign(symbol: str) -> str:
    return symbol.replace("-", "\N{MINUS SIGN}")


def _examples(material: Material) -> Table:
    head = ("Row", "V0", "V1", "d", "ITC", "Supplier's entry", "Added back")
    return Table(
        head, tuple(_example(each) for each in material.annexure.example), "Rows of Annexure-A in numbers, in rupees"
    )


def _example(example: Example) -> tuple[Line, ...]:
    amounts = (example.v0, example.v1, example.d, example.itc, example.supplier_entry, example.add_back)
    return ((Strong(example.row),), *((_amount(amount),) for amount in amounts))


def _amount(heads: Heads) -> str:
    return rupees(heads.in_rupees()["igst"]).replace("-", "\N{MINUS SIGN}")


def _stories(material: Material) -> Iterator[Section]:
    if stories := sorted(material.proving(ANNEXED), key=lambda story: story.path):
        items = tuple(Item((story_link(story),)) for story in stories)
        yield Section("annexure-a-stories", "Stories that play the rows", (Bullets(items),))
