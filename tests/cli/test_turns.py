"""A command for each recipient in turn: whose files, what one cannot do stops no other, and what is told of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer

from ims_fsm.cli import failures
from ims_fsm.cli.failures import UntoldError
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
    done = both("apply", "{gstin}.csv", "--gstin", "all", *NOW_IS).ended(1)
    # Who has no file is passed over, and that is said.
    assert done.out.startswith(f"Passed over, as they have no such file: {FIRST}.\n{SECOND}\n5 actions: 3 applied")
    none = both("apply", "{gstin}.txt", "--gstin", "all", *NOW_IS).ended(2)
    assert none.err == "error: there is no file {gstin}.txt for any of 2 recipients; correct its name\n"
    (tmp_path / f"{FIRST}.csv").write_text("id,action\n", "utf-8")
    failed = both("check", "{gstin}.csv", "--gstin", "all", *NOW_IS).ended(2)
    assert f"{FIRST}.csv: the file: has no rows" in failed.err
    assert failed.err.endswith(f"error: this failed for 1 of 2 recipients, as told above: {FIRST}\n")


def test_what_is_recommended_for_all_is_applied_for_all(both: Run, samples: Path, tmp_path: Path) -> None:
    """For who has no register nothing is written, and they are passed over."""
    both("match", samples / "books_2024-10.csv", "--gstin", FIRST, "--period", "2024-10", *NOW_IS).ended(0)
    done = both("recommend", "--gstin", "all", "--out", "{gstin}.csv", *NOW_IS).ended(0)
    assert f"{SECOND}\nNothing is to be done for {SECOND}; no file is written.\n" in done.out
    assert [path.name for path in tmp_path.glob("2*.csv")] == [f"{FIRST}.csv"]
    assert "applied, 0 refused" in both("apply", "{gstin}.csv", "--gstin", "all", *NOW_IS).ended(0).out
    nothing = both("recommend", "--gstin", SECOND, "--out", "none.csv", "--json", *NOW_IS).ended(0).json
    assert nothing == {"path": None, "actions": 0}


def test_the_only_recipient_has_their_place_in_a_name_too(run: Run, tmp_path: Path) -> None:
    run("export", "xlsx", "--out", "{gstin}.xlsx", *NOW_IS).ended(0)
    assert [path.name for path in tmp_path.glob("*.xlsx")] == [f"{FIRST}.xlsx"]


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_file_of_one_name_is_not_written_twice(both: Run, tmp_path: Path, force: tuple[str, ...]) -> None:
    done = both("export", "xlsx", "--out", "one.xlsx", "--gstin", "all", *force, *NOW_IS).ended(2)
    assert "one.xlsx would be written twice by this call" in done.err
    assert f"this failed for 1 of 2 recipients, as told above: {SECOND}" in done.err
    # What is refused ends a turn before its answer, and its file is written all the same.
    refused = ("act", "keep_pending", "--kind", "credit_note", "--refused-to", "no.json", "--gstin", "all")
    assert "no.json would be written twice by this call" in both(*refused, *force, *NOW_IS).ended(2).err


def test_what_a_program_reads_as_one_is_not_printed_for_several(both: Run, tmp_path: Path) -> None:
    several = "--gstin all would print several tables as one; write a file each with --out '{gstin}…'"
    assert several in both("list", "--csv", "--gstin", "all").ended(2).err
    assert several in both("2b", "export", "--period", "2024-10", "--gstin", "all").ended(2).err
    both("list", "--csv", "--out", "{gstin}.csv", "--gstin", "all").ended(0)
    assert len([*tmp_path.glob("2*.csv")]) == 2


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
@pytest.mark.parametrize(("raised", "code"), [(UntoldError("its reader has gone"), 3), (KeyboardInterrupt(), 130)])
def test_who_reads_no_more_has_the_rest_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: BaseException, code: int, acts: bool
) -> None:
    """The code is what it came to, as for one: what may be done and was not told is not called a wrong call."""
    monkeypatch.setattr(failures, "_forget_stdout", lambda: None)

    def work(gstin: str) -> None:
        seen.append(gstin)
        raise raised

    seen: list[str] = []
    with pytest.raises(typer.Exit) as told:
        in_turn([FIRST, SECOND], work, as_json=False, acts=acts)
    assert (seen, told.value.exit_code) == ([FIRST], code)
    left = f"stopped at {FIRST}; nothing was done for {SECOND}\n"
    assert (left in capsys.readouterr().err) is acts


def test_the_name_of_a_file_alone_has_a_place(tmp_path: Path) -> None:
    assert whose(Path("a/{gstin}/b.csv"), FIRST) == Path(f"a/{FIRST}/b.csv")
    assert whose("{gstin}", FIRST) == "{gstin}"
    assert whose(Path("{gstin}"), None) == Path("{gstin}")
