"""Landed deprecations with their schedules: whether an element can be removed today.

Facts are read from the base, the protected branch's side of a change: what a pull request changes of
its own promises counts from its landing, not before.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from schemareg import documents, manifests
from schemareg.deprecation.reintroduced import introduced
from schemareg.deprecation.schedule import ScheduleState, Statement, Term, later, term
from schemareg.history.paths import PathPart, path_subject
from schemareg.manifests.layout import DEPRECATIONS, PRODUCT, REGISTRY, SCHEMAS, WAIVERS
from schemareg.manifests.overrides import stricter, tightened
from schemareg.model import Kind, Policy, Stability
from schemareg.model.errors import InvalidFiles, Undecidable
from schemareg.model.targets import covers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from schemareg.model import (
        Compatibility,
        Deprecation,
        Entry,
        History,
        Landing,
        PathChange,
        Product,
        Waiver,
    )
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


_GOES_ALONG = frozenset(
    {
        *("required", "key", "classification"),
        *("freshness", "latency", "availability", "completeness", "retention"),
    }
)
"""Guarantees that end with their element."""


class NoHistory:
    """The history of a registry without landings."""

    @property
    def head(self) -> Landing | None:
        """None."""
        return None

    def line(self) -> tuple[Landing, ...]:
        """No landings."""
        return ()

    def landing(self, commit: str) -> Landing | None:
        """None."""
        return None

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """No changes."""
        return ()

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """No changes."""
        return ()

    def landed(self, path: str) -> Landing | None:
        """None."""
        return None

    def read(self, id_: str) -> bytes:
        """Raises KeyError."""
        raise KeyError(id_)

    def fetch(self, ids: Iterable[str]) -> None:
        """There is no content."""


class Promises:
    """The landed promises that end. `history` is loaded only if there are any."""

    def __init__(self, base: Snapshot, history: Callable[[], History]) -> None:
        self.base = base
        self._open = history
        self._terms: dict[str, tuple[Term, ...]] = {}
        self._waivers: dict[str, dict[str, Waiver]] = {}
        self._deprecations: dict[tuple[str, str], Deprecation | None] = {}
        self._descriptions: dict[
            str,
            tuple[
                list[tuple[Landing, Product]],
                Iterator[tuple[Landing, Product]],
                tuple[PathChange, ...],
            ],
        ] = {}
        self._policy_changes: tuple[PathChange, ...] = ()
        self._known_policies: tuple[tuple[Landing, Policy], ...] = ()

    @cached_property
    def history(self) -> History:
        """The landings of the protected branch, up to the base."""
        return self._open()

    def terms(self, product: str) -> tuple[Term, ...]:
        """The schedules of a product's deprecations, sorted by path."""
        if product not in self._terms:
            paths = self.base.facts(product, DEPRECATIONS)
            found = [self.term_of(path, product) for path in paths]
            self._terms[product] = tuple(each for each in found if each is not None)
        return self._terms[product]

    def everything(self) -> tuple[Term, ...]:
        """The schedules of all products, sorted by path; for restored fields, since their restoration.

        It queries the landings, not each product: thousands announce nothing.
        """
        changes: dict[str, list[PathChange]] = {}
        for change in self.history.changes_within(DEPRECATIONS):
            changes.setdefault(change.path, []).append(change)
        standing = {path: told for path, told in changes.items() if _announces(path, told[-1])}
        needed = [each for told in standing.values() for each in told]
        self.history.fetch(each.after.id for each in needed if each.after is not None)
        found = []
        for path, told in sorted(standing.items()):
            product = path.split("/")[-3]
            statements = (self._statement(each, product) for each in told)
            ends = term(statements)
            ends = None if ends is None else self.since_return(ends)
            found += [] if ends is None else [ends]
        return tuple(found)

    def term_of(self, path: str, product: str) -> Term | None:
        """The schedule of the deprecation in a file; None if nothing valid landed there."""
        return term(self._statements(path, product))

    def covering(self, element: Target, loosens: str = "") -> Term | None:
        """The schedule that ends last, of all that cover an element.

        Readers can plan by any of them, so the latest day counts. A removal includes the parts of
        the element: a part with a later day keeps the whole until then. An element that can be
        removed can be omitted temporarily, and its key and service levels end with it; but while
        it exists, its type and meaning stay.
        """
        kinds = (loosens, "") if loosens in _GOES_ALONG else (loosens,)
        speaking = [each for each in self.terms(element.product) if each.said.loosens in kinds]
        around = [each for each in speaking if covers(each.said.target, element)]
        found = [term for each in around if (term := self.since_return(each, element))]
        dated = [each for each in found if each.earliest is not None]
        if dated and element.field and not loosens:
            dated += self._inside(element, speaking)
        return max(dated, key=_end, default=found[0] if found else None)

    def _inside(self, element: Target, speaking: Iterable[Term]) -> list[Term]:
        """The dated schedules of the parts of an element."""
        anywhere = replace(element, version=None, major=None)
        parts = [
            each
            for each in speaking
            if each.said.target.field != element.field
            and covers(anywhere, each.said.target)
            and _meets(each.said.target, element)
        ]
        found = (
            self.since_return(each, replace(element, field=each.said.target.field, value=None))
            for each in parts
        )
        return [each for each in found if each is not None and each.earliest is not None]

    def since_return(self, found: Term, element: Target | None = None) -> Term | None:
        """A term as it counts for an element, or for its own target; None where it says nothing of it.

        What came after the announcement was not announced by it. A field that came back, or that a
        line brings which opened after the sunset, needs an announcement of its own. What came to
        something that was announced as a whole has the whole window from its own landing.
        """
        target = found.said.target
        element = target if element is None else element
        if not element.schema or (not element.field and element.version is None):
            return found
        folder = found.said.path.rpartition(f"/{DEPRECATIONS}/")[0]
        schema = f"{folder}/{SCHEMAS}/{element.schema}"
        if not self.history.changes(schema, after=found.announced):
            return found  # no version landed since, so nothing was added
        born = introduced(self.base, self.history, element, found.earliest)
        if born is None or born.ordinal <= found.announced.ordinal:
            return found
        if target.field != element.field or target.value != element.value:
            return replace(found, announced=born)
        statements = self._statements(found.said.path, target.product)
        return term(each for each in statements if each.landing.ordinal >= born.ordinal)

    def over(self, element: Target, today: date) -> bool:
        """Whether the promise of an element is over on a day."""
        found = self.covering(element)
        return found is not None and found.state(today) is ScheduleState.SUNSET

    def waivers(self, product: str) -> dict[str, Waiver]:
        """The landed waivers of a product, by the fingerprint of their finding."""
        if product not in self._waivers:
            self._waivers[product] = {}
            for path in self.base.facts(product, WAIVERS):
                try:
                    waiver = manifests.parse_waiver(self.base.document(path))
                except InvalidFiles:
                    continue  # malformed, so it waives nothing
                self._waivers[product][waiver.fingerprint] = waiver
        return self._waivers[product]

    def window(self, product: Product, policy: Policy) -> int:
        """The window in days of a deprecation of the product that lands now."""
        known = [each.stability for _, each in self._products(product.folder)]
        return asked(policy, (product.stability, *known))

    def draft(self, product: Product, policy: Policy) -> bool:
        """Whether the product never promised anything: always a draft, without a window for drafts."""
        return product.stability is Stability.DRAFT and self.window(product, policy) == 0

    def policy(self, policy: Policy, today: date) -> Policy:
        """The policy that judges a change on a day: `policy` of the base, and what it loosened lately.

        A policy counts until its longest window has passed since the landing that
        loosened it: readers rely on the policy as on any other promise.
        """
        return self._lately(policy, self._policies, today)

    def readable_policy(self) -> Policy | None:
        """The last readable landed policy; None if none ever landed."""
        return self._policies[-1][1] if self._policies else None

    def wishes(self, folder: str, policy: Policy, today: date) -> Compatibility:
        """The policy of a product on a day: its own settings, and what it loosened lately."""
        known = list(self._products(folder))
        product = self.product(folder.rpartition("/")[2])
        if product is None:
            return policy.compatibility
        found = manifests.effective(policy, product)
        for (_, before), (gave_up, _) in pairwise(known):
            days = asked(policy, [before.stability])
            if today < later(gave_up.time.date(), days):
                found = stricter(found, manifests.effective(policy, before))
        return found

    def product(self, name: str) -> Product | None:
        """A product at the base; if its file is malformed, its last readable state."""
        try:
            return self.base.product(name)
        except InvalidFiles:
            folder = self.base.folder_of(name)
            known = list(self._products(folder)) if folder else []
            return known[-1][1] if known else None

    # -- what landed ----------------------------------------------------------------------------

    def _statements(self, path: str, product: str) -> Iterator[Statement]:
        for change in self.history.changes(path):
            if change.path == path:
                yield self._statement(change, product)

    def _statement(self, change: PathChange, product: str) -> Statement:
        said = self._said(change.path, product, change.after)
        landing = change.landing
        if self._restart is not None and landing.ordinal < self._restart.ordinal:
            landing = self._restart
        return Statement(landing, said, self._window_at(change.path, landing))

    def _said(self, path: str, product: str, entry: Entry | None) -> Deprecation | None:
        """The deprecation in a file; None if it was removed or malformed."""
        if entry is None or entry.kind is not Kind.FILE:
            return None
        if (path, entry.id) not in self._deprecations:
            try:
                document = documents.parse(self.history.read(entry.id), path)
                said = manifests.parse_deprecation(document, product)
            except InvalidFiles:
                said = None
            self._deprecations[path, entry.id] = said
        return self._deprecations[path, entry.id]

    def _window_at(self, path: str, landing: Landing) -> int:
        """The window of an announcement: that of the policy at its landing.

        A landing is judged by the policy before it, not by its own. Of the stabilities
        that a product ever had, before the announcement or since, the highest counts: a product that becomes
        stable owes its readers the window of a stable product.
        """
        folder = path.rpartition(f"/{DEPRECATIONS}/")[0]
        known: list[Stability] = []
        for _, product in self._products(folder):
            known.append(product.stability)
            if product.stability is Stability.STABLE:
                break  # nothing is higher, so later states do not matter
        return asked(self._policy_below(landing), known)

    def _policy_below(self, landing: Landing) -> Policy:
        """The policy that judged a landing; if there was none before, its own."""
        below = [each for each in self._policies if each[0].ordinal < landing.ordinal]
        if not below:
            own = [each for at, each in self._policies if at.ordinal == landing.ordinal]
            return own[0] if own else Policy()
        return self._lately(below[-1][1], below, landing.time.date())

    def _lately(
        self, policy: Policy, landed: Sequence[tuple[Landing, Policy]], today: date
    ) -> Policy:
        """`policy`, with loosened requirements that still count."""
        for (_, before), (gave_up, _) in pairwise(landed):
            if today < later(gave_up.time.date(), max(before.windows.values(), default=0)):
                policy = tightened(policy, before)
        return policy

    @cached_property
    def _restart(self) -> Landing | None:
        """The last anchor of the history: no window starts before it.

        Raises Undecidable where its anchor is not on the line: it was rewritten once more.
        """
        since, anchor = None, ""
        for landed, policy in self._policies:
            if policy.anchor != anchor:
                since, anchor = landed, policy.anchor
        if anchor and self.history.landing(anchor) is None:
            raise Undecidable(
                f"the history was rewritten: {anchor[:12]}, the anchor in {REGISTRY}, is not on the"
                " protected branch",
                remedy="Find out who did so and why; then write the id of a commit that is on it now"
                f" as `anchor` in {REGISTRY}. Whatever was announced counts from its landing",
            )
        return since

    @property
    def _policies(self) -> tuple[tuple[Landing, Policy], ...]:
        """Every landed policy, oldest first; a malformed file changes nothing.

        The history is queried each time: it can have rebuilt a wrong index since.
        """
        changes = self.history.changes(REGISTRY)
        if changes != self._policy_changes:
            found = []
            for change in changes:
                if change.after is not None and change.after.kind is Kind.FILE:
                    with suppress(InvalidFiles):
                        document = documents.parse(self.history.read(change.after.id), REGISTRY)
                        found.append((change.landing, manifests.parse_registry(document)))
            self._policy_changes, self._known_policies = changes, tuple(found)
        return self._known_policies

    def _products(self, folder: str) -> Iterator[tuple[Landing, Product]]:
        """All states of a product, oldest first; parsed on demand."""
        path = f"{folder}/{PRODUCT}"
        changes = self.history.changes(path)
        if folder not in self._descriptions or self._descriptions[folder][2] != changes:
            self._descriptions[folder] = [], self._described(folder, changes), changes
        known, unread, _ = self._descriptions[folder]
        yield from known
        for each in unread:
            known.append(each)
            yield each

    def _described(
        self, folder: str, changes: Iterable[PathChange]
    ) -> Iterator[tuple[Landing, Product]]:
        path = f"{folder}/{PRODUCT}"
        for change in changes:
            if change.path == path and change.after and change.after.kind is Kind.FILE:
                with suppress(InvalidFiles):
                    document = documents.parse(self.history.read(change.after.id), path)
                    name = folder.rpartition("/")[2]
                    yield change.landing, manifests.parse_product(document, name, folder)


def asked(policy: Policy, stabilities: Iterable[Stability]) -> int:
    """The window in days of a deprecation, for the highest of the given stabilities.

    The longest window if none is known.
    """
    known = set(stabilities)
    if not known:
        return max(policy.windows.values())
    return policy.windows[max(known, key=list(Stability).index)]


def _announces(path: str, last: PathChange) -> bool:
    """Whether the file of a deprecation exists after its last change."""
    return last.after is not None and path_subject(path).part is PathPart.DEPRECATION


def _meets(target: Target, element: Target) -> bool:
    """Whether a target names the line of an element, or one version."""
    version = element.version
    line = element.major if version is None else version.major
    if target.version is not None:
        return line in (None, target.version.major)
    return target.major is None or line in (None, target.major)


def _end(each: Term) -> date:
    return each.earliest or each.opened.max
