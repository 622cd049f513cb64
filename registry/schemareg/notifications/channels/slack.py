"""A message as Slack's Block Kit, for an incoming webhook.

Every text of ours is a `plain_text` object: no mark of Slack's formatting counts in it. The only
formatted text is the link that we make ourselves.

Source: docs.slack.dev, reference/block-kit/blocks (limits), messaging/formatting-message-text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.notifications.channels import lines
from schemareg.text.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.notifications.delivery.message import Message
    from schemareg.notifications.events.event import Event

_BLOCKS = 50
_HEADER = 150
_TEXT = 3_000
_FIELD = 2_000
_FIELDS = 10
_NAME = 100
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
"""Slack's control characters; Slack shows other entities literally."""


def render(message: Message) -> str:
    """The JSON text to post."""
    return lines.fitted(message, lambda share: _rendered(message, share))


def escaped(text: str, limit: int) -> str:
    """`text` for a Slack text object, at most `limit` characters with entities counted."""
    whole = [_ENTITIES.get(each, each) for each in visible(text[: limit + 1])]
    if sum(map(len, whole)) <= limit:
        return "".join(whole)
    room, kept = limit - 1, []
    for each in whole:
        room -= len(each)
        if room < 0:
            break
        kept.append(each)
    return f"{''.join(kept)}…"


def _rendered(message: Message, share: lines.Share) -> str | None:
    blocks = list(_blocks(message, share))
    if len(blocks) > _BLOCKS:
        return None
    headline = escaped(message.headline, lines.HEADLINE)
    return json.dumps(
        {
            # For notifications, and for clients without blocks.
            "text": f"{lines.MARKS[lines.worst(message)]} {headline}",
            "mrkdwn": False,
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "blocks": blocks,
        },
        ensure_ascii=False,
    )


def _blocks(message: Message, share: lines.Share) -> Iterator[dict[str, Any]]:
    mark = lines.MARKS[lines.worst(message)]
    yield {"type": "header", "text": _plain(f"{mark} {message.headline}", _HEADER)}
    for event in share.alarms:
        yield _alarm(event, lines.repeats(message, event))
    yield from _digest(share)
    for text, link in lines.origins(message):
        yield _context(_plain(text, _FIELD), *([_link(link)] if link else []))
    if message.because:
        yield _context(_plain(f"You receive this because {'; '.join(message.because)}", _FIELD))


def _alarm(event: Event, repeated: bool) -> dict[str, Any]:
    word = f"{lines.MARKS[event.severity]} {lines.WORDS[event.severity]}"
    heading = word if repeated else f"{word}: {event.title}"
    section: dict[str, Any] = {"type": "section", "text": _plain(heading, lines.TITLE)}
    details = list(lines.named(event))
    told = details if len(details) <= _FIELDS else details[: _FIELDS - 1]
    fields = [
        _object(f"{escaped(name, _NAME)}\n{escaped(text, _FIELD - _NAME - 1)}")
        for name, text in told
    ]
    if len(told) < len(details):
        fields.append(_plain(f"and {len(details) - len(told)} more details", _FIELD))
    if fields:
        section["fields"] = fields
    return section


def _digest(share: lines.Share) -> Iterator[dict[str, Any]]:
    """The lines, as many in each block as fit."""
    told = [f"• {escaped(each.title, lines.TITLE)}" for each in share.digest]
    if share.rest:
        told.append(share.rest)
    text = ""
    for each in told:
        if text and len(text) + len(each) + 1 > _TEXT:
            yield _section(text)
            text = ""
        text = f"{text}\n{each}" if text else each
    if text:
        yield _section(text)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _object(text)}


def _context(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "context", "elements": list(elements)}


def _plain(text: str, limit: int) -> dict[str, Any]:
    return _object(escaped(text, limit))


def _object(text: str) -> dict[str, Any]:
    """A text object without formatting; it must not be empty."""
    return {"type": "plain_text", "text": text or " ", "emoji": False}


def _link(url: str) -> dict[str, Any]:
    """A link to one of our pages: the only formatted text."""
    return {"type": "mrkdwn", "text": f"<{escaped(url, _TEXT).replace('|', '%7C')}|View it>"}
