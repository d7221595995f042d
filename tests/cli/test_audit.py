"""`audit`: verified, sealed, and held against what was kept elsewhere."""

from __future__ import annotations

import json
import re

NOW = ("--at", "2024-11-12T10:00")
BUYER = "27AAPFU0939F1ZV"


def test_a_sound_store_is_told(run):
    told = run("audit", "verify").ended(0).out
    noted, _, summary = told.rpartition("\n26 records, ")
    assert re.fullmatch(r"\d+ rows of the logs, 0 seals: every state follows from its log\.\n", summary)
    assert re.match(rf"note: {BUYER} call 1: is dated 2024-11-12 10:00:00 IST and was written at 20", noted)
    answer = run("audit", "verify", "--gstin", "27AAPFU0939F1ZV", "--json").ended(0).json
    assert (answer["sound"], answer["records"], answer["faults"]) == (True, 26, [])


def test_a_fault_is_told_and_ends_with_1(run, tmp_path, ids, tamper):
    record = ids("SP-1182")
    tamper(tmp_path / "ims.db", "UPDATE ims_record SET state = 'rejected' WHERE number = 'SP-1182'")
    told = run("audit", "verify").ended(1).out
    assert told.startswith(f"FAULT  27AAPFU0939F1ZV record {record}: stands at rejected")
    assert told.endswith("0 seals: 1 fault.\n")
    answer = run("audit", "verify", "--json").ended(1).json
    assert (answer["sound"], len(answer["faults"])) == (False, 1)


def test_a_seal_is_told_with_its_digest_and_its_checkpoint(run):
    told = run("audit", "seal", *NOW).ended(0).out
    said = re.fullmatch(
        rf"Seal 1 of {BUYER}: (\d+) leaves of (\d+) records and returns\.\n"
        r"Its digest, and the checkpoint to keep outside of the database:\n"
        rf"([0-9a-f]{{64}})\n\n(ims-fsm/{BUYER}\n\1\n[^\n]+\n)",
        told,
    )
    answer = run("audit", "seal", "--json", *NOW).ended(0).json
    assert (answer["number"], answer["at"]) == (1, "2024-11-12T10:00:00+05:30")
    assert (str(answer["size"]), str(answer["subjects"]), answer["digest"], answer["checkpoint"]) == said.groups()
    listed = run("audit", "seal", "--list", "--json").ended(0).json
    assert listed["seals"] == [answer]
    assert said[3] in run("audit", "seal", "--list").ended(0).out


def test_there_is_no_seal_without_a_log(run):
    told = run("audit", "seal", "--gstin", "29AABCT1332L1ZA").ended(2).err
    assert "29AABCT1332L1ZA: has nothing in any log that could be sealed" in told
    assert run("audit", "seal", "--list").ended(0).out == "No seals.\n"


def test_a_key_is_made_and_signs_and_is_never_shown(run, tmp_path):
    made = run("audit", "key", "seal.pem").ended(0)
    secret = (tmp_path / "seal.pem").read_text("utf-8").splitlines()[1]
    signed = run("audit", "seal", "--key", "seal.pem", *NOW).ended(0)
    assert f"\n— ims-fsm/{BUYER} " in signed.out
    for ran in (made, signed, run("audit", "key", "seal.pem").ended(2), run("audit", "seal", "--list", "--json")):
        assert secret not in ran.out + ran.err


def test_what_was_kept_finds_a_seal_that_is_gone(run, tmp_path, tamper):
    first = run("audit", "seal", *NOW, "--json").ended(0).json
    run("act", "accept", "--where", "kind=credit_note", "--at", "2024-11-12T10:05")
    made = run("audit", "seal", "--at", "2024-11-12T10:10", "--json").ended(0).json
    (tmp_path / "kept.txt").write_text(made["checkpoint"], "utf-8")
    kept = ("--digest", made["digest"], "--digest", first["digest"], "--checkpoint", "kept.txt")
    run("audit", "verify", *kept).ended(0)
    leaves = "DELETE FROM ims_seal_leaf WHERE position >= (SELECT max(size) FROM ims_seal)"
    tamper(tmp_path / "ims.db", "DELETE FROM ims_seal WHERE number = 2", leaves)
    run("audit", "verify").ended(0)
    told = run("audit", "verify", *kept).ended(1).out
    assert f"FAULT  {BUYER} checkpoint: is of {made['size']} leaves, and the log has {first['size']}" in told
    assert f"FAULT  {made['digest']}: is the digest of no seal" in told
    assert told.endswith("2 faults.\n")


def test_what_is_neither_digest_nor_checkpoint_is_told(run, tmp_path):
    assert "'x' is not a digest" in run("audit", "verify", "--digest", "x").ended(2).err.replace(": is", " is")
    (tmp_path / "kept.txt").write_text("x", "utf-8")
    assert "is not a checkpoint" in run("audit", "verify", "--checkpoint", "kept.txt").ended(2).err


def test_a_proof_is_written_and_checked_without_the_database(run, tmp_path, ids):
    record = ids("SP-1182")
    run("audit", "key", "seal.pem").ended(0)
    run("audit", "seal", "--out", "kept.txt", *NOW).ended(0)
    run("act", "accept", "--id", record, "--at", "2024-11-12T10:05").ended(0)
    told = " ".join(run("audit", "prove", record).ended(2).err.split())
    assert told.endswith(f"record {record}: has what no seal covers; seal the log first (ims-fsm audit seal)")
    run("audit", "seal", "--key", "seal.pem", "--at", "2024-11-12T10:10").ended(0)
    run("audit", "prove", record, "--out", "p.json", "--checkpoint", "kept.txt").ended(0)
    assert json.loads((tmp_path / "p.json").read_text("utf-8")) == json.loads(
        run("audit", "prove", record, "--checkpoint", "kept.txt").ended(0).out
    )
    (tmp_path / "ims.db").unlink()
    check = ("audit", "check", "p.json", "--checkpoint", "kept.txt", "--key", "seal.pem.pub")
    told = run(*check).ended(0).out
    assert told.startswith(f"Record {record} of {BUYER}, accepted:\n")
    assert told.endswith("All that was looked at holds.\n")
    answer = run(*check, "--json").ended(0).json
    assert (answer["holds"], answer["anchored"], answer["state"]) == (True, True, "accepted")
    text = (tmp_path / "p.json").read_text("utf-8")
    (tmp_path / "p.json").write_text(text.replace("accepted", "rejected"), "utf-8")
    assert "FAULT  The newest entry is not leaf" in run(*check).ended(1).out
    (tmp_path / "p.json").write_text("x", "utf-8")
    assert "is not JSON" in run(*check).ended(2).err
