"""The pytest plugin: which files are scenarios, what one that fails says, and what the fixtures give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LEAVE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "leave_request" / "leave_request.toml"
PLUGIN = "-pims_fsm.testing.plugin"
HOLDS = """
title = "Nothing happens"
rules = ["faq.1"]

[[taxpayer]]
name = "buyer"
gstin = "27AAPFU0939F1ZV"

[[step]]
at = 2024-11-09T11:00:00
expect = { recipient = "buyer", period = "2024-10", two_b = "absent" }
"""


def run(pytester: pytest.Pytester, **passed: int) -> pytest.RunResult:
    done = pytester.runpytest_inprocess(PLUGIN, "-pno:cacheprovider")
    done.assert_outcomes(**passed)
    return done


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of somebody else, with scenarios in `stories` and other TOML files beside it."""
    pytester.makefile(".toml", **{"stories/holds": HOLDS, "settings": "x = 1"})
    pytester.makepyprojecttoml('[tool.pytest]\nims_fsm_scenarios = ["stories"]\n')
    return pytester


@pytest.fixture(autouse=True)
def folder(pytester: pytest.Pytester) -> None:
    pytester.mkdir("stories")


def test_scenarios_are_tests_where_the_configuration_names_them(project):
    run(project, passed=1).stdout.no_fnmatch_line("*settings*")


def test_one_file_may_be_named(project):
    project.makepyprojecttoml('[tool.pytest]\nims_fsm_scenarios = ["stories/holds.toml"]\n')
    project.makefile(".toml", **{"stories/other": "x = 1"})
    run(project, passed=1)


def test_without_a_word_in_the_configuration_no_file_is_a_scenario(project):
    project.makepyprojecttoml("[tool.pytest]\n")
    run(project)


def test_a_scenario_that_fails_tells_its_step_and_no_traceback(project):
    project.makefile(".toml", **{"stories/fails": HOLDS.replace("absent", "draft")})
    done = run(project, passed=1, failed=1)
    expected = "expected two_b of buyer for 2024-10 to be draft; found absent"
    done.stdout.fnmatch_lines([f"*fails.toml: step 1 (2024-11-09 11:00:00 IST): {expected}"])
    done.stdout.no_fnmatch_line("*Traceback*")


def test_a_scenario_that_cannot_be_read_fails_with_its_problems(project):
    project.makefile(".toml", **{"stories/wrong": HOLDS.replace("title", "titel")})
    run(project, passed=1, failed=1).stdout.fnmatch_lines(["*wrong.toml: title: is missing; add it"])


def test_fixtures_of_the_project_are_around_a_scenario(project):
    project.makeconftest(
        """
        import pytest

        @pytest.fixture(autouse=True)
        def around():
            print("before")
            yield
            assert not "torn down"
        """
    )
    run(project, passed=1, errors=1)


def test_a_database_is_fresh_for_each_test(pytester):
    pytester.makepyfile(
        """
        import pytest
        from ims_fsm import Filing, Taxpayer, TaxpayerKind, TaxPeriod

        BUYER = Taxpayer(
            gstin="27AAPFU0939F1ZV",
            kind=TaxpayerKind.NORMAL,
            filing=Filing.MONTHLY,
            registered_from=TaxPeriod("2024-10"),
        )

        @pytest.mark.parametrize("time", [1, 2])
        def test_it(ims, time):
            assert ims.taxpayers() == []
            ims.register(BUYER)
        """
    )
    run(pytester, passed=2)


def test_the_clock_is_the_databases(pytester):
    pytester.makepyfile(
        """
        def test_it(ims, ims_clock):
            assert ims.clock().isoformat() == "2024-11-09T06:30:00+00:00"
            ims_clock.set("2024-11-14 06:00")
            assert ims.clock().isoformat() == "2024-11-14T00:30:00+00:00"
        """
    )
    run(pytester, passed=1)


def test_an_engine_has_the_machines_that_the_configuration_names(pytester):
    pytester.makepyprojecttoml('[tool.pytest]\nims_fsm_machines = ["leave_request.toml"]\n')
    (pytester.path / "leave_request.toml").write_text(LEAVE.read_text("utf-8"), "utf-8")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_it(ims_engine, ims_clock, time):
            leaves = ims_engine.cases("leave_request", actor="asha")
            assert list(leaves.list()) == []
            assert leaves.open("LR-1").opened_at == ims_clock()
        """
    )
    run(pytester, passed=2)


def test_loading_the_plugin_loads_no_database_and_warns_of_nothing(tmp_path: Path):
    code = "import sys, ims_fsm.testing.plugin; print({'sqlalchemy', 'pydantic'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-Werror", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
