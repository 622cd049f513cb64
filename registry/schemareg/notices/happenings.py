"""What landed, fact by fact, as people are told of it. Versions are told by `verdicts`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.audit.subjects import subject
from schemareg.errors import RegistryError
from schemareg.model import Classification, Severity, Stability
from schemareg.names import Target, parse
from schemareg.notices.news import News, Saying
from schemareg.promises.consumers import consumer_at, written
from schemareg.rules import policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemareg.audit.facts import Fact
    from schemareg.model import Use
    from schemareg.notices.scene import Scene
    from schemareg.promises.terms import Term

_NOTICE, _WARNING, _ERROR = Severity.NOTICE, Severity.WARNING, Severity.ERROR
_OPEN = "no day"
"""What a fact says where a deprecation names no sunset."""
_SHOWN = frozenset(
    (
        *("version", "protected-branch", "compatibility", "deprecation"),
        *("overrides", "layout", "anchor"),
    )
)
"""Keys of registry.yaml whose values are told: under any other, a secret may have landed by mistake."""


def happenings(scene: Scene, facts: Iterable[Fact]) -> Iterator[News]:
    """The news of a landing's facts, in their order; facts about releases give none here."""
    for fact in facts:
        tell = TELLERS.get(fact.kind)
        if tell is not None:
            yield tell(scene, fact)


def settled(facts: tuple[Fact, ...]) -> Iterator[Fact]:
    """The facts without those of files that only went along with their product to another folder."""
    came = {_known(each): each.path for each in facts if each.before is None}
    went = {_known(each): each.path for each in facts if each.after is None}
    moved = {each for each in came.keys() & went.keys() if came[each] != went[each]}
    for fact in facts:
        stayed = fact.before is not None and fact.after is not None
        if stayed or _known(fact) not in moved:
            yield fact


def _known(fact: Fact) -> tuple[str, ...]:
    """What a file is known by wherever its product stands."""
    about = subject(fact.path)
    return about.part.value, about.target, about.name, fact.after or fact.before or ""


def _about(fact: Fact) -> str:
    return fact.target.partition("/")[0].partition("#")[0]


def _whole(fact: Fact) -> tuple[Target, ...]:
    """The product, so that all who read anything of it are meant."""
    try:
        return (Target(parse(fact.target).product),) if fact.target else ()
    except RegistryError:
        return ()  # a folder that is called what no product may be


def _told(
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
    saying = Saying(type_, severity, _about(fact), fact.target, title, details)
    return News(scene.event(saying, fact.path), touches, consumers, hub)


# -- promises -------------------------------------------------------------------------------------


def _announced(scene: Scene, fact: Fact) -> News:
    term = scene.announced(fact.path, _about(fact))
    title = ended(fact.target, term) if term else f"{fact.target} is announced to end"
    touches = _named(fact)
    details = [*_reckoned(scene, term), *_said(fact, term), ("read by", scene.readers(*touches))]
    return _told(scene, fact, fact.kind, _WARNING, title, details, touches=touches)


def ended(target: str, term: Term) -> str:
    """The sentence that says from when on something is promised no more."""
    day = term.earliest
    if term.said.loosens:
        goes = f"{target} will be loosened: {term.said.loosens}"
        return f"{goes}, from {day} on" if day else f"{goes}; no day is set yet"
    return f"{target} ends on {day}" if day else f"{target} is to end; no day is set yet"


def _moved(scene: Scene, fact: Fact) -> News:
    term = scene.announced(fact.path, _about(fact))
    details = dict(fact.details)
    was, now = details.get("from", ""), details.get("to", "")
    later = was != _OPEN and (now == _OPEN or now > was)
    title = f"{fact.target}: its sunset is {now} now, and was {was}"
    touches = _named(fact)
    told = [*_reckoned(scene, term), *_said(fact, term), ("read by", scene.readers(*touches))]
    severity = _NOTICE if later else _WARNING
    return _told(scene, fact, "sunset.moved", severity, title, told, touches=touches)


def _reworded(scene: Scene, fact: Fact) -> News:
    term = scene.announced(fact.path, _about(fact))
    title = f"{fact.target}: why and how it ends was said anew"
    return _told(scene, fact, fact.kind, _NOTICE, title, _said(fact, term), touches=_named(fact))


def _withdrawn(scene: Scene, fact: Fact) -> News:
    title = f"{fact.target} stays: its deprecation was withdrawn"
    details = [(name, text) for name, text in fact.details if name == "loosens"]
    return _told(scene, fact, fact.kind, _NOTICE, title, details, touches=_named(fact))


def _named(fact: Fact) -> tuple[Target, ...]:
    try:
        return (parse(fact.target),)
    except RegistryError:
        return ()


def _reckoned(scene: Scene, term: Term | None) -> Iterator[tuple[str, str]]:
    if term is not None:
        yield "dates", term.arithmetic(scene.day)


def _said(fact: Fact, term: Term | None) -> Iterator[tuple[str, str]]:
    if term is None:
        yield from fact.details
        return
    yield "reason", term.said.reason
    yield "replacement", str(term.said.replacement or "")
    yield "migration", term.said.migration


# -- waivers and consumers ------------------------------------------------------------------------


def _waiver(scene: Scene, fact: Fact) -> News:
    details = dict(fact.details)
    rule = details.pop("rule", "a finding")
    verb = {"granted": "is accepted", "changed": "is accepted", "withdrawn": "was accepted"}
    what = fact.kind.partition(".")[2]
    title = f"{rule} {verb[what]} in {_about(fact)} until {details.pop('until', 'a day')}"
    if what == "withdrawn":
        title += "; the waiver was taken away"
    order = ("reason", "approver", "fingerprint")
    told = [(name, details[name]) for name in order if name in details]
    severity = _NOTICE if what == "withdrawn" else _WARNING
    return _told(scene, fact, fact.kind, severity, title, told, hub=True)


def _consumer(scene: Scene, fact: Fact) -> News:
    details = dict(fact.details)
    name = details.get("consumer", "")
    team = details.get("team", "")
    who = name if team in ("", name) else f"{name} ({team})"
    product = _about(fact)
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
    return _told(scene, fact, fact.kind, _NOTICE, title, told, consumers=(name,))


def _read(use: Use) -> str:
    fields = ", ".join(written(*each) for each in use.elements)
    return f"{use.schema} {use.versions}: {fields or 'all of it'}"


# -- products and the policy ----------------------------------------------------------------------


def _created(scene: Scene, fact: Fact) -> News:
    details = dict(fact.details)
    title = f"{fact.target} is a new product"
    if "team" in details:
        title += f" of {details['team']}"
    told = [(name, details[name]) for name in ("title", "stability") if name in details]
    return _told(scene, fact, fact.kind, _NOTICE, title, told, hub=True)


def _retired(scene: Scene, fact: Fact) -> News:
    title = f"{fact.target} is no product any more: its product.yaml was taken away"
    touches = _whole(fact)
    details = [("read by", scene.readers(*touches))]
    return _told(scene, fact, fact.kind, _WARNING, title, details, touches=touches, hub=True)


def _changed(scene: Scene, fact: Fact) -> News:
    keys = dict(fact.details).get("keys", "")
    lost = _asks_less(scene, fact.target)
    title = f"{fact.target} says something else of itself: {keys}"
    if lost:
        title = f"{fact.target} asks less of its new versions than it did"
    details = [("asks less", each) for each in lost]
    severity = _WARNING if lost else _NOTICE
    return _told(scene, fact, fact.kind, severity, title, details, touches=_whole(fact))


def _asks_less(scene: Scene, name: str) -> tuple[str, ...]:
    """What a product's own wishes for compatibility gave up, if anything."""
    was, now = scene.product(name, before=True), scene.product(name)
    if was is None or now is None or was.compatibility == now.compatibility:
        return ()
    try:
        asked = manifests.effective(scene.before.policy, was)
        asks = manifests.effective(scene.before.policy, now)
    except RegistryError:
        return ()
    steady = replace(was, stability=now.stability)  # that has an event of its own
    return tuple(each.message for each in policies.product_loosened(now, steady, asked, asks, ""))


def _owner(scene: Scene, fact: Fact) -> News:
    was = scene.product(fact.target, before=True)
    now = scene.product(fact.target)
    title = f"{fact.target} is reached elsewhere: its owner's contact or channels changed"
    if was is None or now is None:
        return _told(scene, fact, fact.kind, _NOTICE, title, touches=_whole(fact))
    if was.owner.team != now.owner.team:
        title = f"{now.owner.team} answers for {fact.target} now; before it was {was.owner.team}"
    details = [
        (name, f"{before or 'none'} → {after or 'none'}")
        for name, before, after in (
            ("contact", was.owner.contact, now.owner.contact),
            ("channels", ", ".join(was.owner.channels), ", ".join(now.owner.channels)),
        )
        if before != after
    ]
    return _told(scene, fact, fact.kind, _NOTICE, title, details, touches=_whole(fact))


def _ranked(ranks: list[str], noun: str) -> Callable[[Scene, Fact], News]:
    """Tells of a step on a scale: down is a warning, for it promises less."""

    def tell(scene: Scene, fact: Fact) -> News:
        details = dict(fact.details)
        was, now = details.get("from", ""), details.get("to", "")
        lower = was in ranks and (now not in ranks or ranks.index(now) < ranks.index(was))
        title = f"{fact.target}: its {noun} is {now} now, and was {was}"
        severity = _WARNING if lower else _NOTICE
        return _told(scene, fact, fact.kind, severity, title, touches=_whole(fact))

    return tell


def _service(scene: Scene, fact: Fact) -> News:
    title = f"{fact.target} promises something else of its service or quality"
    return _told(scene, fact, fact.kind, _NOTICE, title, fact.details, touches=_whole(fact))


def _schema(scene: Scene, fact: Fact) -> News:
    declared = fact.kind == "schema.declared"
    title = f"{fact.target} is {'declared' if declared else 'declared no more'} in product.yaml"
    touches = () if declared else _named(fact)
    return _told(scene, fact, fact.kind, _NOTICE, title, touches=touches)


def _policy(scene: Scene, fact: Fact) -> News:
    lost = _given_up(scene) if fact.kind == "policy.changed" else ()
    title, severity = {
        "policy.set": ("registry.yaml came: the hub's policy counts from now on", _NOTICE),
        "policy.changed": ("the hub's policy was changed", _NOTICE),
        "policy.removed": ("registry.yaml was taken away: the defaults count", _ERROR),
    }[fact.kind]
    if lost:
        title, severity = "the hub's policy asks for less than it did", _WARNING
    said = [(name, text if name in _SHOWN else "changed") for name, text in fact.details]
    details = [*(("asks less", each) for each in lost), *said]
    return _told(scene, fact, fact.kind, severity, title, details, hub=True)


def _given_up(scene: Scene) -> tuple[str, ...]:
    try:
        found = policies.loosened(scene.before.policy, scene.after.policy, "")
        return tuple(each.message for each in found)
    except RegistryError:
        return ()


def _unreadable(scene: Scene, fact: Fact) -> News:
    title = f"{fact.path} landed, and nobody can read it"
    return _told(scene, fact, fact.kind, _ERROR, title, hub=True)


def _prerelease(scene: Scene, fact: Fact) -> News:
    verb = {"landed": "is there to be tried", "changed": "was changed", "removed": "is gone"}
    title = f"{fact.target} {verb[fact.kind.partition('.')[2]]}; a pre-release promises nothing"
    return _told(scene, fact, fact.kind, _NOTICE, title, touches=_named(fact))


TELLERS: dict[str, Callable[[Scene, Fact], News]] = {
    "prerelease.landed": _prerelease,
    "prerelease.changed": _prerelease,
    "prerelease.removed": _prerelease,
    "deprecation.announced": _announced,
    "deprecation.moved": _moved,
    "deprecation.reworded": _reworded,
    "deprecation.withdrawn": _withdrawn,
    "product.created": _created,
    "product.retired": _retired,
    "product.changed": _changed,
    "owner.changed": _owner,
    "stability.changed": _ranked([each.value for each in Stability], "stability"),
    "classification.changed": _ranked([each.value for each in Classification], "classification"),
    "service.changed": _service,
    "schema.declared": _schema,
    "schema.undeclared": _schema,
    "consumer.joined": _consumer,
    "consumer.changed": _consumer,
    "consumer.left": _consumer,
    "waiver.granted": _waiver,
    "waiver.changed": _waiver,
    "waiver.withdrawn": _waiver,
    "policy.set": _policy,
    "policy.changed": _policy,
    "policy.removed": _policy,
    "file.unreadable": _unreadable,
}
"""By the kind of fact; of releases, the verdict of the check and the audit tell."""
