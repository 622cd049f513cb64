"""The ledger for people: due, failed and recent deliveries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.notifications.delivery import outbox
from schemareg.notifications.delivery.codec import stamp
from schemareg.notifications.delivery.delivery import Ending
from schemareg.notifications.delivery.message import DeliveryState
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger
    from schemareg.notifications.delivery.message import Message

LATELY = 20
"""Maximum settled deliveries in a text, newest first."""


def sentence(delivery: Delivery) -> str:
    """The result of the last attempt, as one line."""
    where, what = escape.visible(delivery.channel), _headline(delivery.headline)
    ending = delivery.attempts[-1].ending if delivery.attempts else None
    if delivery.state is DeliveryState.SENT:
        return f"sent to {where}{_caveat(delivery)}: {what}\n"
    if delivery.state is DeliveryState.FAILED:
        return f"failed permanently, {where}: {_reason(delivery)}: {what}\n"
    if ending is Ending.RELEASED:
        return f"postponed, {where}: {what}\n"
    perhaps = ", but it may have arrived" if ending is Ending.UNCERTAIN else ""
    return f"not sent to {where}: {_reason(delivery)}{perhaps}; {_again(delivery)}: {what}\n"


def total(sent: int, failed: Sequence[Delivery], waiting: Sequence[Delivery]) -> str:
    """The totals of a run, as one line."""
    parts = [f"{sent:,} sent"]
    if failed:
        parts.append(f"{len(failed):,} failed permanently ({_channels(failed)})")
    if waiting:
        parts.append(f"{len(waiting):,} to retry ({_channels(waiting)})")
    return f"{', '.join(parts)}\n"


def proposed(message: Message) -> str:
    """A message that would be sent, in two lines: recipient and reason, then the headline."""
    why = "; ".join(map(escape.visible, message.because))
    return f"to {escape.visible(message.channel)}, because {why}\n  {_headline(message.headline)}\n"


def render(ledger: Ledger, form: str) -> str:
    """The state of the ledger, as `text` or `json`."""
    return _json(ledger) if form == "json" else _text(ledger)


def latest(ledger: Ledger) -> tuple[Delivery, ...]:
    """The deliveries with a full record, the latest change first."""
    return tuple(sorted(ledger.deliveries.values(), key=lambda each: (each.moment, each.id)))[::-1]


def _text(ledger: Ledger) -> str:
    known = latest(ledger)
    failed = [each for each in known if each.state is DeliveryState.FAILED]
    sent = [each for each in known if each.state is DeliveryState.SENT][:LATELY]
    lines = [*_marked(ledger)]
    lines += _section("Due", [_underway(each) for each in _waiting(ledger)])
    lines += _section("Failed permanently", [_failed(each) for each in failed[:LATELY]])
    lines += _section("Sent lately", [_sent(each) for each in sent])
    counts = outbox.states(ledger)
    words = [
        f"{counts[word.value]:,} {word.value}" for word in DeliveryState if word.value in counts
    ]
    lines += ["", f"In all: {', '.join(words) or 'nothing was sent yet'}"]
    for path in ledger.damaged:
        lines += [f"Damaged and skipped: {escape.visible(path)}"]
    if failed:
        lines += ["", "To retry failed deliveries after fixing the cause: reg notify --failed"]
    return "\n".join(lines) + "\n"


def _marked(ledger: Ledger) -> Iterable[str]:
    mark = ledger.notified
    if mark is None:
        return ["No landing was notified yet."]
    branch = escape.visible(mark.branch)
    seen = f", which was the head of {branch} on {_time(mark.at)}" if mark.at else f" of {branch}"
    return [f"Notified up to {mark.commit[:12]}{seen}"]


def _waiting(ledger: Ledger) -> list[Delivery]:
    found = [each for each in ledger.deliveries.values() if not each.settled]
    return sorted(found, key=lambda each: (each.channel, each.created, each.number))


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, *(f"  {each}" for each in lines)] if lines else []


def _underway(delivery: Delivery) -> str:
    tried = [each for each in delivery.counted if each.ending is not Ending.RELEASED]
    state = "being sent" if delivery.state is DeliveryState.ATTEMPTING else _again(delivery)
    often = "once" if len(tried) == 1 else f"{len(tried)} times"
    after = f"; tried {often}: {_reason(delivery)}" if delivery.reason else ""
    return f"{escape.visible(delivery.channel)}: {_headline(delivery.headline)} ({state}{after})"


def _failed(delivery: Delivery) -> str:
    return f"{_sent(delivery)} ({_reason(delivery)})"


def _sent(delivery: Delivery) -> str:
    when, where = _time(delivery.moment), escape.visible(delivery.channel)
    return f"{when}  {where}: {_headline(delivery.headline)}{_caveat(delivery)}"


def _caveat(delivery: Delivery) -> str:
    told = escape.shortened(escape.visible(delivery.caveat), 300)
    return f" ({told})" if told else ""


def _again(delivery: Delivery) -> str:
    return f"again from {_time(delivery.not_before)}" if delivery.not_before else "to be sent"


def _reason(delivery: Delivery) -> str:
    return escape.shortened(escape.visible(delivery.reason), 300) or "without a reason"


def _headline(text: str) -> str:
    return escape.shortened(escape.visible(text), 200)


def _channels(deliveries: Iterable[Delivery]) -> str:
    return ", ".join(sorted({escape.visible(each.channel) for each in deliveries}))


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%MZ}"


def _json(ledger: Ledger) -> str:
    mark = ledger.notified
    value = {
        "notified": None
        if mark is None
        else {
            "branch": mark.branch,
            "commit": mark.commit,
            "seen_at": None if mark.at is None else stamp(mark.at),
        },
        "counts": outbox.states(ledger),
        "deliveries": [_delivery(each) for each in latest(ledger)],
        "damaged": list(ledger.damaged),
    }
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def _delivery(delivery: Delivery) -> dict[str, Any]:
    waits = None if delivery.settled else delivery.not_before
    return {
        "id": delivery.id,
        "channel": delivery.channel,
        "state": delivery.state.value,
        "headline": delivery.headline,
        "events": list(delivery.events),
        "created": stamp(delivery.created),
        "changed": stamp(delivery.moment),
        "not_before": None if waits is None else stamp(waits),
        "reason": delivery.reason,
        "attempts": [
            {
                "at": stamp(each.at),
                "run": each.run,
                "outcome": None if each.ending is None else each.ending.value,
                "reason": each.reason,
            }
            for each in delivery.attempts
        ],
    }
