"""What a change says of promises that end: new, moved and withdrawn deprecations, each judged.

The window, the state and the waivers that count are those of the base; today stands for the day
on which the change lands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.consumers.uses import agreed
from schemareg.deprecation.landed import asked
from schemareg.deprecation.schedule import State, later
from schemareg.manifests.layout import DEPRECATIONS, PRODUCT, WAIVERS
from schemareg.model import Kind, Place, Severity, Stability
from schemareg.model.errors import InvalidFiles
from schemareg.model.targets import parse
from schemareg.rules import deprecation as rules
from schemareg.snapshot.deprecations import shell_target
from schemareg.snapshot.elements import explain_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Deprecation, FileChange, Finding, Policy, Product
    from schemareg.rules.rule import Rule
    from schemareg.snapshot.snapshot import Snapshot

_STABILITIES = list(Stability)


class Announcements:
    """The deprecations that a change brings, edits or takes away."""

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

    def proposed(self) -> tuple[Deprecation, ...]:
        """What the change announces, and the base does not know yet."""
        found = []
        for change in self._of(DEPRECATIONS):
            before, after = self._said(self.base, change.path), self._said(self.head, change.path)
            if after is not None and (before is None or before.target != after.target):
                found.append(after)
        return tuple(found)

    def findings(self) -> Iterator[Finding]:
        """Everything there is to say of them, by file."""
        for change in self._of(DEPRECATIONS):
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
        """An announcement whose window begins with this landing."""
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
        day = f"from {said.sunset}" if said.sunset else "once a day is set"
        yield rules.about(
            rules.DEPRECATION_ANNOUNCED,
            said.target,
            self._place(said, "target"),
            f"{_named(said)} {day}: {said.reason}",
            severity=Severity.NOTICE,
            what=(str(said.sunset),),
        )

    def _dating(self, said: Deprecation, day: date) -> str:
        """The command that gives it a day, by whether its file is there already."""
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
        if term.state(self.today) is State.SUNSET:
            yield rules.about(
                rules.SUNSET_HISTORY_EDITED,
                after.target,
                self._place(after, "target"),
                f"{before.target} has been at its sunset ({term.arithmetic(self.today)}), and its"
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
        elif agreed(self.base, after.target):
            yield rules.about(
                rules.SUNSET_MOVED_EARLIER,
                after.target,
                self._place(after, "sunset"),
                f"the sunset of {after.target} moves from {before.sunset} to {after.sunset}, and"
                " everybody who reads it has agreed to lose it",
                severity=Severity.NOTICE,
                what=(str(after.sunset),),
            )
        else:
            yield from self._dated(after, rules.SUNSET_MOVED_EARLIER)

    def _withdrawn(self, before: Deprecation) -> Iterator[Finding]:
        term = self._term(before)
        place = self._near(before.path)
        if term is not None and term.state(self.today) is State.SUNSET:
            yield rules.about(
                rules.SUNSET_HISTORY_EDITED,
                before.target,
                place,
                f"{before.path} is gone, and {before.target} has been at its sunset"
                f" ({term.arithmetic(self.today)})",
                remedy=f"git restore --source={self.base.commit[:12]} --staged --worktree --"
                f" {before.path}",
            )
            return
        yield rules.about(
            rules.DEPRECATION_WITHDRAWN,
            before.target,
            place,
            f"{before.target} is not going any more",
            severity=Severity.NOTICE,
        )

    def _repeated(self, said: Deprecation) -> Iterator[Finding]:
        for other in self._all(said.target.product):
            same = (other.target, other.loosens) == (said.target, said.loosens)
            if same and other.path != said.path:
                yield rules.about(
                    rules.DEPRECATION_REPEATED,
                    said.target,
                    self._place(said, "target"),
                    f"{other.path} speaks of {said.target} already",
                    remedy=f"Keep one; to move its day: reg extend {said.target} --sunset DATE",
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
        chain = self._chain(said)
        if chain and chain[-1] == said.target:
            path = " → ".join(str(each) for each in (said.target, *chain))
            yield rules.about(rules.REPLACEMENT_CYCLE, said.target, place, path)
        elif len(chain) > 1:
            yield rules.about(
                rules.REPLACEMENT_DEPRECATED,
                said.target,
                place,
                f"{said.replacement} is going too, {chain[-1]} replaces it",
                remedy=f"Name {chain[-1]}",
            )
        elif any(each.target == said.replacement for each in self._all(said.replacement.product)):
            yield rules.about(
                rules.REPLACEMENT_DEPRECATED, said.target, place, f"{said.replacement} is going too"
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
        """What the same product sends readers to, and is announced to go now."""
        for other in self._all(said.target.product):
            if other.replacement == said.target and other.target != said.replacement:
                yield rules.about(
                    rules.REPLACEMENT_DEPRECATED,
                    said.target,
                    self._place(said, "target"),
                    f"{said.target} is going, and {other.path} names it to replace {other.target}",
                    severity=Severity.WARNING,
                    remedy=f"Let {other.path} name what replaces both",
                    what=(str(other.target),),
                )

    def _chain(self, said: Deprecation) -> list[object]:
        """What replaces the target, what replaces that, and so on; a cycle ends where it closes."""
        chain: list[object] = []
        target = said.replacement
        while target is not None and target not in chain:
            chain.append(target)
            if target == said.target:
                break
            following = [each for each in self._all(target.product) if each.target == target]
            target = following[0].replacement if following else None
        return chain

    # -- what stands beside ---------------------------------------------------------------------

    def _waivers(self) -> Iterator[Finding]:
        for change in self._of(WAIVERS):
            if change.after is None or change.after.kind is not Kind.FILE:
                continue
            waiver = manifests.parse_waiver(self.head.document(change.path))
            folder = change.path.rpartition(f"/{WAIVERS}/")[0]
            yield rules.about(
                rules.WAIVER_PROPOSED,
                parse(folder.rpartition("/")[2]),
                Place(change.path),
                f"{waiver.approver} would accept {waiver.rule or waiver.fingerprint} until"
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
            for term in self.promises.terms(name):
                if not term.said.target.schema:
                    document = self.head.document(change.path)
                    yield rules.about(
                        rules.STABILITY_RAISED,
                        term.said.target,
                        document.place(("stability",)),
                        f"{name} became {after.stability.value}, and is going"
                        f" ({term.arithmetic(self.today)})",
                        remedy=f"reg undeprecate {name}, or leave stability:"
                        f" {before.stability.value}",
                    )

    # -- reading --------------------------------------------------------------------------------

    def _term(self, said: Deprecation) -> Term | None:
        found = self.promises.term_of(said.path, said.target.product)
        return None if found is None else self.promises.since_return(found)

    def _of(self, part: str) -> Iterator[FileChange]:
        for change in self.changes:
            if change.path.split("/")[-2:-1] == [part] and change.path.endswith(".yaml"):
                yield change

    def _said(self, snapshot: Snapshot, path: str) -> Deprecation | None:
        if not snapshot.has(path):
            return None
        product = path.rpartition(f"/{DEPRECATIONS}/")[0].rpartition("/")[2]
        try:
            return manifests.parse_deprecation(snapshot.document(path), product)
        except InvalidFiles:
            return None  # wrong at head: refused before; wrong at base: it announced nothing

    def _all(self, product: str) -> list[Deprecation]:
        folder = self.head.folder_of(product)
        names = self.head.files.folder(f"{folder}/{DEPRECATIONS}") if folder else {}
        found = [self._said(self.head, f"{folder}/{DEPRECATIONS}/{name}") for name in names]
        return [each for each in found if each is not None]

    def _window(self, said: Deprecation) -> int:
        """The window that the base's policy asks for, of the firmer of what a product was and will be."""
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
        return f"{said.loosens} of {said.target} may be loosened"
    return f"{said.target} may go"


def _days(count: int) -> str:
    if count < 0:
        return f"{-count} day{'s' * (count != -1)} before"
    return f"{count} day{'s' * (count != 1)} after" if count else "the day on which"
