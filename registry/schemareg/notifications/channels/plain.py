"""A message as plain text: the text part of a mail, and the form for other services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from schemareg.notifications.channels import lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemareg.notifications.delivery.message import Message
    from schemareg.notifications.events.event import Event

_GAP = "\u200b"
"""A zero-width space: it breaks mentions and links."""
_ACTIVE = re.compile(r"@(?=[^\W\d])|<(?=[!@#/:\w])|\](?=\()|`(?=`)|~(?=~)|\|(?=\|)")
"""`orders/order@1.2.0` stays unchanged for copying: a mention never begins with a digit."""


class Note(NamedTuple):
    """A message for services that take a title and a text."""

    title: str
    body: str


def inert(text: str) -> str:
    """`text` that mentions nobody and hides no link in any chat.

    An unknown service may interpret `@channel`, `<!channel>`, `<https://…|here>`,
    `[here](https://…)`, or of a fence of backticks, which would swallow the rest: after each first
    character stands a gap. An address that is written out is left alone, for it shows where it
    leads.
    """
    return _ACTIVE.sub(lambda match: f"{match.group()}{_GAP}", text)


def text(message: Message, *, limit: int = 100_000, width: int = 72) -> str:
    """The message without its headline, at most `limit` characters, ending in a line break."""

    def render(share: lines.Share) -> str | None:
        found = _text(message, share, _same, width)
        return found if len(found) <= limit or not (share.alarms or share.digest) else None

    return lines.fitted(message, render)


def note(message: Message, *, longest_title: int, longest_body: int) -> Note:
    """The message within the character limits of a service; without a title where the service has none."""
    headline = inert(lines.line(message.headline, min(lines.HEADLINE, longest_title or 300)))
    head = "" if longest_title else f"{headline}\n\n"
    room = max(200, longest_body) - len(head)

    def render(share: lines.Share) -> str | None:
        found = _text(message, share, inert, 0)
        return found if len(found) <= room or not (share.alarms or share.digest) else None

    body = lines.fitted(message, render)
    return Note(headline[:longest_title] if longest_title else "", (head + body)[:longest_body])


def _same(text: str) -> str:
    return text


def _text(message: Message, share: lines.Share, safe: Callable[[str], str], width: int) -> str:
    parts = [_alarm(each, safe, width) for each in share.alarms]
    if share.digest:
        told = "\n".join(f"- {safe(lines.line(each.title, lines.TITLE))}" for each in share.digest)
        parts.append(f"Also:\n{told}" if share.alarms else told)
    if share.rest:
        parts.append(share.rest)
    for text, link in lines.origins(message):
        parts.append("\n".join(filter(None, (safe(f"{text[:1].upper()}{text[1:]}"), link))))
    if message.because:
        why = "\n".join(f"- {safe(lines.line(each))}" for each in message.because)
        parts.append(f"You receive this because\n{why}")
    return "\n\n".join(parts) + "\n"


def _alarm(event: Event, safe: Callable[[str], str], width: int) -> str:
    title = safe(lines.line(event.title, lines.TITLE))
    found = [f"{lines.WORDS[event.severity].upper()}  {title}"]
    for name, said in lines.named(event):
        found += _folded(f"  {safe(name)}: ", safe(said), width)
    return "\n".join(found)


def _folded(start: str, text: str, width: int) -> list[str]:
    """The text after its name, wrapped at `width` between words (0: not wrapped)."""
    if not width or len(start) + len(text) <= width:
        return [f"{start}{text}"]
    import textwrap

    return textwrap.wrap(
        text,
        width,
        initial_indent=start,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [start]
