"""Changes what may be read into what may not: its bytes, its text, its nodes where it is JSON, its members in a zip.

Imports nothing of the program. The same seed makes the same changes.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from random import Random
from typing import Any

# What has made readers stumble: signs that hide or act, numbers without end, what looks like other types.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**400, 0.1, -0.0, 1e308, float("nan"), float("inf"), "", " ", "\0", "\x1b[2J",
    "\ud800", "\u202e", "\ufeff", "\u0663", "1e999999999", "-0", "1_000", "0x10", "NaN", "Infinity", "99-99-9999",
    "31-02-2024", "2024-13", "132024", "00-00-0000", "27AAPFU0939F1ZV", "../../x", "{}", "[]", "=1+1", "A" * 5_000,
    [], {}, [[]], {"": []}, [None], {"data": {}}, {"gstin": None},
)  # fmt: skip
TOKENS = (
    *(value.encode("utf-8", "surrogatepass") for value in VALUES if isinstance(value, str)),
    b'"', b"'", b'"""', b"\\", b"\\u0000", b"\\ud800", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b",", b";",
    b"\t", b"[" * 3_000, b"{" * 500, b'{"a":' * 2_000, b"a." * 200, b"]", b"}", b"=", b"#", b"/*", b"-" * 50,
    b"9" * 5_000, b"PK\x03\x04",
)  # fmt: skip


class Mutation:
    """Draws changed inputs from a corpus."""

    def __init__(self, corpus: Sequence[bytes], seed: object) -> None:
        self.corpus, self.chance = corpus, Random(f"{seed}")  # noqa: S311 -- the same each time

    def draw(self) -> bytes:
        """Return one of the corpus with some changes."""
        content = self.chance.choice(self.corpus)
        for _ in range(self.chance.choice((1, 1, 1, 2, 4, 8))):
            content = self.changed(content)
        return content

    def changed(self, content: bytes) -> bytes:
        if content.startswith(b"PK") and self.chance.random() < 0.8:
            return self._member(content)
        if content.lstrip(b"\xef\xbb\xbf \r\n")[:1] in {b"{", b"["} and self.chance.random() < 0.7:
            try:
                return self._node(json.loads(content))
            except (ValueError, RecursionError):
                pass
        return self.chance.choice((self._cut, self._token, self._flip, self._repeat, self._splice))(content)

    # --- bytes --------------------------------------------------------------------------------------------------------

    def _span(self, content: bytes) -> tuple[int, int]:
        start = self.chance.randint(0, len(content))
        return start, min(len(content), start + self.chance.choice((0, 1, 2, 8, 64, 1024)))

    def _cut(self, content: bytes) -> bytes:
        start, end = self._span(content)
        return content[:start] + content[self.chance.choice((end, len(content))) :]

    def _token(self, content: bytes) -> bytes:
        start, end = self._span(content)
        return content[:start] + self.chance.choice(TOKENS) + content[end:]

    def _flip(self, content: bytes) -> bytes:
        start, end = self._span(content)
        return content[:start] + self.chance.randbytes(end - start) + content[end:]

    def _repeat(self, content: bytes) -> bytes:
        start, end = self._span(content)
        return content[:start] + content[start:end] * self.chance.choice((2, 3, 100)) + content[end:]

    def _splice(self, content: bytes) -> bytes:
        start, end = self._span(content)
        other = self.chance.choice(self.corpus)
        return content[:start] + other[slice(*self._span(other))] + content[end:]

    # --- what it is made of -------------------------------------------------------------------------------------------

    def _node(self, tree: Any) -> bytes:
        places = list(_places(tree))
        if places:
            holder, key = self.chance.choice(places)
            self._change(holder, key)
        else:
            tree = self.chance.choice(VALUES)
        return json.dumps(tree, ensure_ascii=self.chance.random() < 0.5).encode("utf-8", "surrogatepass")

    def _change(self, holder: Any, key: Any) -> None:
        chance = self.chance
        what = chance.randrange(6)
        if what == 0:
            del holder[key]
        elif what == 1 and isinstance(holder, list):
            holder += holder[key : key + 1] * chance.choice((1, 2, 50))
        elif what == 1:
            holder[str(chance.choice(VALUES))[:40]] = holder.pop(key)
        elif what == 2 and isinstance(holder[key], str):
            text = holder[key].encode("utf-8", "surrogatepass")
            holder[key] = self._token(text).decode("utf-8", "replace")
        else:
            holder[key] = chance.choice(VALUES)

    def _member(self, content: bytes) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            name = self.chance.choice(sorted(members))
        except (zipfile.BadZipFile, zlib.error, IndexError, EOFError, OSError, ValueError, RuntimeError):
            return self._flip(content)
        members[name] = self.changed(members[name])
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in members.items():
                archive.writestr(member, text)
        return out.getvalue()


def _places(tree: Any) -> Any:
    """Give each node of a tree by what holds it and its key there."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, node in list(items):
        yield tree, key
        yield from _places(node)
