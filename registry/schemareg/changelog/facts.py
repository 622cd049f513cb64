"""The facts of a landing: a version released, a sunset moved, and so on.

A fact belongs to one path that one landing changed, and compares the content before and after. An
unreadable file gives only the fact that it is unreadable.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemareg.audit.records import entry_text, moment
from schemareg.history.paths import PathPart, path_subject
from schemareg.model import Kind, version_order
from schemareg.model.errors import InvalidFiles
from schemareg.model.semver import bump_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemareg.documents import Document
    from schemareg.history.paths import PathSubject
    from schemareg.model import Deprecation, Entry, History, Landing, PathChange
    from schemareg.model.semver import SemVer

KINDS = {
    "version.released": "a version landed; it never changes",
    "version.altered": "the file of a landed version was altered: a violation",
    "version.removed": "the file of a landed version was removed: a violation",
    "version.returned": "the file of a version was restored, as it landed",
    "prerelease.landed": "a pre-release landed",
    "prerelease.changed": "a pre-release was changed",
    "prerelease.removed": "a pre-release was removed",
    "deprecation.announced": "the end of a promise was announced",
    "deprecation.moved": "a sunset was moved, set or removed",
    "deprecation.reworded": "the reason, replacement or migration of a deprecation changed",
    "deprecation.withdrawn": "a deprecation was withdrawn: the promise holds again",
    "product.created": "a product was added",
    "product.retired": "a product was removed",
    "product.changed": "the description of a product changed",
    "owner.changed": "the owner, contact or channels of a product changed",
    "stability.changed": "the stability of a product changed",
    "classification.changed": "the classification of a product changed",
    "service.changed": "the service levels of a product changed",
    "schema.declared": "product.yaml declares another schema",
    "schema.undeclared": "product.yaml no longer declares a schema",
    "consumer.joined": "a team registered as a consumer of a product",
    "consumer.changed": "the uses or the contact of a consumer changed",
    "consumer.left": "a consumer left",
    "waiver.granted": "a waiver was granted",
    "waiver.changed": "a waiver was changed",
    "waiver.withdrawn": "a waiver was removed",
    "policy.set": "registry.yaml was added",
    "policy.changed": "registry.yaml changed",
    "policy.removed": "registry.yaml was removed",
    "file.unreadable": "an unreadable file landed",
}
"""Every kind of fact, and its meaning."""

_OF_ITS_OWN = {
    "owner": "owner.changed",
    "stability": "stability.changed",
    "classification": "classification.changed",
    "quality": "service.changed",
    "service": "service.changed",
    "service-levels": "service.changed",
}
"""Keys of product.yaml whose change is a separate fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a landing."""

    kind: str
    """One of KINDS."""
    landing: Landing
    target: str
    """Its target: `orders/order_placed@1.2.0`; `""` for the whole registry."""
    path: str
    before: str | None
    """The kind and Git id of the content before, as in a record: `file 3f2a…`."""
    after: str | None
    details: tuple[tuple[str, str], ...] = ()
    """Details, sorted by name."""

    @property
    def value(self) -> dict[str, Any]:
        """The fact as a JSON value, without people, who belong to the commit."""
        return {
            "after": self.after,
            "before": self.before,
            "commit": self.landing.commit,
            "details": dict(self.details),
            "kind": self.kind,
            "path": self.path,
            "target": self.target,
            "time": moment(self.landing.time),
        }

    def canonical(self) -> str:
        """Its canonical JSON: sorted keys, no spaces, ASCII; equal for equal histories."""
        return json.dumps(self.value, sort_keys=True, separators=(",", ":"))


class Facts:
    """Computes the facts of changes; reads file contents from `history`."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._schemas: dict[str, tuple[PathChange, ...]] = {}

    def of(self, changes: Iterable[PathChange]) -> Iterator[Fact]:
        """The facts of changes, in their order; of one path sorted by kind."""
        for change in changes:
            about = path_subject(change.path)
            tell = self._tellers.get(about.part)
            if tell is None or change.before == change.after:
                continue
            yield from sorted(tell(about, change), key=lambda each: (each.kind, each.target))

    @property
    def _tellers(self) -> dict[PathPart, Callable[[PathSubject, PathChange], Iterator[Fact]]]:
        return {
            PathPart.VERSION: self._version,
            PathPart.DEPRECATION: self._deprecation,
            PathPart.PRODUCT: self._product,
            PathPart.CONSUMER: self._consumer,
            PathPart.WAIVER: self._waiver,
            PathPart.POLICY: self._policy,
        }

    # -- versions -------------------------------------------------------------------------------

    def _version(self, about: PathSubject, change: PathChange) -> Iterator[Fact]:
        family = "version" if about.released else "prerelease"
        details: dict[str, str] = {}
        if change.after is None:
            what = "removed"
        elif change.before is not None:
            what = "altered" if about.released else "changed"
        elif not about.released:
            what = "landed"
        elif self._landed_before(about, change):
            what = "returned"
        else:
            what, details = "released", self._bump(about, change)
        yield _fact(f"{family}.{what}", change, about.target, details)

    def _landed_before(self, about: PathSubject, change: PathChange) -> bool:
        return any(each.path == change.path for each in self._earlier(about, change))

    def _bump(self, about: PathSubject, change: PathChange) -> dict[str, str]:
        """The bump of a release from the previous release at that time."""
        assert about.version is not None  # noqa: S101  a release has one
        standing: dict[str, SemVer] = {}
        for each in self._earlier(about, change, together=True):
            version = path_subject(each.path).version
            if each.after is None:
                standing.pop(each.path, None)
            elif version is not None:
                standing[each.path] = version
        previous = version_order.before(about.version, standing.values())
        if previous is None:
            return {"bump": "first"}
        return {"bump": bump_between(previous, about.version), "over": str(previous)}

    def _earlier(
        self, about: PathSubject, change: PathChange, *, together: bool = False
    ) -> Iterator[PathChange]:
        """The changes of a schema's versions before a landing, or up to and including it."""
        folder = change.path.rpartition("/")[0]
        if folder not in self._schemas:
            self._schemas[folder] = self._history.changes(folder)
        last = change.landing.ordinal - (not together)
        return (each for each in self._schemas[folder] if each.landing.ordinal <= last)

    # -- promises -------------------------------------------------------------------------------

    def _deprecation(self, about: PathSubject, change: PathChange) -> Iterator[Fact]:
        before = self._said(about, change.path, change.before)
        after = self._said(about, change.path, change.after)
        if after is None and change.after is not None:
            yield _fact("file.unreadable", change, about.product)
        if after is None:
            if before is not None:
                yield _fact(
                    "deprecation.withdrawn", change, str(before.target), _announcement(before)
                )
            return
        if before is None or _promise(before) != _promise(after):
            if before is not None:
                yield _fact(
                    "deprecation.withdrawn", change, str(before.target), _announcement(before)
                )
            yield _fact("deprecation.announced", change, str(after.target), _announcement(after))
        elif before.sunset != after.sunset:
            days = {"from": str(before.sunset or "no day"), "to": str(after.sunset or "no day")}
            yield _fact("deprecation.moved", change, str(after.target), days)
        else:
            yield _fact("deprecation.reworded", change, str(after.target), _announcement(after))

    def _said(self, about: PathSubject, path: str, entry: Entry | None) -> Deprecation | None:
        document = self._document(path, entry)
        if document is None:
            return None
        from schemareg import manifests

        try:
            return manifests.parse_deprecation(document, about.product)
        except InvalidFiles:
            return None

    def _waiver(self, about: PathSubject, change: PathChange) -> Iterator[Fact]:
        said = self._object(change.path, change.after) or self._object(change.path, change.before)
        details = _texts(said, "rule", "reason", "approver", "until", "fingerprint")
        what = _came_or_went(change, "granted", "changed", "withdrawn")
        yield _fact(f"waiver.{what}", change, about.product, details)

    # -- people and products --------------------------------------------------------------------

    def _consumer(self, about: PathSubject, change: PathChange) -> Iterator[Fact]:
        said = self._object(change.path, change.after) or self._object(change.path, change.before)
        uses = said.get("uses")
        read = (
            [str(each.get("schema", "")) for each in uses if isinstance(each, dict)]
            if (isinstance(uses, list))
            else []
        )
        details = {"consumer": about.name, **_texts(said, "team")}
        if read:
            details["uses"] = ", ".join(sorted(read))
        what = _came_or_went(change, "joined", "changed", "left")
        yield _fact(f"consumer.{what}", change, about.product, details)

    def _product(self, about: PathSubject, change: PathChange) -> Iterator[Fact]:
        before = self._object(change.path, change.before)
        after = self._object(change.path, change.after)
        if change.before is None or change.after is None:
            said = after or before
            owner = said.get("owner")
            details = _texts(said, "title", "stability")
            if isinstance(owner, dict):
                details |= _texts(owner, "team")
            what = "created" if change.before is None else "retired"
            yield _fact(f"product.{what}", change, about.product, details)
            return
        if not after:
            yield _fact("file.unreadable", change, about.product)
            return
        yield from _schemas(change, about.product, before.get("schemas"), after.get("schemas"))
        others = []
        for key in _different(before, after):
            if key in _OF_ITS_OWN:
                details = {"from": _short(before.get(key)), "to": _short(after.get(key))}
                yield _fact(_OF_ITS_OWN[key], change, about.product, details)
            elif key != "schemas":
                others.append(key)
        if others:
            yield _fact("product.changed", change, about.product, {"keys": ", ".join(others)})

    def _policy(self, about: PathSubject, change: PathChange) -> Iterator[Fact]:
        before = self._object(change.path, change.before)
        after = self._object(change.path, change.after)
        what = _came_or_went(change, "set", "changed", "removed")
        details = {}
        for key in _different(before, after):
            details[key] = f"{_short(before.get(key))} → {_short(after.get(key))}"
        yield _fact(f"policy.{what}", change, "", details if what == "changed" else {})

    # -- reading --------------------------------------------------------------------------------

    def _document(self, path: str, entry: Entry | None) -> Document | None:
        if entry is None or entry.kind is not Kind.FILE:
            return None
        # Facts are cached: most questions about the past need no parser.
        from schemareg import documents

        try:
            return documents.parse(self._history.read(entry.id), path)
        except InvalidFiles:
            return None

    def _object(self, path: str, entry: Entry | None) -> dict[str, Any]:
        """The object in a file; empty for other content."""
        document = self._document(path, entry)
        return document.value if document and isinstance(document.value, dict) else {}


def _fact(
    kind: str, change: PathChange, target: str, details: dict[str, str] | None = None
) -> Fact:
    return Fact(
        kind,
        change.landing,
        target,
        change.path,
        entry_text(change.before),
        entry_text(change.after),
        tuple(sorted((details or {}).items())),
    )


def _came_or_went(change: PathChange, came: str, stayed: str, went: str) -> str:
    if change.after is None:
        return went
    return came if change.before is None else stayed


def _promise(said: Deprecation) -> tuple[object, str]:
    return said.target, said.loosens


def _announcement(said: Deprecation) -> dict[str, str]:
    details = {"reason": said.reason, "sunset": str(said.sunset or "no day yet")}
    if said.loosens:
        details["loosens"] = said.loosens
    if said.replacement:
        details["replacement"] = str(said.replacement)
    return details


def _schemas(change: PathChange, product: str, before: object, after: object) -> Iterator[Fact]:
    had = set(before) if isinstance(before, dict) else set()
    has = set(after) if isinstance(after, dict) else set()
    for name in sorted(has - had):
        yield _fact("schema.declared", change, f"{product}/{name}")
    for name in sorted(had - has):
        yield _fact("schema.undeclared", change, f"{product}/{name}")


def _different(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    keys = sorted(before.keys() | after.keys())
    return [key for key in keys if before.get(key) != after.get(key)]


def _short(value: Any) -> str:
    if value is None:
        return "(nothing)"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _texts(said: dict[str, Any], *keys: str) -> dict[str, str]:
    return {key: _short(said[key]) for key in keys if key in said}
