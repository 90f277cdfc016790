"""The server of a growing report: bound to 127.0.0.1 alone, for programs of this machine that call it by this name, and read-only."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.live.live_page import LIVE_JS, SCRIPT, VERSION, policy, waiting_page, with_script
from benchsuite.live.served_files import name_of, read_below, type_of

LOOPBACK = "127.0.0.1"
METHODS = ("GET", "HEAD")
PATIENCE = 10.0
"""Seconds that a client may be silent."""
LARGEST_PORT = 65535


class LiveServer(ThreadingHTTPServer):
    """Serves the files below one folder.

    Args:
        folder: Where the report lies, or will.
        port: Where to listen; 0 for any that is free.

    Raises:
        BenchsuiteError: If there can be no server at that port.
    """

    daemon_threads = True
    allow_reuse_address = True  # of a server that ended a moment ago; a port that somebody listens at stays theirs

    def __init__(self, folder: Path, port: int = 0) -> None:
        if not 0 <= port <= LARGEST_PORT:
            raise BenchsuiteError(
                f"--port must be a number from 0 to {LARGEST_PORT}; 0 takes any that is free. Received: {port}."
            )
        self.folder = folder
        self.version = 0
        """Counts the reports that were written: pages load themselves anew when it changes."""
        self.waiting = "No report was written yet. This page looks for one by itself."
        """What is said until there is a report."""
        try:
            super().__init__((LOOPBACK, port), LiveHandler)
        except OSError as error:
            why = {errno.EADDRINUSE: "another program listens there", errno.EACCES: "the system keeps it for itself"}
            said = why.get(error.errno or 0, str(error.strerror))
            raise BenchsuiteError(
                f"cannot serve at port {port} of {LOOPBACK}: {said}. Choose another with --port N, or leave it out: then any that is "
                "free is taken."
            ) from None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """What a browser is given."""
        return f"http://{LOOPBACK}:{self.port}/"

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve in threads of their own; at the end nobody listens any more."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="live", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            self.server_close()

    def server_bind(self) -> None:
        """Bind, without asking a name server who we are."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that goes away in the middle of an answer is no news."""


class LiveHandler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: LiveServer
    server_version, sys_version = "benchsuite", ""
    timeout = PATIENCE

    def parse_request(self) -> bool:
        """Read the head of a request; what is not meant for us, or more than reading, is refused here."""
        if not super().parse_request():
            return False
        hosts = self.headers.get_all("Host") or []
        ours = {f"{name}:{self.server.port}" for name in (LOOPBACK, "localhost")}
        if len(hosts) != 1 or hosts[0].strip().lower() not in ours:
            # A page of elsewhere may have given its own name our address.
            return self._refuse(
                HTTPStatus.MISDIRECTED_REQUEST, f"This is {self.server.address}, and answers to no other name."
            )
        if self.command not in METHODS:
            return self._refuse(
                HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD: nothing can be changed from here.", Allow="GET, HEAD"
            )
        site, goal = self.headers.get("Sec-Fetch-Site", ""), self.headers.get("Sec-Fetch-Dest", "document")
        if site in ("cross-site", "same-site") and goal != "document":
            return self._refuse(HTTPStatus.FORBIDDEN, "Pages of elsewhere may link here, and take nothing in.")
        return True

    def do_GET(self) -> None:
        """Send a file."""
        server = self.server
        path = self.path.partition("?")[0]
        if path == VERSION:
            self._send(str(server.version).encode(), "text/plain; charset=utf-8")
        elif path == SCRIPT:
            self._send(LIVE_JS.encode(), type_of("live.js"))
        else:
            version = str(
                server.version
            )  # before the page is read: a page that is newer than it says is loaded once too often
            name = name_of(self.path)
            content = read_below(server.folder, name) if name is not None else None
            if content is None and name == "index.html":
                content = waiting_page(server.waiting)
            if name is None or content is None:
                self._refuse(HTTPStatus.NOT_FOUND, "There is no such page.")
            else:
                page = name.endswith(".html")
                self._send(with_script(content, version) if page else content, type_of(name))

    do_HEAD = do_GET

    def _refuse(self, status: HTTPStatus, said: str, **headers: str) -> bool:
        self._send(f"{said}\n".encode(), "text/plain; charset=utf-8", status, **headers)
        return False

    def _send(self, content: bytes, type: str, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> None:
        self.close_connection = True  # what a body might hold is never read as another request
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", policy(content if type.startswith("text/html") else b""))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: who reads needs no list of what he reads."""
