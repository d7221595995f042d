"""`check` and `apply`."""

from __future__ import annotations

import json

import pytest

NOW = ("--at", "2024-11-12T10:00")
FILE = """supplier,number,kind,action,remarks,reduce_itc
,KCN/24/15,,pending,,
,SP-1182,invoice,Accept,,
24ZXNCN5590R1ZI,NB2409-058,b2ba,reject,wrong rate,
,AL/1024/55,,A,,full
,VT/2024/318,,,,
"""


def test_a_file_is_judged_against_the_database_and_nothing_is_written(run, tmp_path, ids):
    (tmp_path / "a.csv").write_text(FILE, "utf-8")
    told = run("check", "a.csv", *NOW).ended(1).out
    assert told.startswith("4 actions checked: 2 refused. Nothing was written.\n1 row proposes no action.\n\n")
    assert f"faq.11.a: 1 record\n  line 2, keep_pending, record {ids('KCN/24/15')}: Credit note KCN/24/15 of" in told
    assert run("history", ids("NB2409-058"), "--json").ended(0).json["transitions"] == []


def test_a_file_is_judged_against_a_bare_download(bare, tmp_path, samples):
    (tmp_path / "a.csv").write_text(FILE, "utf-8")
    answer = bare("check", "a.csv", "--download", samples / "ims_2024-11.json", "--json", *NOW).ended(1).json
    assert (answer["file"], answer["checked"], answer["allowed"]) == ("a.csv", 4, 2)
    assert [(one["place"], one["trigger"]) for one in answer["refused"]] == [
        ("line 2", "keep_pending"),
        ("line 5", "accept"),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_our_own_upload_holds(run, ids):
    run("act", "accept", "--id", ids("KCL/24-25/0412"), *NOW).ended(0)
    run("act", "reset", "--id", ids("SP-1182"), *NOW).ended(0)
    run("export", "json").ended(0)
    for name in ("save", "reset"):
        run("check", f"ims_{name}_27AAPFU0939F1ZV.json", *NOW).ended(0)


def test_an_upload_made_on_an_older_download_is_refused(run, tmp_path, samples, ids):
    run("act", "accept", "--id", ids("SP-1201"), *NOW).ended(0)
    run("export", "json").ended(0)
    name = "ims_save_27AAPFU0939F1ZV.json"
    told = run("check", name, "--download", samples / "ims_2024-11_later.json", *NOW).ended(1).out
    assert "b2b[0], accept, record" in told
    assert "since the action on it was chosen: its date or amounts are others." in " ".join(told.split())
    upload = json.loads((tmp_path / name).read_text("utf-8"))
    upload["data"]["invdata"]["b2b"][0]["prev_status"] = "R"
    (tmp_path / name).write_text(json.dumps(upload), "utf-8")
    answer = run("check", name, "--json", *NOW).ended(1).json
    (refusal,) = answer["refused"][0]["refusals"]
    assert refusal["code"] == "stale_version"
    assert refusal["sentence"].endswith("the file says rejected before, and the portal last showed no_action")


def test_a_file_without_a_refusal_ends_well_and_every_fault_is_told_at_once(run, tmp_path):
    (tmp_path / "a.csv").write_text("id,action\n1,approve\nx,accept\n,accept\n", "utf-8")
    assert run("check", "a.csv", *NOW).ended(2).err == (
        "error: a.csv: 3 problems\n"
        "  line 2, column 2: 'approve' is not an action; write accept, reject, keep_pending or reset\n"
        "  line 3, column 1: 'x' is not the id of a record; write the number that ims-fsm list shows\n"
        "  line 4: names no record; give its id, or its supplier, number and kind\n"
    )
    (tmp_path / "a.json").write_text('[{"number": "SP-1182", "action": "reject"}]', "utf-8")
    assert run("check", "a.json", *NOW).ended(0).out == "1 action checked: 0 refused. Nothing was written.\n"


def test_a_mixed_file_is_applied_and_its_refusals_are_those_of_check(run, tmp_path, ids):
    (tmp_path / "a.csv").write_text(FILE, "utf-8")
    checked = run("check", "a.csv", "--json", *NOW).ended(1).json["refused"]
    answer = run("apply", "a.csv", "--key", "k", "--json", *NOW).ended(1).json
    assert (answer["checked"], answer["applied"], answer["saved"], answer["refused"]) == (4, 2, 0, checked)
    (entry,) = run("history", ids("NB2409-058"), "--json").ended(0).json["transitions"]
    assert (entry["trigger"], entry["detail"]) == ("reject", {"remarks": "wrong rate"})
    assert run("apply", "a.csv", "--key", "k", "--json", *NOW).ended(1).json == answer
    told = run("apply", "a.csv", *NOW).ended(1).out
    head = "4 actions: 2 applied, 2 refused.\n1 row proposes no action.\n\nfaq.11: 1 record\n"
    assert told.startswith(f"{head}  line 2, keep_pending, record")


def test_an_applied_file_says_what_is_stale_and_what_is_only_saved(run, tmp_path):
    run("sweep", "--at", "2024-11-14T06:00").ended(0)
    (tmp_path / "a.json").write_text(
        '[{"number": "KCN/24/15", "action": "reject"}, {"number": "SP-1201", "action": "accept"}]', "utf-8"
    )
    told = run("apply", "a.json", "--at", "2024-11-18T10:00").ended(0).out
    assert "1 of them is only saved by its supplier" in told
    assert "GSTR-2B of 2024-10 is stale now" in told


def test_a_dry_run_answers_as_check_does_and_does_nothing(run, tmp_path, ids):
    (tmp_path / "a.csv").write_text(FILE, "utf-8")
    for options in ((), ("--json",)):
        checked = run("check", "a.csv", *options, *NOW).ended(1).out
        assert run("apply", "a.csv", "--dry-run", *options, *NOW).ended(1).out == checked
    assert run("history", ids("NB2409-058"), "--json").ended(0).json["transitions"] == []


def test_all_or_nothing_does_nothing_where_one_is_refused(run, tmp_path, ids):
    (tmp_path / "a.csv").write_text(FILE, "utf-8")
    told = run("apply", "a.csv", "--all-or-nothing", *NOW).ended(1).out
    assert told.startswith("4 actions: 2 refused. Nothing was done, as it was to be all or nothing.\n")
    answer = run("apply", "a.csv", "--all-or-nothing", "--json", *NOW).ended(1).json
    assert (answer["done"], answer["applied"], answer["allowed"]) == (False, 0, 2)
    assert run("history", ids("NB2409-058"), "--json").ended(0).json["transitions"] == []


def test_what_is_refused_is_written_to_a_file_as_it_is_answered(run, tmp_path):
    (tmp_path / "a.csv").write_text(FILE + ",S/9,,accept,,\n", "utf-8")
    answer = run("apply", "a.csv", "--refused-to", "refused.jsonl", "--json", *NOW).ended(1).json
    lines = (tmp_path / "refused.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == answer["refused"]
    assert [(row["place"], row["record_id"] is None) for row in answer["refused"]] == [
        ("line 2", False),
        ("line 5", False),
        ("line 7", True),
    ]
    assert answer["refused"][2]["refusals"][0]["rule"] == "faq.18"


def test_what_a_sheet_has_besides_is_told(run, tmp_path, ids):
    note = ids("KCN/24/15")
    text = f"id;User Action;Checked by\n{note};Accept;Asha\n{note};Reject;\n{ids('SP-1182')};;\n"
    (tmp_path / "a.csv").write_text(text, "utf-8")
    assert run("apply", "a.csv", *NOW).ended(0).out == (
        "2 actions: 2 applied, 0 refused.\n"
        f"Record {note} is named by line 2 and line 3: taken in this order, the last action stands (faq.12).\n"
        "1 row proposes no action.\n"
        "Not read: the column Checked by.\n"
    )
    assert run("show", note, "--json", *NOW).ended(0).json["state"] == "rejected"


@pytest.mark.parametrize("command", ["check", "apply"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'id,action,remarks\n5,accept,\n6,reject,"not ours\n7,reject,x\n',
            "line 3, column 3: begins with a quote that",
        ),
        ("id,action\n5,accept\n6\n", "line 3: has 1 cells and the table 2 columns;"),
        (
            "number,action\n1.23457E+15,accept\n",
            "line 2, column 1: '1.23457E+15' is a document's number that lost digits;",
        ),
    ],
)
def test_nothing_is_done_where_a_row_cannot_be_read(run, tmp_path, command, text, told):
    (tmp_path / "a.csv").write_text(text, "utf-8")
    before = run("list", "--all", "--json", *NOW).ended(0).json
    assert run(command, "a.csv", *NOW).ended(2).err.startswith(f"error: a.csv: {told}")
    assert run("list", "--all", "--json", *NOW).ended(0).json == before


@pytest.mark.parametrize("command", ["check", "apply"])
def test_what_never_ends_is_not_read(run, command):
    assert "is a device or a pipe" in run(command, "/dev/zero", *NOW).ended(2).err
