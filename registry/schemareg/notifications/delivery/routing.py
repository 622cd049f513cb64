"""Who receives an event, and where: owners, affected consumers, the platform team."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from schemareg.consumers import uses
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.model import Consumer, Policy
    from schemareg.model.targets import Target
    from schemareg.notifications.events.audience import AddressedEvent
    from schemareg.notifications.events.event import Event
    from schemareg.snapshot.snapshot import Snapshot

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_HUB = "this is the registry's default"


class Route(NamedTuple):
    """An event for one channel, and the reason."""

    event: Event
    channel: str
    """The name of a channel in registry.yaml, or `mailto:` and an address."""
    because: str


class Party(NamedTuple):
    """A team that receives an event."""

    why: str
    """`checkout owns orders`."""
    channels: tuple[str, ...] = ()
    contact: str = ""


def routes(
    news: Iterable[AddressedEvent], states: Sequence[Snapshot], policy: Policy
) -> Iterator[Route]:
    """The channels of each event, in order; an event can reach one channel for several reasons.

    Owners and consumers of all given states count, so that a leaving team is notified as
    well as a new one. The channels are those of `policy`, which the sender chooses: a channel
    that the policy does not have, and a party without a channel, fall back to mail, then to `notify.default`.
    """
    thresholds = {each.name: each.threshold.rank for each in policy.channels}
    known = _Parties(states)
    for each in news:
        for party in known.of(each):
            for channel, because in _channels(party, policy):
                if each.event.severity.rank <= thresholds.get(channel, each.event.severity.rank):
                    yield Route(each.event, channel, because)


class _Parties:
    """Owners and consumers of products, each parsed once."""

    def __init__(self, states: Sequence[Snapshot]) -> None:
        self._states = states
        self._owners: dict[str, tuple[Party, ...]] = {}
        self._consumers: dict[str, tuple[Consumer, ...]] = {}

    def of(self, news: AddressedEvent) -> Iterator[Party]:
        """The recipients of an event, the owner first, without duplicates."""
        product = news.event.product
        owners = self._owned(product) if product else ()
        found = [*owners, *self._readers(news)]
        if (
            news.hub or not owners
        ):  # an event without a known owner still reaches the default channels
            found.append(Party(_HUB))
        yield from dict.fromkeys(found)

    def _owned(self, product: str) -> tuple[Party, ...]:
        if product not in self._owners:
            found = []
            for snapshot in self._states:
                try:
                    known = snapshot.product(product)
                except RegistryError:
                    continue
                if known is not None:
                    owner = known.owner
                    why = f"{owner.team} owns {product}"
                    found.append(Party(why, owner.channels, owner.contact))
            self._owners[product] = tuple(dict.fromkeys(found))
        return self._owners[product]

    def _readers(self, news: AddressedEvent) -> Iterator[Party]:
        product = news.event.product
        for each in self._registered(product) if product else ():
            named = each.name in news.consumers
            touched = [
                target
                for target in news.touches
                if target.product == product and _touched(each, target)
            ]
            if named or touched:
                read = next(
                    (f"{product}/{target.schema}" for target in touched if target.schema), product
                )
                yield Party(f"{each.team} reads {read}", each.channels, each.contact)

    def _registered(self, product: str) -> tuple[Consumer, ...]:
        if product not in self._consumers:
            self._consumers[product] = tuple(
                each for snapshot in self._states for each in uses.consumers(snapshot, product)
            )
        return self._consumers[product]


def _touched(consumer: Consumer, target: Target) -> bool:
    return not consumer.uses or any(uses.touches(use, target) for use in consumer.uses)


def _channels(party: Party, policy: Policy) -> Iterator[tuple[str, str]]:
    """The channels of a party and the reason: its own channels, else mail, else the default."""
    there = {each.name for each in policy.channels}
    known = [name for name in party.channels if name in there]
    unknown = [name for name in party.channels if name not in there]
    for name in known:
        yield name, party.why
    if known and not unknown:
        return
    why = party.why
    if unknown:
        names = ", ".join(sorted(set(unknown)))
        why = f"{why}; registry.yaml has no channel {names}"
    address = party.contact.removeprefix("mailto:")
    if policy.mail is not None and not known and _ADDRESS.fullmatch(address):
        yield f"mailto:{address}", why
        return
    for name in policy.notify_default:
        if name in there:
            yield name, why
