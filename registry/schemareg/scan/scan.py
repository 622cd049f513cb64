"""A scan of a repository of versioned schema files: publications and later changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from schemareg.documents.text import LARGEST
from schemareg.model import Content, Level
from schemareg.scan import rewrites as scan_rewrites
from schemareg.scan.published import Fate, published
from schemareg.scan.rewrites import Meaning
from schemareg.scan.version_steps import bump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Landing, PathChange
    from schemareg.model.semver import SemVer
    from schemareg.scan.layout import Layout
    from schemareg.scan.published import Published, Rewrite, Version, VersionStep
    from schemareg.scan.rewrites import RewriteEffect
    from schemareg.scan.version_steps import Bump

    Read = Callable[[Iterable[str], int], Mapping[str, bytes | None]]
    """The contents of files by their Git ids; None for a file above the size limit."""
    Reach = Callable[[str], bytes | None]
    """The content of the file at a path of the head; None for a missing or too large file."""

_T = TypeVar("_T")

_TOGETHER = 200
"""Pairs whose files are loaded together."""


class VersionChange(NamedTuple):
    """One change of a published version, and its effect."""

    rewrite: Rewrite
    judged: RewriteEffect | None
    """None where the file was removed, or restored unchanged."""


class Misstep(NamedTuple):
    """A step with the wrong bump."""

    step: VersionStep
    bump: Bump
    judged: RewriteEffect


class Rules(NamedTuple):
    """The rules for a repository without its own policy."""

    level: Level = Level.BACKWARD
    content: Content = Content.DECLARED


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of a scan."""

    repository: str
    head: str
    """The last commit of the scan."""
    layout: str
    proposed: bool
    """Whether the layout was guessed from the paths."""
    rules: Rules
    since: date | None
    landings: int
    first: Landing | None
    last: Landing | None
    schemas: int
    versions: int
    """The number of published versions, without pre-releases."""
    standing: int
    events: tuple[VersionChange, ...]
    """The later changes, newest first."""
    steps: int
    """The number of judged steps."""
    promising: int
    """The number of steps that promised something and were decided."""
    too_small: tuple[Misstep, ...]
    """The steps with a bump that is too small, newest first."""
    larger: tuple[Misstep, ...]
    undecided: tuple[Misstep, ...]

    @property
    def rewritten(self) -> int:
        """The number of versions that were rewritten in place."""
        return self._versions(Fate.REWRITTEN)

    @property
    def gone(self) -> int:
        """The number of versions that were removed or moved, also temporarily."""
        return self._versions(Fate.REMOVED, Fate.MOVED)

    @property
    def changed(self) -> int:
        """The number of versions whose rewrite changed the meaning, or is undecided."""
        return len(
            {
                each.rewrite.version.path
                for each in self.events
                if each.judged is not None and not each.judged.meaning.harmless
            }
        )

    @property
    def meanings(self) -> Mapping[Meaning, int]:
        """The number of rewrites by effect, the smallest effect first."""
        found = Counter(each.judged.meaning for each in self.events if each.judged is not None)
        return {each: found[each] for each in Meaning if found[each]}

    @property
    def clean(self) -> bool:
        """Whether no published version changed and every bump was sufficient."""
        return not any(each.rewrite.fate is not Fate.RETURNED for each in self.events) and (
            not self.too_small
        )

    def _versions(self, *fates: Fate) -> int:
        return len(
            {each.rewrite.version.path for each in self.events if each.rewrite.fate in fates}
        )


class Asked(NamedTuple):
    """The scope of a scan."""

    repository: str
    head: str
    layout: Layout
    pattern: str
    proposed: bool = False
    rules: Rules = Rules()
    since: date | None = None
    """Landings before this day are not reported, but count as published."""


def scan(
    asked: Asked,
    landings: Iterable[tuple[Landing, tuple[PathChange, ...]]],
    read: Read,
    reach: Reach,
) -> Scan:
    """Scans a line of landings for a layout, from its first landing on.

    References are resolved at the head.
    """
    found = published(landings, asked.layout)
    judge = _Judge(asked.rules, read, reach, found.versions.values())
    events = tuple(judge.events(_told(found, asked.since)))[::-1]
    steps = [each for each in found.steps if _late(each.version.published, asked.since)]
    missteps = sorted(judge.steps(steps), key=_newest_first)
    return Scan(
        asked.repository,
        asked.head,
        asked.pattern,
        asked.proposed,
        asked.rules,
        asked.since,
        found.landings,
        found.first,
        found.last,
        len(found.schemas),
        len(found.versions),
        sum(each.standing for each in found.versions.values()),
        events,
        len(steps),
        sum(bool(each.bump.honest) for each in missteps),
        tuple(each for each in missteps if each.bump.too_small),
        tuple(each for each in missteps if each.bump.larger),
        tuple(each for each in missteps if each.judged.meaning is Meaning.UNDECIDED),
    )


def _newest_first(found: Misstep) -> tuple[int, str, str]:
    version = found.step.version
    return -version.published.ordinal, version.schema, version.version


def _told(found: Published, since: date | None) -> list[Rewrite]:
    return [each for each in found.rewrites if _late(each.landing, since)]


def _late(landing: Landing, since: date | None) -> bool:
    return since is None or landing.time.date() >= since


class _Judge:
    """Judges pairs of files, each pair once."""

    def __init__(self, rules: Rules, read: Read, reach: Reach, versions: Iterable[Version]) -> None:
        # In a registry a reference names a version; the domain is not part of the name.
        self._places = {
            (*each.schema.split("/")[-2:], each.version): each.path for each in versions
        }
        self._reach = reach
        self._reached: dict[str, JsonValue | None] = {}
        self._rules = rules
        self._read = read
        self._known: dict[tuple[str, str, str], RewriteEffect] = {}
        self._schemas: dict[str, scan_rewrites.Read] = {}

    def events(self, rewrites: list[Rewrite]) -> Iterator[VersionChange]:
        """The effect of each rewrite, in order."""
        for together in _portions(rewrites):
            pairs = [(each.before, each.after) for each in together if _altered(each)]
            texts = self._texts(pairs)
            for each in together:
                pair = (each.before, each.after)
                path = each.version.path
                yield VersionChange(each, self._of(pair, path, texts) if _altered(each) else None)

    def steps(self, steps: list[VersionStep]) -> Iterator[Misstep]:
        """Each step with its required bump, schema by schema, so that a file is read once."""
        ordered = sorted(steps, key=lambda each: (each.version.schema, each.version.number.parts))
        for together in _portions(ordered):
            texts = self._texts([(each.before, each.after) for each in together])
            for each in together:
                found = self._of((each.before, each.after), each.version.path, texts)
                numbers = each.above.number, each.version.number
                yield Misstep(each, bump(*numbers, found, self._rules.level), found)

    def _of(
        self, pair: tuple[str, str], path: str, texts: Mapping[str, bytes | None]
    ) -> RewriteEffect:
        key = (*pair, path)
        if key not in self._known:
            older, newer = (self._schema(id_, path, texts[id_]) for id_ in pair)
            self._known[key] = scan_rewrites.compared(
                older, newer, path, self._rules.content, self._lookup, self._locate
            )
        return self._known[key]

    def _schema(self, id_: str, path: str, text: bytes | None) -> scan_rewrites.Read:
        if id_ not in self._schemas:
            if len(self._schemas) >= _TOGETHER:
                self._schemas.clear()
            huge = scan_rewrites.Read(fault=f"the file has more than {LARGEST:,} bytes")
            self._schemas[id_] = huge if text is None else scan_rewrites.read(text, path)
        return self._schemas[id_]

    def _locate(self, product: str, schema: str, version: SemVer) -> str | None:
        return self._places.get((product, schema, str(version)))

    def _lookup(self, uri: str) -> JsonValue | None:
        if uri not in self._reached:
            path = uri.removeprefix("file:///")
            text = None if path == uri else self._reach(path)
            self._reached[uri] = None if text is None else scan_rewrites.read(text, path).value
        return self._reached[uri]

    def _texts(self, pairs: Iterable[tuple[str, str]]) -> Mapping[str, bytes | None]:
        return self._read((id_ for pair in pairs for id_ in pair), LARGEST)


def _altered(rewrite: Rewrite) -> bool:
    return rewrite.fate is Fate.REWRITTEN


def _portions(values: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(values), _TOGETHER):
        yield values[start : start + _TOGETHER]
