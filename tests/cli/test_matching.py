"""`match`, `recommend` and `pair` at a terminal: whose register it is, lists and files, and what they refuse."""

from __future__ import annotations

import csv
from pathlib import Path

BUYER, OTHER, SELLER = "27AAPFU0939F1ZV", "24AAACC1206D1ZM", "21ZXKCK4821M1ZG"
TITLES = "recipient GSTIN,GSTIN of supplier,Invoice number,Invoice date,Taxable value,IGST\n"
ROW = f"{{}},{SELLER},KCL-412,2024-10-04,250000,45000\n"


def test_one_file_is_the_register_of_several_recipients_who_are_registered(run, tmp_path):
    (tmp_path / "books.csv").write_text(TITLES + ROW.format(BUYER) + ROW.format(OTHER), "utf-8")
    unknown = run("match", "books.csv").ended(2).err
    assert f"the register has documents of {OTHER}, who is not registered here" in " ".join(unknown.split())
    assert run("match", "--json").ended(0).json["matchings"][0]["classes"][0]["name"] == "portal_only"
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
