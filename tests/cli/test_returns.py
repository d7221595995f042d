"""`3b file` and `sweep`."""

from __future__ import annotations

OCTOBER = ("--period", "2024-10")


def test_filing_decides_for_good_and_adds_back(run, ids):
    note = ids("KCN/24/15")
    run("act", "reject", "--id", note, "--at", "2024-11-12T10:00").ended(0)
    assert run("sweep", "--at", "2024-11-14T06:00").ended(0).out == (
        "27AAPFU0939F1ZV: GSTR-2B of 2024-10 is drafted (faq.23).\n"
    )
    told = run("3b", "file", *OCTOBER, "--at", "2024-11-20T10:00").ended(0).out
    assert told.startswith(
        "GSTR-3B of 2024-10 of 27AAPFU0939F1ZV is filed.\n"
        "Decided for good: 1 accepted, 10 deemed accepted, 2 rejected, 2 superseded.\n"
        "1 record of 21ZXKCK4821M1ZG rejected: 5,400.00 IGST is added to his liability in his tax"
    )
    told = run("3b", "file", *OCTOBER, "--at", "2024-11-21T10:00").ended(1).err
    assert told.startswith("error: GSTR-3B of 2024-10 is already filed for 27AAPFU0939F1ZV (faq.26);")


def test_filing_as_json(run, ids):
    note = ids("KCN/24/15")
    run("act", "reject", "--id", note, "--at", "2024-11-12T10:00").ended(0)
    swept = run("sweep", "--json", "--at", "2024-11-14T06:00").ended(0).json
    assert swept == {"swept": [{"recipient": "27AAPFU0939F1ZV", "expired": 0, "lapsed": 0, "drafted": "2024-10"}]}
    answer = run("3b", "file", *OCTOBER, "--json", "--at", "2024-11-20T10:00").ended(0).json
    assert answer == {
        "recipient": "27AAPFU0939F1ZV",
        "period": "2024-10",
        "decided": {"accepted": 1, "deemed_accepted": 10, "rejected": 2, "superseded": 2},
        "added_back": [
            {
                "supplier": "21ZXKCK4821M1ZG",
                "supplier_period": "2024-11",
                "records": 1,
                "tax": {"igst": "5400.00"},
            }
        ],
        "original_unknown": [22, 23, 25, 26],
    }


def test_filing_says_which_amendments_wait_for_an_original(run):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    told = run("3b", "file", *OCTOBER, "--at", "2024-11-20T10:00").ended(0).out
    assert "Left out: 4 amendments in no GSTR-2B, because how the original was decided is not known" in " ".join(
        told.split()
    )


def test_a_stale_statement_is_not_filed_on(run, ids):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("act", "reject", "--id", ids("KCN/24/15"), "--at", "2024-11-18T10:00").ended(0)
    told = run("3b", "file", *OCTOBER, "--json", "--at", "2024-11-18T11:00").ended(1).json
    assert told["error"]["code"] == "two_b_stale"
    assert told["error"]["refusals"][0]["rule"] == "faq.29"


def test_a_statement_is_drafted_only_once(run):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    assert run("sweep", "--at", "2024-11-14T07:00").ended(0).out == "Nothing was owed.\n"


def test_what_is_pending_too_long_is_told(run, ids):
    assert ids("NB2409-064")
    told = run("sweep", "--at", "2025-12-01T00:00").ended(0).out
    assert "1 record removed, pending past section 16(4) (faq.21).\n" in told


def test_what_lapses_is_told(bare, samples):
    at = ("--at", "2025-11-12T10:00")
    bare("import", samples / "ims_2025-11.json", *at).ended(0)
    record = bare("list", "--number", "KCN/25/21", "--json", *at).ended(0).json["records"][0]["id"]
    bare("act", "keep_pending", "--id", record, *at).ended(0)
    told = bare("sweep", "--at", "2025-12-21T00:00").ended(0).out
    words = "1 record back to no action, pending past the deadline (advisory.2025-10.deadline)."
    assert words in " ".join(told.split())
