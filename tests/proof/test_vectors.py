"""The program's own vectors: leaves, roots and a signed checkpoint that openssl made, as whoever reads proofs would."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

from ims_fsm.proof.checkpoint import Checkpoint
from ims_fsm.proof.keys import signing
from ims_fsm.proof.leaf import closing, hash_of, leaf, written
from ims_fsm.proof.tree import Tree

OURS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))["ours"]
# What stands before the 32 bytes of a private key of Ed25519 in PKCS #8.
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")


def test_leaves_and_roots_are_those_of_openssl() -> None:
    hashes = [hash_of(text) for text in OURS["leaves"]]
    assert [digest.hex() for digest in hashes] == OURS["hashes"]
    assert Tree(b"".join(hashes[:2])).root().hex() == OURS["newest"]
    assert Tree(b"".join(hashes)).root().hex() == OURS["root"]


def test_a_leaf_is_written_as_it_was() -> None:
    record, period, end = map(json.loads, OURS["leaves"])
    for entry, subject in ((record, "record"), (period, "return")):
        rows = {name: entry[name] for name in ("steps", "contents") if name in entry}
        texts = {
            name: [written({**row, "at": datetime.fromisoformat(row["at"])}) for row in listed]
            for name, listed in rows.items()
        }
        assert leaf({"recipient": entry["recipient"], subject: entry[subject]}, None, **texts) in OURS["leaves"]
    moments = datetime.fromisoformat(end["at"]), datetime.fromisoformat(end["recorded_at"])
    whose = {"recipient": end["recipient"], "seal": end["seal"]}
    assert closing(whose, end["actor"], moments, end["newest"], end["subjects"]) == OURS["leaves"][2]


def test_a_checkpoint_is_signed_as_openssl_signs_it(tmp_path: Path) -> None:
    pem = b64encode(PKCS8 + bytes.fromhex(OURS["secret"])).decode()
    (tmp_path / "k").write_text(f"-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n", "utf-8")
    checkpoint = Checkpoint("27AAPFU0939F1ZV", 3, bytes.fromhex(OURS["root"]))
    signed = Checkpoint(checkpoint.recipient, 3, checkpoint.root, signing(tmp_path / "k")(checkpoint))
    assert signed.text == OURS["checkpoint"]
    assert Checkpoint.read(OURS["checkpoint"]) == signed
