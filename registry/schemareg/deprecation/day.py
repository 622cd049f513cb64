"""The day of a review, and what time has to do with a change: loaded once something asks for it.

Most changes add a version where nothing is deprecated. They need none of the rooms behind
this one, and do not pay for them.
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
"""Parts of a registry whose files say something of promises."""


class Day:
    """One change on one day. `history` gives the landings up to the base, None that there are none."""

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
        """What the change is judged by: the base's policy, and what it gave up lately.

        A policy that landed wrong gave up nothing: the last one that can be read counts. Where none
        ever landed, the one that the change brings. Raises InvalidFiles where that is wrong.
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
        """What a product of the base is judged by: its own wishes as they stood, and lately did.

        A product.yaml that landed wrong gave up nothing: the last one that can be read counts.
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
        """That the history is not in this clone, and what was not looked at for that."""
        if self._unread is not None:
            from schemareg.rules import policies

            yield policies.unread(self._unread.what, self._unread.remedy, REGISTRY)

    def after(self, policy: Policy, product: Product | None = None) -> date:
        """The first day on which what a policy, or one product of it, gives up today is given up."""
        from schemareg.deprecation.schedule import later

        windows = policy.windows
        days = windows.get(product.stability, 0) if product else max(windows.values(), default=0)
        return later(self._today, days)

    def ended(self, version: SchemaVersion) -> bool:
        """Whether nobody is promised anything by a version any more."""
        return self._has(version.product, DEPRECATIONS) and self._season.ended(version)

    def of(
        self, findings: Iterable[Finding], fields: Callable[[], frozenset[str]]
    ) -> tuple[Finding, ...]:
        """The findings about one version as they are today; `fields` are those it has."""
        found = tuple(findings)
        if all(each.severity is Severity.NOTICE for each in found):
            return found
        return self._season.of(found, fields)

    def returned(
        self, found: Return, version: SchemaVersion, place: Place, line: Iterable[SchemaVersion]
    ) -> Finding:
        """What is to be said of a field that a version brings back; `line` has it otherwise."""
        return self._season.returned(found, version, place, line)

    def altered(self, versions: Iterable[SchemaVersion]) -> Iterator[Finding]:
        """The releases that had landed before, went by a bypass, and come back with other bytes.

        A release that is there at the base is compared with it and not with the history.
        """
        releases = [each for each in versions if not each.version.pre]
        if not releases or self._history is None or self._unread is not None:
            return
        from schemareg.deprecation.returning_versions import altered

        yield from altered(self._promises.history, self._head, releases)

    def loosened(self, before: Product, after: Product, document: Document) -> tuple[Finding, ...]:
        """What a product guaranteed and does not any more, as that is today."""
        from schemareg.deprecation import guarantees

        return tuple(
            self._season.settled(*each) for each in guarantees.loosened(before, after, document)
        )

    def announces(self, finding: Finding) -> bool:
        """Whether the change itself announces the end of what a finding is about."""
        about = element(finding)
        return any(
            covers(each.target, about)
            or covers(each.target, replace(about, value=finding.value or None))
            for each in self._proposed()
        )

    def findings(self) -> tuple[Finding, ...]:
        """What is to be said of the promises that the change itself speaks of."""
        if not any(map(_speaks, self._changes)):
            return ()
        from schemareg.deprecation import new_readers

        bound = new_readers.findings(self._promises, self._head, self._changes, self._today)
        return (*self._announced.findings(), *bound)

    def accepted(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with the waivers that have landed: what is waived stays visible."""
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

        # What the change announces itself matters only where something has gone.
        return Season(self._promises, self.policy, self._proposed, self._today)

    def _proposed(self) -> tuple[Deprecation, ...]:
        return self._announced.proposed()

    def _has(self, product: str, part: str) -> bool:
        return bool(product and self._base.facts(product, part))


def element(finding: Finding) -> Target:
    """What a finding is about: a field of a version, the version, a schema or a product."""
    whole = Target(finding.product, finding.schema, parse_version(finding.version))
    return replace(whole, field=parse(f"a/b#{finding.field}").field) if finding.field else whole


def _speaks(change: FileChange) -> bool:
    return path_subject(change.path).part in _SAYING
