"""A forge on loopback: one private repository over HTTP, and the tokens that may read or write it.

Git speaks to it as to GitHub: `https://HOST/OWNER/NAME`, with a token as the password. A repository
that a token may not read is answered with 401, so that whoever fetches without credentials fails.
"""

from __future__ import annotations

import base64
import gzip
import os
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "acme/registry"


class Forge:
    """One bare repository, and who may do what."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME
        self.url = ""
        self.tokens: dict[str, Mapping[str, str]] = {}
        """Each token that is valid, and its permissions: `contents` and so on, to read or write."""
        self.asked: list[str] = []
        """Method, path and query of each request that was let in."""
        self.path.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main")
        for setting in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            self.git("config", setting, "true")
        self.git("config", "http.receivepack", "true")

    def git(self, *arguments: str) -> str:
        """What a git command prints, in the bare repository."""
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def file(self, commit: str, path: str) -> str:
        """The text of a file at a commit."""
        return self.git("show", f"{commit}:{path}")

    def may(self, authorization: str, what: str) -> bool:
        """Whether a request's credentials let it read or write contents."""
        kind, _, encoded = authorization.partition(" ")
        if kind.lower() != "basic":
            return False
        user, _, token = base64.b64decode(encoded).decode().partition(":")
        granted = self.tokens.get(token, {}).get("contents", "none")
        return user == "x-access-token" and granted in {"read": ("read", "write")}.get(
            what, ("write",)
        )


@contextmanager
def forge(folder: Path) -> Iterator[Forge]:
    """A forge that listens until the end of the block."""
    held = Forge(folder)

    class Handler(_Handler):
        hosted = held

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Git's own server, behind the question who asks."""

    hosted: Forge
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self._serve(gzip.decompress(body) if packed else body)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at what was asked."""

    def _serve(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        writes = "git-receive-pack" in self.path
        if not self.hosted.may(
            self.headers.get("Authorization", ""), "write" if writes else "read"
        ):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="forge"'}, b"")
            return
        self.hosted.asked.append(f"{self.command} {self.path}")
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.hosted.folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REQUEST_METHOD": self.command,
                "PATH_INFO": parts.path,
                "QUERY_STRING": parts.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "REMOTE_USER": "x-access-token",
                "REMOTE_ADDR": "127.0.0.1",
            },
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        status = int(fields.pop("Status", "200").split()[0])
        self._answer(status, fields, content)

    def _answer(self, status: int, fields: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
