"""Send one mail to one server, with the result: accepted and refused recipients, how far it got.

TLS is used and certificates are verified, unless the server is on this machine or its URL has
`?tls=off`; a password is never sent without TLS.
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
    """A mail server, from its URL."""

    host: str
    port: int
    tls: str
    """`on` from the first byte, `starttls`, or `off`."""
    user: str = ""
    password: str = ""


class Reply(NamedTuple):
    """The reply of a server to one command."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class MailResult:
    """The result of one mail."""

    accepted: tuple[str, ...] = ()
    """The accepted recipients."""
    refused: tuple[tuple[str, Reply], ...] = ()
    """The refused recipients, each with the reply."""
    reply: Reply | None = None
    """The reply that refused the whole mail."""
    failure: str = ""
    """The reason for a missing reply, without the address; `""` without a failure."""
    hopeless: bool = False
    """Whether every retry fails: client and server have no common method."""
    handed_over: bool = False
    """Whether the whole mail was sent: then it can have been accepted."""


class _Failed(Exception):
    """The conversation cannot continue; holds the result."""

    def __init__(self, handed: MailResult) -> None:
        super().__init__(handed.failure)
        self.handed = handed


def server(url: str) -> Server:
    """Parse the URL of a server: smtps://user:password@host:465, smtp://host:587?tls=off.

    Raises RegistryError, which does not show the URL.
    """
    if not url.isprintable() or " " in url:
        raise RegistryError("the mail server's URL has spaces or invisible characters")
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
        raise RegistryError("the mail server's URL can only end in ?tls=starttls or ?tls=off")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and tls == "off" and not here:
        raise RegistryError("the mail server's URL would send a password without TLS")
    return Server(host, port or _PORTS[parts.scheme], tls, user, password)


def send_mail(
    to: Server,
    sender: str,
    recipients: Sequence[str],
    mail: bytes,
    limits: HttpLimits | None = None,
) -> MailResult:
    """Send a mail; errors of the network or the server are in the result, not raised.

    `mail` has CRLF line breaks; addresses are ASCII except for their hosts.
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
    # smtplib asks the network for our full host name, which can take half a minute.
    here = name if name.isascii() and "." in name else "[127.0.0.1]"
    if to.tls == "on":
        trusted = ssl.create_default_context()
        smtp: SMTP = smtplib.SMTP_SSL(local_hostname=here, timeout=seconds, context=trusted)
    else:
        smtp = smtplib.SMTP(local_hostname=here, timeout=seconds)
    # The name that the certificate must have. Only the constructor that connects sets it, and
    # during its wait there is no socket to close.
    smtp._host = to.host  # type: ignore[attr-defined]
    return smtp


class _Conversation:
    """The commands of one conversation, in order."""

    def __init__(self, smtp: SMTP) -> None:
        self._smtp = smtp
        self.handed_over = False

    def greet(self, to: Server) -> None:
        """EHLO, TLS and login, as configured."""
        self._hello()
        if to.tls == "starttls":
            self._secure(to)
        if to.user:
            self._log_in(to)

    def hand(self, sender: str, recipients: Sequence[str], mail: bytes) -> MailResult:
        """Send envelope and mail."""
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
        self.handed_over = False  # its reply is the result
        self.expect(Reply(code, _text(text)), 250)
        return MailResult(tuple(accepted), tuple(refused))

    def expect(self, reply: Reply, code: int) -> None:
        """Raises _Failed for another reply code."""
        if reply.code != code:
            raise _Failed(MailResult(reply=reply, handed_over=self.handed_over))

    def leave(self) -> None:
        """Send QUIT; its failure does not change the result."""
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
        """Log in by PLAIN or LOGIN: over TLS no other method protects better.

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
            raise _Failed(_hopeless("it accepts no password (AUTH PLAIN or LOGIN)"))
        self.expect(reply, 235)

    def _ask(self, command: str) -> Reply:
        code, text = self._smtp.docmd(command)
        return Reply(code, _text(text))


def _hopeless(why: str) -> MailResult:
    return MailResult(failure=why, hopeless=True)


def _ascii(address: str) -> str:
    """The address with its host in DNS form. Raises _Failed if there is none."""
    name, _, host = address.rpartition("@")
    try:
        return f"{name.encode('ascii').decode()}@{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise _Failed(_hopeless("an address has characters that mail does not support")) from None


def _stuffed(mail: bytes) -> bytes:
    """The mail for DATA: a line that begins with a dot gets a second dot; a single dot ends the
    mail.

    Source: RFC 5321, section 4.5.2.
    """
    body = re.sub(rb"(?m)^\.", b"..", mail)
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _text(said_: bytes | str) -> str:
    return said_.decode("utf-8", "replace") if isinstance(said_, bytes) else said_
