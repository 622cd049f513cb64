"""One version against the older ones that it owes something to: every break, every doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.field import MEANINGS
from schemareg.model import Classification, Content, Direction, Outcome
from schemareg.model.place import pointer_text
from schemareg.review.findings import Pair, field_above, uri_of
from schemareg.review.resolver import format_of
from schemareg.rules import semantics

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from schemareg.documents import Document
    from schemareg.formats.field import Field
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
            if format_of(old) is not format_of(new):
                self._change_format(version, new, old)
                continue
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
        language = format_of(new)
        plain = language.plainly_reads(
            reader, writer, content=self.policy.content, formats=self.policy.formats
        )
        if not plain:
            self._search(version, direction, reader, writer)
        if forward and not (plain and language.keeps_fields(old, new)):
            self._look_for_fields(version, new, old)
        if forward and not language.keeps_meanings(old, new):
            self._look_for_meanings(version, new, old)

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
                    pointer_text(each.pointer),
                    new.place(near.pointer if near else format_of(new).fields_pointer, key=True),
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
                    pointer_text(was.pointer) if was else "",
                    new.place(now.pointer if here else format_of(new).fields_pointer, key=True),
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
    from schemareg.formats.verdict import Budget, SchemaSource, Verdict

    language, other = format_of(reader), format_of(writer)
    if language is not other:
        reason = f"one version is {other.title}, the other is {language.title}"
        return Verdict(Outcome.UNDECIDED, reason)
    return language.compare(
        SchemaSource(reader.value, uri_of(reader.path)),
        SchemaSource(writer.value, uri_of(writer.path)),
        shelf.resolver(reader),
        content=content or policy.content,
        formats=policy.formats,
        budget=Budget(),
    )


def equivalent(shelf: Shelf, one: Document, other: Document, policy: Compatibility) -> bool:
    """Whether two documents are proved to say the same in other keywords."""
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


def _above(path: str) -> Iterable[str]:
    """The fields that a field stands in, the nearest first."""
    while path := field_above(path):
        yield path
