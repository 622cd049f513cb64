"""Compares one version with the older ones that count: breaks and undecided questions."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.verdict import Budget, SchemaSource
from schemareg.model import Classification, Content, Direction, Outcome
from schemareg.model.place import pointer_text
from schemareg.model.targets import above, field_text
from schemareg.review.findings import Pair, uri_of
from schemareg.review.resolver import format_of
from schemareg.rules import semantics

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from schemareg.documents import Document
    from schemareg.formats.field import Field
    from schemareg.formats.field_changes import Loss, MeaningChange
    from schemareg.formats.verdict import Verdict
    from schemareg.model import Compatibility, Finding, SchemaVersion
    from schemareg.model.semver import SemVer
    from schemareg.review.resolver import Shelf

PATIENCE = 3
"""Maximum undecided questions of a version: each has used its whole budget."""


TOO_MANY = (
    "the proposal brings more new versions of this schema than are compared with each other;"
    " land them in several pull requests, the oldest first"
)


class Doubt(NamedTuple):
    """An undecided question."""

    older: SemVer
    direction: Direction
    reason: str


@dataclass(slots=True)
class Comparison:
    """The result for one version; `older` are the versions it is compared with."""

    version: SchemaVersion
    shelf: Shelf
    policy: Compatibility
    opens: SemVer
    """The version number that opens the next line."""
    pairs: list[Pair] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    """Where a validator can differ from the verdict; at most one for each direction."""
    lost: list[Finding] = field(default_factory=list)
    """Removed fields that validation does not notice."""

    @property
    def broken(self) -> bool:
        """Whether a break was found."""
        return bool(self.pairs or self.lost)

    def hold_against(self, older: Iterable[SchemaVersion]) -> Comparison:
        """Compares with each of the older versions as the level requires, the latest first."""
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
            if not self.shelf.affords(version, new, old):
                self.doubts += [
                    Doubt(version.version, direction, TOO_MANY)
                    for direction in self.policy.level.directions
                ]
                break
            if format_of(old) is not format_of(new):
                self._change_format(version, new, old)
                continue
            for direction in self.policy.level.directions:
                self._ask(version, direction, new, old)
        return self

    def _repeat(self, version: SchemaVersion, twin: SchemaVersion) -> None:
        """The result for a version also holds for one that differs only in descriptions."""
        same = [each for each in self.pairs if each.older is twin]
        self.pairs += [Pair(version, each.direction, each.found) for each in same]

    def _ask(
        self, version: SchemaVersion, direction: Direction, new: Document, old: Document
    ) -> None:
        forward = direction is Direction.FORWARD
        reader, writer = (old, new) if forward else (new, old)
        language = format_of(new)
        noted = any(each.direction is direction for each in self.notes)
        if not noted and language.validators_may_differ(reader, writer):
            self.notes.append(semantics.draft_reading(self.version, version.version, direction))
        plain = language.plainly_reads(
            reader, writer, content=self.policy.content, formats=self.policy.formats
        )
        if not plain:
            self._search(version, direction, reader, writer)
        kept = plain and language.keeps_fields(old, new) and language.keeps_meanings(old, new)
        if forward and not kept:
            self._look_for_fields(version, new, old)

    def _change_format(self, version: SchemaVersion, new: Document, old: Document) -> None:
        """Records of one format cannot be read by the schema of another: nothing to compare."""
        if self.policy.level.directions and not any(
            each.rule == semantics.FORMAT_CHANGED.id for each in self.lost
        ):
            titles = format_of(old).title, format_of(new).title
            self.lost.append(
                semantics.format_changed(self.version, version.version, titles, self.opens)
            )

    def _search(
        self, version: SchemaVersion, direction: Direction, reader: Document, writer: Document
    ) -> None:
        if len(self.doubts) >= PATIENCE:
            reason = "later versions were undecided already, so it was not compared"
            self.doubts.append(Doubt(version.version, direction, reason))
            return
        verdict = verdict_of(self.shelf, reader, writer, self.policy)
        self.pairs += [Pair(version, direction, found) for found in verdict.findings]
        if verdict.outcome is Outcome.UNDECIDED:
            self.doubts.append(Doubt(version.version, direction, verdict.reason))

    def _look_for_fields(self, version: SchemaVersion, new: Document, old: Document) -> None:
        """Lost fields, and fields with a changed meaning."""
        begin = time.thread_time()
        found = format_of(new).compare_fields(
            old,
            new,
            self.shelf.resolver(new),
            formats=self.policy.formats,
            seconds=self.shelf.seconds,
        )
        self.shelf.spend(time.thread_time() - begin)
        self._lost(version, new, old, found.losses)
        self._changed(version, new, found.changes)
        self.doubts += [Doubt(version.version, Direction.FORWARD, each) for each in found.doubts]

    def _lost(
        self, version: SchemaVersion, new: Document, old: Document, losses: Iterable[Loss]
    ) -> None:
        reported = {each.field for each in self.lost}
        reported |= {each.found.field for each in self.pairs if each.direction is Direction.FORWARD}
        language, resolver = format_of(new), self.shelf.resolver(new)
        for loss in losses:
            path = field_text(loss.steps)
            if not reported.isdisjoint((path, *above(path))):
                continue
            reported.add(path)
            was = language.field_at(old, loss.steps, resolver)
            there = loss.branch and language.field_at(new, loss.steps, resolver)
            near = loss.near_uri == uri_of(new.path)
            self.lost.append(
                semantics.field_removed(
                    self.version,
                    version.version,
                    path,
                    f"{'required' if was and was.required else 'optional'}"
                    f" {was.type if was else 'any'}",
                    pointer_text(loss.pointer),
                    new.place(loss.near if near else language.fields_pointer, key=True),
                    self.opens,
                    branch=loss.branch if there else "",
                )
            )

    def _changed(
        self, version: SchemaVersion, new: Document, changes: Iterable[MeaningChange]
    ) -> None:
        reported = {(each.field, each.message) for each in self.lost}
        for change in changes:
            if change.keyword == "x-classification" and _firmer(change.was, change.now):
                continue
            here = change.uri == uri_of(new.path)
            found = semantics.meaning_changed(
                self.version,
                version.version,
                field_text(change.steps),
                (change.keyword, change.was, change.now),
                pointer_text(change.old_pointer),
                new.place(change.pointer if here else format_of(new).fields_pointer, key=True),
                self.opens,
            )
            if (found.field, found.message) not in reported:
                reported.add((found.field, found.message))
                self.lost.append(found)


def _firmer(old: str, new: str) -> bool:
    """Whether the classification of a field was raised; unknown values do not count."""
    ranks = [each.value for each in Classification]
    return old in ranks and new in ranks and ranks.index(new) > ranks.index(old)


def verdict_of(
    shelf: Shelf,
    reader: Document,
    writer: Document,
    policy: Compatibility,
    content: Content | None = None,
) -> Verdict:
    """Whether readers of one document accept what writers of the other write, by a policy."""
    from schemareg.formats.verdict import Verdict

    language, other = format_of(reader), format_of(writer)
    if language is not other:
        reason = f"one version is {other.title}, the other is {language.title}"
        return Verdict(Outcome.UNDECIDED, reason)
    begin = time.thread_time()
    verdict = language.compare(
        SchemaSource(reader.value, uri_of(reader.path)),
        SchemaSource(writer.value, uri_of(writer.path)),
        shelf.resolver(reader),
        content=content or policy.content,
        formats=policy.formats,
        budget=Budget(seconds=shelf.seconds),
    )
    shelf.spend(time.thread_time() - begin)
    return verdict


def equivalent(shelf: Shelf, one: Document, other: Document, policy: Compatibility) -> bool:
    """Whether two documents are proved to be equivalent."""
    language = format_of(one)
    if format_of(other) is not language or language.unjudged(one) != language.unjudged(other):
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
    return format_of(document).fields(document, shelf.resolver(document))
