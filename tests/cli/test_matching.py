"""`match`, `recommend` and `pair` at a terminal: whose register it is, lists and files, and what they refuse."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from ims_fsm.cli import layouts
from ims_fsm.cli.app import app
from ims_fsm.formats.workbooks.writer import TITLES as TITLES_AT

BUYER, OTHER, SELLER = "27AAPFU0939F1ZV", "24AAACC1206D1ZM", "21ZXKCK4821M1ZG"
TITLES = "recipient GSTIN,GSTIN of supplier,Invoice number,Invoice date,Taxable value,IGST\n"
ROW = f"{{}},{SELLER},KCL-412,2024-10-04,250000,45000\n"


def test_one_file_is_the_register_of_several_recipients_who_are_registered(run, tmp_path):
    (tmp_path / "books.csv").write_text(TITLES + ROW.format(BUYER) + ROW.format(OTHER), "utf-8")
    told = " ".join(run("match", "books.csv").ended(1).out.split())
    assert f"{OTHER} is not matched, the others are: taxpayer: {OTHER}: is not a taxpayer known" in told
    answer = run("match", "books.csv", "--json").ended(1).json
    assert [(of["recipient"], of["code"]) for of in answer["failures"]] == [(OTHER, "not_here")]
    assert [(of["recipient"], of["kept"]["unchanged"]) for of in answer["matchings"]] == [(BUYER, 1)]
    (tmp_path / "others.csv").write_text(TITLES + ROW.format(OTHER), "utf-8")
    assert "is not a taxpayer known" in run("match", "others.csv").ended(2).err
    run("taxpayer", "add", OTHER).ended(0)
    matchings = run("match", "books.csv", "--json").ended(0).json["matchings"]
    assert [(of["recipient"], of["kept"]["documents"], of["kept"]["others"]) for of in matchings] == [
        (OTHER, 1, 1),
        (BUYER, 1, 1),
    ]
    (formatting, *_) = run("match", "books.csv", "--gstin", BUYER, "--json").ended(0).json["matchings"][0]["classes"]
    assert (formatting["name"], formatting["count"], formatting["booked_tax"]["igst"]) == ("formatting", 1, "45000.00")


def test_matches_are_written_as_csv_in_which_nothing_is_a_formula(run, tmp_path):
    (tmp_path / "books.csv").write_text(TITLES + ROW.format("").replace("KCL-412", "=1+1"), "utf-8")
    run("match", "books.csv").ended(0)
    run("match", "--class", "books_only", "--out", "matches.csv").ended(0)
    (row,) = csv.DictReader(Path(tmp_path / "matches.csv").read_text("utf-8-sig").splitlines())
    assert (row["class"], row["number booked"], row["taxable booked"]) == ("books_only", "'=1+1", "250000.00")
    assert run("match", "--class", "books_only", "--csv").ended(0).out.splitlines()[1].startswith("books_only,,1,")


def test_what_cannot_be_done_at_once_is_refused(run, tmp_path):
    (tmp_path / "books.csv").write_text(TITLES + ROW.format(""), "utf-8")
    run("match", "books.csv", "--list").ended(2)
    run("match", "--class", "exakt").ended(2)
    run("pair", "1", "1", "--reason", "x", "--split", "--undo").ended(2)
    run("pair", "1", "1", "--reason", "x").ended(2)
    assert "No records" in run("recommend", "--period", "2030-01").ended(0).out


LEDGER = f"Register of the house\nLieferant,Beleg,Gebucht,Netto,Steuer I\n{SELLER},KCL-412,2024-10-04,250000,45000\n"
# The supplier and the date are guessed by what stands in their columns, and no column has the last four.
ANSWERS = ["", "2", "", "", "9", "5", "", "", "", "", ""]


@pytest.fixture
def ledger(run, tmp_path, monkeypatch):
    """A register whose titles are not known, in the folder of a command line at a terminal."""
    (tmp_path / "ledger.csv").write_text(LEDGER, "utf-8")
    monkeypatch.setattr(layouts, "at_a_terminal", lambda: True)

    def match(*answers, words=()):
        return CliRunner(env={"COLUMNS": "100"}).invoke(app, ["match", "ledger.csv", *words], input="\n".join(answers))

    return match


def test_columns_are_asked_for_kept_and_recognised(run, ledger):
    done = ledger(*ANSWERS, "y", "Tally Mumbai")
    assert done.exit_code == 0, done.output
    assert f"{SELLER}  KCL-412  2024-10-04  2,50,000.00  45,000.00 IGST" in done.output
    assert "9 is not a column" in done.output
    (setting,) = run("settings", "list", "--json").ended(0).json["settings"]
    assert (setting["kind"], setting["name"]) == ("layout", "Tally Mumbai")
    again = run("match", "ledger.csv", "--json").ended(0).json["matchings"][0]
    assert (again["kept"]["unchanged"], again["kept"]["layout"]["where"]) == (1, "layout Tally Mumbai (setting 1)")
    assert run("match", "ledger.csv", "--layout", "Tally Mumbai").ended(0)
    assert run("match", "ledger.csv", "--layout", "Tally").ended(2)


def test_who_says_that_it_is_wrong_is_asked_again_and_who_goes_away_keeps_nothing(run, ledger):
    wrong = ["", "2", "", "", "0", "0", "0", "5", "0", "0"]
    done = ledger(*wrong, "n", "", "", "", "", "5", "", "", "0", "", "", "y", "x")
    assert done.exit_code == 0, done.output
    assert "45,000.00 cess" in done.output
    run("settings", "reset", "layout", "x", "--reason", "again").ended(0)
    assert ledger("", "2").exit_code != 0
    assert run("settings", "list", "--json").ended(0).json["settings"] == []


def test_a_wrong_answer_is_asked_again_and_none_is_lost(run, ledger):
    wrong = ["", "2", "4", "", "5", "", "", "", "", ""]
    done = ledger(*wrong, "", "", "3", "", "", "", "", "", "", "", "y", "x" * 61, "Tally")
    assert done.exit_code == 0, done.output
    assert "It cannot be read so: " in done.output
    assert "has 61 characters" in done.output
    assert [of["name"] for of in run("settings", "list", "--json").ended(0).json["settings"]] == ["Tally"]


def test_columns_of_one_title_are_said_before_anything_is_asked(ledger, tmp_path):
    (tmp_path / "ledger.csv").write_text(LEDGER.replace("Beleg", "Netto"), "utf-8")
    done = ledger("", "2")
    told, _, asked = done.output.partition("Which column is it?")
    assert "Several columns are called Netto" in told
    assert "column 2 has the title of another" in asked


def test_a_layout_that_means_two_things_is_not_taken_for_either(run, tmp_path):
    run("taxpayer", "add", SELLER).ended(0)
    (tmp_path / "books.csv").write_text(LEDGER, "utf-8")
    for gstin, title in ((BUYER, "Beleg"), (SELLER, "Gebucht")):
        (tmp_path / "own.toml").write_text(f'[read]\nnumber = ["{title}"]\n', "utf-8")
        run("settings", "set", "layout", "Tally", "own.toml", "--reason", "ours", "--gstin", gstin).ended(0)
    for words in ((), ("--layout", "Tally")):
        assert "say with --gstin whose register it is" in run("match", "books.csv", *words).ended(2).err


@pytest.mark.parametrize("words", [("--json",), ("--layout", "own.toml")])
def test_nobody_is_asked_where_a_program_reads_or_a_layout_is_named(ledger, tmp_path, words):
    (tmp_path / "own.toml").write_text('[read]\nnumber = ["Beleg"]\n', "utf-8")
    done = ledger(*ANSWERS, "y", "x", words=words)
    assert done.exit_code == 2
    told = " ".join((done.stdout + done.stderr).split())
    assert "has the titles 'Lieferant', 'Beleg', 'Gebucht', 'Netto', 'Steuer I', and none says the supplier's" in told
    assert "ims-fsm settings set layout NAME FILE" in told


def test_a_recommendation_is_explained(run, ids, tmp_path):
    (tmp_path / "books.csv").write_text(TITLES + ROW.format(""), "utf-8")
    run("match", "books.csv").ended(0)
    here = ("--at", "2024-11-12T10:00")
    why = run("recommend", "--explain", ids("NBC2409-12"), *here, "--json").ended(0).json
    assert [(of["entry"], len(of["why"])) for of in why["passed_over"]] == [
        ("the_books_agree", 1),
        ("the_difference_is_small", 1),
        ("paired_by_hand", 1),
    ]
    (weighed,) = why["weighed"]
    assert (weighed["action"], why["recommendation"]["action"]) == ("keep_pending", "ask")
    assert weighed["refusals"] == why["recommendation"]["refusals"]
    told = run("recommend", "--explain", ids("NBC2409-12"), *here).ended(0).out
    assert "keep_pending is refused:" in told
    assert told.endswith("Nothing is done.\n")
    run("recommend", "--explain", "4711").ended(2)
    run("recommend", "--explain", "1", "--period", "2024-10").ended(2)
    run("act", "reject", "--id", ids("SP-1182"), *here)
    run("recommend", "--explain", ids("SP-1182"), *here).ended(0)


def test_matches_are_written_as_a_workbook_that_says_what_the_csv_says(run, tmp_path):
    (tmp_path / "books.csv").write_text(TITLES + ROW.format("").replace(",45000", ",44900"), "utf-8")
    run("match", "books.csv").ended(0)
    for name in ("matches.csv", "matches.xlsx"):
        run("match", "--list", "--out", name).ended(0)
    lines = [*csv.DictReader(Path(tmp_path / "matches.csv").read_text("utf-8-sig").splitlines())]
    book = CalamineWorkbook.from_path(tmp_path / "matches.xlsx")
    assert book.sheet_names == ["Match", "Matches"]
    titles, *rows = book.get_sheet_by_name("Matches").to_python()[TITLES_AT:]
    assert [row[titles.index("Match")] for row in rows] == [line["class"] for line in lines]
    at = [place for place, title in enumerate(titles) if title == "IGST"]
    for row, line in zip(rows, lines, strict=True):
        names = ("igst booked", "igst reported", "igst difference")
        assert [row[place] or 0 for place in at] == [float(line[name] or 0) for name in names]
    (alone,) = [of for of in rows if of[0] == "amount_off"]
    assert alone[at[2]] == -100
    total = book.get_sheet_by_name("Match").to_python()[-1]
    assert (total[0], total[1]) == ("In all", len(rows))
    run("match", "--class", "amount_off", "--out", "some.xlsx").ended(0)
    assert (
        len(CalamineWorkbook.from_path(tmp_path / "some.xlsx").get_sheet_by_name("Matches").to_python())
        == TITLES_AT + 2
    )
