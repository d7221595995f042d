"""Whoever fails is isolated, the others are done: the one policy of the sweep and of the scheduler."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from ims_fsm.errors import ConflictError
from ims_fsm.workflow.calendar.isolation import isolated
from ims_fsm.workflow.workspace import RETRIES

NAMES = "abcdefg"


def run(stage, work):
    return stage.ims._workspace.run(lambda unit: isolated(unit, NAMES, work), actor="clock")


def test_whoever_fails_is_named_and_the_others_are_done_once(stage):
    for bad in map(set, chain.from_iterable(combinations(NAMES, number) for number in range(len(NAMES) + 1))):

        def work(_unit, part, bad=bad):
            if bad & set(part):
                raise RuntimeError(part)
            return part

        done, failures = run(stage, work)
        assert "".join(done) == "".join(name for name in NAMES if name not in bad)
        assert [(failure.recipient, failure.code) for failure in failures] == [
            (name, "unexpected") for name in sorted(bad)
        ]


def test_what_a_part_wrote_before_it_failed_is_not_kept(stage):
    before = stage.tables()

    def work(unit, part):
        unit.declaration_id("gstr2b" if part == "c" else "invoice")
        if "c" in part:
            raise RuntimeError(part)
        # What was read of the declarations in a part that failed is not there.
        return unit.declaration_id("gstr2b")

    done, _ = run(stage, work)
    added = [row for row in stage.tables()["ims_declaration"] if row not in before["ims_declaration"]]
    assert [row[0] for row in added][-1] == done[-1]
    assert len(added) == 2


def test_a_race_that_is_lost_is_run_again_before_anybody_is_blamed(stage):
    tries = []

    def work(_unit, part):
        tries.append(part)
        if len(tries) <= RETRIES:
            raise ConflictError("the same records")
        return part

    assert run(stage, work) == ([NAMES], [])


def test_a_hook_is_not_asked_again_about_the_others(stage):
    stage.ims.hooks.after()(print)
    asked = []

    def work(_unit, part):
        asked.append(part)
        if part == "c":
            raise RuntimeError(part)

    assert [failure.recipient for failure in run(stage, work)[1]] == ["c"]
    assert asked == list(NAMES)


@pytest.mark.sqlite("a connection is lost in the same way")
def test_a_lost_connection_is_nobodys_failure(tmp_path, staging):
    stage = staging(f"sqlite:///{tmp_path / 'ims.db'}")

    def work(unit, _part):
        unit.connection.invalidate()
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        run(stage, work)
    stage.ims.close()
