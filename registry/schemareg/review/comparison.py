"""One version against the older ones that it owes something to: every break, every doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.json_schema import uris
from schemareg.formats.json_schema.annotations import (
    MEANINGS,
    meanings_kept,
    property_names,
    unjudged,
)
from schemareg.formats.json_schema.structural import evident, properties_kept
from schemareg.model import Classification, Content, Direction, Outcome
from schemareg.review.findings import Pair, field_above, uri_of
from schemareg.rules import semantics

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from schemareg.documents import Document
    from schemareg.formats.json_schema.fields import Field
    from schemareg.formats.verdict import Verdict
    from schemareg.model import Compatibility, Finding, SchemaVersion
    from schemareg.model.semver import SemVer
    from schemareg.review.resolver import Shelf

PATIENCE = 3
"""Undecided questions of a version after which no more are asked: each has cost its whole budget."""


class Doubt(NamedTuple):
    """A question that was not decided."""

    older: SemVer
    direction: Direction
    reason: str


@dataclass(slots=True)
class Comparison:
    """What was found of one version; `older` are the versions it is held against."""

    version: SchemaVersion
    shelf: Shelf
    policy: Compatibility
    opens: SemVer
    """The version that would open the next line."""
    pairs: list[Pair] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    lost: list[Finding] = field(default_factory=list)
    """Fields that went away, where no validator minds."""

    @property
    def broken(self) -> bool:
        """Whether some reader was shown to be hurt."""
        return bool(self.pairs or self.lost)

    def hold_against(self, older: Iterable[SchemaVersion]) -> Comparison:
        """Ask what the level asks about each of the older versions, the latest first."""
        new = self.shelf.proposed(self.version)
        seen: dict[Hashable, SchemaVersion] = {}
        for version in older:
            old = self.shelf.landed(version)
            meaning = self.shelf.meaning(old)
            if meaning == self.shelf.meaning(new):
                continue  # every schema reads itself
            if meaning in seen:
                self._repeat(version, seen[meaning])
                continue
            seen[meaning] = version
            for direction in self.policy.level.directions:
                self._ask(version, direction, new, old)
        return self

    def _repeat(self, version: SchemaVersion, twin: SchemaVersion) -> None:
        """What was found of a version holds for another that differs from it in words only."""
        same = [each for each in self.pairs if each.older is twin]
        self.pairs += [Pair(version, each.direction, each.found) for each in same]

    def _ask(
        self, version: SchemaVersion, direction: Direction, new: Document, old: Document
    ) -> None:
        forward = direction is Direction.FORWARD
        reader, writer = (old, new) if forward else (new, old)
        sides = self.shelf.bare(reader), self.shelf.bare(writer)
        plain = (
            self.shelf.self_contained(reader)
            and self.shelf.self_contained(writer)
            and evident(*sides, self.policy.content, formats=self.policy.formats)
        )
        if not plain:
            self._search(version, direction, reader, writer)
        if forward and not (plain and properties_kept(*sides)):
            self._look_for_fields(version, new, old)
        if forward and not meanings_kept(old.value, new.value):
            self._look_for_meanings(version, new, old)

    def _search(
        self, version: SchemaVersion, direction: Direction, reader: Document, writer: Document
    ) -> None:
        if len(self.doubts) >= PATIENCE:
            reason = "the later versions were undecided already, so it was not tried"
            self.doubts.append(Doubt(version.version, direction, reason))
            return
        verdict = verdict_of(self.shelf, reader, writer, self.policy)
        self.pairs += [Pair(version, direction, found) for found in verdict.findings]
        if verdict.outcome is Outcome.UNDECIDED:
            self.doubts.append(Doubt(version.version, direction, verdict.reason))

    def _look_for_fields(self, version: SchemaVersion, new: Document, old: Document) -> None:
        here = {each.path: each for each in fields_of(self.shelf, new)}
        # What has fields inside it is there, whether it is listed itself or not.
        kept = {path for each in here for path in (each, *_above(each))}
        told = {each.field for each in self.lost}
        told |= {each.found.field for each in self.pairs if each.direction is Direction.FORWARD}
        for each in fields_of(self.shelf, old):
            if each.path in kept or not told.isdisjoint((each.path, *_above(each.path))):
                continue
            told.add(each.path)
            near = next((here[above] for above in _above(each.path) if above in here), None)
            if near is not None and near.uri != uri_of(new.path):
                near = None
            self.lost.append(
                semantics.field_removed(
                    self.version,
                    version.version,
                    each.path,
                    f"{'required' if each.required else 'optional'} {each.type}",
                    uris.pointer_text(each.pointer),
                    new.place(near.pointer if near else ("properties",), key=True),
                    self.opens,
                )
            )

    def _look_for_meanings(self, version: SchemaVersion, new: Document, old: Document) -> None:
        """What a field said of itself, that no validator judges, and says otherwise now."""
        before = {each.path: each for each in fields_of(self.shelf, old)}
        told = {(each.field, each.message) for each in self.lost}
        for now in fields_of(self.shelf, new):
            was = before.get(now.path)
            for change in meanings_changed(was, now, self.policy) if was else ():
                here = now.uri == uri_of(new.path)
                found = semantics.meaning_changed(
                    self.version,
                    version.version,
                    now.path,
                    change,
                    uris.pointer_text(was.pointer) if was else "",
                    new.place(now.pointer if here else ("properties",), key=True),
                    self.opens,
                )
                if (found.field, found.message) not in told:
                    self.lost.append(found)


def meanings_changed(
    was: Field, now: Field, policy: Compatibility
) -> Iterator[tuple[str, str, str]]:
    """Keyword, before and after (empty where it is gone) of what a field meant and means not."""
    before, after = dict(was.annotations), dict(now.annotations)
    if not policy.formats:  # else formats are judged as what they are
        before["format"], after["format"] = was.format, now.format
    for keyword in MEANINGS:
        old, new = before.get(keyword, ""), after.get(keyword, "")
        if old and old != new and not (keyword == "x-classification" and _firmer(old, new)):
            yield keyword, old, new


def _firmer(old: str, new: str) -> bool:
    """Whether a field is called more sensitive than it was; what is no classification is neither."""
    ranks = [each.value for each in Classification]
    return old in ranks and new in ranks and ranks.index(new) > ranks.index(old)


def verdict_of(
    shelf: Shelf,
    reader: Document,
    writer: Document,
    policy: Compatibility,
    content: Content | None = None,
) -> Verdict:
    """Whether one document's readers take what another's writers write, by a policy."""
    # Loaded late: most changes are evident, and the engine costs as much as all the rest.
    from schemareg.formats.json_schema.solver.compare import compare
    from schemareg.formats.verdict import SchemaSource

    return compare(
        SchemaSource(shelf.spelled_out(reader.value), uri_of(reader.path)),
        SchemaSource(shelf.spelled_out(writer.value), uri_of(writer.path)),
        content=content or policy.content,
        formats=policy.formats,
        lookup=shelf.lookup,
        locate=shelf.locate,
    )


def equivalent(shelf: Shelf, one: Document, other: Document, policy: Compatibility) -> bool:
    """Whether two documents are proved to say the same in other keywords."""
    if unjudged(one.value) != unjudged(other.value):
        return False
    if property_names(one.value) != property_names(other.value):
        return False
    if {each.path for each in fields_of(shelf, one)} != {
        each.path for each in fields_of(shelf, other)
    }:
        return False
    return all(
        verdict_of(shelf, reader, writer, policy, Content.OPEN).outcome is Outcome.COMPATIBLE
        for reader, writer in ((one, other), (other, one))
    )


def fields_of(shelf: Shelf, document: Document) -> tuple[Field, ...]:
    """The fields of a version's records."""
    from schemareg.formats.json_schema.fields import fields

    return fields(document.value, shelf.library(), uri_of(document.path))


def _above(path: str) -> Iterable[str]:
    """The fields that a field stands in, the nearest first."""
    while path := field_above(path):
        yield path
