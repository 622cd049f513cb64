"""Events of consumers: registered, changed, left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.consumers.uses import consumer_at, field_notation
from schemareg.model import Severity
from schemareg.notifications.events.from_facts import about, fact_event

if TYPE_CHECKING:
    from schemareg.changelog.facts import Fact
    from schemareg.model import Use
    from schemareg.notifications.events.audience import AddressedEvent
    from schemareg.notifications.events.from_facts import Teller
    from schemareg.notifications.events.landing import LandingContext


def _consumer(scene: LandingContext, fact: Fact) -> AddressedEvent:
    details = dict(fact.details)
    name = details.get("consumer", "")
    team = details.get("team", "")
    who = name if team in ("", name) else f"{name} ({team})"
    product = about(fact)
    title = {
        "consumer.joined": f"{who} registered as a reader of {product}",
        "consumer.changed": f"{who} changed what it reads of {product}, or how it is reached",
        "consumer.left": f"{who} is no longer a registered reader of {product}",
    }[fact.kind]
    before, after = (
        consumer_at(each, fact.path) if each.has(fact.path) else None
        for each in (scene.before, scene.after)
    )
    known = after or before
    if before is not None and after is not None and before.acks != after.acks:
        title = f"{who} acknowledges the early removal of elements of {product}"
    told = [("reads", _read(use)) for use in (known.uses if known else ())]
    told += [("acknowledges", str(each)) for each in (after.acks if after else ())]
    return fact_event(scene, fact, fact.kind, Severity.NOTICE, title, told, consumers=(name,))


def _read(use: Use) -> str:
    fields = ", ".join(field_notation(*each) for each in use.elements)
    return f"{use.schema} {use.versions}: {fields or 'all fields'}"


TELLERS: dict[str, Teller] = {
    "consumer.joined": _consumer,
    "consumer.changed": _consumer,
    "consumer.left": _consumer,
}
"""By the kind of fact."""
