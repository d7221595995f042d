"""Each reader with some changed inputs; and what a reader must not do is seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ims_fsm import InputError, Taxpayer, TaxPeriod

from . import __main__ as fuzzing
from .mutation import Mutation
from .targets import GSTIN, TARGETS, store

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.sqlite("a reader knows no database")
def test_no_reader_stumbles(tmp_path):
    program = [sys.executable, "-m", "tests.fuzz", "--runs", "30", "--seconds", "600", "--seed", "7"]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"{name}: 30 inputs" for name in TARGETS]


def test_the_same_seed_makes_the_same_inputs():
    corpus = [b'{"a": [1, "x"]}', b"id,action\n1,accept\n"]
    first, again = ([Mutation(corpus, 3).draw() for _ in range(20)] for _ in range(2))
    assert first == again
    assert not {*first} <= {*corpus}


def traced(_data: bytes) -> None:
    raise KeyError("x")


def endless(_data: bytes) -> None:
    while True:
        pass


def half(_data: bytes) -> None:
    with store().untouched() as ims:
        ims.register(Taxpayer(gstin=GSTIN, name="half", registered_from=TaxPeriod("2024-10")))
        raise InputError("x", [])


@pytest.mark.sqlite("its pages are compared")
@pytest.mark.parametrize(
    ("read", "error"), [(traced, KeyError), (endless, fuzzing.TooLongError), (half, AssertionError)]
)
def test_what_a_reader_must_not_do_is_seen(read, error, monkeypatch):
    store()  # made before it counts
    monkeypatch.setattr(fuzzing, "LONGEST_S", 1)
    monkeypatch.setitem(fuzzing.TARGETS, "planted", (read, list))
    assert isinstance(fuzzing.fault("planted", b""), error)
