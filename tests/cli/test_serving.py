"""`serve` and `token`: who may be let in, and where it may be listened on."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

BUYER = "27AAPFU0939F1ZV"
EVERYWHERE = "0.0.0.0"  # noqa: S104 -- it must not be listened on


def test_a_token_is_made_listed_and_revoked(bare):
    made = bare("token", "add", "asha", "--gstin", BUYER, "--json").ended(0).json
    assert made["secret"].startswith("imsfsm_")
    assert (made["token"]["name"], made["token"]["roles"], made["token"]["gstins"]) == ("asha", ["recipient"], [BUYER])
    listed = bare("token").ended(0).out
    assert "asha" in listed
    assert made["secret"] not in listed
    revoked = bare("token", "revoke", made["token"]["id"], "--json").ended(0).json["tokens"]
    assert [token["revoked_at"] is None for token in revoked] == [False]
    assert bare("token", "revoke", "7").ended(2).err == "error: token: 7: is not a token here; see the list of tokens\n"


def test_a_token_is_for_named_taxpayers_or_for_all(bare):
    for said in ([], ["--gstin", BUYER, "--everyone"]):
        error = bare("token", "add", "asha", *said).ended(2).err
        assert error.startswith("error: name the taxpayers whom the token is for")
    made = bare("token", "add", "ravi", "--everyone", "--role", "operator", "--days", "0", "--json").ended(0).json
    assert (made["token"]["gstins"], made["token"]["expires_at"]) == (["*"], None)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (
            ["--host", EVERYWHERE],
            "0.0.0.0 is beyond this machine, and no token holds; make one: ims-fsm token add",
        ),
        (["--tls-cert", "c.pem"], "TLS needs a certificate and its key; give both --tls-cert and --tls-key"),
    ],
)
def test_it_is_not_served_where_it_would_be_open(bare, said, what):
    assert bare("serve", *said).ended(2).err == f"error: {what}\n"


def test_beyond_this_machine_it_needs_tls(bare):
    bare("token", "add", "asha", "--gstin", BUYER).ended(0)
    error = bare("serve", "--host", EVERYWHERE).ended(2).err
    assert error == "error: 0.0.0.0 is beyond this machine; give --tls-cert and --tls-key, or --behind-proxy\n"


def test_a_port_that_is_taken_is_said_to_be(bare):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port} cannot be listened on" in bare("serve", "--port", port).ended(2).err


def test_where_it_is_below_a_path_is_written_as_a_path(bare):
    assert bare("serve", "--root-path", "ims").ended(2).err == "error: 'ims' is not a path; write it like /ims\n"


def test_what_counts_says_where_it_is_missing(bare, monkeypatch):
    monkeypatch.setattr("ims_fsm.cli.serving.find_spec", lambda _name: None)
    error = bare("serve", "--port", "0", "--metrics-port", "0").ended(2).err
    assert error == "error: what counts for Prometheus is not installed; install ims-fsm[metrics]\n"


def test_without_its_extra_it_says_so(bare, monkeypatch):
    monkeypatch.setitem(sys.modules, "ims_fsm.web.serving", None)
    assert bare("serve").ended(2).err == "error: the HTTP API is not installed; install ims-fsm[web]\n"


@pytest.mark.sqlite("another process opens the file")
@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_counts_and_stops(tmp_path: Path, workers: int):
    with socket.socket() as free, socket.socket() as beside:
        for one in (free, beside):
            one.bind(("127.0.0.1", 0))
        port, numbers = free.getsockname()[1], beside.getsockname()[1]
    program = [sys.executable, "-m", "ims_fsm"]
    environment = {**os.environ, "IMS_FSM_DB": f"sqlite:///{tmp_path / 'ims.db'}"}
    made = subprocess.run([*program, "token", "add", "asha", "--gstin", BUYER, "--json"],
                          env=environment, capture_output=True, check=True)  # fmt: skip
    secret = json.loads(made.stdout)["secret"]
    server = subprocess.Popen([*program, "serve", "--port", str(port), "--workers", str(workers),
                               "--metrics-port", str(numbers), "--json"],
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert answers(f"http://127.0.0.1:{port}/health/ready") == {"status": "ready"}
        assert answers(f"http://127.0.0.1:{port}/api/me", secret)["id"] == "asha"
        stream = urllib.request.urlopen(asked(f"http://127.0.0.1:{port}/api/recipients/{BUYER}/events/stream", secret))  # noqa: S310
        with urllib.request.urlopen(f"http://127.0.0.1:{numbers}/metrics") as said:
            counted = said.read().decode().splitlines()
        assert "ims_fsm_open_streams 1.0" in counted
        assert 'ims_fsm_requests_total{method="GET",operation="show_caller",status="200"} 1.0' in counted
        assert "ims_fsm_database_up 1.0" in counted
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        told, log = server.communicate(timeout=30)
        stream.close()
    finally:
        server.kill()
    assert server.returncode == 0, log
    assert time.monotonic() - began < 9
    assert "Traceback" not in log
    assert secret not in log + told
    assert json.loads(told) == {
        "address": f"http://127.0.0.1:{port}", "workers": workers, "metrics": f"http://127.0.0.1:{numbers}/metrics"
    }  # fmt: skip


def asked(url: str, secret: str = "") -> urllib.request.Request:
    return urllib.request.Request(url, headers={"Authorization": f"Bearer {secret}"} if secret else {})  # noqa: S310


def answers(url: str, secret: str = ""):
    for _ in range(900):
        try:
            with urllib.request.urlopen(asked(url, secret), timeout=10) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(url)
