"""A proxy before PostgreSQL that cuts a connection at a request of the client: before it is passed on, or instead of
the answer. Whoever sent it cannot tell the two apart.

Requests are counted by the protocol's own messages, for how they are cut into packets is another at every run.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from threading import Thread

from sqlalchemy import make_url

# A message is its letter, its length and its content; the first of a connection has no letter.
SIZE = 4
QUERY, SYNC = b"Q", b"S"
#: What is kept until the message behind it says that the request is whole: Parse, Bind, Describe, Execute, Close.
PARTS = frozenset({b"P", b"B", b"D", b"E", b"C"})
#: What ends an answer: ReadyForQuery, or CopyInResponse, with which the server waits for rows.
ENDS = frozenset({b"Z", b"G"})


class Messages:
    """Makes messages of the bytes of one side."""

    def __init__(self, *, lettered: bool) -> None:
        self._bytes, self._lettered = bytearray(), lettered

    def of(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Give the letter and the bytes of every message that is whole now."""
        self._bytes += data
        while len(self._bytes) >= SIZE + self._lettered:
            end = int(self._lettered) + int.from_bytes(self._bytes[self._lettered :][:SIZE])
            if len(self._bytes) < end:
                return
            message, self._bytes = bytes(self._bytes[:end]), self._bytes[end:]
            yield message[: self._lettered], message
            self._lettered = True


class Proxy:
    """Passes requests on to a server, counts them, and cuts."""

    def __init__(self, url: str, counted: bytes, cut: tuple[int, str] | None) -> None:
        self.counted, self.cut, self.count = counted, cut, 0
        server = make_url(url)
        host, port = str(server.query.get("host") or server.host), int(server.port or 5432)
        self._at = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        here = {"host": "127.0.0.1", "port": self._listener.getsockname()[1]}
        plain = server.set(**here, query={"sslmode": "disable", "gssencmode": "disable"})
        self.url = plain.render_as_string(hide_password=False)
        self._threads: list[Thread] = []

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._threads.append(Thread(target=self._pass_on, args=(client,)))
                self._threads[-1].start()

    def close(self) -> None:
        """Take no more connections; those that are open end with their clients."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _pass_on(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX if isinstance(self._at, str) else socket.AF_INET)
        with client, server, suppress(OSError):
            server.connect(self._at)
            asked, request = Messages(lettered=False), b""
            while True:
                for source in select([client, server], [], [])[0]:
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    if source is server:
                        client.sendall(data)
                        continue
                    for letter, message in asked.of(data):
                        request += message
                        if letter not in PARTS:
                            if self._passed_on(letter, request, server):
                                return
                            request = b""

    def _passed_on(self, letter: bytes, request: bytes, server: socket.socket) -> bool:
        """Pass a request on, or cut before or behind it; returns whether it was cut."""
        cut = self._cut(request) if letter in {QUERY, SYNC} else None
        if cut != "before":
            server.sendall(request)
        if cut == "after":
            _answered(server)
        return cut is not None

    def _cut(self, request: bytes) -> str | None:
        if self.counted not in request:
            return None
        self.count += 1
        return self.cut[1] if self.cut and self.cut[0] == self.count - 1 else None


def _answered(server: socket.socket) -> None:
    answer = Messages(lettered=True)
    while data := server.recv(1 << 16):
        if any(letter in ENDS for letter, _ in answer.of(data)):
            return


@contextmanager
def proxied(url: str, counted: bytes = b"", cut: tuple[int, str] | None = None) -> Iterator[Proxy]:
    """Give a proxy before a server, for a block.

    It counts the requests with some bytes in them, and cuts "before" or "after" one of these, by its number from 0.
    """
    proxy = Proxy(url, counted, cut)
    thread = Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
