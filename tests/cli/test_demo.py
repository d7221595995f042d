"""`demo`: every chapter as it is told, and what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import shlex

from ims_fsm.cli import demo as demonstration
from ims_fsm.cli.story import STORY, Stage


def test_the_story_is_told_to_the_filed_return_and_what_comes_next_can_be_called(bare, tmp_path):
    """And nothing is left behind: a database of the environment is left alone."""
    told = bare("demo", IMS_FSM_DB="sqlite:///ims.db").ended(0).out
    assert list(tmp_path.iterdir()) == []
    assert os.path.samefile(os.getcwd(), tmp_path)  # noqa: PTH109, PTH121 -- what the process has, not what a path says
    titles = re.findall(r"^\d+\. (.*) \(", told, re.MULTILINE)
    assert titles == [chapter["title"] for chapter in STORY["chapter"]]
    words = " ".join(told.split())
    for sentence in (
        "26 records of 27AAPFU0939F1ZV.",
        "6 of them are only saved by their suppliers.",
        "SP-1201 is saved in GSTR-1 of 2024-10. Filed today it would belong to GSTR-2B of 2024-11",
        "5 actions: 3 applied, 2 refused.",
        "10 records were accepted.",
        "faq.13.1: 2 records",
        "Credit note KCN/24/15 of 21ZXKCK4821M1ZG is an original credit note, and pending is not available for it.",
        "SP-1201 was accepted, with 10,800.00 CGST, 10,800.00 SGST. Its supplier has changed it",
        "GSTR-2B of 2024-10 is drafted (faq.23).",
        "Not through IMS by law, and so not a difference: 4 documents.",
        "taken up with the suppliers: KCL/24-25/0437, VT/2024/318, MM-EC-90021.",
        "after reject rejected 0.00 5,400.00 IGST",
        "(faq.29); recompute GSTR-2B, then file",
        "The credit of 2024-10 is 1,15,280.00 IGST, 7,821.00 CGST, 7,821.00 SGST now; with the credit note it was",
        "upload/ims_save_27AAPFU0939F1ZV.json: 12 records",
        "invoice DS/INV/2210 of 36ZXDCD6408T1Z2: IMSSAV0010",
        "11 records taken, 1 not taken; 1 record still to be uploaded: ims-fsm export json.",
        "upload-again/ims_save_27AAPFU0939F1ZV.json: 1 record",
        "GSTR-3B of 2024-10 of 27AAPFU0939F1ZV is filed.",
        "Added back to 21ZXKCK4821M1ZG in all: 5,400.00 IGST (faq.34).",
        "was decided for good when the recipient filed GSTR-3B",
        "What was pending stays in IMS: NB2409-064 (faq.5).",
        "which belongs to another 2B period and has not been decided by a filed GSTR-3B.",
        "every state follows from its log.",
    ):
        assert sentence in words
    assert "Traceback" not in told
    assert max(map(len, told.splitlines())) <= 130
    hints = re.findall(r"^  \S*(?:python\S* -m ims_fsm|ims-fsm) (.*)$", told, re.MULTILINE)
    assert [hint.split()[0] for hint in hints] == ["demo", "explain", "verify", "draw", "import"]
    assert bare(*shlex.split(hints[1])).ended(0).out.startswith("Credit note under IMS-2024-10: keep_pending")


def test_it_can_be_run_in_a_database_that_is_named(bare, tmp_path):
    bare("demo", "--db", "sqlite:///mine.db").ended(0)
    assert (tmp_path / "mine.db").is_file()
    assert bare("list", "--json", "--db", "sqlite:///mine.db").ended(0).json["records"]
    told = bare("demo", "--db", "sqlite:///mine.db").ended(2).err
    assert told.endswith("already has 27AAPFU0939F1ZV, the recipient of the demo; name an empty one\n")


def test_a_folder_keeps_everything(bare, tmp_path, monkeypatch):
    monkeypatch.setattr(demonstration, "_picture_format", lambda: "mermaid")
    told = bare("demo", "--folder", "kept").ended(0).out
    kept = {path.relative_to(tmp_path / "kept").as_posix() for path in (tmp_path / "kept").rglob("*")}
    assert {"ims.db", "ims_2024-11.json", "upload/ims_save_27AAPFU0939F1ZV.json", "diagrams/credit_note.mmd"} <= kept
    assert "In kept/diagrams, a file for each machine.\n" in told
    (look,) = re.findall(r"^  (.* list --all .*)$", told, re.MULTILINE)
    arguments = shlex.split(look.partition(" list ")[2])
    assert len(bare("list", *arguments, "--json").ended(0).json["records"]) == 29
    message = "error: the folder kept is not empty; name a new one\n"
    assert bare("demo", "--folder", "kept").ended(2).err == message


def test_the_sample_alone_is_written_to_try_commands_on(bare, tmp_path):
    answer = bare("demo", "--samples", "tried", "--json").ended(0).json
    assert (answer["chapters"], answer["folder"]) == ([], "tried")
    assert answer["files"] == sorted(path.name for path in (tmp_path / "tried").iterdir())
    assert {"ims_2024-11.json", "books_2024-10.csv", "ims_2024-11_later_part2.json"} <= set(answer["files"])
    assert bare("demo", "--samples", "tried").ended(2).err == "error: the folder tried is not empty; name a new one\n"


def test_the_program_is_named_as_the_reader_called_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    script = tmp_path / ".venv" / "bin" / "ims-fsm"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr("sys.argv", [str(script)])
    monkeypatch.setenv("PATH", "")
    assert demonstration._program() == ".venv/bin/ims-fsm"
    monkeypatch.setenv("PATH", str(script.parent))
    assert demonstration._program() == "ims-fsm"
    monkeypatch.setattr("sys.argv", [str(tmp_path / "ims_fsm" / "__main__.py")])
    assert demonstration._program().endswith("python -m ims_fsm") or "python3" in demonstration._program()


def test_the_demo_as_json_tells_the_chapters_and_the_files(bare):
    answer = bare("demo", "--json").ended(0).json
    assert [*answer] == ["chapters", "folder", "files"]
    assert [chapter["at"] for chapter in answer["chapters"]] == [chapter["at"] for chapter in STORY["chapter"]]
    assert (answer["folder"], answer["files"]) == (None, [])


def test_a_command_or_a_chapter_that_goes_otherwise_stops_the_demo(bare, monkeypatch):
    monkeypatch.setitem(STORY["chapter"][4], "steps", ["$ import gone.json"])
    assert bare("demo").ended(2).err == "error: the demo stops: ims-fsm import gone.json ended with 2 instead of 0\n"
    monkeypatch.setattr(Stage, "run", lambda *_, **__: (_ for _ in ()).throw(KeyError("spoilt")))
    assert "unexpected error (KeyError: 'spoilt')" in json.dumps(bare("demo", "--json").ended(2).json)
