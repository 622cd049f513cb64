"""One mail handed to one server, and what came of it: who accepted it, who did not, how far it got.

TLS is used and certificates are verified, unless the server is on this machine or its URL says
`?tls=off`; a password never goes out without TLS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from schemareg.adapters.delivery.deadline import deadline
from schemareg.adapters.delivery.failures import describe_failure
from schemareg.adapters.delivery.http import HttpLimits, is_here
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from smtplib import SMTP

_PORTS = {"smtp": 587, "smtps": 465}
"""Source: RFC 6409, section 3.1; RFC 8314, section 3.3."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, as its URL says."""

    host: str
    port: int
    tls: str
    """`on` from the first byte, `starttls`, or `off`."""
    user: str = ""
    password: str = ""


class Reply(NamedTuple):
    """What a server said to one command."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class MailResult:
    """What came of one mail."""

    accepted: tuple[str, ...] = ()
    """The recipients for whom the server took it."""
    refused: tuple[tuple[str, Reply], ...] = ()
    """The recipients for whom it did not, each with what it said."""
    reply: Reply | None = None
    """What the server said when it refused the whole."""
    failure: str = ""
    """Why there is no reply, without the address; `""` where all went as it should."""
    hopeless: bool = False
    """Whether the same would fail again, whenever it is tried: the two cannot agree."""
    handed_over: bool = False
    """Whether the whole mail had left: then it may have been taken."""


class _Failed(Exception):
    """The conversation cannot go on; what to say of it."""

    def __init__(self, handed: MailResult) -> None:
        super().__init__(handed.failure)
        self.handed = handed


def server(url: str) -> Server:
    """The server that a URL names: smtps://user:password@host:465, smtp://host:587?tls=off.

    Raises RegistryError, which does not show the URL.
    """
    if not url.isprintable() or " " in url:
        raise RegistryError("the mail server's URL has spaces or characters that nobody sees")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").lower().encode("idna").decode("ascii")
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except (ValueError, UnicodeError):
        raise RegistryError("the mail server's URL is malformed") from None
    if parts.scheme not in _PORTS or not host or parts.path.strip("/") or port == 0:
        raise RegistryError("the mail server's URL is not smtps://host:port or smtp://host:port")
    here = is_here(host)
    tls = "on" if parts.scheme == "smtps" else options.pop("tls", "off" if here else "starttls")
    if options or tls not in ("on", "starttls", "off") or (parts.scheme == "smtp" and tls == "on"):
        raise RegistryError("the mail server's URL may end in ?tls=starttls or ?tls=off alone")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and tls == "off" and not here:
        raise RegistryError("the mail server's URL would send a password in the clear")
    return Server(host, port or _PORTS[parts.scheme], tls, user, password)


def send_mail(
    to: Server,
    sender: str,
    recipients: Sequence[str],
    mail: bytes,
    limits: HttpLimits | None = None,
) -> MailResult:
    """What came of handing a mail over; never raises for what the network or the server does.

    `mail` has CRLF line breaks; addresses are ASCII but for the host of each.
    """
    import smtplib

    limits = limits or HttpLimits()
    smtp = _client(to, limits.connect)
    conversation = _Conversation(smtp)
    with deadline(limits.total, lambda: smtp.sock) as end:
        try:
            code, text = smtp.connect(to.host, to.port)
            conversation.expect(Reply(code, _text(text)), 220)
            conversation.greet(to)
            return conversation.hand(sender, recipients, mail)
        except _Failed as failed:
            return failed.handed
        except (OSError, ValueError, smtplib.SMTPException) as error:  # UnicodeError among them
            why = "it did not answer in time" if end.passed else _broken(error)
            return MailResult(failure=why, handed_over=conversation.handed_over)
        finally:
            conversation.leave()


def _broken(error: Exception) -> str:
    import smtplib

    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it closed the connection without an answer"
    return describe_failure(error)


def _client(to: Server, seconds: float) -> SMTP:
    import smtplib
    import socket
    import ssl

    name = socket.gethostname()
    # Asking the network for our own full name, as smtplib does by itself, may take half a minute.
    here = name if name.isascii() and "." in name else "[127.0.0.1]"
    if to.tls == "on":
        trusted = ssl.create_default_context()
        smtp: SMTP = smtplib.SMTP_SSL(local_hostname=here, timeout=seconds, context=trusted)
    else:
        smtp = smtplib.SMTP(local_hostname=here, timeout=seconds)
    # Whom the certificate is to name. Only the constructor that connects at once sets it, and
    # while that one waits nobody has a socket to shut.
    smtp._host = to.host  # type: ignore[attr-defined]
    return smtp


class _Conversation:
    """The commands of one conversation, in their order."""

    def __init__(self, smtp: SMTP) -> None:
        self._smtp = smtp
        self.handed_over = False

    def greet(self, to: Server) -> None:
        """Hello, TLS and login, as far as they are asked for."""
        self._hello()
        if to.tls == "starttls":
            self._secure(to)
        if to.user:
            self._log_in(to)

    def hand(self, sender: str, recipients: Sequence[str], mail: bytes) -> MailResult:
        """Envelope and mail."""
        self.expect(self._ask(f"MAIL FROM:<{_ascii(sender)}>"), 250)
        accepted, refused = [], []
        for each in recipients:
            reply = self._ask(f"RCPT TO:<{_ascii(each)}>")
            if reply.code in (250, 251):
                accepted.append(each)
            else:
                refused.append((each, reply))
        if not accepted:
            return MailResult(refused=tuple(refused))
        self.expect(self._ask("DATA"), 354)
        self._smtp.send(_stuffed(mail))
        self.handed_over = True
        code, text = self._smtp.getreply()
        self.handed_over = False  # it has said what became of it
        self.expect(Reply(code, _text(text)), 250)
        return MailResult(tuple(accepted), tuple(refused))

    def expect(self, reply: Reply, code: int) -> None:
        """Raises _Failed where the server says something else."""
        if reply.code != code:
            raise _Failed(MailResult(reply=reply, handed_over=self.handed_over))

    def leave(self) -> None:
        """Say goodbye, if anybody listens; what was taken was taken."""
        import smtplib

        try:
            if self._smtp.sock is not None:
                self._smtp.putcmd("QUIT")
        except (OSError, ValueError, smtplib.SMTPException):
            return
        finally:
            self._smtp.close()

    def _hello(self) -> None:
        import smtplib

        try:
            self._smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPHeloError as error:
            raise _Failed(
                MailResult(reply=Reply(error.smtp_code, _text(error.smtp_error)))
            ) from None

    def _secure(self, to: Server) -> None:
        import smtplib
        import ssl

        try:
            code, text = self._smtp.starttls(context=ssl.create_default_context())
        except smtplib.SMTPNotSupportedError:
            raise _Failed(_hopeless("it offers no TLS (STARTTLS)")) from None
        self.expect(Reply(code, _text(text)), 220)
        self._hello()

    def _log_in(self, to: Server) -> None:
        """By PLAIN or LOGIN: over TLS nothing else protects more.

        smtplib's own login refuses passwords that are not ASCII.
        Source: RFC 4616; draft-murchison-sasl-login.
        """
        from base64 import b64encode

        offered = str(self._smtp.esmtp_features.get("auth", "")).upper().split()
        if "PLAIN" in offered:
            whole = b64encode(f"\0{to.user}\0{to.password}".encode()).decode()
            reply = self._ask(f"AUTH PLAIN {whole}")
        elif "LOGIN" in offered:
            reply = self._ask("AUTH LOGIN")
            for part in (to.user, to.password):
                self.expect(reply, 334)
                reply = self._ask(b64encode(part.encode()).decode())
        else:
            raise _Failed(_hopeless("it takes no password (AUTH PLAIN or LOGIN)"))
        self.expect(reply, 235)

    def _ask(self, command: str) -> Reply:
        code, text = self._smtp.docmd(command)
        return Reply(code, _text(text))


def _hopeless(why: str) -> MailResult:
    return MailResult(failure=why, hopeless=True)


def _ascii(address: str) -> str:
    """The address with its host as DNS has it. Raises _Failed for what cannot be written so."""
    name, _, host = address.rpartition("@")
    try:
        return f"{name.encode('ascii').decode()}@{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise _Failed(_hopeless("an address has letters that mail does not carry")) from None


def _stuffed(mail: bytes) -> bytes:
    """The mail as DATA takes it: a line that begins with a dot gets another one; a dot ends it.

    Source: RFC 5321, section 4.5.2.
    """
    body = re.sub(rb"(?m)^\.", b"..", mail)
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _text(said_: bytes | str) -> str:
    return said_.decode("utf-8", "replace") if isinstance(said_, bytes) else said_
