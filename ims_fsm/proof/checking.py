"""What a proof proves, looked at step by step and said in words: its hashes, its paths, its checkpoint, its law.

Imports the rest of the room; needs no database. Whatever is in a file that somebody made, it ends with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ims_fsm.errors import printable
from ims_fsm.proof.checkpoint import Checkpoint, checkpoint_of
from ims_fsm.proof.entries import BrokenError, Entries, entries_of, json_object
from ims_fsm.proof.keys import is_signed
from ims_fsm.proof.law import of_the_law
from ims_fsm.proof.leaf import SEAL, hash_of
from ims_fsm.proof.proof import Proof, proof_in
from ims_fsm.proof.statement import Statement
from ims_fsm.proof.tree import consistent, included
from ims_fsm.terms.border import checked_path
from ims_fsm.terms.vocabulary import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a proof was found to prove of a record: each thing that was looked at, and its history in words."""

    recipient: str
    record: int
    #: The state that the last step leads to.
    state: str
    history: tuple[str, ...]
    statements: tuple[Statement, ...]
    #: Whether it was held against a checkpoint or a key from outside of the file.
    anchored: bool

    @property
    def holds(self) -> bool:
        """Whether all that was looked at holds."""
        return all(statement.holds is not False for statement in self.statements)


def check_proof(
    proof: Proof | str | Path, *, checkpoint: Checkpoint | str | Path | None = None, key: str | Path | None = None
) -> Checked:
    """Hold a proof, or the file of one, against a checkpoint that somebody keeps and a public key (PEM), if given.

    Raises `InputError` for what is no proof, no checkpoint or no key.
    """
    whole = proof if isinstance(proof, Proof) else proof_in(checked_path("proof", proof))
    mine = checkpoint_of(checkpoint)
    try:
        entries = entries_of(whole)
        held = f"{len(whole.leaves)} entries with {len(entries.contents)} contents and {len(entries.steps)} steps"
        chained = "without a gap; each entry names the one before by its hash"
        first = Statement(f"The file has {held}, {chained}.", holds=True)
    except BrokenError as broken:
        entries, first = Entries(), Statement(f"The entries do not hold together: {broken}.", holds=False)
    statements = [first, _of_the_contents(whole, entries), *_of_the_log(whole), *_of_the_checkpoint(whole, mine)]
    if key is not None:
        signed = is_signed(whole.checkpoint, checked_path("key", key))
        statements.append(Statement(f"The checkpoint is {'' if signed else 'not '}signed by {key}.", holds=signed))
    return Checked(
        recipient=printable(whole.recipient),
        record=whole.record,
        state=printable(entries.steps[-1]["dest"]) if entries.steps else str(State.NO_ACTION),
        history=tuple(printable(line) for line in entries.in_words(whole.contents)),
        statements=(*statements, *of_the_law(whole, entries.steps)),
        anchored=mine is not None or key is not None,
    )


def _of_the_contents(proof: Proof, entries: Entries) -> Statement:
    hashes = [sha256(text.encode(errors="surrogatepass")).hexdigest() for text in proof.contents]
    if hashes != [row["hash"] for row in entries.contents]:
        return Statement("The contents are not those that the entries name by their SHA-256.", holds=False)
    return Statement("Each content is the one that its entry names by its SHA-256.", holds=True)


def _of_the_log(proof: Proof) -> Iterator[Statement]:
    size, root = proof.checkpoint.size, proof.checkpoint.root
    newest = hash_of(proof.leaves[-1]) if proof.leaves else b""
    is_in = included(newest, proof.position, size, proof.path, root) and proof.checkpoint.recipient == proof.recipient
    place = f"{'' if is_in else 'not '}leaf {proof.position + 1} of the log of {size} leaves of {proof.recipient}"
    yield Statement(f"The newest entry is {place}.", holds=is_in)
    try:
        end = json_object(proof.closing, "the last leaf")
        count, top = end.get("subjects"), bytes.fromhex(str(end.get("newest")))
    except (BrokenError, ValueError):
        end, count, top = {}, 0, b""
    is_last = included(hash_of(proof.closing), size - 1, size, proof.closing_path, root)
    is_newest = type(count) is int and included(newest, proof.rank, count, proof.newest_path, top)
    if is_last and is_newest and end.get("recipient") == proof.recipient and SEAL in end:
        by = f"Seal {end[SEAL]} of {end.get('at')}, set by {end.get('actor')}, ends the log"
        yield Statement(f"{by} and names the newest entry of each record: no later one is left out.", holds=True)
    else:
        yield Statement("The seal that ends the log does not say that the record has no later entry.", holds=False)


def _of_the_checkpoint(proof: Proof, mine: Checkpoint | None) -> Iterator[Statement]:
    now, earlier = proof.checkpoint, proof.earlier
    if mine is None:
        remedy = "give one that you keep, or the public key that signs it"
        yield Statement(f"No checkpoint of yours was given, so all of the log may be made up; {remedy}.", holds=None)
    elif _is_same(mine, now):
        yield Statement(f"The log is that of your checkpoint of {mine.size} leaves.", holds=True)
    elif earlier is None or not _is_same(mine, earlier):
        lacks = f"The file has no path from your checkpoint of {mine.size} leaves of {mine.recipient}"
        yield Statement(f"{lacks}; ask for a proof that is made with that checkpoint.", holds=False)
    else:
        grew = consistent((mine.size, mine.root), (now.size, now.root), proof.earlier_path)
        became = "was only added to and became" if grew else "did not become"
        yield Statement(f"The log of your checkpoint of {mine.size} leaves {became} this one.", holds=grew)


def _is_same(mine: Checkpoint, other: Checkpoint) -> bool:
    return (mine.recipient, mine.size, mine.root) == (other.recipient, other.size, other.root)
