"""`import` and `export`."""

from __future__ import annotations

import json

import pytest

from ims_fsm import IMS, upload_files

NOW, LATER = ("--at", "2024-11-12T10:00"), ("--at", "2024-11-13T10:00")
SHEETS = ("B2B", "B2BA", "B2B-DN", "B2B-DNA", "B2B-CN", "B2B-CNA", "ECO", "ECOA")
OWNER = "27AAPFU0939F1ZV"


def test_an_import_registers_its_recipient_and_says_what_it_did(bare, samples):
    told = bare("import", samples / "ims_2024-11.json", *NOW).ended(0).out
    assert told == (
        f"{OWNER} is registered: normal, monthly, first GSTR-3B due for 2024-10, guessed from the\n"
        f"records (ims-fsm taxpayer add {OWNER} --from sets it).\n"
        f"ims_2024-11.json: 26 records of {OWNER}.\n"
        "   26  new\n"
    )
    told = bare("import", samples / "ims_2024-11.json", "--gstin", "29AABCT1332L1ZA").ended(2).err
    assert f"the file is of {OWNER}, not of 29AABCT1332L1ZA" in told


def test_importing_the_same_again_changes_nothing_and_makes_no_other_recipient(run, samples):
    answer = run("import", samples / "ims_2024-11.json", *LATER, "--json").ended(0).json
    none = {
        name: []
        for name in (
            *("new", "filed", "edited", "reset", "moved"),
            *("deleted", "restored", "adopted", "kept", "conflicts"),
        )
    }
    whole = {
        "files": [str(samples / "ims_2024-11.json")],
        "recipient": OWNER,
        "records": 26,
        "registered": None,
        "complete": [],
        "partial": "",
        **none,
        "unchanged": 26,
        "notes": [],
        "more_notes": 0,
        "warnings": [],
        "contradictions": [],
    }
    assert answer == {"imports": [whole]}
    told = run("import", samples / "ims_2024-11.json", "--quarterly", "--kind", "isd").ended(2).err
    assert "2 problems" in told
    assert (
        f"{OWNER}: is known here as normal, not as isd; correct it first: ims-fsm taxpayer add {OWNER} --kind isd"
        in told
    )
    assert (
        f"is known here as monthly, not as quarterly; correct it first: ims-fsm taxpayer add {OWNER} --filing" in told
    )


def test_a_later_download_is_told_record_by_record(run, samples, ids):
    edited, deleted, filed = ids("SP-1201"), ids("GOS-5571"), ids("DS/INV/2210")
    run("act", "accept", "--id", edited, "--id", filed, *NOW).ended(0)
    told = run("import", samples / "ims_2024-11_later.json", "--complete", *LATER).ended(0).out
    assert f"    1  filed by their suppliers since: record {filed}\n" in told
    assert f"    1  changed by their suppliers, which takes the action back (faq.16.1): record {edited}\n" in told
    assert f"    1  deleted by their suppliers before filing (faq.16.2): record {deleted}\n" in told
    assert f"    1  acted on here and not uploaded yet: the action is kept: record {filed}\n" in told
    assert "    2  new: records 27, 28\n" in told


def test_a_recipient_is_registered_as_told(bare, samples):
    bare("import", samples / "ims_2024-11.json", "--quarterly", "--kind", "casual", *NOW).ended(0)
    assert bare("taxpayer", "--json").ended(0).json["taxpayers"] == [
        {
            "gstin": OWNER,
            "name": "",
            "kind": "casual",
            "filing": "quarterly",
            "registered_from": "2024-12",
            "guessed": True,
            "extensions": [],
        }
    ]


def test_nothing_is_taken_in_where_one_of_several_files_cannot_be_read(bare, samples, tmp_path):
    (tmp_path / "bad.json").write_text('{"b2b": [{"inum": 1}]}', "utf-8")
    told = bare("import", samples / "ims_2024-11.json", "bad.json", *NOW).ended(2).err
    assert told.startswith("error: bad.json: 4 problems\n")
    assert not (tmp_path / "ims.db").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "bad.json: file: it is empty"),
        (b"\x00\xff\xfe\x00", "bad.json: "),
        (b"{", "bad.json: line 1, column 2: it is not valid JSON here"),
        (b"[]", "a list stands where an object of sections is expected"),
    ],
)
def test_a_file_of_another_sort_is_told_in_a_sentence(bare, tmp_path, content, words):
    (tmp_path / "bad.json").write_bytes(content)
    told = bare("import", "bad.json").ended(2)
    assert words in told.err
    assert told.err.count("\n") == 1


def test_an_odd_download_is_taken_in_with_a_warning(bare, samples, tmp_path):
    tree = json.loads((samples / "ims_2024-11.json").read_text("utf-8"))
    tree["data"]["b2b"][0]["stin"] = "21ZXKCK4821M1ZH"
    (tmp_path / "odd.json").write_text(json.dumps(tree), "utf-8")
    told = bare("import", "odd.json", *NOW).ended(0).out
    assert "warning: b2b[0].stin: the check digit of 21ZXKCK4821M1ZH does not hold; check the GSTIN\n" in told


def test_only_what_changed_is_exported_and_a_reset_apart(run, tmp_path, ids):
    run("act", "accept", "--id", ids("KCL/24-25/0412"), *NOW).ended(0)
    run("act", "reset", "--id", ids("SP-1182"), *NOW).ended(0)
    answer = run("export", "json", "--out", "up", "--json").ended(0).json
    names = [f"ims_{name}_{OWNER}.json" for name in ("save", "reset")]
    assert answer == {"recipient": OWNER, "files": [{"path": f"up/{name}", "records": 1} for name in names]}
    save, reset = (json.loads((tmp_path / "up" / name).read_text("utf-8")) for name in names)
    (row,) = save["data"]["invdata"]["b2b"]
    assert (row["inum"], row["prev_status"], row["action"]) == ("KCL/24-25/0412", "N", "A")
    (row,) = reset["data"]["invdata"]["b2b"]
    assert (reset["action"], row["inum"], row["prev_status"], "action" in row) == ("RESETIMS", "SP-1182", "A", False)


def test_an_offline_export_has_no_wrapper_and_nothing_is_written_where_nothing_changed(run, tmp_path, ids):
    told = run("export", "json").ended(0).out
    assert told == f"The portal already shows every action of {OWNER}; there is nothing to upload.\n"
    assert [path.name for path in tmp_path.glob("*.json")] == []
    run("act", "accept", "--id", ids("KCL/24-25/0412"), *NOW).ended(0)
    run("export", "json", "--offline").ended(0)
    assert {"rtin", "reqtyp", "invdata"} == json.loads((tmp_path / f"ims_save_{OWNER}.json").read_text("utf-8")).keys()


def test_a_large_export_is_cut_to_the_portals_limit(run):
    run("act", "reject", "--where", "kind=invoice", "--where", "state=no_action", *NOW).ended(1)
    with IMS("sqlite:///ims.db") as ims:
        files = list(upload_files(ims.recipient(OWNER, actor="meera").export_upload(), OWNER, limit=1_000))
    assert len(files) > 1
    assert [file.name for file in files] == [
        f"ims_save_{OWNER}_{number:03}.json" for number in range(1, len(files) + 1)
    ]
    assert all(len(file.text.encode()) <= 1_001 for file in files)
    assert sum(file.records for file in files) == 10


def test_a_workbook_is_written_and_replaced_only_with_force(run, tmp_path):
    answer = run("export", "xlsx", "--json", *NOW).ended(0).json
    path = tmp_path / f"ims_{OWNER}.xlsx"
    assert answer["path"] == path.name
    assert (answer["sheets"]["B2B"], answer["two_b"]) == (12, None)
    assert sum(answer["sheets"][name] for name in SHEETS) == 26
    before = path.read_bytes()
    assert "exists" in run("export", "xlsx", *NOW).ended(2).err
    assert path.read_bytes() == before
    told = run("export", "xlsx", "--force", "--kind", "credit_note", *NOW).ended(0).out
    assert [line.split()[1] for line in told.splitlines()[1:]] == ["Summary", "B2B-CN", "B2B-CNA", "Suppliers"]
    assert path.read_bytes() != before


def test_a_workbook_is_never_the_database_and_one_without_records_says_so(run, tmp_path):
    before = (tmp_path / "ims.db").read_bytes()
    run("export", "xlsx", "--out", "ims.db", "--force", *NOW).ended(2)
    assert (tmp_path / "ims.db").read_bytes() == before
    assert "No records" in run("export", "xlsx", "--period", "2025-11", *NOW).ended(0).out
    assert "No records" in run("export", "xlsx", "--outward", "--out", "own.xlsx", *NOW).ended(0).out
    assert "--outward takes no filter" in run("export", "xlsx", "--outward", "--all", *NOW).ended(2).err


def test_a_folder_is_not_a_file(bare, tmp_path):
    assert bare("import", tmp_path).ended(2).err == f"error: {tmp_path} is a folder; name a file in it\n"
