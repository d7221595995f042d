"""Keys: an Ed25519 pair is made, signs checkpoints, and says whether one is signed; a private key is never printed.

Imports cryptography, and that only when a key is used. The files are PEM, as `openssl genpkey -algorithm ed25519` and
`openssl pkey -pubout` write them.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ims_fsm.errors import FileError, InputError, Problem
from ims_fsm.proof.checkpoint import Checkpoint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LONGEST = 10_000
# Ed25519 in a signed note.
_ALGORITHM = b"\1"
_KEY_ID = 4


def make_key(path: Path) -> Path:
    """Write a new private key, which only its owner may read, and beside it the public key; returns that one's path.

    Raises `InputError` where one of the two files is there.
    """
    kinds, private = _serialization(), _module("asymmetric.ed25519").Ed25519PrivateKey.generate()
    public, pem = path.with_name(f"{path.name}.pub"), kinds.Encoding.PEM
    _write(path, private.private_bytes(pem, kinds.PrivateFormat.PKCS8, kinds.NoEncryption()), 0o600)
    _write(public, private.public_key().public_bytes(pem, kinds.PublicFormat.SubjectPublicKeyInfo), 0o644)
    return public


def signing(path: Path) -> Callable[[Checkpoint], tuple[str, ...]]:
    """Return what signs a checkpoint with the private key in a file, as lines; raises `InputError` for another file."""
    key: Ed25519PrivateKey = _read(path, "private")

    def sign(checkpoint: Checkpoint) -> tuple[str, ...]:
        named = _id(checkpoint.origin, key.public_key()) + key.sign(checkpoint.body.encode())
        return (f"— {checkpoint.origin} {b64encode(named).decode()}",)

    return sign


def is_signed(checkpoint: Checkpoint, path: Path) -> bool:
    """Say whether a checkpoint is signed by the public key in a file; raises `InputError` for another file."""
    key: Ed25519PublicKey = _read(path, "public")
    return any(_signs(key, line, checkpoint) for line in checkpoint.signatures)


def _signs(key: Ed25519PublicKey, line: str, checkpoint: Checkpoint) -> bool:
    _, name, signature = line.split(" ")
    try:
        signed = b64decode(signature, validate=True)
    except (NotBase64, ValueError):
        return False
    if name != checkpoint.origin or signed[:_KEY_ID] != _id(name, key):
        return False
    try:
        key.verify(signed[_KEY_ID:], checkpoint.body.encode())
    except import_module("cryptography.exceptions").InvalidSignature:
        return False
    return True


def _id(name: str, key: Ed25519PublicKey) -> bytes:
    return sha256(name.encode() + b"\n" + _ALGORITHM + key.public_bytes_raw()).digest()[:_KEY_ID]


def _read(path: Path, which: str) -> Any:
    kinds, curve = _serialization(), _module("asymmetric.ed25519")
    made = f"make one with `audit key {path.name}`, or with openssl"
    try:
        with path.open("rb") as file:
            pem = file.read(LONGEST)
        key = kinds.load_pem_private_key(pem, None) if which == "private" else kinds.load_pem_public_key(pem)
    except OSError as error:
        raise FileError(error, path) from error
    except TypeError:
        raise _wrong(path, "is protected by a password", "give it without one, in a file of yours alone") from None
    except ValueError:
        raise _wrong(path, f"is not a {which} key in PEM", made) from None
    if not isinstance(key, (curve.Ed25519PrivateKey, curve.Ed25519PublicKey)):
        raise _wrong(path, "is not a key of Ed25519", made)
    return key


def _write(path: Path, content: bytes, mode: int) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123 -- its mode
            file.write(content)
    except FileExistsError:
        raise _wrong(path, "is there already", "name another file; a key is never replaced") from None
    except OSError as error:
        raise FileError(error, path) from error


def _wrong(path: Path, what: str, remedy: str) -> InputError:
    return InputError("key", [Problem(str(path), what, remedy)])


def _serialization() -> Any:
    return _module("serialization")


def _module(name: str) -> Any:
    try:
        return import_module(f"cryptography.hazmat.primitives.{name}")
    except ImportError:
        problem = Problem("Ed25519", "needs the package cryptography", "install ims-fsm[sign]")
        raise InputError("key", [problem]) from None
