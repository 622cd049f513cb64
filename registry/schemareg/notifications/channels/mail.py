"""A message as an e-mail: plain text and HTML, with headers for filters.

The Message-ID is the id of the message, so that a duplicate is recognised. Auto-replies
answers it.

Source: RFC 5322; RFC 2046, section 5.1.4; RFC 2919 (List-Id); RFC 3834 (Auto-Submitted).
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from schemareg.model import Severity
from schemareg.notifications.channels import lines, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from schemareg.notifications.delivery.message import Message
    from schemareg.notifications.events.event import Event

_SUBJECT = 180
_LARGEST = 90_000
"""Characters of HTML: some readers cut off what is beyond a hundred thousand bytes."""
_COLOURS = {Severity.ERROR: "#cf222e", Severity.WARNING: "#9a6700", Severity.NOTICE: "#0969da"}
_BODY = (
    "font-family:system-ui,sans-serif;font-size:15px;line-height:1.45;"
    "max-width:44rem;margin:0 auto;padding:16px;overflow-wrap:break-word"
)
_QUIET = "color:#6e7781;font-size:13px"


def render(
    message: Message,
    sender: tuple[str, str],
    recipients: Sequence[str],
    at: datetime,
) -> bytes:
    """The mail, lines ending in CRLF; `sender` is a name, which may be empty, and an address.

    Addresses are ASCII: hosts are A-labels. `at` is what its Date says.
    """
    from email.message import EmailMessage
    from email.policy import SMTP

    mail = EmailMessage(SMTP)
    for name, text in _headers(message, sender, recipients, at):
        mail[name] = text
    # Quoted-printable, so that no server need know eight bits, and no line is too long.
    mail.set_content(plain.text(message), cte="quoted-printable")
    mail.add_alternative(html(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{_id(message)}")
    return mail.as_bytes()


def _id(message: Message) -> str:
    """The id as a header and a boundary accept it; an id from a damaged ledger can be any text."""
    return re.sub(r"[^A-Za-z0-9]", "", message.id)[:64] or "0"


def _headers(
    message: Message, sender: tuple[str, str], recipients: Sequence[str], at: datetime
) -> Iterator[tuple[str, object]]:
    from email.headerregistry import Address
    from email.utils import format_datetime

    name, address = sender
    host = address.rpartition("@")[2]
    yield "From", Address(name, addr_spec=address)
    yield "To", [Address(addr_spec=each) for each in recipients]
    yield "Subject", lines.line(message.headline, _SUBJECT)
    yield "Date", format_datetime(at)
    yield "Message-ID", f"<{_id(message)}@{host}>"
    yield "List-Id", f"Schema registry <schema-registry.{host}>"
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"  # the header that Exchange reads instead


def html(message: Message) -> str:
    """The message as HTML for mail readers: no image, no style sheet, no script."""
    return lines.fitted(message, lambda share: _page(message, share))


def _page(message: Message, share: lines.Share) -> str | None:
    headline = _safe(message.headline, lines.HEADLINE)
    page = "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(lines.line(message.headline, lines.HEADLINE))}</title></head>",
            f'<body style="{_BODY}">',
            f'<h1 style="font-size:19px;margin:0 0 16px">{headline}</h1>',
            *_parts(message, share),
            "</body></html>\n",
        )
    )
    return page if len(page) <= _LARGEST or not (share.alarms or share.digest) else None


def _parts(message: Message, share: lines.Share) -> Iterator[str]:
    for event in share.alarms:
        yield from _alarm(event, lines.repeats(message, event))
    if share.digest:
        if share.alarms:
            yield '<h2 style="font-size:16px;margin:20px 0 8px">Also</h2>'
        yield '<ul style="margin:0 0 12px;padding-left:20px">'
        for event in share.digest:
            yield f"<li>{_safe(event.title, lines.TITLE)}</li>"
        yield "</ul>"
    if share.rest:
        yield f'<p style="{_QUIET}">{escape(share.rest)}</p>'
    for text, link in lines.origins(message):
        look = f' · <a href="{escape(link)}">View it</a>' if link else ""
        yield f'<p style="{_QUIET}">{_safe(text[:1].upper() + text[1:])}{look}</p>'
    if message.because:
        why = "; ".join(_safe(each) for each in message.because)
        yield f'<p style="{_QUIET}">You receive this because {why}.</p>'


def _alarm(event: Event, repeated: bool) -> Iterator[str]:
    colour = _COLOURS[event.severity]
    yield f'<div style="border-left:4px solid {colour};padding:2px 0 2px 12px;margin:0 0 16px">'
    badge = f"background:{colour};color:#fff;padding:1px 7px;border-radius:4px;font-size:13px"
    word = f'<b style="{badge}">{lines.WORDS[event.severity]}</b>'
    title = "" if repeated else f" <b>{_safe(event.title, lines.TITLE)}</b>"
    yield f'<p style="margin:0 0 6px">{word}{title}</p>'
    details = list(lines.named(event))
    if details:
        yield '<table role="presentation" style="border-collapse:collapse">'
        for name, text in details:
            yield (
                f'<tr><td style="{_QUIET};padding:1px 12px 1px 0;vertical-align:top">'
                f"{_safe(name)}</td>"
                f'<td style="padding:1px 0;overflow-wrap:anywhere">{_safe(text)}</td></tr>'
            )
        yield "</table>"
    yield "</div>"


def _safe(text: str, limit: int = lines.TEXT) -> str:
    """`text` as HTML that is shown unchanged, in any writing direction."""
    return f"<bdi>{escape(lines.line(text, limit))}</bdi>"
