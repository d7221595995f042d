"""What `docs/deploy` has: files that are there, commands that the command line takes, and nothing secret."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ims_fsm.web.serving import GRACE_S
from tests.test_house import ROOT

DEPLOY = ROOT / "docs" / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))
KUBERNETES = (ROOT / "docs" / "kubernetes.md").read_text("utf-8")
PROBED = {"/health/live", "/health/ready"}


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each with what follows it."""
    whole = re.sub(r"(?m)^#.*\n", "", DOCKERFILE).replace("\\\n", " ")
    return [(name, said.strip()) for line in whole.splitlines() if line for name, _, said in [line.partition(" ")]]


def pods() -> Iterator[dict[str, Any]]:
    """Give the pods of the manifests."""
    yield from (manifest["spec"]["template"]["spec"] for manifest in MANIFESTS if "template" in manifest["spec"])


def commands() -> Iterator[list[str]]:
    """Give every command that something here runs."""
    yield json.loads(dict(instructions())["CMD"])
    yield from (service["command"] for name, service in COMPOSE["services"].items() if name != "db")
    yield from (container["args"] for pod in pods() for container in pod["containers"])
    said = [(DEPLOY / "compose.yaml").read_text("utf-8"), (ROOT / "docs" / "running.md").read_text("utf-8")]
    runs = re.findall(r"docker compose run --rm migrate (\w.*)", "\n".join(said))
    assert len(runs) > 1
    yield from map(shlex.split, [*runs, *re.findall(r"kubectl exec \S+ -- ims-fsm (.*)", KUBERNETES)])


@pytest.mark.parametrize("command", sorted(set(map(tuple, commands()))), ids=" ".join)
def test_the_command_line_takes_it(bare, command: tuple[str, ...]):
    bare(*command, "--help").ended(0)


def test_a_command_that_there_is_not_would_be_seen(bare):
    bare("serve", "--workers", "2", "--no-such-option", "--help").ended(2)


def test_the_image_is_built_from_what_is_here_alone_and_does_not_run_as_root():
    steps = instructions()
    copied = [file for name, said in steps if name == "COPY" and "--from" not in said for file in said.split()[:-1]]
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert len(copied) > 5
    assert [file for file in copied if not (ROOT / file).exists() or f"!{file}" not in ignored] == []
    last = [said for name, said in steps if name == "USER"]
    assert last == ["10001:10001"]
    assert not [said for name, said in steps if name in {"ENV", "ARG"} and re.search("PASSWORD|SECRET|TOKEN", said)]


def test_what_is_installed_is_pinned_and_its_extras_are_in_the_lock():
    (extras,) = re.findall(r'"ims-fsm\[(.*)\]"', DOCKERFILE)
    pinned = (ROOT / "Makefile").read_text("utf-8")
    (line,) = re.findall(r"pin requirements-server.lock (.*) pyproject", pinned)
    assert re.findall(r"--extra (\w+)", line) == extras.split(",")
    runs = [said for name, said in instructions() if name == "RUN"]
    pip = [said for said in runs if re.match(r"pip (--python \S+ )?(install|download|wheel) ", said)]
    assert len(pip) == 4
    assert [said for said in pip if "--no-index" not in said and "--require-hashes" not in said] == []


def test_health_is_asked_of_addresses_that_there_are():
    assert set(re.findall(r"/health/\w+", DOCKERFILE)) == {"/health/ready"}
    web = next(container for pod in pods() for container in pod["containers"] if container["name"] == "web")
    assert {web[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")} == PROBED
    stopping = web["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert MANIFESTS[1]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > stopping + GRACE_S
    assert {port["containerPort"] for port in web["ports"]} == {8000, 9464}


def test_what_the_page_on_kubernetes_names_is_in_the_manifest():
    named = set(re.findall(r"\b(job|deployment|service)/([\w-]+)", KUBERNETES))
    assert len(named) == 4
    assert named <= {(manifest["kind"].lower(), manifest["metadata"]["name"]) for manifest in MANIFESTS}
    (secret,) = re.findall(r"create secret generic (\S+)", KUBERNETES)
    assert all(secret in str(container["env"]) for pod in pods() for container in pod["containers"])


def test_the_tables_are_there_before_anything_else_and_no_secret_is_written():
    services = COMPOSE["services"]
    for name in ("web", "scheduler"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["restart"] == "unless-stopped"
    assert "restart" not in services["migrate"]
    assert services["web"]["environment"]["PGPASSWORD"].startswith("${IMS_DB_PASSWORD:?")
    assert all(":" not in re.findall("//(.*)@", service["environment"]["IMS_FSM_DB"])[0]
               for name, service in services.items() if name != "db")  # fmt: skip
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"]
        for container in pod["containers"]:
            env = {entry["name"]: entry for entry in container["env"]}
            assert "valueFrom" in env["PGPASSWORD"]
            assert "valueFrom" in env["IMS_FSM_DB"]
            assert container["securityContext"]["readOnlyRootFilesystem"]
