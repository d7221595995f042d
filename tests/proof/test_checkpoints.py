"""Checkpoints as text, the keys that sign them, and what is neither."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError
from ims_fsm.proof.checkpoint import Checkpoint, checkpoint_in, root_of
from ims_fsm.proof.keys import is_signed, make_key, signing

PLAIN = Checkpoint("27AAPFU0939F1ZV", 109482, bytes(range(32)))
BODY = "ims-fsm/27AAPFU0939F1ZV\n109482\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


def test_a_checkpoint_is_three_lines_and_is_read_again() -> None:
    assert (PLAIN.text, PLAIN.body) == (BODY, BODY)
    assert Checkpoint.read(BODY) == PLAIN
    assert Checkpoint.read(BODY.replace("\n", "\r\n")) == PLAIN
    assert Checkpoint.read(f"\n{BODY[:-1]}") == PLAIN


def test_a_signed_one_is_a_note(tmp_path: Path) -> None:
    public = make_key(tmp_path / "seal.pem")
    signed = replace(PLAIN, signatures=signing(tmp_path / "seal.pem")(PLAIN))
    head, _, line = signed.text.partition("\n\n")
    assert (f"{head}\n", line[:2], line.split(" ")[1]) == (BODY, "— ", "ims-fsm/27AAPFU0939F1ZV")
    read = Checkpoint.read(signed.text)
    assert read == signed
    assert is_signed(read, public)
    make_key(tmp_path / "other.pem")
    assert not is_signed(read, tmp_path / "other.pem.pub")
    assert not is_signed(PLAIN, public)
    assert not is_signed(replace(read, size=109483), public)
    assert not is_signed(replace(read, recipient="29AABCT1332L1ZA"), public)


@given(bit=st.integers(0, 68 * 8 - 1))
def test_every_changed_bit_of_a_signature_is_refused(tmp_path_factory: pytest.TempPathFactory, bit: int) -> None:
    from base64 import b64decode, b64encode  # noqa: PLC0415 -- of this test alone

    folder = tmp_path_factory.getbasetemp() / "keys"
    folder.mkdir(exist_ok=True)
    if not (folder / "k").exists():
        make_key(folder / "k")
    mark, name, text = signing(folder / "k")(PLAIN)[0].split(" ")
    changed = bytearray(b64decode(text))
    changed[bit // 8] ^= 1 << bit % 8
    lines = (f"{mark} {name} {b64encode(changed).decode()}", f"{mark} {name} ====")
    assert not is_signed(replace(PLAIN, signatures=lines), folder / "k.pub")


def test_a_private_key_is_its_owners_alone_and_none_is_replaced(tmp_path: Path) -> None:
    make_key(tmp_path / "seal.pem")
    assert stat.S_IMODE((tmp_path / "seal.pem").stat().st_mode) == 0o600
    before = (tmp_path / "seal.pem").read_bytes()
    with pytest.raises(InputError, match="is there already; name another file; a key is never replaced"):
        make_key(tmp_path / "seal.pem")
    assert (tmp_path / "seal.pem").read_bytes() == before
    with pytest.raises(InputError, match="does not exist"):
        make_key(tmp_path / "none" / "seal.pem")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_keys_of_openssl_are_taken(tmp_path: Path) -> None:
    key, public = tmp_path / "k.pem", tmp_path / "k.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
    assert is_signed(replace(PLAIN, signatures=signing(key)(PLAIN)), public)


def test_what_is_no_key_is_told(tmp_path: Path) -> None:
    public = make_key(tmp_path / "k")
    (tmp_path / "text").write_text("-----BEGIN NOTHING-----", "utf-8")
    for path, what in (
        (public, "is not a private key in PEM"),
        (tmp_path / "text", "is not a private key"),
        (tmp_path / "no", "does not exist"),
    ):
        with pytest.raises(InputError, match=what) as refused:
            signing(path)
        assert "BEGIN" not in str(refused.value)
    with pytest.raises(InputError, match="is not a public key in PEM"):
        is_signed(replace(PLAIN, signatures=("— a AAAA",)), tmp_path / "k")


def test_a_key_with_a_password_and_one_of_another_kind_are_told(tmp_path: Path) -> None:
    ec = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ec")
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    other = ec.generate_private_key(ec.SECP256R1())
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    (tmp_path / "ec").write_bytes(other.private_bytes(*kinds, serialization.NoEncryption()))
    (tmp_path / "locked").write_bytes(other.private_bytes(*kinds, serialization.BestAvailableEncryption(b"x")))
    for name, what in (("ec", "is not a key of Ed25519"), ("locked", "is protected by a password")):
        with pytest.raises(InputError, match=what):
            signing(tmp_path / name)


def test_without_the_package_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)
    with pytest.raises(InputError, match=r"needs the package cryptography; install ims-fsm\[sign\]"):
        make_key(tmp_path / "k")


@pytest.mark.parametrize(
    "text",
    [
        "",
        BODY.replace("ims-fsm", "other"),
        BODY.replace("109482", "0"),
        BODY.replace("109482", "-1"),
        BODY.replace("109482", "9" * 5000),
        BODY.replace("h8=\n", "h8\n"),
        BODY[:-2],
        BODY + "more\n",
        BODY + "\n— name without end",
        BODY + "\n- name AAAA\n",
        BODY * 1000,
    ],
)
def test_what_is_no_checkpoint_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(text, "utf-8", newline="\n")
    with pytest.raises(InputError, match="is not a checkpoint of a recipient's log"):
        checkpoint_in(tmp_path / "file")


def test_a_file_that_cannot_be_read_and_a_digest_that_is_none_are_told(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, what in (("", "is a folder"), ("no", "does not exist"), ("binary", "is not a checkpoint")):
        with pytest.raises(InputError, match=what):
            checkpoint_in(tmp_path / name)
    assert root_of("AB" * 32) == b"\xab" * 32
    with pytest.raises(InputError, match="is not a digest"):
        root_of("ab")
