"""`chase` at a terminal: whom, for what, letters into a folder, payments to hold, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

SELLER = "36ZXDCD6408T1Z2"
AT = ("--at", "2024-11-12T10:00")
BOOKS = (
    f"GSTIN of supplier,Invoice number,Invoice date,Taxable value,IGST\n{SELLER},DS/INV/2298,2024-10-28,75000,13500\n"
)


@pytest.fixture
def matched(run, tmp_path):
    (tmp_path / "books.csv").write_text(BOOKS, "utf-8")
    run("match", "books.csv").ended(0)
    return run


def test_the_suppliers_are_listed_with_why_and_how_old(matched):
    told = " ".join(matched("chase", *AT).ended(0).out.split())
    assert "suppliers to chase for" in told
    assert "not_reported: 1 document, in the books, and not reported by" in told
    few = " ".join(matched("chase", "--limit", "1", *AT).ended(0).out.split())
    assert "with less at stake: --limit 0 shows all." in few
    documents = " ".join(matched("chase", "list", "--documents", "--supplier", SELLER, *AT).ended(0).out.split())
    assert "DS/INV/2298 2024-10-28 15 13,500.00 IGST not_reported report it in GSTR-1 of November 2024" in documents
    assert "Nobody is to be chased" in matched("chase", "--min-tax", "10000000", *AT).ended(0).out
    assert "which is over (sec.16_4)" in " ".join(matched("chase").ended(0).out.split())


def test_letters_are_written_and_logged_but_for_a_preview(matched, tmp_path):
    only = ("chase", "letters", "--out", "letters", "--supplier", SELLER, *AT)
    matched(*only, "--preview").ended(0)
    assert "Nobody was written to." in matched("chase", "log").ended(0).out
    path = tmp_path / "letters" / f"{SELLER}_2024-11-12.txt"
    first = path.read_bytes()
    assert "nothing is sent" in matched(*only).ended(0).out
    assert path.read_bytes() == first
    (logged,) = matched("chase", "log", "--json").ended(0).json["chased"]
    assert (logged["supplier"], logged["actor"], logged["letter"]) == (SELLER, "meera", path.name)
    told = " ".join(matched("chase", "--supplier", SELLER, *AT).ended(0).out.split())
    assert "written to on 2024-11-12 10:00 by meera" in told
    matched(*only, "--again-after", "7").ended(0)
    for _ in range(2):
        matched(*only, "--key", "twice").ended(0)
    assert len(matched("chase", "log", "--json").json["chased"]) == 2
    path.write_text("mine", "utf-8")
    matched(*only).ended(2)
    assert (path.read_text("utf-8"), len(matched("chase", "log", "--json").json["chased"])) == ("mine", 2)
    matched(*only, "--force").ended(0)
    assert path.read_bytes() == first


def test_a_template_that_fails_writes_nothing(matched, tmp_path):
    (tmp_path / "own.j2").write_text("{{ nobody }}", "utf-8")
    assert "the template" in matched("chase", "letters", "--out", "new", "--template", "own.j2", *AT).ended(2).err
    assert not Path(tmp_path / "new").exists()


def test_payments_to_hold_go_to_the_terminal_a_file_or_a_workbook(matched, tmp_path):
    only = ("chase", "hold", "--reason", "not_reported", *AT)
    lines = matched(*only).ended(0).out.splitlines()
    assert (len(lines), lines[1].split(",")[:2]) == (2, [SELLER, "DS/INV/2298"])
    matched(*only, "--out", "hold.csv").ended(0)
    assert (tmp_path / "hold.csv").read_text("utf-8").splitlines() == lines
    matched(*only, "--out", "hold.xlsx").ended(0)
    assert (tmp_path / "hold.xlsx").read_bytes().startswith(b"PK")
    assert matched(*only, "--json").ended(0).json["payments"][0]["hold"] == "13500.00"
    matched(*only, "--xlsx").ended(2)
    matched(*only, "--xlsx", "--csv").ended(2)
    matched(*only, "--min-tax", "-1").ended(2)
    matched(*only, "--min-tax", "1.234").ended(2)
