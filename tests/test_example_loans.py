"""The lender of docs/examples/loan_application on both databases: it rolls back, is killed, and repeats its calls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from ims_fsm import Principal, RefusedError, SettableClock
from ims_fsm.workflow import upkeep

PROGRAM = Path(__file__).parent.parent / "docs" / "examples" / "loan_application" / "loans.py"
MEERA, RAVI = Principal("meera", roles=["officer"]), Principal("ravi", roles=["senior"])
BOTH = Principal("meera", roles=["officer", "senior"])
# Ends the process by a signal where the host would commit.
KILLED = """
import os, signal, sys
from sqlalchemy import create_engine, event
sys.path.insert(0, sys.argv[1])
import loans
database = create_engine(sys.argv[2])
lender = loans.Lender(database)
event.listen(database, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
lender.act("L-1", "offer", loans.Principal("meera", roles=["officer"]), key="call 1")
"""

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="the examples lie in the checkout")


@pytest.fixture(scope="module")
def loans() -> Any:
    """The program, as a module."""
    spec = spec_from_file_location("loans", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["loans"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock("2025-08-04 11:00")


@pytest.fixture(params=[pytest.param("file", marks=pytest.mark.sqlite("its twin is on PostgreSQL")), "pg"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "file":
        yield f"sqlite:///{tmp_path / 'loans.db'}"
        return
    databases = request.getfixturevalue("databases")
    made = databases.make()
    yield databases.address(made).render_as_string(hide_password=False)
    databases.drop([made])


@pytest.fixture
def lender(loans: Any, address: str, clock: SettableClock) -> Iterator[Any]:
    database = create_engine(address)
    yield loans.Lender(database, clock)
    database.dispose()


def standing(lender: Any, number: str = "L-1") -> tuple[str, int]:
    case = lender.engine.cases("loan_application", actor="auditor").find(number)
    return case.state, case.version


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    with pytest.raises(RefusedError) as caught:
        yield
    assert {refusal.code for refusal in caught.value.refusals} == set(codes)


def test_a_small_loan_needs_one_review_and_is_paid(loans, lender):
    lender.apply("L-1", 4_00_000, 720)
    with refused("not_permitted"):
        lender.act("L-1", "offer", "applicant")
    with refused("one_review_is_enough"):
        lender.act("L-1", "pass_on", MEERA)
    assert lender.act("L-1", "offer", MEERA) == "offered"
    assert lender.act("L-1", "accept", "applicant") == "paid"
    with Session(lender._database) as session:
        assert session.get_one(loans.Loan, "L-1").paid
    assert upkeep.audit(lender.engine).faults == ()


def test_a_large_loan_is_reviewed_by_two_who_see_every_reason(lender):
    lender.apply("L-1", 60_00_000, 600)
    with refused("second_review_needed", "poor_score"):
        lender.act("L-1", "offer", MEERA)
    lender.act("L-1", "pass_on", MEERA)
    with refused("same_reviewer", "reason_missing", "valuation_missing"):
        lender.act("L-1", "offer_after_two", BOTH)
    with refused("valuation_missing"):
        lender.act("L-1", "offer_after_two", RAVI, reason="a guarantor stands in")
    assert standing(lender) == ("reviewed", 2)


def test_an_application_of_before_the_amendment_keeps_the_policy_of_its_month(lender):
    lender.apply("L-1", 60_00_000, 700, period="2025-06")
    lender.act("L-1", "pass_on", MEERA)
    assert lender.act("L-1", "offer_after_two", RAVI) == "offered"


def test_the_clock_ends_offers_that_have_stood_too_long(lender, clock):
    for number in ("L-1", "L-2"):
        lender.apply(number, 4_00_000, 720)
    lender.act("L-1", "offer", MEERA)
    clock.set("2025-09-02 11:00")
    lender.act("L-2", "offer", MEERA)
    assert lender.lapse() == 0
    clock.set("2025-09-04 11:00")
    with refused("offer_lapsed"):
        lender.act("L-1", "accept", "applicant")
    assert lender.lapse() == 1
    assert (standing(lender, "L-1")[0], standing(lender, "L-2")[0]) == ("lapsed", "offered")
    assert upkeep.audit(lender.engine).faults == ()


def test_what_the_host_rolls_back_never_was(loans, lender):
    def fails(_connection: object) -> None:
        raise KeyboardInterrupt

    event.listen(lender._database, "commit", fails)
    with pytest.raises(KeyboardInterrupt):
        lender.apply("L-1", 4_00_000, 720)
    event.remove(lender._database, "commit", fails)
    assert lender.engine.cases("loan_application", actor="auditor").find("L-1") is None
    lender.apply("L-1", 4_00_000, 720)
    event.listen(lender._database, "commit", fails)
    with pytest.raises(KeyboardInterrupt):
        lender.act("L-1", "offer", MEERA, reason="kept by nobody", key="call 1")
    event.remove(lender._database, "commit", fails)
    with Session(lender._database) as session:
        assert session.get_one(loans.Loan, "L-1").reason == ""
    assert standing(lender) == ("applied", 1)
    assert lender.act("L-1", "offer", MEERA, key="call 1") == "offered"
    assert upkeep.audit(lender.engine).faults == ()


def test_a_host_that_is_killed_at_its_commit_repeats_the_call_and_it_is_done_once(lender, address):
    lender.apply("L-1", 4_00_000, 720)
    command = [sys.executable, "-c", KILLED, str(PROGRAM.parent), address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert standing(lender) == ("applied", 1)
    for _ in range(2):
        assert lender.act("L-1", "offer", MEERA, key="call 1") == "offered"
    assert standing(lender) == ("offered", 2)
    assert upkeep.audit(lender.engine).faults == ()


@pytest.mark.sqlite("the program opens a file")
def test_the_program_runs_as_it_is_shown(tmp_path):
    done = subprocess.run([sys.executable, PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "offered\npaid\n"
