"""A file is written whole or not at all, and never over what would be lost by it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ims_fsm.errors import FileError
from ims_fsm.files.writing import OutputError, Outputs


def linked(name, path, how):
    (os.symlink if how == "symbolic" else os.link)(path, name)
    return name


@pytest.mark.parametrize("how", ["name", "other way", "symbolic", "hard"])
@pytest.mark.parametrize("replace", [False, True])
def test_a_file_that_is_worked_on_is_not_written_by_any_of_its_names(tmp_path, how, replace):
    kept = tmp_path / "ims.db"
    kept.write_bytes(b"rows")
    names = {"name": kept, "other way": tmp_path / ".." / tmp_path.name / "ims.db"}
    name = names[how] if how in names else linked(tmp_path / "link", kept, how)
    with pytest.raises(OutputError, match="works on"):
        Outputs([kept], replace=replace).write(name, b"x")
    assert kept.read_bytes() == b"rows"


def test_a_file_that_is_not_there_yet_is_kept_too_even_by_a_link_that_leads_nowhere(tmp_path):
    wal = tmp_path / "ims.db-wal"
    (tmp_path / "link").symlink_to(wal)
    for path in (wal, tmp_path / "link"):
        with pytest.raises(OutputError, match="works on"):
            Outputs([wal], replace=True).claim(path)


def test_an_existing_file_is_replaced_only_when_asked_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "out.json"
    path.write_text("old")
    path.chmod(0o640)
    with pytest.raises(OutputError, match=r"out\.json exists; name another file"):
        Outputs().write(path, "new")
    assert path.read_text() == "old"
    Outputs(replace=True).write(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)
    assert [*tmp_path.iterdir()] == [path]


def test_two_outputs_are_two_files(tmp_path):
    outputs = Outputs()
    outputs.claim(tmp_path / "a")
    with pytest.raises(OutputError, match="twice"):
        outputs.claim(tmp_path / "." / ".." / tmp_path.name / "a")


def test_of_several_none_is_written_where_one_may_not_be(tmp_path):
    (tmp_path / "b").write_text("old")
    with pytest.raises(OutputError):
        Outputs().write_all({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert Outputs().write_all({tmp_path / "b": b"old", tmp_path / "new" / "c": b"3"})


def test_the_same_work_again_replaces_what_it_wrote(tmp_path):
    outputs = Outputs()
    for content in (b"1", b"2"):
        outputs = outputs.again()
        outputs.write_all({tmp_path / "a": content})
    assert (tmp_path / "a").read_bytes() == b"2"
    with pytest.raises(OutputError):
        Outputs().again().write_all({tmp_path / "a": b"3"})


def test_what_fails_half_way_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with suppress(ZeroDivisionError), Outputs(replace=True).opened(path) as file:
        file.write(b"half")
        file.write(b"%d" % (1 // 0))
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("a", "old")]


def test_a_link_stays_a_link_and_a_device_is_written_to_as_it_is(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "link").symlink_to("a")
    Outputs(replace=True).write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a").read_text() == "new"
    Outputs().write(Path(os.devnull), "gone")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("name", ["no folder/a", "folder", "a\0b", "x" * 300])
def test_what_cannot_be_written_is_told_by_its_own_name(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises((FileError, OutputError)) as caught:
        Outputs(replace=True).write(tmp_path / name, "x")
    assert name[:5] in str(caught.value).replace("\\x00", "\0")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


FULL = """
import resource, signal, sys
from pathlib import Path
from ims_fsm.errors import FileError
from ims_fsm.files.writing import Outputs
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    Outputs(replace=True).write(Path(sys.argv[1]), "x" * 5000)
except FileError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{path} cannot be used (File too large)")
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("a", "old")]
