"""`draw`."""

from __future__ import annotations

import json

import pytest

from ims_fsm.draw import renderer
from ims_fsm.law.book import shipped_law


@pytest.mark.parametrize(("fmt", "ending", "first"), [("dot", "dot", "digraph"), ("mermaid", "mmd", "---")])
def test_a_machine_is_drawn(bare, tmp_path, fmt, ending, first):
    told = bare("draw", "credit_note", "--format", fmt, "--out", "pictures").ended(0).out
    assert told == f"pictures/credit_note.{ending}\npictures/credit_note.IMS-2024-10.{ending}\n"
    assert (tmp_path / "pictures" / f"credit_note.{ending}").read_text("utf-8").startswith(first)


def test_all_are_drawn_or_one_rule_set_or_a_picture_for_a_slide(bare, tmp_path):
    files = bare("draw", "--format", "dot", "--json").ended(0).json["files"]
    assert {f"diagrams/{name}.dot" for name in shipped_law().machines} <= {*files}
    told = bare("draw", "credit_note", "--format", "dot", "--edition", "IMS-2024-10").ended(0).out
    assert told == "diagrams/credit_note.IMS-2024-10.dot\n"
    bare("draw", "gstr2b", "--notes", "none", "--format", "mermaid", "--out", "slides").ended(0)
    assert "FAQ" not in (tmp_path / "slides" / "gstr2b.none.mmd").read_text("utf-8")


def test_a_machine_is_drawn_in_hindi_beside_the_english(bare, tmp_path):
    told = bare("draw", "gstr2b", "--format", "mermaid", "--language", "hi").ended(0).out
    assert told == "diagrams/gstr2b.hi.mmd\n"
    assert "प्रारूप" in (tmp_path / told.strip()).read_text("utf-8")


def test_a_machine_is_written_for_other_engines_by_its_period(bare, tmp_path):
    told = bare("draw", "credit_note", "--format", "scxml", "--out", "x").ended(0).out
    assert told == "x/credit_note.scxml\nx/credit_note.IMS-2024-10.scxml\n"
    told = bare("draw", "credit_note", "--format", "xstate", "--period", "2024-11", "--out", "x").ended(0).out
    assert told == "x/credit_note.IMS-2024-10.xstate.json\n"
    machine = json.loads((tmp_path / "x/credit_note.IMS-2024-10.xstate.json").read_text("utf-8"))
    assert machine["meta"]["rule-set"] == "IMS-2024-10"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("nothing", "drawing: nothing: is not a declared machine; the machines are"),
        ("--edition IMS-1999", "drawing: IMS-1999: is not a rule set; the rule sets are IMS-2024-10, IMS-2025-10"),
        (
            "--format gif",
            "--format: 'gif' is not one of the words for it; write svg, png, pdf, dot, mermaid, scxml, xstate",
        ),
        ("credit_note --period 2024-11 --edition IMS-2024-10", "--period chooses the rule set; leave --edition and"),
        ("--format scxml --compare IMS-2024-10 IMS-2025-10", "--compare is about a picture, and scxml is none; leave"),
        ("--format xstate --only accept", "--only is about a picture, and xstate is none; leave the option out"),
        ("--compare IMS-2024-10 IMS-2025-10 --highlight faq.11", "--compare, --highlight, --differs-from each make a"),
        ("--format mermaid --ratio a4", "drawing: mermaid: is laid out by whoever shows it, so it fills no page of a4"),
        ("invoice --format dot --only acept", "drawing: acept: is no state and no trigger of invoice; did you mean"),
        (
            "--format dot --only ,",
            "drawing: only: names no state and no trigger; name some with commas between them, or",
        ),
        ("--format dot --only acept", "drawing: acept: is no state and no trigger of"),
        (
            "credit_note --format dot --only accept --highlight faq.11",
            "drawing: faq.11: does nothing to accept; name other states and triggers, or leave them out",
        ),
        ("--format dot --highlight faq.111", "drawing: faq.111: is no rule and no guard; did you mean faq.11?"),
        ("--format dot --differs-from invoic", "drawing: invoic: is not a declared machine; did you mean invoice?"),
        ("gstr2b --language xx", "drawing: xx: is not a language that pictures have words in; use one of en, hi"),
        ("--language hi --format scxml", "only pictures of machines as they are declared have other languages; leave"),
        ("--format dot --out file", "file is not a folder; name another"),
    ],
)
def test_what_cannot_be_drawn_is_told(bare, tmp_path, call, message):
    (tmp_path / "file").write_text("")
    assert bare("draw", *call.split()).ended(2).err.startswith(f"error: {message}")
    assert [path.name for path in tmp_path.rglob("*.*")] == []


@pytest.mark.parametrize(
    ("options", "file", "words"),
    [
        ("--only no_action,accept,reject", "credit_note.part.mmd", "3 states and 8 triggers are not shown."),
        ("--highlight faq.11", "credit_note.faq.11.mmd", "Credit note: what FAQ 11 does"),
        (
            "--differs-from invoice --notes numbers",
            "credit_note.beside-invoice.numbers.mmd",
            "Credit note beside Invoice",
        ),
        (
            "--compare IMS-2024-10 IMS-2025-10 --only lapse",
            "credit_note.IMS-2024-10-to-IMS-2025-10.part.mmd",
            "not shown",
        ),
    ],
)
def test_what_a_trainer_shows_has_a_file_of_its_own(bare, tmp_path, options, file, words):
    only = "" if "compare" in options else "--edition IMS-2025-10"
    bare("draw", "credit_note", *f"{options} {only} --format mermaid --out x".split()).ended(0)
    assert words in (tmp_path / "x" / file).read_text("utf-8")


def test_machines_without_the_named_states_and_triggers_are_passed_over(bare):
    told = bare("draw", "gstr2b", "credit_note", "--only", "accept,lapse", "--format", "dot", "--out", "x").ended(0).out
    assert told == "x/credit_note.part.dot\nx/credit_note.IMS-2024-10.part.dot\n"
    told = bare("draw", "credit_note", "--only", "lapse", "--format", "dot", "--out", "y").ended(0).out
    assert told == "y/credit_note.part.dot\n"


def test_without_a_drawing_program_it_says_what_is_missing(bare, monkeypatch):
    monkeypatch.setattr(renderer, "PROGRAM", "no-such-program")
    monkeypatch.setattr(renderer, "PACKAGE", "no_such_package")
    told = bare("draw", "credit_note").ended(2).err
    assert told.startswith("error: svg cannot be drawn here: ")
    assert "pip install 'ims-fsm[draw]'" in told
