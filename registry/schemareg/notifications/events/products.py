"""Events of products and of the registry's policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.deprecation.schedule import later
from schemareg.model import Classification, Severity, Stability
from schemareg.model.errors import RegistryError
from schemareg.notifications.events.from_facts import fact_event, named, whole
from schemareg.rules import policies

if TYPE_CHECKING:
    from schemareg.changelog.facts import Fact
    from schemareg.notifications.events.audience import AddressedEvent
    from schemareg.notifications.events.from_facts import Teller
    from schemareg.notifications.events.landing import LandingContext

_SHOWN = frozenset(
    (
        *("version", "protected-branch", "compatibility", "deprecation"),
        *("overrides", "layout", "anchor"),
    )
)
"""Keys of registry.yaml whose values are shown: other keys may hold a secret by mistake."""


def _created(scene: LandingContext, fact: Fact) -> AddressedEvent:
    details = dict(fact.details)
    title = f"{fact.target} is a new product"
    if "team" in details:
        title += f" of {details['team']}"
    told = [(name, details[name]) for name in ("title", "stability") if name in details]
    return fact_event(scene, fact, fact.kind, Severity.NOTICE, title, told, hub=True)


def _retired(scene: LandingContext, fact: Fact) -> AddressedEvent:
    title = f"{fact.target} is no longer a product: its product.yaml was removed"
    touches = whole(fact)
    details = [("read by", scene.readers(*touches))]
    return fact_event(
        scene, fact, fact.kind, Severity.WARNING, title, details, touches=touches, hub=True
    )


def _changed(scene: LandingContext, fact: Fact) -> AddressedEvent:
    keys = dict(fact.details).get("keys", "")
    lost = _asks_less(scene, fact.target)
    title = f"{fact.target} changed its description: {keys}"
    if lost:
        title = f"{fact.target} loosened its compatibility policy"
    details = [("asks less", each) for each in lost]
    severity = Severity.WARNING if lost else Severity.NOTICE
    return fact_event(scene, fact, fact.kind, severity, title, details, touches=whole(fact))


def _asks_less(scene: LandingContext, name: str) -> tuple[str, ...]:
    """What a product's own compatibility settings loosened, if anything."""
    was, now = scene.product(name, before=True), scene.product(name)
    if was is None or now is None or was.compatibility == now.compatibility:
        return ()
    try:
        policy = scene.before.policy
        asked, asks = manifests.effective(policy, was), manifests.effective(policy, now)
    except RegistryError:
        return ()
    steady = replace(was, stability=now.stability)  # that has an event of its own
    first = later(scene.day, policy.windows.get(was.stability, 0))
    found = policies.product_loosened(now, steady, asked, asks, "", first)
    return tuple(each.message for each in found)


def _owner(scene: LandingContext, fact: Fact) -> AddressedEvent:
    was = scene.product(fact.target, before=True)
    now = scene.product(fact.target)
    title = f"{fact.target} has another contact: its owner's contact or channels changed"
    if was is None or now is None:
        return fact_event(scene, fact, fact.kind, Severity.NOTICE, title, touches=whole(fact))
    if was.owner.team != now.owner.team:
        title = f"{now.owner.team} owns {fact.target} now; before, {was.owner.team} owned it"
    details = [
        (name, f"{before or 'none'} → {after or 'none'}")
        for name, before, after in (
            ("contact", was.owner.contact, now.owner.contact),
            ("channels", ", ".join(was.owner.channels), ", ".join(now.owner.channels)),
        )
        if before != after
    ]
    return fact_event(scene, fact, fact.kind, Severity.NOTICE, title, details, touches=whole(fact))


def _ranked(ranks: list[str], noun: str) -> Teller:
    """Gives the event of a step on a scale: down is a warning, since it promises less."""

    def tell(scene: LandingContext, fact: Fact) -> AddressedEvent:
        details = dict(fact.details)
        was, now = details.get("from", ""), details.get("to", "")
        lower = was in ranks and (now not in ranks or ranks.index(now) < ranks.index(was))
        title = f"{fact.target}: its {noun} changed from {was} to {now}"
        severity = Severity.WARNING if lower else Severity.NOTICE
        return fact_event(scene, fact, fact.kind, severity, title, touches=whole(fact))

    return tell


def _service(scene: LandingContext, fact: Fact) -> AddressedEvent:
    title = f"{fact.target} changed its service levels"
    return fact_event(
        scene, fact, fact.kind, Severity.NOTICE, title, fact.details, touches=whole(fact)
    )


def _schema(scene: LandingContext, fact: Fact) -> AddressedEvent:
    declared = fact.kind == "schema.declared"
    title = f"{fact.target} is {'declared' if declared else 'no longer declared'} in product.yaml"
    touches = () if declared else named(fact)
    return fact_event(scene, fact, fact.kind, Severity.NOTICE, title, touches=touches)


def _policy(scene: LandingContext, fact: Fact) -> AddressedEvent:
    lost = _given_up(scene) if fact.kind == "policy.changed" else ()
    title, severity = {
        "policy.set": ("registry.yaml was added: its policy applies from now on", Severity.NOTICE),
        "policy.changed": ("the registry's policy changed", Severity.NOTICE),
        "policy.removed": ("registry.yaml was removed: the defaults apply", Severity.ERROR),
    }[fact.kind]
    if lost:
        title, severity = "the registry's policy was loosened", Severity.WARNING
    said = [(name, text if name in _SHOWN else "changed") for name, text in fact.details]
    details = [*(("asks less", each) for each in lost), *said]
    return fact_event(scene, fact, fact.kind, severity, title, details, hub=True)


def _given_up(scene: LandingContext) -> tuple[str, ...]:
    try:
        policy = scene.before.policy
        first = later(scene.day, max(policy.windows.values(), default=0))
        found = policies.loosened(policy, scene.after.policy, "", first)
        return tuple(each.message for each in found)
    except RegistryError:
        return ()


def _unreadable(scene: LandingContext, fact: Fact) -> AddressedEvent:
    title = f"{fact.path} landed and cannot be read"
    return fact_event(scene, fact, fact.kind, Severity.ERROR, title, hub=True)


def _prerelease(scene: LandingContext, fact: Fact) -> AddressedEvent:
    verb = {"landed": "is available for trial", "changed": "was changed", "removed": "is gone"}
    title = f"{fact.target} {verb[fact.kind.partition('.')[2]]}; a pre-release promises nothing"
    return fact_event(scene, fact, fact.kind, Severity.NOTICE, title, touches=named(fact))


TELLERS: dict[str, Teller] = {
    "prerelease.landed": _prerelease,
    "prerelease.changed": _prerelease,
    "prerelease.removed": _prerelease,
    "product.created": _created,
    "product.retired": _retired,
    "product.changed": _changed,
    "owner.changed": _owner,
    "stability.changed": _ranked([each.value for each in Stability], "stability"),
    "classification.changed": _ranked([each.value for each in Classification], "classification"),
    "service.changed": _service,
    "schema.declared": _schema,
    "schema.undeclared": _schema,
    "policy.set": _policy,
    "policy.changed": _policy,
    "policy.removed": _policy,
    "file.unreadable": _unreadable,
}
"""By the kind of fact."""
