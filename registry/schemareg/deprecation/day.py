"""The day of a review: deprecations, waivers and policies that apply to a change, loaded on demand.

Most changes add a version without any deprecation. They do not load the modules behind
this one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.history.paths import PathPart, path_subject
from schemareg.manifests.layout import DEPRECATIONS, REGISTRY, WAIVERS
from schemareg.model import Policy, Severity
from schemareg.model.errors import InvalidFiles, Undecidable
from schemareg.model.semver import parse as parse_version
from schemareg.model.targets import Target, covers, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from schemareg.deprecation.announcements import Announcements
    from schemareg.deprecation.enforcement import Season
    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.reintroduced import Return
    from schemareg.documents import Document
    from schemareg.model import (
        Compatibility,
        Deprecation,
        FileChange,
        Finding,
        History,
        Place,
        Product,
        SchemaVersion,
    )
    from schemareg.snapshot.snapshot import Snapshot

_SAYING = frozenset(PathPart) - {PathPart.VERSION, PathPart.OTHER}
"""Folders whose files concern promises."""


class Day:
    """One change on one day. `history` gives the landings up to the base; None if there are none."""

    def __init__(
        self,
        base: Snapshot,
        head: Snapshot,
        changes: Iterable[FileChange],
        today: date,
        history: Callable[[], History] | None,
    ) -> None:
        self._base = base
        self._head = head
        self._changes = tuple(changes)
        self._today = today
        self._history = history
        self._unread: Undecidable | None = None

    @cached_property
    def policy(self) -> Policy:
        """The policy that judges the change: that of the base, and what it loosened lately.

        A malformed policy loosened nothing: the last readable one counts. If none
        ever landed, the proposed one counts. Raises InvalidFiles if it is malformed.
        """
        if not self._base.has(REGISTRY):
            return self._head.policy
        try:
            policy = self._base.policy
        except InvalidFiles:
            policy = self._promises.readable_policy() or Policy()
        if self._history is None or not self._changes:
            return policy
        try:
            return self._promises.policy(policy, self._today)
        except Undecidable as error:
            self._unread = error
            return policy

    def asked_of(self, folder: str) -> Compatibility:
        """The policy of a product of the base, and what it loosened lately.

        A malformed product.yaml loosened nothing: the last readable one counts.
        """
        policy = self.policy
        if self._history is not None and self._unread is None:
            return self._promises.wishes(folder, policy, self._today)
        try:
            product = self._base.product_in(folder)
        except InvalidFiles:
            product = None
        return manifests.effective(policy, product) if product else policy.compatibility

    def unread(self) -> Iterator[Finding]:
        """The notice that this clone lacks the history, with what was not checked."""
        if self._unread is not None:
            from schemareg.rules import policies

            yield policies.unread(self._unread.what, self._unread.remedy, REGISTRY)

    def after(self, policy: Policy, product: Product | None = None) -> date:
        """The first day on which a loosening of today takes effect."""
        from schemareg.deprecation.schedule import later

        windows = policy.windows
        days = windows.get(product.stability, 0) if product else max(windows.values(), default=0)
        return later(self._today, days)

    def ended(self, version: SchemaVersion) -> bool:
        """Whether the promise of a version is over."""
        return self._has(version.product, DEPRECATIONS) and self._season.ended(version)

    def of(
        self, findings: Iterable[Finding], fields: Callable[[], frozenset[str]]
    ) -> tuple[Finding, ...]:
        """The findings about one version as of the day; `fields` are its fields."""
        found = tuple(findings)
        if all(each.severity is Severity.NOTICE for each in found):
            return found
        return self._season.of(found, fields)

    def returned(
        self, found: Return, version: SchemaVersion, place: Place, line: Iterable[SchemaVersion]
    ) -> Finding:
        """The finding about a restored field; `line` are the versions of its line."""
        return self._season.returned(found, version, place, line)

    def altered(self, versions: Iterable[SchemaVersion]) -> Iterator[Finding]:
        """Releases that landed before, were removed by a bypass, and return with other bytes.

        A release that exists at the base is compared with the base, not with the history.
        """
        releases = [each for each in versions if not each.version.pre]
        if not releases or self._history is None or self._unread is not None:
            return
        from schemareg.deprecation.returning_versions import altered

        yield from altered(self._promises.history, self._head, releases)

    def loosened(self, before: Product, after: Product, document: Document) -> tuple[Finding, ...]:
        """The loosened guarantees of a product, as of the day."""
        from schemareg.deprecation import guarantees

        return tuple(
            self._season.settled(*each) for each in guarantees.loosened(before, after, document)
        )

    def announces(self, finding: Finding) -> bool:
        """Whether the change itself deprecates the element of a finding."""
        about = element(finding)
        return any(
            covers(each.target, about)
            or covers(each.target, replace(about, value=finding.value or None))
            for each in self._proposed()
        )

    def findings(self) -> tuple[Finding, ...]:
        """The findings about the deprecations, consumers and waivers of the change."""
        if not any(map(_speaks, self._changes)):
            return ()
        from schemareg.deprecation import new_readers

        bound = new_readers.findings(self._promises, self._head, self._changes, self._today)
        return (*self._announced.findings(), *bound)

    def accepted(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with landed waivers applied; waived findings stay visible."""
        found = list(findings)
        if not any(
            self._has(each.product, WAIVERS)
            for each in found
            if each.severity is not Severity.NOTICE
        ):
            return found
        from schemareg.deprecation.enforcement import accepted

        return list(accepted(found, self._promises, self._head, self._today))

    @cached_property
    def _promises(self) -> Promises:
        from schemareg.deprecation.landed import NoHistory, Promises

        return Promises(self._base, self._history or NoHistory)

    @cached_property
    def _announced(self) -> Announcements:
        from schemareg.deprecation.announcements import Announcements

        return Announcements(self._promises, self._head, self.policy, self._changes, self._today)

    @cached_property
    def _season(self) -> Season:
        from schemareg.deprecation.enforcement import Season

        # The announcements of the change matter only if something was removed.
        return Season(self._promises, self.policy, self._proposed, self._today)

    def _proposed(self) -> tuple[Deprecation, ...]:
        return self._announced.proposed()

    def _has(self, product: str, part: str) -> bool:
        return bool(product and self._base.facts(product, part))


def element(finding: Finding) -> Target:
    """The element of a finding: a field of a version, the version, a schema or a product."""
    whole = Target(finding.product, finding.schema, parse_version(finding.version))
    return replace(whole, field=parse(f"a/b#{finding.field}").field) if finding.field else whole


def _speaks(change: FileChange) -> bool:
    return path_subject(change.path).part in _SAYING
