"""One fact as news: what every teller of facts needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError
from schemareg.model.targets import Target, parse
from schemareg.notifications.events.audience import News, Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemareg.changelog.facts import Fact
    from schemareg.model import Severity
    from schemareg.notifications.events.landing import Scene

    Teller = Callable[[Scene, Fact], News]


def tidings(
    scene: Scene,
    fact: Fact,
    type_: str,
    severity: Severity,
    title: str,
    details: Iterable[tuple[str, str]] = (),
    *,
    touches: tuple[Target, ...] = (),
    consumers: tuple[str, ...] = (),
    hub: bool = False,
) -> News:
    """The news of a fact; `touches`, `consumers` and `hub` say whom it concerns beside the owner."""
    saying = Saying(type_, severity, about(fact), fact.target, title, details)
    return News(scene.event(saying, fact.path), touches, consumers, hub)


def about(fact: Fact) -> str:
    """The name of the product that a fact is about; `""` for the registry as a whole."""
    return fact.target.partition("/")[0].partition("#")[0]


def whole(fact: Fact) -> tuple[Target, ...]:
    """The product, so that all who read anything of it are meant."""
    try:
        return (Target(parse(fact.target).product),) if fact.target else ()
    except RegistryError:
        return ()  # a folder that is called what no product may be


def named(fact: Fact) -> tuple[Target, ...]:
    """The target itself; nothing where its name is none."""
    try:
        return (parse(fact.target),)
    except RegistryError:
        return ()
