"""`explain`, `rules`, `verify`, and a law of one's own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ims_fsm.cli.law import path_and_machines
from ims_fsm.draw import watching
from ims_fsm.law import annexure, modelcheck
from ims_fsm.law.book import shipped_law
from ims_fsm.law.modelcheck import Extent, Report
from ims_fsm.law.properties.claim import Property

NOT_PENDING = "This record is an original credit note, and pending is not available for it."


@pytest.mark.parametrize(
    ("call", "start", "words", "end"),
    [
        (
            "credit_note keep_pending --period 2024-12",
            "Credit note under IMS-2024-10: keep_pending\n",
            f"  faq.11.a  pending_not_allowed\n    when direction = original\n    {NOT_PENDING}\n    → accept it or",
            "Another rule set, IMS-2025-10, governs other 2B periods: --period 2025-10.\n",
        ),
        (
            "credit_note keep_pending",
            "Credit note under IMS-2025-10: keep_pending\n",
            "  no_action, accepted, rejected, pending  pending  faq.10.iii, faq.12\n",
            "Another rule set, IMS-2024-10, governs other 2B periods: --period 2024-10.\n",
        ),
        ("bill_of_entry reject", "", "  advisory.2025-10.imports  reject_not_allowed\n    always\n", ""),
        ("invoice accept", "", "The recipient … is a … taxpayer; only normal taxpayers", ""),
        ("invoice accept --fact supplier_status=saved", "", "\nAllowed: it leads to accepted.\n    faq.10.i: ", ""),
        (
            "invoice accept --fact supplier_status=saved",
            "",
            "\n    faq.12: Until GSTR-3B is filed an action may be",
            "",
        ),
        ("invoice accept --fact time_limit=passed --fact ims=not_yet", "", "\nRefused, for 2 reasons:\n", ""),
        ("invoice accept --fact time_limit=passed --fact ims=not_yet", "", "  faq.31  s16_4_expired\n", ""),
        ("invoice accept --state frozen", "Invoice under IMS-2025-10: accept in frozen\n", "  faq.12  frozen\n", ""),
        ("invoice expire --fact time_limit=passed", "Invoice under IMS-2025-10: expire in pending\n", "“", ""),
    ],
)
def test_a_trigger_is_explained_or_decided(bare, call, start, words, end):
    told = bare("explain", *call.split()).ended(0).out
    assert told.startswith(start)
    assert words in told
    assert told.endswith(end)
    assert ("faq.11.a" in told) is ("2024-12" in call)


def test_an_explanation_and_a_decision_as_json(bare):
    answer = bare("explain", "credit_note", "keep_pending", "--period", "2024-12", "--json").ended(0).json
    assert (answer["machine"], answer["rule_set"], answer["trigger"]) == ("credit_note", "IMS-2024-10", "keep_pending")
    (moved,) = answer["transitions"]
    assert moved == {
        "source": ["no_action", "accepted", "rejected", "pending"],
        "dest": "pending",
        "rules": ["faq.10.iii", "faq.12"],
    }
    (guard,) = [one for one in answer["guards"] if one["rule"] == "faq.11.a"]
    assert guard.keys() == {"guard", "code", "rule", "see", "refuse_when", "sentence", "remedy"}
    assert guard["refuse_when"] == {"direction": ["original"]}
    asked = ("explain", "credit_note", "keep_pending", "--period", "2024-12", "--state", "no_action", "--json")
    answer = bare(*asked).ended(0).json
    assert (answer["allowed"], answer["dest"], answer["rules"]) == (False, None, [])
    (refusal,) = answer["refusals"]
    assert refusal.keys() == {"guard", "code", "rule", "sentence", "remedy", "rules"}
    assert refusal["rules"][0].keys() == {"id", "title", "quote"}
    asked = ("explain", "gstr2b", "file_3b", "--state", "draft", "--json")
    assert bare(*asked).ended(0).json["dest"] == "final"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("nothing accept", "machine: nothing: is not a declared machine; the machines are bill_of_entry"),
        ("invoice buy", "invoice: buy: is not a trigger of invoice; its triggers are save, accept"),
        ("invoice accept --state sold", "invoice: sold: is not a state of invoice; its states are no_action"),
        ("invoice accept --fact a=b", "facts: a: is not a fact of this machine; its facts are supplier_status"),
        ("invoice accept --fact ims=shut", "facts: ims: cannot be 'shut' here; its values are open, not_yet"),
        ("invoice accept --fact ims", "--fact 'ims' is not a pair; write it NAME=VALUE"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(bare, call, message):
    assert bare("explain", *call.split()).ended(2).err.startswith(f"error: {message}")


def test_a_rule_is_told_with_those_below_it(bare):
    told = bare("rules", "faq.16").ended(0).out
    assert told.startswith("faq.16: ")
    assert all(words in told for words in ("\n\nfaq.16.1: ", "  status: modelled\n", "  cited by: record.toml"))
    assert "  status: not modelled: " in bare("rules", "faq.2").ended(0).out
    rows = bare("rules").ended(0).out.splitlines()
    assert rows[0].split() == ["rule", "status", "what", "it", "says"]
    assert sum(row.startswith("faq.") for row in rows) > 34
    (rule,) = bare("rules", "faq.11.a", "--json").ended(0).json["rules"]
    assert (rule["id"], rule["status"], rule["until"]) == ("faq.11.a", "modelled", "2025-09")
    assert "credit_note.toml" in rule["cited_by"]
    told = bare("rules", "faq.35").ended(2).err
    assert told == "error: rule: faq.35: is not in the register; did you mean faq.5? See machines/rules.toml\n"


EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "purchase_approval.toml"


def test_it_is_verified_and_one_that_does_not_hold_ends_with_1(bare, tmp_path):
    told = bare("verify", EXAMPLE).ended(0).out
    assert told.startswith("Structure: 1 machine, 2 rule sets, 7 rules in the register; loaded without a fault.\n")
    assert "holds  Every state can be reached: 12 states" in told
    assert "Annexure-A" not in told
    answer = bare("verify", EXAMPLE, "--json").ended(0).json
    assert (answer["holds"], answer["annexure_a"]) == (True, None)
    text = EXAMPLE.read_text("utf-8").replace('refuse_when = { budget = "spent" }', "refuse_when = {}")
    (tmp_path / EXAMPLE.name).write_text(text, "utf-8")
    told = bare("verify", EXAMPLE.name).ended(1).out
    assert "FAILS  From every state an end can be reached" in told


def test_a_broken_one_is_told_with_every_problem_and_exit_code_2(bare, tmp_path) -> None:
    own = tmp_path / EXAMPLE.name
    own.write_text(EXAMPLE.read_text("utf-8").replace('"paid"', '"payd"', 1).replace('"spent" }', '"spend" }'), "utf-8")
    told = bare("verify", own.name).ended(2).err
    assert told.startswith(f"error: {own.name}: ")
    assert "'spend'" in told
    assert "'paid'" in told


def test_one_of_ones_own_is_explained_by_its_file(bare):
    told = bare("explain", EXAMPLE, "approve", "--fact", "sum=beyond").ended(0).out
    assert told.startswith("Purchase approval under HANDBOOK-2025: approve in submitted\n")
    assert "The sum is above the manager's limit.\n" in told
    told = bare("explain", EXAMPLE.parent, "approve").ended(2).err
    assert told == f"error: {EXAMPLE.parent} is a folder; name the file of the machine that is to be explained\n"


def test_what_it_changes_against_an_older_one_is_said(bare, tmp_path):
    assert bare("verify", EXAMPLE, "--against", EXAMPLE).ended(0).out == "Nothing differs.\n"
    text = EXAMPLE.read_text("utf-8")
    (tmp_path / EXAMPLE.name).write_text(
        text.replace('refuse_when = { budget = "spent" }', 'refuse_when = { budget = "spent", sum = "small" }')
        .replace('{ enough = "it does", spent', '{ enough = "it does", short = "hardly", spent')
        .replace("wait for the next budget", "wait"),
        "utf-8",
    )
    told = bare("verify", EXAMPLE, "--against", EXAMPLE.name).ended(0).out
    way = "refused now: purchase_approval pay in approved: 8 situations"
    assert told.count(way) == 2, "an edition each"
    assert "under HANDBOOK-2025, from 2025-01; like pay in approved with sum=large, budget=spent:\n" in told
    assert "was leads to paid\n" in told
    assert "  value budget = short. Map each to what takes its place before they are migrated.\n" in told
    assert "reworded  guard within_the_budget  remedy  wait    wait for the next budget\n" in told
    assert bare("verify", "--against", EXAMPLE, "--histories").ended(2).err.startswith("error: --against compares two")


def test_it_is_drawn_whole_or_a_machine_of_it_with_a_theme_and_links(bare, tmp_path):
    files = ["diagrams/purchase_approval.dot", "diagrams/purchase_approval.HANDBOOK-2024.dot"]
    assert bare("draw", EXAMPLE, "--format", "dot").ended(0).out.splitlines() == files
    shutil.copy(EXAMPLE, (tmp_path / "laws").mkdir() or tmp_path / "laws")
    named = bare("draw", "laws", "purchase_approval", "--format", "dot", "--edition", "HANDBOOK-2025").ended(0)
    assert named.out.splitlines() == files[:1]
    call = "draw invoice --format dot --theme dark --href-base {machine}.html --edition IMS-2025-10"
    assert bare(*call.split()).ended(0).out == "diagrams/invoice.dark.dot\n"
    assert 'href="invoice.html#invoice-state-frozen"' in (tmp_path / "diagrams" / "invoice.dark.dot").read_text("utf-8")
    told = bare("draw", "a.toml", "b.toml").ended(2).err
    assert told == "error: a.toml, b.toml are several laws; name one file or folder at a time\n"


def test_it_is_drawn_again_while_it_is_watched(bare, tmp_path, monkeypatch) -> None:
    own = Path(shutil.copyfile(EXAMPLE, tmp_path / EXAMPLE.name))
    changes = iter(["version = '1'", "[["])

    def pause() -> bool:
        more = next(changes, None)
        if more:
            own.write_text(own.read_text("utf-8") + f"\n# {more}\n" if more != "[[" else more, "utf-8")
        return more is not None

    monkeypatch.setattr(watching, "every_so_often", pause)
    told = bare("draw", own.name, "--format", "dot", "--watch").ended(0).out.splitlines()
    assert told[:2] == ["begun: 2 files drawn", "purchase_approval.toml: 2 files drawn"]
    assert told[2].startswith("purchase_approval.toml: not drawn: purchase_approval.toml: ")


def test_a_path_is_told_from_a_machine(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "laws").mkdir()
    assert path_and_machines(["invoice", "gstr2b"]) == (None, ["invoice", "gstr2b"])
    assert path_and_machines(["laws", "invoice"]) == (Path("laws"), ["invoice"])
    assert path_and_machines(["a.toml"]) == (Path("a.toml"), None)
    assert path_and_machines(None) == (None, None)


@pytest.mark.parametrize(("ending", "first"), [("mmd", "---\ntitle: "), ("dot", "digraph ")])
def test_a_records_path_is_drawn_into_a_file(run, tmp_path, ending, first) -> None:
    told = run("show", "1", "--diagram", f"path.{ending}", "--theme", "print").ended(0).out
    assert told.endswith(f"\nIts path is drawn in path.{ending}.\n")
    assert (tmp_path / f"path.{ending}").read_text("utf-8").startswith(first)


def test_a_path_is_not_drawn_into_a_file_of_no_format(run) -> None:
    told = run("show", "1", "--diagram", "path.gif").ended(2)
    assert told.err.startswith("error: drawing: path.gif: has an ending that names no format; end it with one of .dot")
    assert told.out == ""


HELD = Property("one", "This holds", ("faq.1",), "situations", 12, ())
FAILED = Property("two", "That does not", (), "freezes", 3, ("in no_action it is allowed",))


@pytest.fixture
def found(monkeypatch):
    """Let the model check, which takes seconds, find what a test says."""

    def say(*properties):
        report = Report((Extent("invoice", "Invoice", 2, 7, 9, 1_000),), properties, frozenset({"faq.1"}))
        monkeypatch.setattr(modelcheck, "check", lambda _law, _progress: report)

    return say


@pytest.mark.slow
@pytest.mark.long
def test_the_shipped_law_holds(bare):
    told = bare("verify").ended(0).out
    assert told.startswith(f"Structure: {len(shipped_law().machines)} machines, 2 rule sets, ")
    assert "FAILS" not in told
    assert "the ledger agrees." in told


def test_the_space_the_properties_and_what_does_not_hold_are_told(bare, found):
    found(HELD)
    told = bare("verify").ended(0).out
    assert "  Invoice          2        7         9                  1,000     126,000\n" in told
    assert "  holds  This holds (faq.1): 12 situations\n" in told
    assert "1 of 1 property holds over 126,000 situations; it took " in told
    found(HELD, FAILED)
    told = bare("verify").ended(1).out
    assert "  FAILS  That does not: 3 freezes\n         in no_action it is allowed\n" in told
    assert "1 of 2 properties hold" in told


def test_a_row_of_annexure_a_that_is_wrong_ends_with_1(bare, found, monkeypatch):
    found(HELD)
    load = annexure.load

    def spoilt(text):
        table = load(text)
        wrong = next(one for one in table.example if one.itc)
        return replace(table, example=(replace(wrong, itc=-wrong.itc),))

    monkeypatch.setattr(annexure, "load", spoilt)
    assert "FAILS  example of row" in bare("verify").ended(1).out


def test_verify_as_json(bare, found):
    found(HELD, replace(FAILED, counterexamples=()))
    answer = bare("verify", "--json").ended(0).json
    assert (answer["holds"], answer["situations"]) == (True, 126_000)
    assert answer["properties"][0] == {
        "name": "one",
        "sentence": "This holds",
        "rules": ["faq.1"],
        "checked": 12,
        "counted": "situations",
        "holds": True,
        "counterexamples": [],
    }
    assert answer["annexure_a"]["problems"] == []


EXTENDED = """
[[extension]]
what = "gstr1"
period = "2025-03"
date = 2025-04-13
source = "a notification"
"""
STORY = """
title = "GSTR-1 of March filed on 12 April"
[[taxpayer]]
name = "buyer"
gstin = "27AAPFU0939F1ZV"
[[taxpayer]]
name = "seller"
gstin = "29AABCT1332L1ZA"
[[document]]
name = "INV"
kind = "invoice"
supplier = "seller"
recipient = "buyer"
number = "S/1"
date = 2025-03-05
taxable = "1000.00"
igst = "180.00"
[[step]]
at = 2025-04-10T10:00:00
do = "save"
document = "INV"
form = "GSTR-1"
period = "2025-03"
[[step]]
at = 2025-04-12T10:00:00
do = "file"
supplier = "seller"
form = "GSTR-1"
period = "2025-03"
[[step]]
at = 2025-04-12T10:01:00
expect = { document = "INV", two_b_period = "2025-03" }
"""


def test_a_calendar_reaches_a_scenario(bare, tmp_path):
    story, calendar = tmp_path / "story.toml", tmp_path / "calendar.toml"
    story.write_text(STORY)
    calendar.write_text(EXTENDED)
    assert "found 2025-04" in bare("scenario", "run", str(story)).ended(1).out
    bare("scenario", "run", str(story), "--calendar", str(calendar)).ended(0)
    missing = bare("scenario", "run", str(story), "--calendar", str(tmp_path / "none.toml"))
    assert "none.toml does not exist" in missing.ended(2).err
