"""The examples in docs/examples/django and docs/examples/fastapi as they stand; only their clock is set."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ims_fsm import IMS, SettableClock
from ims_fsm.terms.period import in_india
from ims_fsm.testing import Stage
from ims_fsm.workflow import upkeep

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
NOON = "2024-11-09 12:00"

pytestmark = [
    pytest.mark.sqlite("the examples open a file"),
    pytest.mark.skipif(not EXAMPLES.exists(), reason="the examples lie in the checkout"),
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A buyer and a seller on a database where somebody else may have tables."""
    url = f"sqlite:///{tmp_path / 'host.db'}"
    upkeep.migrate(url, actor="test")
    clock = SettableClock(NOON)
    with IMS(url, clock=clock) as ims:
        yield Stage(ims, clock)


def filed(stage: Stage, kind: str = "invoice") -> int:
    return stage.filed(stage.document(kind))


# --- Django ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def manage(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Django's command line of the example on the stage's database."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "APPROVALS_DB": str(tmp_path / "host.db"), "DJANGO_SETTINGS_MODULE": "settings"}
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=EXAMPLES / "django", env=env, capture_output=True, text=True, check=False, timeout=120
        )

    return run


SHELL = """
from functools import partial
from django.core.management import call_command
from approvals import desk
from approvals.models import Voucher
from ims_fsm import IMS, RefusedError, SettableClock
desk.IMS = partial(IMS, clock=SettableClock('{now}'))
def book(record, number, fails=False):
    try:
        with desk.transaction.atomic():
            desk.book('{gstin}', record, number, user='asha')
            assert not fails
    except (RefusedError, AssertionError) as error:
        print(type(error).__name__)
def follow():
    call_command('follow_ims', '--once')
    print(*Voucher.objects.values_list('number', 'state'))
{what}
"""


@pytest.mark.slow
def test_a_voucher_is_booked_with_its_record_or_not_at_all(stage, manage):
    """Accepted, undone by the host after the acceptance, and refused by the law; followed, and followed again."""
    record, undone, frozen = filed(stage), filed(stage), filed(stage)
    assert manage("migrate", "--run-syncdb").returncode == 0

    def told(*what: str) -> list[str]:
        now = f"{in_india(stage.clock()):%Y-%m-%d %H:%M:%S}"
        shell = SHELL.format(what="\n".join(what), now=now, gstin=stage.buyer)
        run = manage("shell", "-v", "0", "-c", shell)
        assert (run.returncode, run.stderr) == (0, "")
        return run.stdout.splitlines()

    booking = f"book({record}, 'V/1'); book({undone}, 'V/2', fails=True)"
    assert told(booking, "follow()") == ["AssertionError", "1 events", "('V/1', 'accepted')"]
    assert stage.desk.history(undone).transitions == ()
    stage.close()
    assert told(f"book({frozen}, 'V/3')", "follow()", "follow()") == [
        "RefusedError",
        "5 events",
        "('V/1', 'frozen')",
        "('V/1', 'frozen')",
    ]


# --- FastAPI ---------------------------------------------------------------------------------------------------------


def test_endpoints_answer_with_states_and_refusals(stage, tmp_path, monkeypatch):
    record, note = filed(stage), filed(stage, "credit_note")
    monkeypatch.setenv("IMS_FSM_DB", f"sqlite:///{tmp_path / 'host.db'}")
    spec = spec_from_file_location("example_service", EXAMPLES / "fastapi" / "service.py")
    service = module_from_spec(spec)
    sys.modules["example_service"] = service
    spec.loader.exec_module(service)
    monkeypatch.setattr(service, "IMS", partial(IMS, clock=stage.clock))
    asha = {"X-User": "asha"}
    with TestClient(service.app, headers=asha) as client:
        at = f"/{stage.buyer}/records"
        assert client.post(f"{at}/{record}/accept", headers={"Idempotency-Key": "k1"}).json() == {
            "id": record,
            "state": "accepted",
        }
        refused = client.post(f"{at}/{note}/keep_pending")
        assert (refused.status_code, refused.json()["refusals"][0]["code"]) == (409, "pending_not_allowed")
        assert [key for key, why in client.get(f"{at}/{note}/may").json().items() if why] == ["keep_pending"]
        assert client.post(f"{at}/999/accept").status_code == 404
        assert client.post(f"/{stage.seller}/records/{record}/accept").status_code == 404
        assert client.post("/junk/records/1/accept").status_code == 422
    assert stage.desk.history(record).transitions[0].actor == "asha"
