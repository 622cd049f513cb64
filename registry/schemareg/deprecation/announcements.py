"""Judges the deprecations of a change: new, moved and withdrawn ones.

The window, the state and the waivers are those of the base; today is the expected day
of the landing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.deprecation.consent import Consent
from schemareg.deprecation.landed import asked
from schemareg.deprecation.schedule import ScheduleState, later
from schemareg.history.paths import PathPart, path_subject
from schemareg.manifests.layout import DEPRECATIONS, PRODUCT, WAIVERS
from schemareg.model import Kind, Place, Severity, Stability
from schemareg.model.errors import InvalidFiles
from schemareg.model.targets import parse
from schemareg.rules import deprecation as rules
from schemareg.snapshot.deprecations import deprecations, shell_target
from schemareg.snapshot.elements import explain_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Deprecation, FileChange, Finding, Policy, Product
    from schemareg.model.targets import Target
    from schemareg.rules.rule import Rule
    from schemareg.snapshot.snapshot import Snapshot

_STABILITIES = list(Stability)


MAX_STEPS_SHOWN = 8
"""Maximum steps of a replacement cycle in its finding."""


class _Known:
    """Deprecations by target, and by replacement."""

    def __init__(self, said: Iterable[Deprecation]) -> None:
        self._of: dict[Target, list[Deprecation]] = {}
        self._replaced_by: dict[Target, list[Deprecation]] = {}
        for each in said:
            self._of.setdefault(each.target, []).append(each)
            if each.replacement is not None:
                self._replaced_by.setdefault(each.replacement, []).append(each)

    def of(self, target: Target) -> list[Deprecation]:
        """The deprecations of exactly this target, by path."""
        return self._of.get(target, [])

    def replaced_by(self, target: Target) -> list[Deprecation]:
        """The deprecations that name this target as the replacement, by path."""
        return self._replaced_by.get(target, [])


class Announcements:
    """The deprecations that a change adds, edits or removes."""

    def __init__(
        self,
        promises: Promises,
        head: Snapshot,
        policy: Policy,
        changes: Iterable[FileChange],
        today: date,
        written: Snapshot | None = None,
    ) -> None:
        """`written` are the files that are there to be edited, where `head` is but thought of."""
        self.promises = promises
        self.base = promises.base
        self.head = head
        self.written = head if written is None else written
        self.policy = policy
        self.today = today
        self.changes = tuple(changes)
        self._announced_by: dict[str, _Known] = {}
        self._ends: dict[Target, Target | None] = {}
        self._circular: set[Target] = set()

    def proposed(self) -> tuple[Deprecation, ...]:
        """The new announcements of the change."""
        found = []
        for change in self._of(PathPart.DEPRECATION):
            before, after = self._said(self.base, change.path), self._said(self.head, change.path)
            if after is not None and (before is None or before.target != after.target):
                found.append(after)
        return tuple(found)

    def findings(self) -> Iterator[Finding]:
        """All findings about them, by file."""
        for change in self._of(PathPart.DEPRECATION):
            before, after = self._said(self.base, change.path), self._said(self.head, change.path)
            if after is None:
                if before is not None:
                    yield from self._withdrawn(before)
            elif before is None or (before.target, before.loosens) != (after.target, after.loosens):
                if before is not None:
                    yield from self._withdrawn(before)
                yield from self._announced(after)
            else:
                yield from self._edited(before, after)
        yield from self._waivers()
        yield from self._stabilities()

    # -- one deprecation ------------------------------------------------------------------------

    def _announced(self, said: Deprecation) -> Iterator[Finding]:
        lack = explain_missing(self.head, said.target)
        if lack is not None and explain_missing(self.base, said.target) is not None:
            yield rules.about(
                rules.TARGET_UNKNOWN,
                said.target,
                self._place(said, "target"),
                lack[0],
                remedy=lack[1],
            )
        yield from self._repeated(said)
        yield from self._replacement(said)
        yield from self._replacing(said)
        yield from self._dated(said, rules.WINDOW_TOO_SHORT)

    def _dated(self, said: Deprecation, rule: Rule) -> Iterator[Finding]:
        """An announcement whose window starts with this landing."""
        window = self._window(said)
        first = later(self.today, window)
        if said.sunset is not None and said.sunset < first:
            short = (said.sunset - self.today).days
            yield rules.about(
                rule,
                said.target,
                self._place(said, "sunset"),
                f"sunset {said.sunset} is {_days(short)} this lands, the policy gives readers"
                f" {window}; the first day that works is {first}",
                remedy=self._dating(said, first),
                what=(str(said.sunset),),
            )
            return
        day = f"from {said.sunset}" if said.sunset else "once a sunset is set"
        yield rules.about(
            rules.DEPRECATION_ANNOUNCED,
            said.target,
            self._place(said, "target"),
            f"{_named(said)} {day}: {said.reason}",
            severity=Severity.NOTICE,
            what=(str(said.sunset),),
        )

    def _dating(self, said: Deprecation, day: date) -> str:
        """The command that sets a sunset, depending on whether the file exists."""
        there = self.written.has(said.path) or self.base.has(said.path)
        verb, reason = ("extend", "") if there else ("deprecate", " --reason …")
        loosening = f" --loosens {said.loosens}" if said.loosens else ""
        return f"reg {verb} {shell_target(said.target)}{loosening} --sunset {day}{reason}"

    def _edited(self, before: Deprecation, after: Deprecation) -> Iterator[Finding]:
        if before == after:
            return
        term = self._term(before)
        if term is None:
            # What it spoke of went and came back since: this is the first word about the new one.
            yield from self._announced(after)
            return
        if term.state(self.today) is ScheduleState.SUNSET:
            yield rules.about(
                rules.SUNSET_HISTORY_EDITED,
                after.target,
                self._place(after, "target"),
                f"{before.target} is past its sunset ({term.arithmetic(self.today)}), and its"
                " deprecation is changed",
                severity=Severity.WARNING,
            )
        if before.replacement != after.replacement:
            yield from self._replacement(after)
        if before.sunset == after.sunset:
            return
        if after.sunset is None or (before.sunset is not None and after.sunset > before.sunset):
            yield rules.about(
                rules.SUNSET_MOVED_LATER,
                after.target,
                self._place(after, "sunset" if after.sunset else "target"),
                f"the sunset of {after.target} moves from {before.sunset} to"
                f" {after.sunset or 'no day yet'}",
                severity=Severity.NOTICE,
                what=(str(after.sunset),),
            )
        elif before.sunset is None:
            yield from self._dated(after, rules.WINDOW_TOO_SHORT)
        elif Consent(self.promises).given(after.target, term):
            yield rules.about(
                rules.SUNSET_MOVED_EARLIER,
                after.target,
                self._place(after, "sunset"),
                f"the sunset of {after.target} moves from {before.sunset} to {after.sunset}, and"
                " all consumers have acknowledged the removal",
                severity=Severity.NOTICE,
                what=(str(after.sunset),),
            )
        else:
            yield from self._dated(after, rules.SUNSET_MOVED_EARLIER)

    def _withdrawn(self, before: Deprecation) -> Iterator[Finding]:
        term = self._term(before)
        place = self._near(before.path)
        if term is not None and term.state(self.today) is ScheduleState.SUNSET:
            yield rules.about(
                rules.SUNSET_HISTORY_EDITED,
                before.target,
                place,
                f"{before.path} was removed, and {before.target} is past its sunset"
                f" ({term.arithmetic(self.today)})",
                remedy=f"git restore --source={self.base.commit[:12]} --staged --worktree --"
                f" {before.path}",
            )
            return
        yield rules.about(
            rules.DEPRECATION_WITHDRAWN,
            before.target,
            place,
            f"{before.target} is no longer deprecated",
            severity=Severity.NOTICE,
        )

    def _repeated(self, said: Deprecation) -> Iterator[Finding]:
        for other in self._known(said.target.product).of(said.target):
            if other.loosens == said.loosens and other.path != said.path:
                yield rules.about(
                    rules.DEPRECATION_REPEATED,
                    said.target,
                    self._place(said, "target"),
                    f"{other.path} already has the target {said.target}",
                    remedy=f"Keep one; to move the sunset: reg extend {said.target} --sunset DATE",
                )

    def _replacement(self, said: Deprecation) -> Iterator[Finding]:
        if said.replacement is None:
            return
        place = self._place(said, "replacement")
        lack = explain_missing(self.head, said.replacement)
        if lack is not None:
            yield rules.about(
                rules.REPLACEMENT_UNKNOWN, said.target, place, lack[0], remedy=lack[1]
            )
            return
        end = self._end(said.replacement)
        if said.target in self._circular:
            yield rules.about(rules.REPLACEMENT_CYCLE, said.target, place, self._circle(said))
        elif end is not None and end != said.replacement:
            yield rules.about(
                rules.REPLACEMENT_DEPRECATED,
                said.target,
                place,
                f"{said.replacement} is deprecated too; {end} replaces it",
                remedy=f"Name {end}",
            )
        elif end is None or self._known(said.replacement.product).of(said.replacement):
            yield rules.about(
                rules.REPLACEMENT_DEPRECATED,
                said.target,
                place,
                f"{said.replacement} is deprecated too",
            )
        own, other = (
            _product_of(self.head, each.product) for each in (said.target, said.replacement)
        )
        if own and other and _firmness(other) < _firmness(own):
            yield rules.about(
                rules.REPLACEMENT_LESS_STABLE,
                said.target,
                place,
                f"{said.replacement} is {other.stability.value}, and {said.target} is"
                f" {own.stability.value}",
            )

    def _replacing(self, said: Deprecation) -> Iterator[Finding]:
        """Replacements in the same product that are now deprecated."""
        for other in self._known(said.target.product).replaced_by(said.target):
            if other.target != said.replacement:
                yield rules.about(
                    rules.REPLACEMENT_DEPRECATED,
                    said.target,
                    self._place(said, "target"),
                    f"{said.target} is deprecated, and {other.path} names it as the replacement of {other.target}",
                    severity=Severity.WARNING,
                    remedy=f"Let {other.path} name a replacement for both",
                    what=(str(other.target),),
                )

    def _end(self, target: Target) -> Target | None:
        """The final replacement of a target; None if the replacements form a cycle.

        Each target is followed once.
        """
        path: dict[Target, None] = {}
        following: Target | None = target
        while following is not None and following not in path and following not in self._ends:
            path[following] = None
            said = self._known(following.product).of(following)
            following = said[0].replacement if said else None
        end = None
        if following is None:
            end = next(reversed(path))
        elif following in self._ends:
            end = self._ends[following]
        else:
            steps = list(path)
            self._circular.update(steps[steps.index(following) :])
        self._ends.update(dict.fromkeys(path, end))
        return self._ends[target]

    def _circle(self, said: Deprecation) -> str:
        """The path of a cycle from a target to itself, cut if it is long."""
        steps, target = [said.target], said.replacement
        while target is not None and target != said.target and len(steps) < MAX_STEPS_SHOWN:
            steps.append(target)
            following = self._known(target.product).of(target)
            target = following[0].replacement if following else None
        whole = target == said.target
        return " → ".join([*map(str, steps), str(said.target) if whole else "… and back"])

    # -- what stands beside ---------------------------------------------------------------------

    def _waivers(self) -> Iterator[Finding]:
        for change in self._of(PathPart.WAIVER):
            if change.after is None or change.after.kind is not Kind.FILE:
                continue
            waiver = manifests.parse_waiver(self.head.document(change.path))
            folder = change.path.rpartition(f"/{WAIVERS}/")[0]
            yield rules.about(
                rules.WAIVER_PROPOSED,
                parse(folder.rpartition("/")[2]),
                Place(change.path),
                f"{waiver.approver} accepts {waiver.rule or waiver.fingerprint} until"
                f" {waiver.until}: {waiver.reason}",
                severity=Severity.NOTICE,
                what=(waiver.fingerprint, str(waiver.until)),
            )

    def _stabilities(self) -> Iterator[Finding]:
        for change in self.changes:
            if not change.path.endswith(f"/{PRODUCT}") or not (change.before and change.after):
                continue
            name = change.path.split("/")[-2]
            try:
                before, after = self.base.product(name), self.head.product(name)
            except InvalidFiles:
                continue
            if before is None or after is None or _firmness(after) <= _firmness(before):
                continue
            place = self.head.document(change.path).place(("stability",))
            for term in self.promises.terms(name):
                if not term.said.target.schema:
                    yield rules.about(
                        rules.STABILITY_RAISED,
                        term.said.target,
                        place,
                        f"{name} became {after.stability.value} and is deprecated"
                        f" ({term.arithmetic(self.today)})",
                        remedy=f"reg undeprecate {name}, or keep stability:"
                        f" {before.stability.value}",
                    )
                else:
                    yield from self._lengthened(term, after, place)

    def _lengthened(self, term: Term, product: Product, place: Place) -> Iterator[Finding]:
        """Announcements that end later because the product becomes more stable."""
        longer = replace(term, window=max(term.window, self.policy.windows[product.stability]))
        if longer.earliest != term.earliest:
            yield rules.about(
                rules.STABILITY_RAISED,
                term.said.target,
                place,
                f"{term.name} can be removed from {longer.earliest}, not from {term.earliest}:"
                f" {product.name} became {product.stability.value}, whose window is"
                f" {longer.window} d",
                severity=Severity.NOTICE,
                remedy="No action needed.",
                what=(str(longer.earliest),),
            )

    # -- reading --------------------------------------------------------------------------------

    def _term(self, said: Deprecation) -> Term | None:
        found = self.promises.term_of(said.path, said.target.product)
        return None if found is None else self.promises.since_return(found)

    def _of(self, part: PathPart) -> Iterator[FileChange]:
        return (change for change in self.changes if path_subject(change.path).part is part)

    def _said(self, snapshot: Snapshot, path: str) -> Deprecation | None:
        if not snapshot.has(path):
            return None
        product = path.rpartition(f"/{DEPRECATIONS}/")[0].rpartition("/")[2]
        try:
            return manifests.parse_deprecation(snapshot.document(path), product)
        except InvalidFiles:
            return (
                None  # malformed at head: already refused; malformed at base: it announced nothing
            )

    def _known(self, product: str) -> _Known:
        """The announcements of a product with the change; each file is parsed once."""
        if product not in self._announced_by:
            self._announced_by[product] = _Known(deprecations(self.head, product))
        return self._announced_by[product]

    def _window(self, said: Deprecation) -> int:
        """The window of the base's policy, for the higher of the old and new stability."""
        known = [_product_of(each, said.target.product) for each in (self.base, self.head)]
        windows = (self.promises.window(each, self.policy) for each in known if each is not None)
        return max(windows, default=asked(self.policy, ()))

    def _place(self, said: Deprecation, key: str) -> Place:
        return self.head.document(said.path).place((key,))

    def _near(self, path: str) -> Place:
        product = f"{path.rpartition(f'/{DEPRECATIONS}/')[0]}/{PRODUCT}"
        return Place(product) if self.head.has(product) else Place(path)


def _product_of(snapshot: Snapshot, name: str) -> Product | None:
    try:
        return snapshot.product(name)
    except InvalidFiles:
        return None


def _firmness(product: Product) -> int:
    return _STABILITIES.index(product.stability)


def _named(said: Deprecation) -> str:
    if said.loosens:
        return f"{said.loosens} of {said.target} can be loosened"
    return f"{said.target} may go"


def _days(count: int) -> str:
    if count < 0:
        return f"{-count} day{'s' * (count != -1)} before"
    return f"{count} day{'s' * (count != 1)} after" if count else "the day on which"
