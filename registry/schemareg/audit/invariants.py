"""The invariants of a registry, checked landing by landing.

A landed version stays at its path, byte for byte; time runs forward; a deprecation runs its full
window, and its target stays until then. The first-parent line is what landed, so it does not
matter whether a merge, an octopus, a squash or a merge with changes of its own made the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from schemareg.audit.violation import violation
from schemareg.history.paths import PathPart, path_subject
from schemareg.model import Kind, Severity
from schemareg.rules import audit as rules
from schemareg.rules import versions as version_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemareg.audit.violation import Violation
    from schemareg.history.paths import PathSubject
    from schemareg.model import Entry, History, Landing, PathChange
    from schemareg.rules.rule import Rule
    from schemareg.snapshot.snapshot import Snapshot

RULES = 3
"""Increased when the checks change: everything that was verified before is verified again."""


@dataclass(slots=True)
class _Product:
    """The state of one product's folder before a landing."""

    landed: dict[str, tuple[Entry, Landing]]
    """All releases that ever landed, by path: their first entry and their landing."""
    standing: set[str]
    """The paths of the releases that exist."""
    deprecations: set[str]
    """The paths of all deprecations that ever landed."""


class Audit:
    """Checks landings, oldest first.

    The landings begin after `since`; what landed up to it is read from `history`, only
    for products that they touch. `at` gives the registry at a commit, for the checks of
    deprecations.
    """

    def __init__(
        self, history: History, at: Callable[[str], Snapshot], since: Landing | None = None
    ) -> None:
        self._history = history
        self._at = at
        self._since = since
        self._products: dict[str, _Product] = {}
        self._inside: dict[str, set[str]] = {}
        """Product folders by their parent folder, which can be a domain."""
        self._before = since
        self.versions = 0
        """The number of releases in the checked landings."""

    def of(self, landing: Landing, changes: Iterable[PathChange]) -> tuple[Violation, ...]:
        """The violations of one landing, the next of the line."""
        found = list(_clock(landing))
        touched: dict[str, list[tuple[PathSubject, PathChange]]] = {}
        changes = tuple(changes)
        for change in changes:
            about = path_subject(change.path)
            if about.folder:
                touched.setdefault(about.folder, []).append((about, change))
        arrived = _Arrivals(changes)
        for folder, those in touched.items():
            found += self._product(folder, landing, those, arrived)
            if any(_made(about, change) for about, change in those):
                found += self._hidden(folder, landing)
        self._before = landing
        return tuple(found)

    def _product(
        self,
        folder: str,
        landing: Landing,
        those: list[tuple[PathSubject, PathChange]],
        arrived: _Arrivals,
    ) -> Iterator[Violation]:
        known = self._known(folder)
        for about, change in those:
            if about.released:
                yield from self._release(known, about, change, arrived)
            elif about.part is PathPart.DEPRECATION:
                known.deprecations.add(change.path)
        if known.deprecations:
            from schemareg.audit.deprecations import Terms  # few products have any

            yield from Terms(self._history, self._at, landing, self._before).of(those)
        if any(_unmade(about, change) for about, change in those):
            gone = {change.path for _, change in those}
            yield from _unseen(known, landing, gone, "product.yaml was removed")

    def _hidden(self, folder: str, landing: Landing) -> Iterator[Violation]:
        """Versions of products in a domain folder that became a product itself."""
        inside = set(self._inside.get(folder, ()))
        if self._since is not None:
            known = (path_subject(each.path) for each in self._history.changes(folder))
            inside |= {each.folder for each in known if each.folder.startswith(f"{folder}/")}
        why = f"{folder}/product.yaml makes the folder above it a product"
        for each in sorted(inside):
            yield from _unseen(self._known(each), landing, set(), why)

    def _release(
        self, known: _Product, about: PathSubject, change: PathChange, arrived: _Arrivals
    ) -> Iterator[Violation]:
        """The violation by a change of a landed version's file."""
        path, before, after = change.path, change.before, change.after
        if path not in known.landed:
            if _plain(after):
                known.landed[path] = (after, change.landing)  # type: ignore[assignment]
                known.standing.add(path)
                self.versions += 1
            return
        original, came = known.landed[path]
        (known.standing.add if _plain(after) else known.standing.discard)(path)
        rule, message, severity = _judged(change, original, came, arrived.of(about, change))
        yield _violation(
            rule, change.landing, about, path, (before, after), message, severity=severity
        )

    def _known(self, folder: str) -> _Product:
        """What landed in a product's folder before the checked landings."""
        if folder not in self._products:
            known = self._products[folder] = _Product({}, set(), set())
            self._inside.setdefault(folder.rpartition("/")[0], set()).add(folder)
            if self._since is not None:
                for change in self._history.changes(folder):
                    if change.landing.ordinal <= self._since.ordinal:
                        _remember(known, change, folder)
        return self._products[folder]


def _unseen(known: _Product, landing: Landing, but: set[str], why: str) -> Iterator[Violation]:
    """The file is unchanged, but no longer counts as a version."""
    for path in sorted(known.standing - but):
        entry, came = known.landed[path]
        message = f"it landed in {came.commit[:12]}, and is no longer a version: {why}"
        yield _violation(
            version_rules.REMOVED, landing, path_subject(path), path, (entry, entry), message
        )


def _remember(known: _Product, change: PathChange, folder: str) -> None:
    about = path_subject(change.path)
    if about.folder != folder:
        return
    if about.part is PathPart.DEPRECATION:
        known.deprecations.add(change.path)
    if not about.released:
        return
    if change.after is not None and _plain(change.after):
        known.landed.setdefault(change.path, (change.after, change.landing))
        known.standing.add(change.path)
    else:
        known.standing.discard(change.path)


def _judged(
    change: PathChange, original: Entry, came: Landing, moved: str
) -> tuple[Rule, str, Severity]:
    """The rule and the message for a change of a landed version's file."""
    before, after = change.before, change.after
    since = f"it landed in {came.commit[:12]} on {came.time.date()}"
    if after is None:
        if not moved:
            return version_rules.REMOVED, f"{since}, and was removed", Severity.ERROR
        case = " (the names differ by case alone)" if _alike(moved, change.path) else ""
        return rules.MOVED, f"{since}, and was moved to {moved}{case}", Severity.ERROR
    if not _plain(after):
        text = f"{since}, and its file became a {after.kind.value}"
        return rules.KIND_CHANGED, text, Severity.ERROR
    if before == after:
        return rules.KIND_CHANGED, f"{since}, and its file's mode was changed", Severity.ERROR
    if after == original:
        how = "is back" if before is None else "was changed in between"
        text = f"{since}, {how}, and has the same bytes again"
        return rules.RETURNED, text, Severity.NOTICE
    how = "was altered" if before is not None else "was removed and came back with other bytes"
    return version_rules.MODIFIED, f"{since}, and {how}", Severity.ERROR


class _Arrivals:
    """The files that a landing added: possible destinations of a file that it moved."""

    def __init__(self, changes: tuple[PathChange, ...]) -> None:
        self._changes = changes

    def of(self, about: PathSubject, change: PathChange) -> str:
        """The new path of a version's file; `""` if it was not moved or still exists."""
        if change.after is not None or change.before is None:
            return ""
        same = [each for each in self._arrived if each.after and each.after.id == change.before.id]
        named = [each for each in self._arrived if _alike(each.path, change.path)]
        called = [each for each in self._arrived if path_subject(each.path).target == about.target]
        found = [*named, *called, *same]
        return found[0].path if found else ""

    @cached_property
    def _arrived(self) -> tuple[PathChange, ...]:
        return tuple(each for each in self._changes if each.before is None and each.after)


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _plain(entry: Entry | None) -> bool:
    return entry is not None and entry.kind is Kind.FILE


def _made(about: PathSubject, change: PathChange) -> bool:
    return about.part is PathPart.PRODUCT and _plain(change.after) and not _plain(change.before)


def _unmade(about: PathSubject, change: PathChange) -> bool:
    return about.part is PathPart.PRODUCT and _plain(change.before) and not _plain(change.after)


def _clock(landing: Landing) -> Iterator[Violation]:
    if landing.claimed < landing.time:
        seconds = int((landing.time - landing.claimed).total_seconds())
        days, hours = divmod(seconds // 3600, 24)
        span = f"{days} d {hours} h" if seconds >= 3600 else f"{seconds} s"
        yield violation(
            rules.TIME_BACKWARDS,
            landing,
            f"it claims {landing.claimed:%Y-%m-%d %H:%M:%S} UTC, {span} before the previous landing",
            severity=Severity.WARNING,
        )


def _violation(
    rule: Rule,
    landing: Landing,
    about: PathSubject,
    path: str,
    entries: tuple[Entry | None, Entry | None],
    message: str,
    *,
    severity: Severity = Severity.ERROR,
) -> Violation:
    before, after = ("" if each is None else each.id for each in entries)
    return violation(
        rule,
        landing,
        message,
        path=path,
        target=about.target,
        before=before,
        after=after,
        severity=severity,
    )
