"""`list`: which records, in what order, as a table, CSV, JSON and in all; nothing is cut at any width."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from ims_fsm import IMS
from ims_fsm.cli.listing import csv_lines

NOW = ("--at", "2024-11-12T10:00")
OWNER = "27AAPFU0939F1ZV"


def test_a_record_is_listed_with_what_may_be_done_why_not_and_until_when(run):
    rows = run("list", *NOW).ended(0).out.splitlines()
    heads = "id document number supplier date taxable tax supplier has 2B state may pending until"
    assert " ".join(rows[0].split()) == heads
    (invoice,) = [row for row in rows if " KCL/24-25/0412 " in row]
    said = "invoice KCL/24-25/0412 21ZXKCK4821M1ZG 2024-10-04 2,50,000.00 45,000.00 IGST filed 2024-10 no action all"
    assert " ".join(invoice.split()[1:]) == f"{said} 2025-11-30"
    (note,) = [row for row in rows if " KCN/24/15 " in row]
    assert " -30,000.00  -5,400.00 IGST " in note
    assert note.endswith("no action  all but pending (faq.11, faq.11.a)")
    (amended,) = [row for row in rows if " KCL/24-25/0219 " in row]
    assert amended.endswith("no action  only reset (faq.13.1)")
    assert rows[-1] == f"26 records of {OWNER}."


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (("--kind", "credit_note"), 6),
        (("--kind", "Credit note,debit-note"), 9),
        (("--kind", "credit_note", "--kind", "debit_note"), 9),
        (("--where", "kind=credit_note,debit_note"), 9),
        (("--kind", "credit_note", "--where", "kind=debit_note"), 9),
        (("--state", "rejected"), 1),
        (("--supplier", "21zxkck4821m1zg"), 5),
        (("--number", "kc*"), 4),
        (("--number", "*/15"), 1),
        (("--number", "KC*", "--amended"), 1),
        (("--number", "KC*", "--original"), 3),
        (("--where", "number=KC*", "--where", "amended=no"), 3),
        (("--period", "2024-11"), 6),
        (("--period", "112024"), 6),
        (("--where", "period=Nov-2024"), 6),
        (("--return-period", "October 2024"), 23),
        (("--status", "saved"), 6),
        (("--status", "saved", "--kind", "eco_document"), 1),
        (("--all",), 26),
        (("--state", "frozen"), 0),
        (("--limit", "3"), 3),
        (("--limit", "0"), 26),
        (("--after", "20"), 6),
    ],
)
def test_filters_hold_together_and_are_written_in_two_ways(run, filters, count):
    assert len(run("list", *filters, "--json", *NOW).ended(0).json["records"]) == count


def test_a_list_is_sorted_and_goes_on(run):
    def numbers(*given):
        return [record["number"] for record in run("list", *given, "--json", *NOW).ended(0).json["records"]]

    by_tax = numbers("--sort", "-tax")
    records = {record["number"]: record for record in run("list", "--json", *NOW).json["records"]}
    taxes = [sum(map(Decimal, records[number]["credit"].values())) for number in by_tax]
    assert len(taxes) == 26
    assert taxes[-1] < 0 < taxes[0]
    last = run("list", "--sort", "-tax", "--limit", "10", "--json", *NOW).json["records"][-1]["id"]
    assert numbers("--sort", "-tax", "--limit", "10") + numbers("--sort", "-tax", "--after", last) == by_tax
    assert numbers("--sort", "number") == sorted(by_tax, key=str.upper)
    told = run("list", "--limit", "2", "--sort", "number", *NOW).ended(0).out
    after = re.search(r"--after (\d+) goes on", " ".join(told.split()))
    assert numbers("--sort", "number", "--after", after[1]) == numbers("--sort", "number")[2:]
    assert (
        run("list", "--after", "4711").ended(2).err == "error: record: 4711: is not a record here; see ims-fsm list\n"
    )


def test_a_table_says_what_it_leaves_out_and_what_is_only_saved_and_every_refusal_as_json(run):
    told = run("list", "--limit", "2", *NOW).ended(0).out
    more = "More are not shown; --after 2 goes on, --limit 0 shows all, --summary adds them up."
    assert " ".join(told.split()).endswith(f"2 records of {OWNER}. {more}")
    assert len(run("list", "--limit", "0", *NOW).ended(0).out.splitlines()) > len(told.splitlines())
    assert run("list", "--limit", "26", *NOW).ended(0).out.endswith(f"26 records of {OWNER}.\n")
    told = run("list", "--state", "removed", *NOW).ended(0).out
    assert told == f"No records of {OWNER} match; --all also shows what is decided or removed.\n"
    told = run("list", "--status", "saved", *NOW, COLUMNS="90").ended(0).out
    assert "2024-11*" in told
    assert "* saved by its supplier and not filed: the 2B period that filing it now would give." in told
    (record,) = run("list", "--number", "KCN/24/15", "--json", *NOW).ended(0).json["records"]
    assert (record["tax"]["igst"], record["credit"]["igst"]) == ("5400.00", "-5400.00")
    assert (record["expected_period"], record["state"]) == ("2024-10", "no_action")
    assert record["may"]["accept"] == []
    assert [refusal["rule"] for refusal in record["may"]["keep_pending"]] == ["faq.11", "faq.11.a"]


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("command", [("list", "--all"), ("list", "--summary"), ("2a", "show", "--period", "2024-10")])
def test_no_gstin_number_or_amount_is_cut_at_any_width(run, command, columns):
    records = run("list", "--all", "--json", *NOW).ended(0).json["records"]
    told = run(*command, *NOW, COLUMNS=str(columns)).ended(0).out
    assert max(map(len, told.splitlines())) <= columns
    words = set(told.split())
    assert {record["supplier"] for record in records} <= words
    if "--summary" not in command:
        assert {record["number"] for record in records if record["return_period"] == "2024-10"} <= words
        assert {"-5,400.00", "45,000.00"} <= words


def test_csv_has_amounts_with_their_sign_and_what_may_be_done(run, tmp_path):
    told = run("list", "--csv", *NOW).ended(0).out
    rows = [*csv.DictReader(io.StringIO(told))]
    assert len(rows) == 26
    (note,) = [row for row in rows if row["number"] == "KCN/24/15"]
    assert (note["taxable"], note["igst"], note["cgst"]) == ("-30000.00", "-5400.00", "0.00")
    assert (note["open actions"], note["refused by"]) == ("accept, reject, reset", "faq.11, faq.11.a")
    assert (note["GSTR-3B due"], note["pending until"], note["ITC until"]) == ("2024-11-20", "", "")
    (amended,) = [row for row in rows if row["number"] == "KCL/24-25/0219"]
    assert (amended["kind"], amended["original date"]) == ("invoice_amendment", "2024-06-12")
    assert run("list", "--out", "list.csv", *NOW).ended(0).out == "list.csv: 26 records\n"
    assert (tmp_path / "list.csv").read_text("utf-8-sig") == told
    assert run("list", "--out", "list.csv", "--json", "--force", *NOW).json == {"path": "list.csv", "records": 26}
    assert "exists" in run("list", "--out", "list.csv", *NOW).ended(2).err


def test_the_csv_with_actions_filled_in_is_what_check_reads(run, tmp_path):
    rows = [*csv.DictReader(io.StringIO(run("list", "--csv", "--kind", "credit_note", *NOW).out))]
    (note,) = [row for row in rows if row["number"] == "KCN/24/15"]
    note["action"] = "pending"
    with (tmp_path / "filled.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    answer = run("check", "filled.csv", "--json", *NOW).ended(1).json
    assert (answer["checked"], [refused["record_id"] for refused in answer["refused"]]) == (1, [int(note["id"])])


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_supplier_is_a_formula(run, sign):
    """An apostrophe stands before it; amounts keep their sign."""
    with IMS("sqlite:///ims.db") as ims:
        row = next(iter(ims.recipient(OWNER, actor="x").listed()))
    document = replace(row.record.document, supplier_name=f"{sign}cmd|' /C calc'!A0", number=f"{sign}1")
    [titles, cells] = csv.reader(
        io.StringIO("".join(csv_lines([replace(row, record=row.record.changed(document=document))])), newline="")
    )
    read = dict(zip(titles, cells, strict=True))
    assert (read["supplier name"], read["number"]) == (f"'{sign}cmd|' /C calc'!A0", f"'{sign}1")


def test_the_summary_counts_by_kind_and_adds_up_by_action_and_by_supplier(run):
    rows = [" ".join(row.split()) for row in run("list", "--summary", *NOW).ended(0).out.splitlines()]
    assert rows[0] == "kind records saved filed no action accepted rejected pending"
    assert "in all 26 6 20 23 1 1 1" in rows
    assert "action records taxable IGST CGST SGST cess" in rows
    assert "rejected 1 27,400.00 0.00 2,466.00 2,466.00 0.00" in rows
    assert "21ZXKCK4821M1ZG 5 4,96,000.00 89,280.00 0.00 0.00 0.00" in rows
    answer = run("list", "--summary", "--json", *NOW).ended(0).json
    assert answer["kinds"]["credit note"] == {
        "records": 4,
        "saved": 1,
        "filed": 3,
        "no action": 4,
        **dict.fromkeys(("accepted", "rejected", "pending", "frozen", "removed"), 0),
    }
    records = run("list", "--json", *NOW).ended(0).json["records"]
    for added in (answer["suppliers"], [{**totals, "tax": totals["tax"]} for totals in answer["actions"].values()]):
        assert sum(part["records"] for part in added) == answer["totals"]["records"] == 26
        for head in ("igst", "cgst", "sgst", "cess"):
            total = sum(Decimal(part["tax"][head]) for part in added)
            assert total == sum(Decimal(record["credit"][head]) for record in records)
            assert total == Decimal(answer["totals"]["tax"][head])
    largest = [sum(map(Decimal, supplier["tax"].values())) for supplier in answer["suppliers"]]
    assert largest == sorted(largest, reverse=True)
    told = run("list", "--summary", "--limit", "2", *NOW).ended(0).out
    assert told.endswith("6 suppliers with less tax: --limit 0 shows all.\n")
    saved = run("list", "--summary", "--period", "2024-11", "--json", *NOW).ended(0).json
    assert saved["totals"]["records"] == 6


def test_nothing_may_be_done_with_what_is_decided(run, ids):
    note = ids("KCN/24/15")
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("3b", "file", "--yes", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("list", "--all", "--number", "KCN/24/15", "--at", "2024-11-20T10:00", COLUMNS="250").ended(0).out
    (row,) = [row for row in told.splitlines() if row.startswith(f"{note} ")]
    assert row.endswith("frozen (deemed accepted)  nothing (faq.12)")
