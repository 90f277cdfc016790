"""The server of a growing report: one folder, one address, reading alone."""

from __future__ import annotations

import http.client
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.live.live_page import LIVE_JS, policy, with_script
from benchsuite.live.served_files import name_of
from benchsuite.live.server import LiveServer

SECRET = b"what nobody may read"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    place = tmp_path_factory.mktemp("live")
    (place / "secret.txt").write_bytes(SECRET)
    report = place / "report"
    (report / "components").mkdir(parents=True)
    (report / "index.html").write_text(
        "<!DOCTYPE html><html><body><script>alert(1)</script><p>the report</p></body></html>"
    )
    (report / "components" / "a b.html").write_text("<p>no end of a body")
    (report / "site.css").write_text("p { color: red }")
    (report / ".hidden.html").write_bytes(SECRET)
    (report / "linked.html").symlink_to(place / "secret.txt")
    (report / "elsewhere").symlink_to(place)
    os.mkfifo(report / "pipe.html")
    found = LiveServer(report)
    with found.serving():
        yield found


def raw(server: LiveServer, head: str, body: bytes = b"") -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sent:
        sent.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
        parts = []
        while part := sent.recv(65536):
            parts.append(part)
    return b"".join(parts)


def ask(server: LiveServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for a path letter by letter, as no browser would."""
    host = headers.pop("Host", f"127.0.0.1:{server.port}")
    rest = "".join(f"\n{name.replace('_', '-')}: {value}" for name, value in headers.items())
    answer = raw(server, f"{method} {path} HTTP/1.1\nHost: {host}{rest}")
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    return int(lines[0].split()[1]), dict(line.split(": ", 1) for line in lines[1:]), body


def test_a_page_is_served_with_the_script_that_loads_it_anew(server: LiveServer) -> None:
    status, headers, body = ask(server, "/")
    assert status == 200
    assert body == (
        b'<!DOCTYPE html><html><body><script>alert(1)</script><p>the report</p><script src="/-/live.js" data-version="0" defer></script>'
        b"\n</body></html>"
    )
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Length"] == str(len(body))
    assert headers["Cache-Control"] == "no-store"
    assert ask(server, "/index.html?a=b#c")[2] == body
    assert ask(server, "/components/a%20b.html")[2].startswith(b"<p>no end of a body<script src=")
    assert ask(server, "/site.css")[1]["Content-Type"] == "text/css; charset=utf-8"
    assert ask(server, "/-/live.js")[2] == LIVE_JS.encode()


def test_the_version_is_told_and_changes(server: LiveServer) -> None:
    assert ask(server, "/-/version")[2] == b"0"
    server.version = 7
    assert ask(server, "/-/version")[2] == b"7"
    assert b'data-version="7"' in ask(server, "/")[2]
    server.version = 0


def test_what_only_the_head_is_asked_of_has_no_body(server: LiveServer) -> None:
    status, headers, body = ask(server, "/", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(ask(server, "/")[2])


TRICKS = [
    "/../secret.txt", "/../report/index.html", "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt", "/..%2fsecret.txt",
    "/components/../../secret.txt", "/components/%2e%2e/%2e%2e/secret.txt", "/%252e%252e/secret.txt",
    "/..\\secret.txt", "/%5c..%5csecret.txt", "/./index.html", "/components//a%20b.html", "/components/",
    "/components", "/.", "/..", "/.hidden.html", "/%2ehidden.html", "/linked.html", "/elsewhere/secret.txt",
    "/pipe.html", "/index.html/", "/index.html/x", "/index.html%00.css", "/secret.txt%00.html", "/%00", "/%ff%fe",
    "/C:/windows", "/etc/passwd", "/%2fetc%2fpasswd", "/\x7f", "/" + "a" * 3000, "/" + "a/" * 900, "/-/",
    "/-/nothing",
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
def test_no_trick_of_a_path_leads_anywhere(path: str, server: LiveServer) -> None:
    status, _, body = ask(server, path)
    assert status == 404
    assert body == b"There is no such page.\n"


@pytest.mark.parametrize(
    "path", ["//etc/passwd", "http://127.0.0.1/etc/passwd", "file:///etc/passwd", "*", "etc/passwd", "?", ""]
)
def test_what_is_no_path_of_ours_gets_nothing(path: str, server: LiveServer) -> None:
    answer = raw(server, f"GET {path} HTTP/1.1\nHost: 127.0.0.1:{server.port}")
    assert not answer.startswith(b"HTTP/1.0 200")
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "127.0.0.2:{port}",
        "",
    ],
)
def test_who_calls_it_by_another_name_is_refused(host: str, server: LiveServer) -> None:
    status, _, body = ask(server, "/", Host=host.format(port=server.port))
    assert status == 421
    assert b"the report" not in body


def test_two_names_or_none_are_refused_and_localhost_is_its_name(server: LiveServer) -> None:
    port = server.port
    assert raw(server, f"GET / HTTP/1.1\nHost: 127.0.0.1:{port}\nHost: evil.example").startswith(b"HTTP/1.0 421")
    assert raw(server, "GET / HTTP/1.0").startswith(b"HTTP/1.0 421")
    assert ask(server, "/", Host=f"LOCALHOST:{port}")[0] == 200


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "version"]
)
def test_nothing_but_reading_is_answered(method: str, server: LiveServer) -> None:
    status, headers, body = ask(server, "/", method)
    assert status == 405
    assert headers["Allow"] == "GET, HEAD"
    assert b"the report" not in body


def test_a_body_is_never_read_as_another_request(server: LiveServer) -> None:
    inner = f"GET /site.css HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
    answer = raw(server, f"GET / HTTP/1.1\nHost: 127.0.0.1:{server.port}\nContent-Length: {len(inner)}", inner)
    assert answer.count(b"HTTP/1.0 ") == 1
    assert b"color: red" not in answer


def test_other_pages_may_link_here_and_take_nothing_in(server: LiveServer) -> None:
    assert ask(server, "/site.css", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="script")[0] == 403
    assert ask(server, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="iframe")[0] == 403
    assert ask(server, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="document")[0] == 200
    assert ask(server, "/site.css", Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="style")[0] == 200


def test_every_answer_forbids_what_comes_from_elsewhere(server: LiveServer) -> None:
    for path in ("/", "/site.css", "/nothing", "/-/version"):
        headers = ask(server, path)[1]
        rules = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["connect-src"] == "'self'"
        assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
        assert not re.search(r"unsafe-eval|https?:|\*", headers["Content-Security-Policy"])
        assert "unsafe-inline" not in rules["script-src"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert not [name for name in headers if name.startswith("Access-Control")]


def test_the_scripts_of_a_page_run_and_handlers_in_it_do_not() -> None:
    # printf 'alert(1)' | openssl dgst -sha256 -binary | base64
    assert "script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';" in policy(
        b"<SCRIPT>alert(1)</SCRIPT><p onclick='x()'>"
    )
    assert "script-src 'self';" in policy(b"<script src='assets/site.js'></script>")


def test_rules_of_the_page_itself_give_way_to_those_that_are_sent_with_it() -> None:
    own = b'<head><meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><title>x</title></head><body></body>'
    served = with_script(own, "3")
    assert served.startswith(b"<head><title>x</title></head><body><script src=")
    assert "connect-src 'self'" in policy(served)


def test_an_empty_place_says_that_there_is_no_report_yet(tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "report")
    server.waiting = 'No <script>alert("x")</script> yet.'
    with server.serving():
        status, _, body = ask(server, "/")
        assert status == 200
        assert b"No &lt;script&gt;" in body
        assert b"/-/live.js" in body
        assert ask(server, "/tasks.html")[0] == 404


def test_nobody_listens_on_another_interface_nor_after_the_end(tmp_path: Path) -> None:
    server = LiveServer(tmp_path)
    others = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} | {"127.0.0.2"}
    with server.serving():
        assert server.socket.getsockname()[0] == "127.0.0.1"
        for other in sorted(others - {"127.0.0.1"}):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((other, server.port), timeout=5)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


def test_a_port_that_is_taken_or_is_none_is_one_line(server: LiveServer, tmp_path: Path) -> None:
    with pytest.raises(BenchsuiteError) as told:
        LiveServer(tmp_path, server.port)
    assert str(told.value) == (
        f"cannot serve at port {server.port} of 127.0.0.1: another program listens there. Choose another with --port N, or leave it out: "
        "then any that is free is taken."
    )
    for port in (-1, 65536):
        with pytest.raises(
            BenchsuiteError,
            match=f"--port must be a number from 0 to 65535; 0 takes any that is free. Received: {port}",
        ):
            LiveServer(tmp_path, port)


def test_an_address_is_decoded_once_and_never_again() -> None:
    assert name_of("/a%2520b.html") == "a%20b.html"
    assert name_of("/") == name_of("/?x") == "index.html"
    assert name_of("") is None
