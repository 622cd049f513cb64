"""Receivers on loopback that are really spoken to, with their bad days: a web hook, a mail server.

Both are fixtures. What they are asked is kept, and what comes next can be planned, a step a
request; when the plan is over, they are well again::

    hook.plan(Answer(429, {"Retry-After": "1"}), Answer(500), Silence(30), Closed(), Cut())
    hook.posts[0].body, hook.posts[0].headers["webhook-id"]
    hook.arrived = lambda post: ...                   something happens while it is asked

    mailbox.plan(RCPT="450 4.2.0 come back later")    the next reply to a command; a list for several
    mailbox.refuse("ghost@example.com", "550 5.1.1 nobody")
    mailbox.plan(DATA=Silence(30))                    takes the whole mail, and says nothing
    mailbox.mails[0].recipients, mailbox.mails[0].parsed["Subject"]

A `Certificates` makes either of them speak TLS with a certificate that is trusted in this process.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import warnings
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """An answer like any other."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    slow: float = 0.0
    """Seconds before it comes."""


@dataclass(frozen=True)
class Silence:
    """It takes all, says nothing for so many seconds, and hangs up."""

    seconds: float = 30.0


@dataclass(frozen=True)
class Closed:
    """It takes all, and hangs up."""


@dataclass(frozen=True)
class Cut:
    """It begins to answer, and hangs up: within its status line, or within the body."""

    within: str = "body"


@dataclass(frozen=True)
class Dribble:
    """A byte of its first line now and then, for ever."""

    every: float = 0.05


Step = Answer | Silence | Closed | Cut | Dribble


@dataclass(frozen=True)
class Post:
    """One request as it came; names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class Hook:
    """A receiver of web hooks."""

    def __init__(self) -> None:
        self.url = ""
        """Ends in `/hook`; whatever stands behind it is received too."""
        self.posts: list[Post] = []
        self.arrived: Callable[[Post], object] = lambda _: None
        self.over = threading.Event()
        self._plan: deque[Step] = deque()
        self._always: Step = Answer()

    def plan(self, *steps: Step) -> None:
        """What the next requests get, one each."""
        self._plan.extend(steps)

    def always(self, step: Step) -> None:
        """What every request gets for which nothing else is planned."""
        self._always = step

    def next(self, post: Post) -> Step:
        """What this request gets."""
        self.posts.append(post)
        step = self._plan.popleft() if self._plan else self._always
        self.arrived(post)
        return step


class _Listener(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hook: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        step = self.hook.next(Post(self.path, headers, body))
        self.close_connection = True
        with suppress(OSError):  # the other side may have given up
            self._take(step)

    def do_GET(self) -> None:
        self.do_POST()

    def _take(self, step: Step) -> None:
        if isinstance(step, Silence):
            self.hook.over.wait(step.seconds)
        elif isinstance(step, Cut) and step.within == "status":
            self.wfile.write(b"HTTP/1.1 20")
        elif isinstance(step, Cut):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhal")
        elif isinstance(step, Dribble):
            for byte in b"HTTP/1.1" + b" " * 60_000:
                if self.hook.over.wait(step.every):
                    return
                self.wfile.write(bytes((byte,)))
                self.wfile.flush()
        elif isinstance(step, Answer):
            self.hook.over.wait(step.slow)
            self.send_response(step.status)
            for name, value in step.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(step.body)))
            self.end_headers()
            self.wfile.write(step.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: what a test wants to know stands in `posts`."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody hung up in the middle of it; that is what tests are for."""


@contextmanager
def receiving(trusted: Certificates | None = None) -> Iterator[Hook]:
    """A web hook that listens meanwhile; over TLS where certificates are given."""
    hook = Hook()
    listener = type("Listener", (_Listener,), {"hook": hook})
    server = _Server(("127.0.0.1", 0), listener)
    if trusted is not None:
        # The handshake in the thread of the connection, so that a bad one holds up no other.
        server.socket = trusted.server.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    scheme, host = ("https", "localhost") if trusted else ("http", "127.0.0.1")
    hook.url = f"{scheme}://{host}:{server.server_address[1]}/hook"
    try:
        yield hook
    finally:
        hook.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def unheard() -> str:
    """A URL at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/hook"


class Proxy:
    """A proxy that lets those through who ask for it as HTTPS asks (CONNECT), whatever the host."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str]] = []
        """Whom for, and what was said to be allowed to."""
        self.lets = True


@contextmanager
def passing(to: Hook) -> Iterator[Proxy]:
    """A proxy that listens meanwhile, behind which everybody is this web hook."""
    proxy = Proxy()
    port = int(to.url.rpartition(":")[2].partition("/")[0])

    def handle(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += connection.recv(4_096)
            lines = head.decode().split("\r\n")
            allowed = [each for each in lines if each.lower().startswith("proxy-authorization:")]
            proxy.asked.append((lines[0].split()[1], "".join(allowed).partition(": ")[2]))
            if not proxy.lets:
                connection.sendall(b"HTTP/1.1 403 No\r\n\r\n")
                return
            connection.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
            with socket.create_connection(("127.0.0.1", port)) as inner:
                back = threading.Thread(target=_pumped, args=(inner, connection), daemon=True)
                back.start()
                _pumped(connection, inner)
                back.join(5)

    listener = socket.create_server(("127.0.0.1", 0))
    proxy.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def listen() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=handle, args=listener.accept()[:1], daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _pumped(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


class Certificates:
    """A certificate authority of our own, and a certificate of it for localhost and 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        import ssl

        import trustme

        authority = trustme.CA()
        self.bundle = folder / "trusted.pem"
        """What to set SSL_CERT_FILE to."""
        authority.cert_pem.write_to_path(str(self.bundle))
        self.server: ssl.SSLContext = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        names = ("localhost", "127.0.0.1", "receiver.example")
        authority.issue_cert(*names).configure_cert(self.server)
        self.of_another_host: ssl.SSLContext = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("example.org").configure_cert(self.of_another_host)


# --- mail ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Received:
    """One mail that was taken, for the recipients for whom it was."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    secure: bool
    """Whether it came over TLS."""
    user: str
    """Who had logged in; `""` where nobody had."""

    @property
    def parsed(self) -> EmailMessage:
        """The mail with its headers decoded."""
        return message_from_bytes(self.content, policy=policy.default)


class Mailbox:
    """A mail server that takes everything, unless it is planned otherwise."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.mails: list[Received] = []
        self.logins: list[tuple[str, str]] = []
        self.users: dict[str, str] = {}
        self.arrived: Callable[[Received], object] = lambda _: None
        self._plans: dict[str, deque[str | Silence | Closed]] = {}
        self._refused: dict[str, str] = {}
        self.over: asyncio.Event | None = None

    def plan(self, **replies: str | Silence | Closed | list[str | Silence | Closed]) -> None:
        """The next replies to MAIL, RCPT, DATA (after the whole mail)."""
        for command, planned in replies.items():
            steps = planned if isinstance(planned, list) else [planned]
            self._plans.setdefault(command, deque()).extend(steps)

    def refuse(self, recipient: str, reply: str) -> None:
        """What every mail for this recipient gets."""
        self._refused[recipient] = reply

    async def _next(self, command: str, server: Any, otherwise: str) -> str:
        planned = self._plans.get(command)
        step = planned.popleft() if planned else otherwise
        if isinstance(step, str):
            return step
        if isinstance(step, Silence) and self.over is not None:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.over.wait(), step.seconds)
        server.transport.abort()
        return "421 gone"

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Who it comes from."""
        envelope.mail_from = address
        return await self._next("MAIL", server, "250 OK")

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Who it is for."""
        reply = await self._next("RCPT", server, self._refused.get(address, "250 OK"))
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """The mail itself. One that is taken and not answered for is taken all the same."""
        user = getattr(session.auth_data, "login", b"").decode() if session.authenticated else ""
        secure = server.transport.get_extra_info("sslcontext") is not None
        mail = Received(
            envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content, secure, user
        )
        planned = self._plans.get("DATA")
        if not planned or not isinstance(planned[0], str) or planned[0].startswith("250"):
            self.mails.append(mail)
        self.arrived(mail)
        return await self._next("DATA", server, "250 taken")

    def admits(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        """Whether a login is one of `users`."""
        from aiosmtpd.smtp import AuthResult

        user, password = data.login.decode(), data.password.decode()
        self.logins.append((user, password))
        return AuthResult(success=self.users.get(user) == password, handled=False, auth_data=data)


@contextmanager
def posting(
    trusted: Certificates | None = None,
    *,
    starttls: bool = False,
    login: bool = False,
    other_host: bool = False,
) -> Iterator[Mailbox]:
    """A mail server that listens meanwhile: over TLS where certificates are given, or with STARTTLS.

    With `login`, nobody posts who is not one of `users`; `other_host` is a wrong certificate.
    """
    from aiosmtpd.smtp import SMTP

    mailbox = Mailbox()
    context = None
    if trusted is not None:
        context = trusted.of_another_host if other_host else trusted.server

    def conversation() -> SMTP:
        with warnings.catch_warnings():
            # It does not count TLS from the first byte as TLS, and warns of a login without.
            warnings.simplefilter("ignore")
            return SMTP(
                mailbox,
                hostname="receiver.example",
                tls_context=context if starttls else None,
                authenticator=mailbox.admits if login else None,
                auth_required=login,
                auth_require_tls=starttls or not login,  # so that without it none is offered
                loop=loop,
            )

    loop = asyncio.new_event_loop()
    started = threading.Event()
    thread = threading.Thread(
        target=_listen,
        args=(loop, mailbox, conversation, None if starttls else context, started),
        daemon=True,
    )
    thread.start()
    assert started.wait(10)
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _listen(
    loop: asyncio.AbstractEventLoop,
    mailbox: Mailbox,
    conversation: Callable[[], asyncio.Protocol],
    context: ssl.SSLContext | None,
    started: threading.Event,
) -> None:
    asyncio.set_event_loop(loop)
    mailbox.over = asyncio.Event()
    server = loop.run_until_complete(loop.create_server(conversation, "127.0.0.1", 0, ssl=context))
    mailbox.port = server.sockets[0].getsockname()[1]
    mailbox.host = "localhost" if context else "127.0.0.1"
    started.set()
    loop.run_forever()
    server.close()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
