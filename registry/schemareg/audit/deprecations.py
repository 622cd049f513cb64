"""Whether a landing let promises run their time: what was announced, and what it speaks of.

Each landing is judged as the check would have judged it on its own day: by what had landed before.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from schemareg.audit.violation import violation
from schemareg.consumers import uses
from schemareg.deprecation.landed import Promises
from schemareg.deprecation.schedule import State
from schemareg.history.paths import PathPart
from schemareg.history.views import HistoryView
from schemareg.model import Kind, Severity
from schemareg.model.errors import RegistryError
from schemareg.model.targets import Target, covers, field_text
from schemareg.rules import audit as audit_rules
from schemareg.rules import deprecation as rules
from schemareg.snapshot.elements import field_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from schemareg.audit.violation import Violation
    from schemareg.deprecation.schedule import Term
    from schemareg.history.paths import PathSubject
    from schemareg.model import Deprecation, History, Landing, PathChange, SchemaVersion
    from schemareg.rules.rule import Rule
    from schemareg.snapshot.snapshot import Snapshot

_WAIVABLE = frozenset(
    (
        *("removed-before-sunset", "announced-with-removal", "sunset-moved-earlier"),
        *("field-removed", "property-required", "property-removed", "enum-value-removed"),
        *("avro-field-missing", "avro-symbol-removed"),
    )
)
"""The rules by which a check may have told of the same; what was waived there stays visible."""


class Terms:
    """One landing, and the promises as they stood before it. `previous` is the landing before."""

    def __init__(
        self,
        history: History,
        at: Callable[[str], Snapshot],
        landing: Landing,
        previous: Landing | None,
    ) -> None:
        self._history = history
        self._at = at
        self._landing = landing
        self._previous = previous

    def of(
        self, those: Iterable[tuple[PathSubject, PathChange]], deprecations: Iterable[str]
    ) -> Iterator[Violation]:
        """What the changes of one product did too early; `deprecations` are all it ever had."""
        if self._previous is None:
            return
        for about, change in those:
            if about.part is PathPart.DEPRECATION and change.before is not None:
                yield from self._edited(about, change)
            elif about.released and change.before is None and _plain(change):
                yield from self._left_out(about, change, deprecations)

    def _edited(self, about: PathSubject, change: PathChange) -> Iterator[Violation]:
        before = self._then.term_of(change.path, about.product)
        if before is None:
            return
        after = self._now.term_of(change.path, about.product)
        if before.state(self._day) is State.SUNSET:
            before = self._then.since_return(before)
            if before is None:
                return
        if before.state(self._day) is State.SUNSET and (after is None or after.said != before.said):
            what = "deleted" if change.after is None else "changed"
            yield self._told(
                rules.SUNSET_HISTORY_EDITED,
                change,
                before,
                f"{what} after its sunset had come ({before.arithmetic(self._day)})",
                severity=Severity.ERROR if change.after is None else Severity.WARNING,
            )
        elif after is not None and _shortened(before, after):
            yield from self._moved(change, before, after)

    def _moved(self, change: PathChange, before: Term, after: Term) -> Iterator[Violation]:
        target = after.said.target
        agreed = uses.agreed(self._then.base, target)
        accepted = agreed or self._waived(target.product)
        yield self._told(
            rules.SUNSET_MOVED_EARLIER,
            change,
            after,
            f"moved from {before.said.sunset} to {after.said.sunset}, and the {after.window} days"
            f" of the window are over on {after.window_over}{_excuse(agreed, accepted)}",
            severity=Severity.NOTICE if accepted else Severity.ERROR,
        )

    def _left_out(
        self, about: PathSubject, change: PathChange, deprecations: Iterable[str]
    ) -> Iterator[Violation]:
        """A new version without something that is announced to go, before it may."""
        assert about.version is not None  # noqa: S101  a release has one
        speaking = list(self._speaking(about, deprecations))
        if not speaking:
            return
        base, head = self._then.base, self._now.base
        line = [
            each
            for each in base.versions_in(about.folder, about.schema)
            if each.version.major == about.version.major
            and not each.version.pre
            and each.version < about.version
        ]
        version = head.version_at(change.path)
        if not line or version is None:
            return
        try:
            early = [
                each
                for each in speaking
                if _there(each[0].target, base, line[-1])
                and not _there(each[0].target, head, version)
            ]
        except RegistryError:
            yield violation(
                audit_rules.UNREADABLE,
                self._landing,
                "what it leaves out was not compared with what is announced: it, or the version"
                " before it, cannot be read",
                path=change.path,
                target=about.target,
                after=change.after.id if change.after else "",
                severity=Severity.WARNING,
            )
            return
        for said, landed in early:
            yield from self._early(about, change, said, landed=landed)

    def _speaking(
        self, about: PathSubject, deprecations: Iterable[str]
    ) -> Iterator[tuple[Deprecation, bool]]:
        """What is said of single fields and values of a version's line, and whether before."""
        whole = Target(about.product, about.schema, about.version)
        for path in sorted(deprecations):
            before = self._then.term_of(path, about.product)
            term = before or self._now.term_of(path, about.product)
            if term is None or not term.said.target.field or term.said.loosens:
                continue
            target = term.said.target
            if covers(Target(target.product, target.schema, target.version, target.major), whole):
                yield term.said, before is not None

    def _early(
        self, about: PathSubject, change: PathChange, said: Deprecation, *, landed: bool
    ) -> Iterator[Violation]:
        named = said.target
        element = Target(about.product, about.schema, about.version, None, named.field, named.value)
        term = self._then.covering(element) if landed else None
        if term is not None and term.state(self._day) is State.SUNSET:
            return
        if self._draft(about):
            return
        agreed = uses.agreed(self._then.base, named)
        accepted = agreed or self._waived(about.product)
        told = f"{field_text(named.field)}{f'={named.value}' if named.value else ''}"
        rule = rules.REMOVED_BEFORE_SUNSET if landed else rules.ANNOUNCED_WITH_REMOVAL
        dates = f" ({term.arithmetic(self._day)})" if term else f": {said.path} landed with it"
        yield violation(
            rule,
            self._landing,
            f"it leaves out {told!r} before that may go{dates}{_excuse(agreed, accepted)}",
            path=change.path,
            target=about.target,
            after=change.after.id if change.after else "",
            severity=Severity.NOTICE if accepted else Severity.ERROR,
        )

    def _draft(self, about: PathSubject) -> bool:
        try:
            base = self._then.base
            product = base.product_in(about.folder)
            return product is not None and self._then.draft(product, base.policy)
        except RegistryError:
            return False

    def _waived(self, product: str) -> bool:
        """Whether a waiver of such a thing counted on the day: which finding it was is not asked."""
        return any(
            each.rule in _WAIVABLE and self._day <= each.until
            for each in self._then.waivers(product).values()
        )

    def _told(
        self, rule: Rule, change: PathChange, term: Term, message: str, *, severity: Severity
    ) -> Violation:
        before, after = ("" if each is None else each.id for each in (change.before, change.after))
        return violation(
            rule,
            self._landing,
            f"the deprecation of {term.said.target} was {message}",
            path=change.path,
            target=str(term.said.target),
            before=before,
            after=after,
            severity=severity,
        )

    @property
    def _day(self) -> date:
        return self._landing.time.date()

    @cached_property
    def _then(self) -> Promises:
        """The promises as they stood before the landing."""
        previous = self._previous
        assert previous is not None  # noqa: S101  asked only where there is one
        return self._promises(previous)

    @cached_property
    def _now(self) -> Promises:
        """The promises with the landing."""
        return self._promises(self._landing)

    def _promises(self, landing: Landing) -> Promises:
        return Promises(
            self._at(landing.commit), lambda: HistoryView(self._history, landing.ordinal)
        )


def _shortened(before: Term, after: Term) -> bool:
    """Whether a sunset was moved to a day before the old one, and before the window is over."""
    old, new = before.said.sunset, after.said.sunset
    same = (before.said.target, before.said.loosens) == (after.said.target, after.said.loosens)
    return bool(same and old and new and new < old and new < after.window_over)


def _excuse(agreed: bool, accepted: bool) -> str:
    if agreed:
        return "; everybody who reads it had agreed"
    return "; a waiver had accepted it" if accepted else ""


def _plain(change: PathChange) -> bool:
    return change.after is not None and change.after.kind is Kind.FILE


def _there(target: Target, snapshot: Snapshot, version: SchemaVersion) -> bool:
    found = field_of(snapshot, version, target.field)
    if found is None or target.value is None:
        return found is not None
    return target.value in found.values
