"""A rule as a section: its words, how they are read, what is made of them, which stories prove it.

Imports the register, the effects, the glances and the stories' prose.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.law.declaration import RuleDeclaration, SourceDeclaration
from ims_fsm.pages.anchors import rule_anchor, story_anchor
from ims_fsm.pages.blocks import (
    Aside,
    Badge,
    Block,
    Bullets,
    Fold,
    Inline,
    Item,
    Line,
    Link,
    Outside,
    Paragraph,
    Quote,
    Section,
    Strong,
)
from ims_fsm.pages.citing import linked
from ims_fsm.pages.effects import effects
from ims_fsm.pages.glance import glance
from ims_fsm.pages.material import Material
from ims_fsm.pages.narration import told
from ims_fsm.pages.story import Story
from ims_fsm.pages.wording import capital, held, sentence

# So many further stories are named in one line; more are folded.
_NAMED = 4
_CERTAINTY = {
    "certain": "the source's own text, or a restatement of it",
    "corroborated": "two or more secondary sources, or one beside what the portal was seen to do",
    "derived": "follows from what is certain; no text says it",
}


def passage(rule: RuleDeclaration, title: str, material: Material, below: tuple[Section, ...] = ()) -> Section:
    """Return a rule as a section under a title; `below` are those of its finer rules, with stories of their own."""
    blocks = (
        *_words(rule, material),
        *_finer(below),
        *glance(rule.id, material),
        *_reading(rule, material),
        *_made(rule, material),
        *_proof(rule, material, finer=bool(below)),
    )
    return Section(rule_anchor(rule.id), title, blocks, below, _note(rule))


def source_line(source: SourceDeclaration) -> Line:
    """Return a source's title as a link to where it can be read, with its publisher and date."""
    name: Inline = Outside(source.title, source.address) if source.address else source.title
    more = ", ".join(part for part in (source.publisher, source.edition) if part)
    return (name, f" ({more})") if more else (name,)


def story_link(story: Story) -> Link:
    """Return a story's title as a link to it."""
    return Link(story.title, story_anchor(story))


def _note(rule: RuleDeclaration) -> Line:
    return (Badge(held(rule), "dated"),) if held(rule) else ()


def _words(rule: RuleDeclaration, material: Material) -> Iterator[Block]:
    source = material.law.sources[rule.source]
    if rule.question:
        yield Paragraph(linked(sentence(rule.title), material.law), lead=True)
    if _is_faq(rule):
        yield Quote(rule.quote.strip(), (f"The FAQ, question {rule.id.split('.')[1]}",))
    else:
        yield Paragraph(linked(sentence(rule.quote.strip()), material.law))
        certainty = f". Certainty: {rule.certainty} ({_CERTAINTY[rule.certainty]})" if rule.certainty else ""
        yield Paragraph((Aside("Source: "), *source_line(source), f"{certainty}."))


def _reading(rule: RuleDeclaration, material: Material) -> Iterator[Block]:
    if rule.reading:
        yield Paragraph((Strong("How it is read. "), *linked(rule.reading.strip(), material.law)))


def _finer(below: tuple[Section, ...]) -> Iterator[Block]:
    if below:
        yield Bullets(tuple(Item((Link(section.title, section.anchor), *_spaced(section.note))) for section in below))


def _spaced(note: Line) -> Line:
    return (" ", *note) if note else ()


def _is_faq(rule: RuleDeclaration) -> bool:
    return rule.id.startswith("faq.")


def _made(rule: RuleDeclaration, material: Material) -> Iterator[Block]:
    if rule.status == "not_modelled":
        yield Paragraph((Badge("not modelled", "quiet"), " ", *linked(sentence(capital(rule.reason)), material.law)))
    if items := effects(rule.id, material):
        yield Paragraph((Strong("What the machine does"),))
        yield Bullets(items)


def _proof(rule: RuleDeclaration, material: Material, *, finer: bool) -> Iterator[Block]:
    stories = material.proving(rule.id)
    if finer:
        stories = tuple(story for story in stories if rule.id in story.rules)
    if not stories:
        return
    first, *others = stories
    summary: Line = (Strong("A story that proves it: "), first.title)
    whole: Line = (story_link(first), Aside(" (the whole story, with its file)"))
    yield Fold(summary, (*told(first, material.book), Paragraph(whole)), "story")
    if len(others) > _NAMED:
        items = tuple(Item((story_link(story),)) for story in others)
        yield Fold((f"{len(others)} more stories prove it",), (Bullets(items),))
    elif others:
        line: list[Inline] = ["Proved as well by: "]
        for story in others:
            line += ["; " if story is not others[0] else "", story_link(story)]
        yield Paragraph((*line, "."))
