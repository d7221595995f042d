"""`serve` and `token`: the HTTP API for who has no backend of their own, and the tokens by which callers are known.

Imports Typer and the options; the web when it is run.
"""

from __future__ import annotations

import ipaddress
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ims_fsm.cli.call import Call, command, group, signoff_law, stopping
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import say, table, verbatim
from ims_fsm.terms.vocabulary import EVERYONE, Role

if TYPE_CHECKING:
    from ims_fsm import Token
    from ims_fsm.web.serving import Served

group("token", "Tokens for the HTTP API: make, list and revoke them.", usual="list")


@command("serve", "own_law", "db")
def serve(
    call: Call,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    behind_proxy: bool = False,
    root_path: str = "",
    signoff: bool = False,
    metrics_host: str = "127.0.0.1",
    metrics_port: int | None = None,
) -> None:
    """Serve the HTTP API until interrupted; callers are known by tokens (ims-fsm token add).

    Beyond this machine it needs a token that holds, and TLS: a certificate, or a proxy before it that has one.
    """
    try:
        from ims_fsm.web.serving import Served
    except ImportError as error:
        raise CallError("the HTTP API is not installed; install ims-fsm[web]") from error
    is_open = _has_token(call)
    served = Served(
        db=call.db,
        machines=tuple(map(str, call.own_law)),
        signoff=signoff and signoff_law(),
        host=host,
        port=port,
        workers=workers,
        behind_proxy=behind_proxy,
        root_path=_path(root_path),
        metrics_host=metrics_host,
        metrics_port=metrics_port,
        **_texts(calendar=call.calendar, roles=call.roles, tls_cert=tls_cert, tls_key=tls_key),
    )
    _refuse_open(served, is_open=is_open)
    _look_at(host, port, "--port")
    numbers = _numbers(metrics_host, metrics_port)

    def tell() -> None:
        say(f"Serving {call.db if '@' not in call.db else 'the database'} at {served.address}; the API is below /api.")
        if not is_open:
            say("Nobody can call it yet; make a token: ims-fsm token add NAME --role recipient --gstin GSTIN")
        if numbers:
            say(f"Numbers for Prometheus, to whoever reaches that port: {numbers}")

    call.answer(tell, {"address": served.address, "workers": workers, "metrics": numbers})
    with stopping():
        served.run()


def _texts(**paths: Path | None) -> dict[str, Any]:
    """Return paths as a process is told of them; one that is not given stays out."""
    return {name: str(path) for name, path in paths.items() if path is not None}


def _refuse_open(served: Served, *, is_open: bool) -> None:
    if (served.tls_cert is None) != (served.tls_key is None):
        raise CallError("TLS needs a certificate and its key; give both --tls-cert and --tls-key")
    if _is_loopback(served.host):
        return
    if not is_open:
        raise CallError(f"{served.host} is beyond this machine, and no token holds; make one: ims-fsm token add")
    if not served.is_secure:
        raise CallError(f"{served.host} is beyond this machine; give --tls-cert and --tls-key, or --behind-proxy")


def _numbers(host: str, port: int | None) -> str | None:
    """Return the address of the numbers for Prometheus; None where none are asked for."""
    if port is None:
        return None
    if find_spec("prometheus_client") is None:
        raise CallError("what counts for Prometheus is not installed; install ims-fsm[metrics]")
    _look_at(host, port, "--metrics-port")
    return f"http://{host}:{port}/metrics"


def _has_token(call: Call) -> bool:
    with call.ims(create=True) as ims:
        return any(token.holds(ims.clock()) for token in ims.tokens.everyone())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _path(root: str) -> str:
    if root and not (root.startswith("/") and root.isascii() and root.isprintable()):
        raise CallError(f"{root!r} is not a path; write it like /ims")
    return root.rstrip("/")


def _look_at(host: str, port: int, option: str) -> None:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
    except OSError as error:
        raise CallError(f"{host}:{port} cannot be listened on ({error.strerror}); name another {option}") from error


@command("token add", "db")
def add(
    call: Call,
    name: str,
    *,
    role: list[str] | None = None,
    gstin: list[str] | None = None,
    everyone: bool = False,
    days: int | None = 90,
) -> None:
    """Make a token for somebody, and print it once: only its hash is kept. NAME is the actor in the log."""
    if bool(gstin) == everyone:
        raise CallError("name the taxpayers whom the token is for: --gstin, which may be repeated, or --everyone")
    with call.ims(create=True) as ims:
        roles = role or [Role.RECIPIENT]
        made = ims.tokens.issue(name, roles=roles, gstins=[EVERYONE] if everyone else gstin or [], days=days or None)

    def tell() -> None:
        _tell_tokens([made.token])
        say("", "The token, which is shown only now:")
        verbatim(made.secret)

    call.answer(tell, made)


@command("token list", "db")
def show(call: Call) -> None:
    """List the tokens that were made, those that hold no more too."""
    with call.ims() as ims:
        tokens = ims.tokens.everyone()
    call.answer(lambda: _tell_tokens(tokens) if tokens else say("No token was made."), {"tokens": tokens})


@command("token revoke", "db")
def revoke(call: Call, number: int) -> None:
    """Revoke a token, and every browser's session that was begun with it."""
    with call.ims() as ims:
        revoked = ims.tokens.revoke(number)
    call.answer(lambda: _tell_tokens([revoked]), {"tokens": [revoked]})


def _tell_tokens(tokens: list[Token]) -> None:
    rows = [
        (
            str(token.id),
            token.name,
            ", ".join(token.roles),
            ", ".join(token.gstins),
            minute(token.made_at),
            minute(token.expires_at) or "never",
            minute(token.revoked_at),
        )
        for token in tokens
    ]
    table((">id", "holder", "roles", "taxpayers", "made", "ends", "revoked"), rows)
