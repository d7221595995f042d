"""`taxpayer`, `supplier-view` and `liabilities`."""

from __future__ import annotations

BUYER = "27AAPFU0939F1ZV"


def test_a_taxpayer_is_registered_and_corrected(bare):
    first = bare("taxpayer", "add", BUYER.lower(), "--kind", "normal", "--json").ended(0).json["taxpayers"]
    plain = {"gstin": BUYER, "name": "", "kind": "normal", "filing": "monthly", "registered_from": "2024-10"}
    assert first == [plain | {"guessed": True, "extensions": []}]
    assert "2024-10, guessed" in bare("taxpayer", BUYER).ended(0).out
    told = {"kind": "casual", "filing": "quarterly", "from": "2025-01", "name": "Meera"}
    given = [word for name, value in told.items() for word in (f"--{name}", value)]
    assert "Meera  casual  quarterly  2025-01" in bare("taxpayer", "add", BUYER, *given).ended(0).out
    kept = bare("taxpayer", "add", BUYER, "--name", "Meera & Co", "--json").ended(0).json["taxpayers"][0]
    assert kept == {
        "gstin": BUYER, "name": "Meera & Co", "kind": "casual", "filing": "quarterly", "registered_from": "2025-01",
        "guessed": False, "extensions": [],
    }  # fmt: skip


def test_a_taxpayer_is_put_under_an_extension_by_district(bare):
    told = bare("taxpayer", "add", BUYER, "--extension", "12/2025-CT").ended(0).out
    assert "12/2025-CT" in told
    assert bare("taxpayer", BUYER, "--json").ended(0).json["taxpayers"][0]["extensions"] == ["12/2025-CT"]
    assert "12/2025-CT (Mumbai City," in bare("taxpayer", "add", BUYER, "--extension", "Pune").ended(2).err
    none = bare("taxpayer", "add", BUYER, "--extension", "", "--json").ended(0).json["taxpayers"][0]
    assert none["extensions"] == []


def test_all_are_shown_without_a_gstin_and_what_is_wrong_is_told(bare, tmp_path):
    message = "GSTIN: 'x' is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV"
    assert bare("taxpayer", "x").ended(2).err == f"error: {message}\n"
    assert not list(tmp_path.iterdir())
    bare("migrate").ended(0)
    assert bare("taxpayer").ended(0).out == "No taxpayer is registered; an import registers its recipient.\n"
    told = bare("taxpayer", BUYER).ended(2).err
    assert told.startswith(f"error: {BUYER} is not registered; import a download of theirs, or register them: ")
    bare("taxpayer", "add", BUYER, "--filing", "monthly").ended(0)
    bare("taxpayer", "add", "29AABCT1332L1ZA", "--filing", "monthly").ended(0)
    assert len(bare("taxpayer", "--json").ended(0).json["taxpayers"]) == 2
    told = bare("taxpayer", "add", "27AAPFU0939F1ZW", "--filing", "monthly").ended(0).out
    assert told.endswith("warning: the check digit of 27AAPFU0939F1ZW does not hold; check the GSTIN.\n")
    message = "missing argument 'GSTIN'; see ims-fsm taxpayer add --help"
    assert bare("taxpayer", "add", "--kind", "isd").ended(2).err == f"error: {message}\n"
    assert "no such option: --kind" in bare("taxpayer", BUYER, "--kind", "isd").ended(2).err
    assert bare("taxpayer", "show", BUYER, "--json").json == bare("taxpayer", BUYER, "--json").json
    assert {"show", "add"} <= set(bare("taxpayer", "--help").ended(0).out.split())


SUPPLIER = "21ZXKCK4821M1ZG"


def test_a_supplier_sees_what_his_recipients_did(run, ids):
    run("act", "reject", "--id", ids("KCN/24/15"), "--remarks", "kept", "--at", "2024-11-12T10:00").ended(0)
    told = run("supplier-view", SUPPLIER).ended(0).out
    row = "KCN/24/15 -5,400.00 IGST GSTR-1 of 2024-10, filed 27AAPFU0939F1ZV rejected kept"
    assert row in [" ".join(line.split()[3:]) for line in told.splitlines()]
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
    run("3b", "file", "--yes", "--period", "2024-10", "--at", "2024-11-20T10:00").ended(0)
    told = run("liabilities", SUPPLIER).ended(0).out
    assert told.endswith(f"Added back to {SUPPLIER} in all: 5,400.00 IGST (faq.34).\n")
    answer = run("liabilities", SUPPLIER, "--period", "2024-11", "--json").ended(0).json
    tax = {"igst": "5400.00", "cgst": "0.00", "sgst": "0.00", "cess": "0.00"}
    liability = {
        "supplier": SUPPLIER,
        "supplier_period": "2024-11",
        "recipient": BUYER,
        "recipient_period": "2024-10",
        "record_id": note,
        "at": "2024-11-20T10:00:00+05:30",
        "tax": tax,
    }
    assert answer == {"supplier": SUPPLIER, "liabilities": [liability], "total": tax}
