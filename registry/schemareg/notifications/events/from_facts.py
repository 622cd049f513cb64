"""One fact as an event with its audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError
from schemareg.model.targets import Target, parse
from schemareg.notifications.events.audience import AddressedEvent, EventContent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemareg.changelog.facts import Fact
    from schemareg.model import Severity
    from schemareg.notifications.events.landing import LandingContext

    Teller = Callable[[LandingContext, Fact], AddressedEvent]


def fact_event(
    scene: LandingContext,
    fact: Fact,
    type_: str,
    severity: Severity,
    title: str,
    details: Iterable[tuple[str, str]] = (),
    *,
    touches: tuple[Target, ...] = (),
    consumers: tuple[str, ...] = (),
    hub: bool = False,
) -> AddressedEvent:
    """The event of a fact; `touches`, `consumers` and `hub` are its audience beside the owner."""
    saying = EventContent(type_, severity, about(fact), fact.target, title, details)
    return AddressedEvent(scene.event(saying, fact.path), touches, consumers, hub)


def about(fact: Fact) -> str:
    """The name of the product of a fact; `""` for the whole registry."""
    return fact.target.partition("/")[0].partition("#")[0]


def whole(fact: Fact) -> tuple[Target, ...]:
    """The product, which covers all its consumers."""
    try:
        return (Target(parse(fact.target).product),) if fact.target else ()
    except RegistryError:
        return ()  # a folder whose name is not a valid product name


def named(fact: Fact) -> tuple[Target, ...]:
    """The target itself; nothing where the name is malformed."""
    try:
        return (parse(fact.target),)
    except RegistryError:
        return ()
