"""All pages as Markdown, in the order in which they are read, with every link proved to lead somewhere.

Imports Jinja2 and what the pages ask of the law; words and layout stand in `templates/`. Links and badges are still
in the form that all pages share: `markdown_of` makes them those of a file, `html` those of the one HTML file.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ims_fsm.draw import description, tables
from ims_fsm.draw.citation import worded
from ims_fsm.draw.picture import ANY
from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.declaration import ENTRY, RuleDeclaration
from ims_fsm.pages import differences, effects, glance, guards, links, markdown, narration, phrases, pictures
from ims_fsm.pages.material import Material, older, worked_stories
from ims_fsm.pages.story import Story
from ims_fsm.terms.period import day_in_words, ordinal

_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
_LINK = re.compile(r"(?<!\\)\]\(#([^)]+)\)")
_BLANK_LINES = re.compile(r"\n\s*\n(?:\s*\n)*")
_PICTURE = re.compile(r'<img alt="[^"]*" src="picture:([^"]+)">')
# What templates may ask, by the name of the module.
_MODULES = (differences, effects, glance, guards, links, markdown, narration, phrases, pictures, description, tables)
_FILTERS = ("sentence", "capital", "month", "held", "listed", "plural", "signed")
_TITLES = {
    "faq": "the FAQ",
    "annexure_a": "Annexure-A",
    "rules_2025_10": "the changes of October 2025",
    "signoff": "sign-offs",
    "scenarios": "others",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `name` is its file's and its anchor, `group` where the contents list it, `short` how; `text` its words.

    The text is Markdown. The address of a picture is `picture:STEM`; a line `file:PATH` stands for a story's file.
    """

    name: str
    title: str
    group: str
    text: str = ""
    short: str = ""

    @property
    def anchors(self) -> tuple[str, ...]:
        """Every anchor of the page: its name, those of its sections, those inside its lines."""
        return (self.name, *_ANCHOR.findall(self.text))

    @property
    def links(self) -> tuple[str, ...]:
        """The anchor that each link of the page leads to."""
        return tuple(_LINK.findall(self.text))

    @property
    def pictures(self) -> tuple[str, ...]:
        """The name of every picture that the page shows."""
        return tuple(_PICTURE.findall(self.text))

    def addressed(self, homes: Mapping[str, str]) -> str:
        """Return the text with its links as addresses of files; `homes` holds each anchor's page."""

        def address(match: re.Match[str]) -> str:
            home, place = homes[match[1]], "" if match[1] == homes[match[1]] else f"#{match[1]}"
            return f"]({place})" if home == self.name and place else f"]({home}.md{place})"

        return _LINK.sub(address, self.text)


def collection(material: Material) -> tuple[Page, ...]:
    """Return every page; raises `DeclarationError` with each link to nowhere and each anchor that stands twice."""
    templates = environment_of(material)
    others = tuple(
        replace(page, text=_text(templates, name, page=page, **context)) for name, page, context in _drafts(material)
    )
    index = Page(links.INDEX, "IMS, explained from its declarations", "", short="Begin here")
    first = replace(index, text=_text(templates, "index", page=index, others=others))
    pages = (first, *others)
    if problems := [*_problems(pages)]:
        raise DeclarationError("pages", problems)
    return pages


def text_of(material: Material, name: str) -> str:
    """Return what a template that needs nothing but the material says."""
    return _text(environment_of(material), name)


def _drafts(material: Material) -> Iterator[tuple[str, Page, dict[str, Any]]]:
    """Give the template of every page but the first, what the page is called, and what its template is given."""
    asked = questions(material)
    answered = f"The FAQ, all {len(asked)} questions answered"
    yield "faq", Page(links.FAQ, answered, "The FAQ", short="The FAQ answered"), {"questions": asked}
    for machine in material.machines.values():
        yield "lifecycle", Page(machine.name, machine.title, "Lifecycles"), {"machine": machine}
    for before, after in pairwise(material.law.rule_sets):
        page = Page(after.id, f"The changes of {phrases.month(str(after.since))}", "The law")
        yield "edition", page, {"before": before, "after": after}
    law = {
        links.CALENDAR: ("The calendar", ""),
        links.ANNEXURE: ("Annexure-A: ITC and liability", "Annexure-A"),
        links.REFUSALS: ("Codes of refusal", ""),
        links.FACTS: ("What guards may know", "Facts"),
        links.PROVED: ("What is proved", ""),
        links.SOURCES: ("The texts beside the FAQ", "Other texts"),
        links.NOT_LAW: ("What is not law", ""),
    }
    for name, (name_of, short) in law.items():
        yield name, Page(name, name_of, "The law", short=short), {}
    folders: dict[str, list[Story]] = {}
    for story in sorted(material.stories, key=lambda story: (story.folder, story.path)):
        folders.setdefault(story.folder, []).append(story)
    for folder, stories in folders.items():
        short = _TITLES.get(folder, folder.replace("_", " "))
        page = Page(links.stories_anchor(folder), f"Stories: {short}", "Stories", short=phrases.capital(short))
        yield "stories", page, {"stories": stories}


def questions(material: Material) -> tuple[RuleDeclaration, ...]:
    """Return the questions of the FAQ in their order: the rules that carry a question."""
    rules = (rule for rule in material.law.rules.values() if rule.source == "faq" and _number(rule))
    return tuple(sorted(rules, key=_number))


def _number(rule: RuleDeclaration) -> int:
    head, _, rest = rule.id.partition(".")
    return int(rest) if head == "faq" and rest.isdigit() else 0


def environment_of(material: Material) -> Environment:
    """Return the templates with all that they may ask; what they print is escaped as Markdown."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else markdown.Md.escape(value),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    law, book = material.law, material.book
    environment.globals |= {
        "material": material,
        "law": law,
        "book": book,
        **{module.__name__.rpartition(".")[2]: module for module in _MODULES},
        "older": older,
        "worked_stories": worked_stories,
        "number": _number,
        "month_name": month_name,
        "tails": {ENTRY: "nothing", ANY: "any open state"},
    }
    environment.filters |= {
        "linked": lambda text: links.linked(text.strip(), law),
        "rules": links.rule_links,
        "said": lambda guard: guards.said(guard, book.calendar),
        "mended": lambda guard: guards.mended(guard, book.calendar),
        "machine": links.machine_link,
        "guard": lambda guard: guards.named(guard, material),
        "where": lambda names: guards.where(names, material),
        "code": markdown.code,
        "badge": markdown.badge,
        "worded": worded,
        "titles": lambda states, edition: [edition.states[state].title for state in states if state != ENTRY],
        "day": day_in_words,
        "ordinal": ordinal,
        **{name: getattr(phrases, name) for name in _FILTERS},
    }
    environment.tests["contains"] = lambda container, item: item in container
    environment.tests["below"] = lambda rule, whole: rule.id.startswith(f"{whole}.")
    return environment


def _text(templates: Environment, name: str, **context: object) -> str:
    text = templates.get_template(f"{name}.md.j2").render(**context)
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def _problems(pages: Sequence[Page]) -> Iterator[Problem]:
    anchors = Counter(anchor for page in pages for anchor in page.anchors)
    for anchor, times in anchors.items():
        if times > 1:
            yield Problem(anchor, f"stands {times} times", "give each its own name")
    for page in pages:
        for place in dict.fromkeys(page.links):
            if place not in anchors:
                yield Problem(f"{page.name}: {place}", "is linked and is nowhere", "declare it, or mend what names it")
