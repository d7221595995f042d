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
    assert answer == {
        "recipient": OWNER,
        "files": [{"path": f"up/{name}", "records": 1} for name in names],
        "refused_before": [],
    }
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
    assert run("export", "xlsx", "--force", "--where", "kind=credit_note", *NOW).ended(0).out == told


def test_a_workbook_is_never_the_database_and_one_without_records_says_so(run, tmp_path):
    before = (tmp_path / "ims.db").read_bytes()
    run("export", "xlsx", "--out", "ims.db", "--force", *NOW).ended(2)
    assert (tmp_path / "ims.db").read_bytes() == before
    assert "No records" in run("export", "xlsx", "--period", "2025-11", *NOW).ended(0).out
    assert "No records" in run("export", "xlsx", "--outward", "--out", "own.xlsx", *NOW).ended(0).out
    assert "--outward takes no filter" in run("export", "xlsx", "--outward", "--all", *NOW).ended(2).err
    assert "--outward takes no filter" in run("export", "xlsx", "--outward", "--amended", *NOW).ended(2).err


def test_a_folder_is_not_a_file(bare, tmp_path):
    assert bare("import", tmp_path).ended(2).err == f"error: {tmp_path} is a folder; name a file in it\n"


# --- what the portal answers ------------------------------------------------------------------------------------------

REPORTED = ("--at", "2024-11-12T11:00")


def status(tmp_path, *rows, **more):
    """A status report of the API, written to a file."""
    report = {section: [group] for section, group in rows}
    body = {"status_cd": "PE", "transTypCd": "SAV", "proc_cnt": "1", "err_cnt": str(len(rows)), "error_report": report}
    (tmp_path / "status.json").write_text(json.dumps({"hmac": "x", "rek": "*", "result": body | more}), "utf-8")
    return "status.json"


def refused(number, supplier="21ZXKCK4821M1ZG", code="IMSSAV0010", message="Either previous action is incorrect"):
    return {"stin": supplier, "error_cd": code, "error_msg": message, "inv": [{"inum": number, "rtnprd": "102024"}]}


def test_what_the_portal_did_not_take_is_told_and_named_again(run, ids, tmp_path):
    note, wanted = ids("KCN/24/15"), ids("KCL/24-25/0412")
    run("act", "reject", "--id", note, *NOW).ended(0)
    run("act", "accept", "--id", wanted, *NOW).ended(0)
    run("export", "json", "--out", "up", *NOW).ended(0)
    file = status(tmp_path, ("cn", refused("KCN/24/15")))
    told = run("report", file, *REPORTED).ended(1).out
    words = " ".join(told.split())
    assert words.startswith(f"status.json: the portal has processed the upload with errors (SAVE) of {OWNER}.")
    assert f'- record {note}, credit note KCN/24/15 of 21ZXKCK4821M1ZG: IMSSAV0010 "Either previous' in words
    assert f"the download; download IMS again and import it, look at record {note}, and upload it again." in words
    assert words.endswith("1 record taken, 1 not taken; 1 record still to be uploaded: ims-fsm export json.")
    told = " ".join(run("show", note, *REPORTED).ended(0).out.split())
    assert "portal still to be told: ims-fsm export json" in told
    assert "not taken rejected on 2024-11-12 11:00: IMSSAV0010 Either previous action is incorrect" in told
    told = " ".join(run("export", "json", "--out", "again", *REPORTED).ended(0).out.split())
    assert f"ims_save_{OWNER}.json: 1 record note: the portal did not take 1 record of these before: record" in told
    assert "warning: the portal would refuse 1 record again (record" in told
    answer = run("export", "json", "--out", "more", *REPORTED, "--json").ended(0).json
    assert [(row["record_id"], row["code"]) for row in answer["refused_before"]] == [(note, "IMSSAV0010")]
    taken = status(tmp_path, status_cd="P", err_cnt="", error_report=None)
    told = run("report", taken, *LATER).ended(0).out
    assert told.endswith(
        f"status.json: the portal has processed the upload (SAVE) of {OWNER}.\n1 record taken, 0 not taken.\n"
    )
    assert "there is nothing to upload" in run("export", "json", "--out", "none", *LATER).ended(0).out


def test_what_is_to_be_uploaded_is_acted_on_by_a_filter(run, ids):
    run("act", "reject", "--id", ids("KCN/24/15"), *NOW).ended(0)
    told = run("act", "reset", "--where", "to_upload=yes", *NOW).ended(0).out
    assert told == "1 record was reset to no action.\n"
    told = run("act", "reset", "--where", "to_upload=perhaps", *NOW).ended(2).err
    assert "'perhaps' is not one of the words for it" in told


def test_an_upload_that_was_refused_whole_or_is_in_progress_says_so(run, ids, tmp_path):
    run("act", "reject", "--id", ids("KCN/24/15"), *NOW).ended(0)
    run("export", "json", "--out", "up", *NOW).ended(0)
    told = run("report", status(tmp_path, status_cd="IP"), *REPORTED).ended(1).out
    assert told == f"status.json: the portal still works on the upload; ask it again later (SAVE) of {OWNER}.\n"
    whole = status(tmp_path, status_cd="ER", err_cd="IMSSAV0015", err_msg="Previous request is under progress")
    words = " ".join(run("report", whole, *REPORTED).ended(1).out.split())
    assert 'IMSSAV0015 "Previous request is under progress": the portal still works on an earlier upload; upl' in words
    assert words.endswith("0 records taken, 1 not taken; 1 record still to be uploaded: ims-fsm export json.")


@pytest.mark.parametrize("command", ["import", "2b compare", "report"])
def test_a_file_of_the_portal_that_is_given_to_another_command_says_what_it_is(run, samples, tmp_path, command):
    file = samples / "ims_2024-11.json" if command == "report" else status(tmp_path, ("cn", refused("X")))
    told = run(*command.split(), file).ended(2).err
    reader = "imported: ims-fsm import" if command == "report" else "read: ims-fsm report"
    assert reader in told
