"""What a page asks for, and what stands in it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil

import pytest

from ims_fsm.errors import DeclarationError, InputError
from ims_fsm.law.book import shipped_law
from ims_fsm.writers.embedding import COLUMNS, OPTIONS, Asked, alternative, cells, drawn, figure, law_in

drawable = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None, reason="no Graphviz is installed"
)
LAW = shipped_law()


def test_what_is_left_out_is_the_newest_rule_set_as_a_light_picture():
    asked = Asked.read("credit_note", {})
    assert (asked.fmt, asked.theme, asked.edition_in(LAW).rule_set.id) == ("svg", "light", "IMS-2025-10")
    assert Asked.read("credit_note", {"edition": "IMS-2024-10"}).edition_in(LAW).rule_set.id == "IMS-2024-10"


@pytest.mark.parametrize(
    ("machine", "options", "says"),
    [
        ("", {}, "ims-machine: the machine: is not named; name one, like ims-machine credit_note"),
        (
            "a",
            {"size": "1"},
            f"ims-machine: size: is not an option; the options are {', '.join(OPTIONS)}",
        ),
        (
            "a",
            {"format": "table", "highlight": "faq.11"},
            "ims-machine: highlight: is about a picture, and a table is none; leave the option out",
        ),
        ("a", {"format": "gif"}, "ims-machine: gif: is not a format of a page; use one of svg, mermaid, table"),
    ],
)
def test_what_cannot_be_read_is_said(machine, options, says):
    with pytest.raises(InputError) as refused:
        Asked.read(machine, options)
    assert str(refused.value) == says


def test_every_problem_is_said_at_once():
    with pytest.raises(InputError) as refused:
        Asked.read("", {"size": "1", "format": "gif"})
    assert len(refused.value.problems) == 3


def test_a_rule_set_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="IMS-1999: is not a rule set; the rule sets are IMS-2024-10, IMS-2025-10"):
        Asked.read("credit_note", {"edition": "IMS-1999"}).edition_in(LAW)


@drawable
def test_a_figure_holds_the_picture_with_its_words_and_its_caption():
    made = figure(LAW, Asked.read("gstr2b", {"caption": "Draft & final"}))
    assert made.startswith('<figure class="ims-machine">\n<svg style="max-width:100%;height:auto" ')
    assert "<title" in made
    assert "GSTR-2B of a tax period: lifecycle under IMS-2025-10" in made
    assert made.endswith("<figcaption>Draft &amp; final</figcaption>\n</figure>")
    assert "figcaption" not in figure(LAW, Asked.read("gstr2b", {}))


@drawable
def test_figures_of_one_page_share_no_name():
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', figure(LAW, Asked.read("gstr2b", {}), number))) for number in (0, 1)
    )
    assert first
    assert not first & second
    labelled = re.search(r'aria-labelledby="([^"]+)"', figure(LAW, Asked.read("gstr2b", {}), 1))
    assert set(labelled[1].split()) <= second


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"only": "no_action, accept", "notes": "none"}, "4 states and 9 triggers are not shown."),
        ({"highlight": "faq.11"}, "Credit note: what FAQ 11 does"),
        ({"differs-from": "invoice", "notes": "numbers"}, "Credit note beside Invoice"),
        ({"language": "hi"}, "क्रेडिट नोट"),
    ],
)
def test_a_picture_has_the_looks_that_are_asked_for(options, said):
    asked = Asked.read("credit_note", options)
    assert said in alternative(LAW, asked) or said in drawn(LAW, asked, "mermaid").decode()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"only": "acept"}, "acept: is no state and no trigger of credit_note; did you mean accept"),
        ({"highlight": "faq.111"}, "faq.111: is no rule and no guard; did you mean faq.11"),
        ({"language": "xx"}, "xx: is not a language that pictures have words in; use one of en, hi"),
        ({"language": "hi", "highlight": "faq.11"}, "hi: is a language of machines as they are declared alone"),
        ({"ratio": "a4"}, "mermaid: is laid out by whoever shows it, so it fills no page of a4"),
    ],
)
def test_looks_that_cannot_be_are_refused(options, told):
    with pytest.raises(InputError, match=told):
        drawn(LAW, Asked.read("credit_note", options), "mermaid")


def test_in_a_pdf_it_is_english():
    options = {"language": "hi", "notes": "none"}
    assert Asked.read("gstr2b", options).in_english == Asked.read("gstr2b", {"notes": "none"})


def test_a_picture_has_words_for_those_who_see_none():
    said = alternative(LAW, Asked.read("gstr2b", {}))
    assert said.startswith("GSTR-2B of a tax period: lifecycle under IMS-2025-10. ")
    assert "From Draft, the recipient's file 3B leads to Final." in said


def test_a_table_has_a_row_for_each_transition():
    rows = list(cells(LAW, Asked.read("gstr2b", {"format": "table"})))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert rows[1] == ("change", "recipient", "Draft, Stale", "Stale", "", "FAQ 24, 29")
    assert ("file_3b", "recipient", "Stale", "always refused", "two_b_stale (FAQ 29)", "") in rows
    record = list(cells(LAW, Asked.read("credit_note", {"edition": "IMS-2024-10"})))
    assert record[0][:4] == ("save", "supplier", "nothing", "No action")
    assert next(row[3] for row in record if row[0] == "keep_pending") == "always refused"


def test_the_law_of_a_folder_is_read_again_when_a_file_changes(purchases):
    assert list(law_in(purchases).machines) == ["purchase"]
    assert law_in(purchases) is law_in(purchases)
    file = purchases / "purchase.toml"
    file.write_text(file.read_text().replace('title = "Purchase"', 'title = "Buying"'))
    os.utime(file, ns=(1, 1))
    assert law_in(purchases).machine("purchase").title == "Buying"


def test_without_a_folder_it_is_the_shipped_law(tmp_path):
    assert law_in(None) is LAW
    with pytest.raises(DeclarationError, match=r"rules\.toml: is missing"):
        law_in(tmp_path)
