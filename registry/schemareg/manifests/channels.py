"""The channels of registry.yaml, and how mail is sent: where people are reached.

No mistake shows a URL: it may be a secret, and a log is no place for one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from schemareg.documents.quick_conformance import fits
from schemareg.manifests import addresses, environment
from schemareg.manifests.mentions import unknown_channel
from schemareg.manifests.schemas import schema
from schemareg.manifests.secrets import carries_secret
from schemareg.model import Channel, Mail, Mistake, Severity
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1", re.ASCII | re.IGNORECASE)
_CHATS = ("discord.com", "discordapp.com", "chat.googleapis.com")
"""Chats that take no events, and whose own https addresses Apprise knows."""
_TEAMS = (".logic.azure.com", ".api.powerplatform.com", ".webhook.office.com")


_LOCAL = frozenset(
    (
        *("exec", "file", "data", "javascript", "shell", "ssh", "syslog", "python", "cmd"),
        *("dbus", "qt", "kde", "glib", "gnome", "macosx", "windows"),
    )
)
"""Schemes that start a program, write a file or show something on the machine that sends."""

_RUNNERS = frozenset(
    ("GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
)
"""Variables that hold what a run may do to the repository: no channel is given these."""


def channels(value: JsonValue) -> tuple[Channel, ...]:
    """What `channels:` states, sorted by name."""
    return tuple(
        Channel(
            name,
            said["url"],
            said.get("kind", ""),
            said.get("secret", ""),
            Severity(said.get("threshold", Severity.NOTICE.value)),
        )
        for name, said in sorted(value.items())
    )


def mail(value: JsonValue) -> Mail | None:
    """What `notify.mail` states, if anything."""
    return None if value is None else Mail(value["server"], value["from"])


def kind_of(channel: Channel, url: str | None = None) -> str:
    """What is reached there: `slack`, `teams`, `webhook`, `mail`, `apprise`; `""` if nobody can tell.

    With `url`, what the channel's URL is once the environment was asked.
    """
    url = channel.url if url is None else url
    if channel.kind:
        return channel.kind
    if channel.secret:
        return "webhook"
    scheme, colon, _ = url.lower().partition(":")
    if environment.begins(url) or not colon:
        return ""
    if scheme in ("http", "https"):
        return _web(url)
    return "mail" if scheme == "mailto" and not url[7:].startswith("//") else "apprise"


def _web(url: str) -> str:
    host = host_of(url)
    if host in ("hooks.slack.com", "hooks.slack-gov.com"):
        return "slack"
    if host in _CHATS:
        return "apprise"
    return "teams" if host.endswith(_TEAMS) else "webhook"


def host_of(url: str) -> str:
    """The host of a URL, in lower case; `""` where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether what is sent to this host stays on this machine."""
    return _LOOPBACK.fullmatch(host) is not None


def mistakes(document: Document) -> Iterator[Mistake]:
    """What is wrong with the channels, with how mail is sent, and with who is told by default.

    Beside what the file's schema says: of whatever has not even the right form nothing is said here.
    """
    form, value = schema("registry"), _mapping(document.value)
    told, notify = _mapping(value.get("channels")), _mapping(value.get("notify"))
    of_channel = form["properties"]["channels"]["additionalProperties"]
    sound = {name: each for name, each in told.items() if fits(of_channel, each, form)}
    for channel in channels(sound):
        yield from _url_mistakes(document, channel)
        yield from _secret_mistakes(document, channel)
        if kind_of(channel) == "mail" and "mail" not in notify:
            yield Mistake(
                document.place(("channels", channel.name, "url")),
                "key-missing",
                f"{quoted(channel.name)} is reached by mail, and notify does not say how mail is sent",
                'Add under notify: mail: {server: "${SMTP_URL}", from: registry@example.com}',
            )
    stated: JsonValue = notify.get("mail")
    if fits(form["properties"]["notify"]["properties"]["mail"], stated, form):
        yield from _mail_mistakes(document, Mail(stated["server"], stated["from"]))
    for position, name in enumerate(_list(notify.get("default"))):
        if isinstance(name, str) and name not in told:
            place = document.place(("notify", "default", position))
            yield Mistake(place, "channel-unknown", *unknown_channel(name, list(told)))


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _url_mistakes(document: Document, channel: Channel) -> Iterator[Mistake]:
    at = ("channels", channel.name, "url")
    url, name = channel.url, quoted(channel.name)
    if not environment.well_formed(url):
        yield _placeholder(document, at, f"the URL of {name}")
        return
    taken = _RUNNERS & set(environment.variables(url))
    wrong = _unfit(channel)
    if taken:
        yield Mistake(
            document.place(at),
            "value-not-allowed",
            f"the URL of {name} would give away what the run itself may do: {min(taken)}",
            "Name a variable of the channel's own, with a secret that is for it",
        )
    elif wrong:
        yield Mistake(
            document.place(at), "value-malformed", f"the URL of {name} {wrong[0]}", wrong[1]
        )
    elif carries_secret(url):
        yield _secret(document, at, f"the URL of {name}", f"{_variable(channel.name)}_URL")


def _unfit(channel: Channel) -> tuple[str, str] | None:
    """What is wrong with a URL for what it is said to reach, and the edit; None where nothing is."""
    url, kind = channel.url, kind_of(channel)
    if environment.begins(url):
        return None
    if url.partition(":")[0].lower() in _LOCAL:
        return (
            "reaches the machine that sends, and may run what is on it",
            "Write an https or mailto URL, or one that Apprise knows and that reaches people",
        )
    if not _SCHEME.match(url) or (kind == "apprise" and "://" not in url):
        return (
            "is none that a message can be sent to",
            "Write an https or mailto URL, one that Apprise knows, or ${NAME} where the environment has it",
        )
    if kind == "mail":
        if environment.variables(url) or addresses.recipients(url):
            return None
        return (
            "names no valid mail address",
            "Write mailto:team@example.com, and nothing after it",
        )
    if kind == "apprise":
        return None if url.partition(":")[0].lower() not in _NEVER else _never(url)
    if url.partition(":")[0].lower() not in ("http", "https"):
        return (f"is no web address, which {kind} asks for", "Write its https URL, or correct kind")
    host = host_of(url)
    if not host and not environment.variables(url):
        return ("names no host", "Write https://, the host, and the path")
    if url.lower().startswith("http:") and host and not is_loopback(host):
        return ("sends in the clear", "Write https:// instead of http://")
    return None


_NEVER = frozenset(("file", "ftp", "data", "javascript", "smtp", "smtps"))
"""Schemes that somebody may try, and that Apprise does not have."""


def _never(url: str) -> tuple[str, str]:
    if url.lower().startswith("smtp"):
        return (
            "is that of a mail server",
            "Write mailto:team@example.com here, and the server under notify: mail: {server: …}",
        )
    return (
        "is none that a message can be sent to",
        "Write an https or mailto URL, one that Apprise knows, or ${NAME} where the environment has it",
    )


def _secret_mistakes(document: Document, channel: Channel) -> Iterator[Mistake]:
    if not channel.secret:
        return
    at = ("channels", channel.name, "secret")
    kind = kind_of(channel)
    if not environment.well_formed(channel.secret):
        yield _placeholder(document, at, f"the secret of {quoted(channel.name)}")
    elif not environment.nothing_else(channel.secret):
        variable = f"{_variable(channel.name)}_SECRET"
        yield _secret(document, at, f"the secret of {quoted(channel.name)}", variable)
    if kind != "webhook":
        yield Mistake(
            document.place(at, key=True),
            "value-not-allowed",
            f"{quoted(channel.name)} has a secret, and {kind} does not ask for signed messages",
            "Remove secret, or write kind: webhook",
        )


def _mail_mistakes(document: Document, stated: Mail) -> Iterator[Mistake]:
    at = ("notify", "mail", "server")
    if not environment.well_formed(stated.server):
        yield _placeholder(document, at, "the mail server's URL")
    elif not environment.begins(stated.server):
        if not re.match(r"smtps?://.", stated.server, re.IGNORECASE):
            yield Mistake(
                document.place(at),
                "value-malformed",
                "the mail server's URL is none",
                'Write smtps://host:465, smtp://host:587, or "${SMTP_URL}" where the environment has it',
            )
        elif carries_secret(stated.server):
            yield _secret(document, at, "the mail server's URL", "SMTP_URL")
    if not environment.variables(stated.sender) and addresses.sender(stated.sender) is None:
        yield Mistake(
            document.place(("notify", "mail", "from")),
            "value-malformed",
            f"notify.mail.from is {quoted(stated.sender)}, which is no address",
            "Write registry@example.com, or Schema registry <registry@example.com>",
        )


def _placeholder(document: Document, at: Pointer, whose: str) -> Mistake:
    return Mistake(
        document.place(at),
        "value-malformed",
        f"a placeholder in {whose} does not name a variable",
        "Write ${NAME}: letters, digits and '_' between the braces",
    )


def _secret(document: Document, at: Pointer, whose: str, variable: str) -> Mistake:
    return Mistake(
        document.place(at),
        "secret-in-file",
        f"{whose} seems to carry a secret",
        f"Write ${{{variable}}} and set that variable where reg runs; what has been"
        " in Git is no secret any more: have a new one issued",
    )


def _variable(name: str) -> str:
    return name.upper().replace("-", "_")
