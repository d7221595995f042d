"""A proxy before PostgreSQL that cuts a connection at a message of the client: before it is passed on, or instead of
the answer. Whoever sent it cannot tell the two apart.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from threading import Thread

from sqlalchemy import make_url

READY = b"Z\x00\x00\x00\x05"


class Proxy:
    """Passes messages on to a server, counts them, and cuts."""

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
            while True:
                for source in select([client, server], [], [])[0]:
                    data = source.recv(1 << 16)
                    cut = self._cut(data) if source is client else None
                    if not data or cut == "before":
                        return
                    (server if source is client else client).sendall(data)
                    if cut == "after":
                        _answered(server)
                        return

    def _cut(self, message: bytes) -> str | None:
        if self.counted not in message:
            return None
        self.count += 1
        return self.cut[1] if self.cut and self.cut[0] == self.count - 1 else None


def _answered(server: socket.socket) -> None:
    answer = b""
    while READY not in answer[-6:] and (data := server.recv(1 << 16)):
        answer += data


@contextmanager
def proxied(url: str, counted: bytes = b"", cut: tuple[int, str] | None = None) -> Iterator[Proxy]:
    """Give a proxy before a server, for a block.

    It counts the messages with some bytes in them, and cuts "before" or "after" one of these, by its number from 0.
    """
    proxy = Proxy(url, counted, cut)
    thread = Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
