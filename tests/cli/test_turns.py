"""A command for each recipient in turn: whose files, what one cannot do stops no other, and what is told of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ims_fsm.cli import failures
from ims_fsm.cli.failures import CallError, UntoldError
from ims_fsm.cli.turns import in_turn, whose
from tests.cli.conftest import NOW, Run

FIRST, SECOND = "27AAPFU0939F1ZV", "29AAPFU0939F1ZR"
NOW_IS = ("--at", "2024-11-12T11:00")


@pytest.fixture
def both(run: Run, samples: Path, tmp_path: Path) -> Run:
    """Run commands on a database of two recipients, who have the same records."""
    download = (samples / "ims_2024-11.json").read_text("utf-8").replace(f'"gstin": "{FIRST}"', f'"gstin": "{SECOND}"')
    (tmp_path / "other.json").write_text(download, "utf-8")
    run("import", "other.json", "--at", NOW).ended(0)
    return run


def test_each_is_acted_for_under_its_name_and_a_refusal_stops_nobody(both: Run) -> None:
    done = both("act", "keep_pending", "--gstin", "all", "--kind", "invoice,credit_note", *NOW_IS).ended(1)
    head, second = done.out.split(f"{SECOND}\n")
    assert head.startswith(f"{FIRST}\n")
    # They have the same records, and the same are refused; only their ids differ.
    assert head.splitlines()[1] == second.splitlines()[0]
    assert "faq.11" in second
    states = [
        both("list", "--gstin", gstin, "--state", "pending", "--json").json["records"] for gstin in (FIRST, SECOND)
    ]
    assert len(states[0]) == len(states[1]) > 5


def test_a_file_with_a_place_for_whose_it_is_is_one_for_each(both: Run, samples: Path, tmp_path: Path) -> None:
    both("export", "xlsx", "--out", "{gstin}.xlsx", "--gstin", "all", *NOW_IS).ended(0)
    assert {path.name for path in tmp_path.glob("*.xlsx")} == {f"{FIRST}.xlsx", f"{SECOND}.xlsx"}
    shutil.copy(samples / "actions_2024-11.csv", tmp_path / f"{SECOND}.csv")
    done = both("apply", "{gstin}.csv", "--gstin", "all", *NOW_IS).ended(2)
    # What there is no file for is told, and the other is done.
    assert "5 actions: 3 applied, 2 refused." in done.out
    assert f"{FIRST}.csv" in done.err
    assert done.err.endswith(f"error: this failed for 1 of 2 recipients, as told above: {FIRST}\n")


def test_a_file_of_one_name_is_not_written_twice(both: Run, tmp_path: Path) -> None:
    done = both("export", "xlsx", "--out", "one.xlsx", "--gstin", "all", *NOW_IS).ended(2)
    assert "one.xlsx exists" in done.err
    assert f"this failed for 1 of 2 recipients, as told above: {SECOND}" in done.err


def test_as_json_the_answers_follow_one_another(both: Run) -> None:
    decoder, text, whose_they_are = json.JSONDecoder(), both("list", "--gstin", "all", "--json").ended(0).out, []
    while text := text.strip():
        answer, end = decoder.raw_decode(text)
        whose_they_are.append(answer["recipient"])
        text = text[end:]
    assert whose_they_are == [FIRST, SECOND]


def test_where_nobody_is_there_is_nobody_to_do_it_for(bare: Run) -> None:
    bare("taxpayer", "add", FIRST).ended(0)
    bare("taxpayer", "add", SECOND).ended(0)
    assert "the database has no recipient yet" in bare("list", "--gstin", "all").ended(2).err


@pytest.mark.parametrize("acts", [True, False])
def test_who_reads_no_more_has_the_rest_left_alone(monkeypatch: pytest.MonkeyPatch, acts: bool) -> None:
    monkeypatch.setattr(failures, "_forget_stdout", lambda: None)

    def work(gstin: str) -> None:
        seen.append(gstin)
        raise UntoldError("its reader has gone") from BrokenPipeError()

    seen: list[str] = []
    with pytest.raises(CallError if acts else BaseException) as told:
        in_turn([FIRST, SECOND], work, as_json=True, acts=acts)
    assert seen == [FIRST]
    assert (str(told.value) == f"stopped at {FIRST}; nothing was done for {SECOND}; name them with --gstin") is acts
    assert acts or getattr(told.value, "exit_code", 0) == 3


def test_the_name_of_a_file_alone_has_a_place(tmp_path: Path) -> None:
    assert whose(Path("a/{gstin}/b.csv"), FIRST) == Path(f"a/{FIRST}/b.csv")
    assert whose("{gstin}", FIRST) == "{gstin}"
    assert whose(Path("{gstin}"), None) == Path("{gstin}")
