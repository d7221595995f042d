"""The guards of a machine as tables: by note of its picture, and those that it shares with no other record.

Imports the notes and the wording of guards; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from ims_fsm.draw.notes import Note
from ims_fsm.draw.picture import Picture, picture_of
from ims_fsm.law.declaration import GuardDeclaration
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.pages.anchors import note_anchor
from ims_fsm.pages.blocks import Aside, Badge, Block, Break, Line, Paragraph, Section, Strong, Table
from ims_fsm.pages.citing import linked, rule_link, rule_links
from ims_fsm.pages.material import Material
from ims_fsm.pages.refusing import code_link, mended, said, triggers_of, when
from ims_fsm.pages.wording import capital, held, listed, worded

_HEAD = ("When", "It says and what mends it", "Code", "Rule and its words")


def own_guards(machine: Machine, material: Material) -> tuple[GuardDeclaration, ...]:
    """Return the guards that a machine shares with no other record, those of all rule sets, in order of declaration."""
    return tuple(
        guard for guard in machine.declaration.guard if material.is_own(machine, guard) and material.has(machine, guard)
    )


def guard_sections(machine: Machine, material: Material) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """Return what may refuse a machine's triggers now: a word on the numbers, and a section for each note."""
    picture = picture_of(machine.edition)
    intro = Paragraph(
        (
            "Each note names the triggers that it may refuse, by the number that it has in the picture under ",
            Strong(machine.edition.rule_set.id),
            ". A guard refuses when all that stands under “When” is so; all refusals are told at once.",
        )
    )
    return (intro,), tuple(_note(machine.edition, picture, note, material) for note in picture.notes)


def guard_rows(
    guards: Iterable[GuardDeclaration], material: Material, *, short: bool = False
) -> tuple[tuple[Line, ...], ...]:
    """Return guards as rows that begin with the triggers they refuse; `short` ones end with their 2B periods."""
    rows = []
    for guard in guards:
        first: tuple[Line, ...] = ((Strong(triggers_of(guard)),), when(guard))
        last: Line = (held(guard) or "always",) if short else (code_link(guard.code),)
        rows.append((*first, _says(guard, material, short=short), rule_links([guard.rule]), last))
    return tuple(rows)


def notes_table(picture: Picture, material: Material) -> Table:
    """Return the numbered notes of a picture: what each trigger may be refused for, and by which rule."""
    calendar = material.book.calendar
    guards = {guard.name: guard for guard in material.law.machines[picture.machine].declaration.guard}
    rows = tuple(
        (
            (str(note.number),),
            (listed(worded(trigger) for trigger in note.triggers),),
            (said(guards[reason.guard], calendar),),
            rule_links([reason.rule]),
        )
        for note in picture.notes
        for reason in note.reasons
    )
    return Table(
        ("Number", "Triggers", "It says", "Rule"), rows, f"The notes of the picture under {picture.rule_set.id}"
    )


def _note(edition: Edition, picture: Picture, note: Note, material: Material) -> Section:
    guards = {guard.name: guard for guard in edition.guards}
    rules = [reason.rule for reason in note.reasons]
    rows = tuple(
        _row(guards[reason.guard], edition, material, again=reason.rule in rules[:place])
        for place, reason in enumerate(note.reasons)
    )
    title = f"{note.number}. {capital(listed((worded(trigger) for trigger in note.triggers), 'and'))}"
    if note.states:
        title += f" in {listed((edition.states[state].title for state in note.states), 'and')}"
    return Section(note_anchor(picture, note.number), title, (Table(_HEAD, rows, title),))


def _row(guard: GuardDeclaration, edition: Edition, material: Material, *, again: bool) -> tuple[Line, ...]:
    rule, machine = material.law.rules[guard.rule], edition.machine
    is_own = machine.declaration.extends is not None and material.is_own(machine, guard)
    own: Line = (Badge("its own", "own"), Break()) if is_own else ()
    words: Line = () if again else (Break(), Aside(f"“{rule.quote.strip() or rule.title}”"))
    return ((*own, *when(guard)), _says(guard, material), (code_link(guard.code),), (rule_link(guard.rule), *words))


def _says(guard: GuardDeclaration, material: Material, *, short: bool = False) -> Line:
    calendar, law = material.book.calendar, material.law
    told = linked(said(guard, calendar), law)
    return told if short else (*told, Break(), Aside(mended(guard, calendar)))
