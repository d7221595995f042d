"""Which sheets there are of a law in a style: its machines as declared, one rule on them, one beside another.

Imports the drawings and the kinds of sheets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ims_fsm.draw.diagrams import Drawing, Style, checked, drawings
from ims_fsm.draw.difference import difference_sheet
from ims_fsm.draw.emphasis import EmphasisSheet, emphasis_of, emphasis_sheet
from ims_fsm.draw.language import ENGLISH, Language
from ims_fsm.draw.sheet import Sheet
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.register import Law
from ims_fsm.terms.period import TaxPeriod


def views(  # noqa: PLR0913 - as many as the command has
    law: Law,
    names: Iterable[str] | None,
    edition: str | TaxPeriod | None,
    style: Style,
    *,
    language: Language = ENGLISH,
    highlight: str | None = None,
    differs_from: str | None = None,
) -> Mapping[str, Sheet]:
    """Return the sheets of the named machines, or of all, each with the name that its files bear, without ending.

    What is drawn of each `drawings` says; as it is declared it may be in another language. With `highlight` a rule or
    guard stands out where it does anything. With `differs_from` each machine is beside that one: where none is named,
    all that extend the same.
    Raises `InputError` for what is unknown, and where nothing is left.
    """
    listed = drawings(law, names, edition)
    if highlight and differs_from:
        raise InputError("drawing", [Problem(highlight, "is highlighted on one machine", "leave differs_from out")])
    if highlight:
        return _highlighted(law, listed, highlight, style)
    if differs_from:
        return style.all_dressed(_beside(law, listed, differs_from, style, alike=names is None))
    said = [drawing.in_language(language) for drawing in listed]
    return style.all_dressed({drawing.stem: style.plain(drawing.picture) for drawing in said})


def _highlighted(law: Law, listed: list[Drawing], name: str, style: Style) -> Mapping[str, Sheet]:
    sheets: dict[str, EmphasisSheet] = {}
    for drawing in listed:
        if emphasis := emphasis_of(law, drawing.edition, name):
            links = style.links(drawing.picture)
            sheets[f"{drawing.stem}.{name}"] = emphasis_sheet(drawing.edition, emphasis, style.theme, links)
    if not sheets:
        drawn = ", ".join(dict.fromkeys(drawing.edition.name for drawing in listed))
        citing = ", ".join(law.cited_by.get(name, ())) or "no other machine"
        remedy = f"name another edition or machine; it is cited by {citing}"
        raise InputError("drawing", [Problem(name, f"does nothing to {drawn}", remedy)])
    visible = {stem: sheet for stem, sheet in style.all_dressed(sheets).items() if sheet.stands_out}
    if not visible:
        remedy = "name other states and triggers, or leave them out"
        raise InputError("drawing", [Problem(name, f"does nothing to {', '.join(style.only)}", remedy)])
    return visible


def _beside(law: Law, listed: list[Drawing], name: str, style: Style, *, alike: bool) -> Mapping[str, Sheet]:
    checked(law, "drawing", [name], [])
    extends = law.machines[name].declaration.extends
    others = [
        drawing
        for drawing in listed
        if drawing.edition.name != name
        and not (alike and law.machines[drawing.edition.name].declaration.extends != extends)
    ]
    if not others:
        raise InputError("drawing", [Problem(name, "is beside itself", "name another machine to draw")])
    return {
        f"{drawing.stem}.beside-{name}": difference_sheet(
            drawing.edition, law.machines[name], style.theme, style.links(drawing.picture)
        )
        for drawing in others
    }
