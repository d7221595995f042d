"""The codes of refusal as a page: what each says, what mends it, which rules give it.

Imports the law and the wording of guards; a code that no guard gives is not listed.
"""

from __future__ import annotations

from collections.abc import Mapping

from ims_fsm.law.declaration import GuardDeclaration
from ims_fsm.law.refusal import NO_TRANSITION
from ims_fsm.pages.anchors import REFUSALS, code_anchor
from ims_fsm.pages.blocks import Aside, Break, Code, Line, Page, Paragraph, Section, Table
from ims_fsm.pages.citing import linked, rule_links
from ims_fsm.pages.material import Material
from ims_fsm.pages.refusing import mended, said, triggers_of, when, where
from ims_fsm.pages.wording import capital, held, worded

_LEAD = (
    "A refusal has a code that stays, the rule that demands it, a sentence and a remedy. The same words are the codes "
    "of the Python errors, of the command line's --json and of the transition log. They are made from the guards."
)
_HEAD = ("Refused", "When", "It says and what mends it", "Rules", "Where")
_NOWHERE = "A trigger that leads nowhere from a state, where no guard says more. It cites the rules of the state."


def refusals_page(material: Material) -> Page:
    """Return the page of the codes, in the order of the alphabet."""
    sections = [_section(code, guards, material) for code, guards in sorted(_by_code(material).items())]
    sections.append(
        Section(
            code_anchor(NO_TRANSITION),
            capital(worded(NO_TRANSITION)),
            (Paragraph((_NOWHERE,)),),
            note=(Code(NO_TRANSITION),),
        )
    )
    return Page(REFUSALS, "Codes of refusal", "The law", (Paragraph((_LEAD,), lead=True),), tuple(sections))


def _by_code(material: Material) -> Mapping[str, list[tuple[GuardDeclaration, list[str]]]]:
    """Return the guards that give each code, each once, with the machines in which they can refuse."""
    found: dict[str, list[tuple[GuardDeclaration, list[str]]]] = {}
    for name, machine in material.machines.items():
        for guard in machine.declaration.guard:
            if material.has(machine, guard):
                listed = found.setdefault(guard.code, [])
                same = next((names for other, names in listed if other == guard), None)
                if same is None:
                    listed.append((guard, [name]))
                else:
                    same.append(name)
    return found


def _section(code: str, guards: list[tuple[GuardDeclaration, list[str]]], material: Material) -> Section:
    rows = tuple(_row(guard, names, material) for guard, names in guards)
    return Section(
        code_anchor(code),
        capital(worded(code)),
        (Table(_HEAD, rows, f"Refusals with the code {code}"),),
        note=(Code(code),),
    )


def _row(guard: GuardDeclaration, names: list[str], material: Material) -> tuple[Line, ...]:
    calendar, law = material.book.calendar, material.law
    says: Line = (*linked(said(guard, calendar), law), Break(), Aside(mended(guard, calendar)))
    dated: Line = (Break(), Aside(held(guard))) if held(guard) else ()
    return (
        (triggers_of(guard),),
        when(guard),
        says,
        rule_links([guard.rule, *guard.see]),
        (*where(names, material), *dated),
    )
