"""The power is cut at every step that SQLite takes on the disk: what was acknowledged is there afterwards.

A month is recorded once (`Recording`), and the files are made as they may be left by a cut behind each step. With
`synchronous=normal` acknowledged calls are lost: it shows that the cut is one.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults import disk, month
from tests.faults.recording import Recording

pytestmark = [pytest.mark.faults, disk.watches]
KEYED = {call.name for call in month.MONTH if call.keyed}


@pytest.fixture(scope="module", params=["full", "normal"])
def recorded(request, tmp_path_factory):
    """Record a month; give the level, what was written, what was acknowledged, and what stands at its end."""
    url = f"sqlite:///{tmp_path_factory.mktemp('month') / 'ims.db'}?synchronous={request.param}"
    recording = Recording()
    with disk.watched(recording):
        ims = month.opened(url)
        client = month.Client(acknowledge=recording.acknowledged)
        for number, call in enumerate(month.MONTH):
            if number == len(month.MONTH) // 2:
                # The last to leave carries the log over into the database, and deletes it.
                ims.close()
                ims = month.opened(url)
            client.call(ims, call)
        expected = month.content(ims)
        ims.close()
    return request.param, recording, client.acknowledged, expected


def left_behind(folder: Path, files: dict[str, bytes]) -> Path:
    """Put files where the power was cut into a folder; return the database."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / "ims.db"


def kept(path: Path) -> list[str]:
    """Return the keys that a database keeps answers under, in order; asserts that it is sound."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        try:
            return [key for (key,) in connection.execute("SELECT key FROM ims_request ORDER BY at, rowid")]
        except sqlite3.OperationalError:
            return []


def test_at_every_step_the_database_is_sound_and_has_what_was_acknowledged(recorded, tmp_path):
    level, recording, answers, _ = recorded
    acknowledged, lost, cuts = [], 0, 0
    for step, surface in recording.cuts():
        if step.what == "acknowledged" and step.name in KEYED:
            acknowledged.append(step.name)
        keys = kept(path := left_behind(tmp_path / "cut", surface.left()))
        if step.what == "sync":
            with month.opened(f"sqlite:///{path}") as ims:
                month.held(ims, dict.fromkeys(keys, ""))
        missing = acknowledged[len(keys) :]
        assert keys[: len(acknowledged)] == acknowledged[: len(keys)], step
        lost, cuts = lost + bool(missing), cuts + 1
    assert acknowledged == [name for name in answers if name in KEYED]
    assert cuts > 600
    assert (lost > 0) == (level == "normal")


def test_after_a_cut_the_month_goes_on_to_the_same_end(recorded, points, tmp_path):
    """Of what was not synced some is there, some not, some half: as a disk writes it, in any order."""
    level, recording, answers, expected = recorded
    chosen, acknowledged = set(points.among(range(len(recording.steps)))), {}
    for point, (step, surface) in enumerate(recording.cuts()):
        if step.what == "acknowledged":
            acknowledged[step.name] = answers[step.name]
        if point not in chosen:
            continue
        with points.at(point) as chance:
            path = left_behind(tmp_path / "cut", surface.left(chance))
            again = acknowledged if level == "full" else up_to(set(kept(path)), acknowledged)
            with month.opened(f"sqlite:///{path}") as ims:
                month.held(ims, again)
                month.Client(dict(again)).live(ims)
                assert month.differences(ims, expected) == {}


def up_to(keys, acknowledged):
    """Return what was acknowledged up to the last call that was kept under its key."""
    names = list(acknowledged)
    last = max((number for number, name in enumerate(names) if name in keys), default=-1)
    return {name: acknowledged[name] for name in names[: last + 1]}
