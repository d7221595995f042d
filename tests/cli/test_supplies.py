"""`supplier-view` and `liabilities`."""

from __future__ import annotations

SUPPLIER = "21ZXKCK4821M1ZG"


def test_a_supplier_sees_what_his_recipients_did(run, ids):
    run("act", "reject", "--id", ids("KCN/24/15"), "--remarks", "kept", "--at", "2024-11-12T10:00").ended(0)
    told = run("supplier-view", SUPPLIER).ended(0).out
    assert (
        "KCN/24/15        5,400.00  GSTR-1 of 2024-10, filed  27AAPFU0939F1ZV  rejected                kept\n" in told
    )
    assert told.endswith(f"5 documents of {SUPPLIER}.\n")
    answer = run("supplier-view", SUPPLIER, "--period", "2024-10", "--json").ended(0).json
    assert (answer["supplier"], len(answer["records"])) == (SUPPLIER, 5)
    assert (
        run("supplier-view", SUPPLIER, "--period", "2024-09").ended(0).out == f"{SUPPLIER} has reported nothing here.\n"
    )


def test_a_supplier_sees_what_came_back_to_him(run, ids):
    assert run("liabilities", SUPPLIER).ended(0).out == f"Nothing was added back to the liability of {SUPPLIER}.\n"
    note = ids("KCN/24/15")
    run("act", "reject", "--id", note, "--at", "2024-11-12T10:00").ended(0)
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    run("3b", "file", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("liabilities", SUPPLIER).ended(0).out
    assert told.endswith(f"Added back to {SUPPLIER} in all: 5,400.00 IGST (faq.34).\n")
    answer = run("liabilities", SUPPLIER, "--period", "2024-11", "--json").ended(0).json
    tax = {"igst": "5400.00", "cgst": "0.00", "sgst": "0.00", "cess": "0.00"}
    assert answer == {
        "supplier": SUPPLIER,
        "liabilities": [
            {
                "supplier": SUPPLIER,
                "supplier_period": "2024-11",
                "recipient": "27AAPFU0939F1ZV",
                "recipient_period": "2024-10",
                "record_id": note,
                "at": "2024-11-20T10:00:00+05:30",
                "tax": tax,
            }
        ],
        "total": tax,
    }
