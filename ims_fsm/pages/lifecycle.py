"""A machine's lifecycle page: its picture, its states and arrows, what may refuse it, what never happens, a story.

Imports the pictures, the tables and the other parts of a page; everything is derived from the machine's declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ims_fsm.draw.description import described, title
from ims_fsm.draw.diagrams import Drawing
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.pages.anchors import FACTS, machine_anchor, state_anchor
from ims_fsm.pages.arrows import arrow_items, transition_rows
from ims_fsm.pages.blocks import (
    Anchor,
    Badge,
    Block,
    Bullets,
    Figure,
    Fold,
    Inline,
    Item,
    Line,
    Link,
    Listing,
    Page,
    Paragraph,
    Section,
    Strong,
    Table,
)
from ims_fsm.pages.citing import rule_links
from ims_fsm.pages.facts import facts_table
from ims_fsm.pages.guards import guard_rows, guard_sections, notes_table, own_guards
from ims_fsm.pages.material import Material, older
from ims_fsm.pages.narration import told
from ims_fsm.pages.never import never_blocks
from ims_fsm.pages.passage import story_link
from ims_fsm.pages.wording import capital, held, listed, sentence
from ims_fsm.pages.worked import worked_stories

_FACTS_SAY = (
    "A guard reads these facts and nothing else. Named here are those that can turn a decision of this machine; "
)


def lifecycle_page(machine: Machine, material: Material) -> Page:
    """Return the page of a machine."""
    newest, *before = material.drawings[machine.name]
    sections = [
        _states(machine, newest),
        Section(f"{machine.name}-arrows", "Arrows", (Bullets(arrow_items(machine, material)),)),
        _transitions(machine),
        Section(f"{machine.name}-refusals", "What may refuse it", *guard_sections(machine, material)),
        *_earlier(machine, material, tuple(before)),
        Section(f"{machine.name}-never", "What never happens", tuple(never_blocks(machine, material))),
        Section(f"{machine.name}-facts", "What its guards know", tuple(_facts(machine, material))),
        *_stories(machine, material),
    ]
    shown = _figure(newest, machine.edition, (Link("numbered notes", f"{machine.name}-refusals"),))
    blocks = (*_lead(machine, newest), *contents(sections), shown, *_apart(machine, material))
    return Page(machine_anchor(machine.name), machine.title, "Lifecycles", blocks, tuple(sections))


def contents(sections: Iterable[Section]) -> Iterator[Block]:
    """Give a line with a link to each section of a page."""
    line: list[Inline] = []
    for section in sections:
        line += [" · " if line else "On this page: ", Link(section.title, section.anchor)]
    yield Paragraph(tuple(line))


def _lead(machine: Machine, newest: Drawing) -> Iterator[Block]:
    declared, picture = machine.declaration, newest.picture
    ends = listed((state.title for state in declared.state if state.terminal), "or")
    begins = picture.card(picture.initial).state.title
    yield Paragraph((f"{sentence(declared.says)} It begins in {begins} and ends in {ends}.",), lead=True)


def _apart(machine: Machine, material: Material) -> Iterator[Block]:
    guards = own_guards(machine, material)
    if not guards or machine.declaration.extends is None:
        return
    yield Paragraph((Strong("What sets it apart"), " from other records:"))
    yield Table(("Refused", "When", "It says", "Rule", "2B periods"), guard_rows(guards, material, short=True))


def _figure(drawing: Drawing, edition: Edition, notes: Line) -> Figure:
    picture = drawing.picture
    caption = f"{capital(title(picture))}: {edition.rule_set.title}. The small numbers are those of the "
    return Figure(drawing.stem, described(picture), (caption, *notes, "."))


def _states(machine: Machine, newest: Drawing) -> Section:
    items = []
    for card in newest.picture.cards:
        state = card.state
        end = (" Nothing leads out of it.",) if state.terminal else ()
        line: Line = (
            Anchor(state_anchor(machine.name, state.name)),
            Badge(state.title, state.name),
            f" {state.says}",
            *end,
        )
        items.append(Item((*line, " ", *rule_links(state.rules))))
    open_states = listed((newest.picture.card(state).state.title for state in newest.picture.frame), "and")
    note = (
        Paragraph(
            (Strong("Open states"), f" are {open_states}: an action, an edit or a return may still move the record.")
        ),
    )
    blocks: tuple[Block, ...] = (Bullets(tuple(items)), *(note if newest.picture.frame else ()))
    return Section(f"{machine.name}-states", "States", blocks)


def _transitions(machine: Machine) -> Section:
    head = ("Trigger", "Who", "From", "To", "May be refused by", "Rules")
    says = (
        "The numbers are those of the notes below; `always` marks a transition that one of them refuses in every case."
    )
    blocks = (Paragraph((says.replace("`", ""),)), Table(head, transition_rows(machine.edition), "Transitions"))
    return Section(f"{machine.name}-transitions", f"Transitions under {machine.edition.rule_set.id}", blocks)


def _earlier(machine: Machine, material: Material, before: tuple[Drawing, ...]) -> Iterator[Section]:
    for edition in older(machine):
        drawing = next((each for each in before if each.picture.rule_set == edition.rule_set), None)
        if drawing is None:
            continue
        gone = tuple(guard for guard in edition.guards if guard not in machine.edition.guards)
        came = tuple(guard for guard in machine.edition.guards if guard not in edition.guards)
        moves = tuple(move for move in machine.edition.transitions if move not in edition.transitions)
        numbers = Fold(("What the numbers in this picture say",), (notes_table(drawing.picture, material),))
        blocks: list[Block] = [_figure(drawing, edition, ("notes below it",)), numbers]
        head = ("Refused", "When", "It says and what mends it", "Rule", "Code")
        if gone:
            blocks += [Paragraph((Strong("Refused only then"),)), Table(head, guard_rows(gone, material))]
        if moves:
            names = listed(f"{move.trigger} ({held(move)})" for move in moves)
            blocks.append(Paragraph((Strong("Not there yet"), f": the transitions of {names}.")))
        if came:
            line: Line = (f"{len(came)} refusals came later; they are among those above.",)
            blocks.append(Paragraph(line))
        yield Section(f"{machine.name}-{edition.rule_set.id}", f"How it was under {edition.rule_set.id}", tuple(blocks))


def _facts(machine: Machine, material: Material) -> Iterator[Block]:
    yield Paragraph((_FACTS_SAY, Link("all facts", FACTS), " are on a page of their own."))
    yield facts_table(machine, material)


def _stories(machine: Machine, material: Material) -> Iterator[Section]:
    for rule_set, story in worked_stories(machine, material):
        blocks: tuple[Block, ...] = (
            Paragraph((Strong(sentence(story.title)),)),
            *told(story, material.book),
            Fold(("The story's file",), (Listing(story.path, story.text, "toml"),)),
            Paragraph(("Among the other stories: ", story_link(story), ".")),
        )
        title = f"A worked story under {rule_set.id}" if len(material.drawings[machine.name]) > 1 else "A worked story"
        yield Section(f"{machine.name}-story-{rule_set.id}", title, blocks)
