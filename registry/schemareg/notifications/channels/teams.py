"""A message as an Adaptive Card, for a Teams workflow that posts what its webhook receives.

All texts are runs of rich text blocks: of all elements of a card only these know no Markdown.

Source: learn.microsoft.com, Format cards in Teams; Adaptive Cards 1.4, RichTextBlock, TextRun.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.model import Severity
from schemareg.notifications.channels import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.notifications.delivery.message import Message
    from schemareg.notifications.events.event import Event

LARGEST = 20_000
"""Bytes of a message. Teams says 28 KB, counts more than what is sent, and refuses from 21 KB on;
a workflow says "accepted" and loses what is too large."""
_COLOURS = {Severity.ERROR: "attention", Severity.WARNING: "warning", Severity.NOTICE: "default"}
_DETAILS = 12

_Card = dict[str, Any]


def render(message: Message) -> str:
    """The JSON text to post."""
    return lines.fitted(message, lambda share: _rendered(message, share))


def _rendered(message: Message, share: lines.Share) -> str | None:
    text = json.dumps(_envelope(_card(message, share)), ensure_ascii=False)
    fits = len(text.encode()) <= LARGEST or not (share.alarms or share.digest)
    return text if fits else None


def _envelope(card: _Card) -> _Card:
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _card(message: Message, share: lines.Share) -> _Card:
    card: _Card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": lines.line(message.headline, lines.HEADLINE),
        "msteams": {"width": "Full"},
        "body": list(_body(message, share)),
    }
    links = [each.link for each in lines.origins(message) if each.link]
    if links:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": _called(number, len(links)), "url": url}
            for number, url in enumerate(links)
        ]
    return card


def _called(number: int, count: int) -> str:
    return "View it" if count == 1 else f"View it ({number + 1})"


def _body(message: Message, share: lines.Share) -> Iterator[_Card]:
    headline = lines.line(message.headline, lines.HEADLINE)
    colour = _COLOURS[lines.worst(message)]
    yield _block(_run(headline, weight="bolder", size="medium", color=colour))
    for event in share.alarms:
        yield _alarm(event, lines.repeats(message, event))
    for event in share.digest:
        yield _block(_run(f"• {lines.line(event.title, lines.TITLE)}"))
    if share.rest:
        yield _block(_run(share.rest, isSubtle=True))
    for origin in lines.origins(message):
        yield {**_block(_run(origin.text, isSubtle=True, size="small")), "separator": True}
    if message.because:
        why = lines.line(f"You receive this because {'; '.join(message.because)}")
        yield {**_block(_run(why, isSubtle=True, size="small")), "spacing": "small"}


def _alarm(event: Event, repeated: bool) -> _Card:
    colour, word = _COLOURS[event.severity], lines.WORDS[event.severity]
    title = lines.line(event.title, lines.TITLE)
    heading = [_run(word if repeated else f"{word}: ", weight="bolder", color=colour)]
    if not repeated:
        heading.append(_run(title, weight="bolder"))
    items = [_block(*heading)]
    details = list(lines.named(event))
    for name, text in details[:_DETAILS]:
        items.append({**_block(_run(f"{name}: ", isSubtle=True), _run(text)), "spacing": "small"})
    if len(details) > _DETAILS:
        items.append(_block(_run(f"and {len(details) - _DETAILS} more details", isSubtle=True)))
    return {"type": "Container", "separator": True, "items": items}


def _block(*runs: _Card) -> _Card:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **look: object) -> _Card:
    return {"type": "TextRun", "text": text, **look}
