"""Whatever is quoted is held against the text that it is quoted from, word by word, with every omission marked.

The texts stand beside this file: the FAQ whole, of the Act section 16(4). Of every other source the register gives the
gist in its own words; what is quoted of a text that is not here is listed as not checked, with where it was read.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from ims_fsm.law.book import shipped_law
from ims_fsm.law.declaration import RuleDeclaration
from ims_fsm.resources import machines_folder

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"})
LEFT_OUT = "..."
# Quoted of texts that could not be had whole; by what is quoted, where it was read.
NOT_CHECKED = {
    "except downward where the original CN was accepted and ITC adjusted": "the help of GSTN's offline utility, v1.1",
}
# A quotation in running text: between double quotes, four words or more.
QUOTED = re.compile(r'"((?:[^"\s]+\s+){3,}[^"\s]+)"')
FAQ = [rule for rule in shipped_law().rules.values() if rule.source == "faq"]
NUMBERS = range(1, 35)


@cache
def text_of(name: str) -> str:
    """Return a text without what names it at its head, in one line, with plain quotation marks and dashes."""
    lines = (HERE / f"{name}.txt").read_text("utf-8").splitlines()
    return plain("\n".join(line for line in lines if not line.startswith("#")))


def plain(text: str) -> str:
    return " ".join(text.translate(PLAIN).split())


def rule(name: str) -> RuleDeclaration:
    return shipped_law().rules[name]


@cache
def reply(number: int) -> str:
    """Return what the FAQ replies to a question; the question itself must stand before it, word by word."""
    text = text_of("ims-faq")
    start = text.index(heading(number)) + len(heading(number))
    end = text.index(heading(number + 1) if number + 1 in NUMBERS else "Annexure-A:", start)
    return text[start:end].strip()


def heading(number: int) -> str:
    return f"{number}{plain(rule(f'faq.{number}').question)}"


def places(quote: str, whole: str) -> list[tuple[int, int]]:
    """Return where the parts of a quote stand in a text, in order.

    Raises `ValueError` where a part is not there, where an ellipsis leaves nothing out, or where an omission at the
    beginning or the end has none.
    """
    at, spans = 0, []
    for part in filter(None, (part.strip() for part in plain(quote).split(LEFT_OUT))):
        begin = whole.index(part, at)
        at = begin + len(part)
        spans.append((begin, at))
    gaps = [whole[end:begin].strip() for (_, end), (begin, _) in pairwise(spans)]
    cut = whole[: spans[0][0]].strip(), whole[at:].strip()
    marked = plain(quote).startswith(LEFT_OUT), plain(quote).endswith(LEFT_OUT)
    if not all(gaps) or marked != (bool(cut[0]), bool(cut[1])):
        what = f"left out {[cut[0][-40:], *gaps, cut[1][:40]]}, marked {marked}"
        raise ValueError(what)
    return spans


@pytest.mark.parametrize("name", [rule.id for rule in FAQ if rule.id.startswith("faq.")])
def test_the_faq_is_quoted_word_by_word_and_what_is_left_out_is_marked(name: str) -> None:
    assert places(rule(name).quote, reply(int(name.split(".")[1])))


def test_annexure_a_is_quoted_word_by_word() -> None:
    text = text_of("ims-faq")
    assert places(rule("annexure.a").quote, text[text.index("Annexure-A:") :])


def test_section_16_4_is_quoted_word_by_word() -> None:
    assert places(rule("sec.16_4").quote, text_of("cgst-act").removeprefix("16(4)").strip())


@pytest.mark.parametrize("number", NUMBERS)
def test_a_question_and_its_finer_rules_quote_the_whole_reply(number: int) -> None:
    quoting = [rule for rule in FAQ if rule.id == f"faq.{number}" or rule.id.startswith(f"faq.{number}.")]
    words = [False] * len(reply(number))
    for begin, end in (span for rule in quoting for span in places(rule.quote, reply(number))):
        words[begin:end] = [True] * (end - begin)
    missing = "".join(letter for letter, is_quoted in zip(reply(number), words, strict=True) if not is_quoted)
    assert missing.split() == []


@pytest.mark.parametrize(
    ("quote", "wrong"),
    [
        ("a record is kept", "substring not found"),
        ("the record stays", "marked"),
        ("the record stays ... in IMS until then.", "left out"),
        ("... in IMS until then", "marked"),
        ("until then. ... the record", "substring not found"),
    ],
)
def test_a_quote_that_is_not_faithful_is_found(quote: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        places(quote, "the record stays in IMS until then.")


def is_said(line: str) -> bool:
    """Say whether a line of a TOML file is a comment in words, and no example of an entry."""
    return line.startswith("#") and " = " not in line


def running_texts() -> list[tuple[str, str]]:
    """Return where something may be quoted in running text: readings, reasons, comments, the record of decisions."""
    comments = [
        (file.name, " ".join(line.lstrip("# ") for line in file.read_text("utf-8").splitlines() if is_said(line)))
        for file in machines_folder().iterdir()
        if file.name.endswith(".toml")
    ]
    rules = tomllib.loads((machines_folder() / "rules.toml").read_text("utf-8"))["rule"]
    said = [(entry["id"], entry.get(key, "")) for entry in rules for key in ("reading", "reason")]
    decisions = ROOT / "docs" / "adr" / "0002-how-the-faq-is-read.md"
    lines = [(decisions.name, line) for line in decisions.read_text("utf-8").splitlines()]
    return [*comments, *said, *lines]


QUOTATIONS = [(where, quote) for where, text in running_texts() for quote in QUOTED.findall(plain(text))]


def test_running_text_quotes_something() -> None:
    assert {where for where, _ in QUOTATIONS} >= {"faq.24", "faq.31", "0002-how-the-faq-is-read.md"}


@pytest.mark.parametrize(("where", "quote"), QUOTATIONS)
def test_running_text_quotes_word_by_word(where: str, quote: str) -> None:
    parts = [part.strip() for part in quote.split(LEFT_OUT)]
    sources = [text_of("ims-faq"), text_of("cgst-act")]
    assert quote in NOT_CHECKED or any(all(part in text for part in parts) for text in sources), where


def test_what_is_not_checked_is_quoted_somewhere() -> None:
    assert {*NOT_CHECKED} <= {quote for _, quote in QUOTATIONS}
