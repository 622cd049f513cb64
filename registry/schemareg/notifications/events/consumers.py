"""Who came, went or said something else as a consumer, as people are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.consumers.uses import consumer_at, written
from schemareg.model import Severity
from schemareg.notifications.events.from_facts import about, tidings

if TYPE_CHECKING:
    from schemareg.changelog.facts import Fact
    from schemareg.model import Use
    from schemareg.notifications.events.audience import News
    from schemareg.notifications.events.from_facts import Teller
    from schemareg.notifications.events.landing import Scene


def _consumer(scene: Scene, fact: Fact) -> News:
    details = dict(fact.details)
    name = details.get("consumer", "")
    team = details.get("team", "")
    who = name if team in ("", name) else f"{name} ({team})"
    product = about(fact)
    title = {
        "consumer.joined": f"{who} registered as a reader of {product}",
        "consumer.changed": f"{who} reads something else of {product}, or is reached elsewhere",
        "consumer.left": f"{who} is no registered reader of {product} any more",
    }[fact.kind]
    before, after = (
        consumer_at(each, fact.path) if each.has(fact.path) else None
        for each in (scene.before, scene.after)
    )
    known = after or before
    if before is not None and after is not None and before.acks != after.acks:
        title = f"{who} says what of {product} it agrees to lose before its day"
    told = [("reads", _read(use)) for use in (known.uses if known else ())]
    told += [("agrees to lose", str(each)) for each in (after.acks if after else ())]
    return tidings(scene, fact, fact.kind, Severity.NOTICE, title, told, consumers=(name,))


def _read(use: Use) -> str:
    fields = ", ".join(written(*each) for each in use.elements)
    return f"{use.schema} {use.versions}: {fields or 'all of it'}"


TELLERS: dict[str, Teller] = {
    "consumer.joined": _consumer,
    "consumer.changed": _consumer,
    "consumer.left": _consumer,
}
"""By the kind of fact."""
