"""A verdict for each new version: breaks, required bump, changed descriptions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.formats.field import MAX_FIELDS
from schemareg.model import Direction, Outcome, Scope, Severity, VersionVerdict, version_order
from schemareg.model.semver import bump_between
from schemareg.review.comparison import Comparison, Doubt, equivalent, fields_of
from schemareg.review.findings import told, uri_of
from schemareg.review.metadata import words_changed
from schemareg.review.resolver import Shelf, format_of
from schemareg.rules import semantics
from schemareg.rules import versions as rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.deprecation.day import Day
    from schemareg.documents import Document
    from schemareg.formats.field import Field
    from schemareg.model import Compatibility, Finding, Policy, PromiseChange, SchemaVersion
    from schemareg.model.semver import SemVer
    from schemareg.review.proposal import Proposal
    from schemareg.snapshot.snapshot import Snapshot


_RELEASES = frozenset({"removed-at-sunset", "loosened-at-sunset", "released-by-consent"})
"""Rules by which it is told that a promise was over; named here so that few checks load them."""


class Judge:
    """Judges versions of `head` by the policy that is in force."""

    def __init__(
        self, base: Snapshot, head: Snapshot, policy: Policy, landing: Proposal, day: Day
    ) -> None:
        self._base = base
        self._head = head
        self._policy = policy
        self._landing = landing
        self._day = day
        self._shelf = Shelf(base, head)
        self._fields: dict[Document, dict[str, Field]] = {}

    def verdicts(
        self, versions: Iterable[SchemaVersion]
    ) -> tuple[list[VersionVerdict], list[Finding]]:
        """A verdict for each version, and all findings about them.

        Versions of one schema are judged in the order of their numbers, each against those before.
        """
        verdicts: list[VersionVerdict] = []
        findings: list[Finding] = []
        ordered = sorted(versions, key=lambda each: (each.product, each.schema, each.version))
        self._head.prefetch(each.path for each in ordered)
        together: dict[tuple[str, str], list[SchemaVersion]] = {}
        for version in ordered:
            together.setdefault((version.product, version.schema), []).append(version)
        for version in ordered:
            case = _Case(self, version, together[version.product, version.schema])
            verdicts.append(case.verdict())
            findings += case.findings()
        return verdicts, findings

    @property
    def shelf(self) -> Shelf:
        """The documents of both states."""
        return self._shelf

    @property
    def day(self) -> Day:
        """The promises as of the day."""
        return self._day

    @property
    def landing(self) -> Proposal:
        """The proposal."""
        return self._landing

    def policy_of(self, version: SchemaVersion) -> Compatibility:
        """What a product is judged by: its own wishes count as they stood at base."""
        home, here = self._landing.home(version), version.path.split("/schemas/")[0]
        if self._base.is_product(home):
            return self._day.asked_of(home)
        product = self._head.product_in(here) if self._head.is_product(here) else None
        return manifests.effective(self._policy, product) if product else self._policy.compatibility

    def report_policy(self, policy: Compatibility) -> Compatibility | None:
        """A product's policy where it is not the report's."""
        return None if policy == self._policy.compatibility else policy

    def prefetch(self, versions: Iterable[SchemaVersion]) -> None:
        """Load the documents of landed versions."""
        self._base.prefetch(each.path for each in versions if self._base.has(each.path))

    def fields_in(self, document: Document) -> dict[str, Field]:
        """The fields of a version's records, by path."""
        if document not in self._fields:
            found = fields_of(self._shelf, document)
            self._fields[document] = {each.path: each for each in found}
        return self._fields[document]

    def prerelease_at(self, uri: str) -> SchemaVersion | None:
        """The pre-release that a URI names, or None."""
        found = self._head.version_at(uri.removeprefix("file:///"))
        return found if found and found.version.pre else None


class _Case:
    """The judgement of one version."""

    def __init__(
        self, judge: Judge, version: SchemaVersion, together: Sequence[SchemaVersion]
    ) -> None:
        self._judge = judge
        self._version = version
        self._policy = judge.policy_of(version)
        self._landed = judge.landing.of_schema(version)
        self._new = [each for each in together if each.version < version.version]
        self._known = {
            each.version: each
            for each in (*self._landed, *self._new)
            if not each.version.pre and each.version != version.version
        }
        counting = version_order.counting(version.version, self._counted(), self._policy)
        self._against = [self._known[each] for each in counting]
        before = version_order.before(version.version, self._known)
        self._previous = None if before is None else self._known[before]
        judge.prefetch([*self._against, *([self._previous] if self._previous else [])])
        self._comparison = self._held_against(self._against)
        self._comparison.doubts.extend(self._unlisted())
        self._told = self._seasoned()
        self._bump = self._required()

    def _held_against(self, older: Sequence[SchemaVersion]) -> Comparison:
        """The version beside older ones, these oldest first."""
        comparison = Comparison(self._version, self._judge.shelf, self._policy, self._next_line())
        return comparison.hold_against(reversed(older))

    def _counted(self) -> list[SemVer]:
        """The known releases that may count: those that ended do where all are asked for."""
        if self._policy.scope is Scope.ALL or self._policy.level.transitive:
            return list(self._known)
        return [each for each in self._known if not self._judge.day.ended(self._known[each])]

    def verdict(self) -> VersionVerdict:
        """The verdict as one value."""
        comparison = self._comparison
        outcome = Outcome.UNDECIDED if comparison.doubts else Outcome.COMPATIBLE
        outcome = Outcome.BREAKING if self._broken else outcome
        return VersionVerdict(
            self._version.product,
            self._version.schema,
            str(self._version.version),
            self._version.path,
            outcome,
            reason="; ".join(dict.fromkeys(each.reason for each in comparison.doubts)),
            required_bump=self._bump,
            against=tuple(str(each.version) for each in self._against),
            changes=self._changes(),
            honest=self._honest(),
            policy=self._tolerance(),
            promises=() if outcome is Outcome.COMPATIBLE else self._promises(),
        )

    def _promises(self) -> tuple[PromiseChange, ...]:
        if self._previous is None:
            return ()
        from schemareg.review.diff import promise_changes

        return promise_changes(self._fields_of(self._previous), self._fields_of(self._version))

    def findings(self) -> Iterator[Finding]:
        """All findings."""
        yield from self._told
        yield from self._comparison.notes
        for doubt in self._first_doubts():
            yield semantics.undecided(self._version, *doubt)
        yield from self._returned()
        yield from self._leaning()
        if not self._judge.landing.has_landed(self._version) or self._version.version.pre:
            yield from self._misnumbered()

    def _seasoned(self) -> tuple[Finding, ...]:
        """The breaks and the lost fields, as they are today: what is over is not broken."""
        found = self._today(self._comparison, self._against)
        return tuple(each for each in found if not self._told_already(each))

    def _told_already(self, finding: Finding) -> bool:
        """Whether a release from a promise was told of a version between the two already.

        A finding names the latest version that differs: one after that gave up the same before.
        """
        return finding.rule in _RELEASES and finding.against != str(self._against[-1].version)

    def _today(
        self, comparison: Comparison, against: Sequence[SchemaVersion]
    ) -> tuple[Finding, ...]:
        documents = {each.path: self._judge.shelf.landed(each) for each in against}
        documents[self._version.path] = self._judge.shelf.proposed(self._version)
        found = told(self._version, comparison.pairs, documents, str(self._next_line()))
        return self._judge.day.of((*found, *comparison.lost), self._fields)

    def _fields(self) -> frozenset[str]:
        """The fields of the version, as it is proposed."""
        return frozenset(self._fields_of(self._version))

    def _fields_of(self, version: SchemaVersion) -> dict[str, Field]:
        """The fields of this version as it is proposed, or of one that it is held against."""
        shelf = self._judge.shelf
        own = version is self._version
        return self._judge.fields_in(shelf.proposed(version) if own else shelf.landed(version))

    @property
    def _broken(self) -> bool:
        """Whether a reader is hurt whose promise is not over."""
        return self._hurts(self._comparison, self._told)

    def _hurts(self, comparison: Comparison, today: Iterable[Finding]) -> bool:
        if self._version.version.pre:  # its breaks are notices all the same
            return comparison.broken
        return any(each.severity is Severity.ERROR for each in today)

    def _misnumbered(self) -> Iterator[Finding]:
        landed = [each.version for each in self._landed if each.version != self._version.version]
        order = list(rules.numbered(self._version, landed, [each.version for each in self._new]))
        yield from order
        if any(each.rule == rules.BACKWARDS.id for each in order) or not self._previous:
            return
        previous = self._previous.version
        promised = bool(self._policy.level.directions)
        opens = bump_between(previous, self._version.version) == "major"
        if self._bump and (promised or not opens):
            honest = version_order.honest(self._bump, previous, self._known)
            yield from rules.bumped(self._version, previous, self._bump, honest)

    def _first_doubts(self) -> Iterator[Doubt]:
        """One doubt a direction: the others say the same of older versions."""
        told_of = set()
        for doubt in self._comparison.doubts:
            if doubt.direction not in told_of:
                told_of.add(doubt.direction)
                yield doubt

    def _returned(self) -> Iterator[Finding]:
        """Fields that the line had, had not, and has again."""
        line = self._line_of_returns
        if not line:
            return
        from schemareg.deprecation.reintroduced import returned

        fields = self._fields_of
        for found in returned(self._version, line, fields):
            path, kind = found.now.path, found.now.type
            others = [
                each for each in line if path in fields(each) and fields(each)[path].type != kind
            ]
            document = self._judge.shelf.proposed(self._version)
            here = found.now.uri == uri_of(document.path)
            place = document.place(
                found.now.pointer if here else format_of(document).fields_pointer, key=True
            )
            yield self._judge.day.returned(found, self._version, place, others)

    @cached_property
    def _line_of_returns(self) -> list[SchemaVersion]:
        """The older versions of the line, where a field of theirs may come back; else none."""
        if self._version.version.pre or not self._policy.level.directions:
            return []
        own = self._version.version
        line = [
            self._known[each]
            for each in sorted(self._known)
            if each.major == own.major and each < own
        ]
        return line if self._may_return(line) else []

    def _unlisted(self) -> Iterator[Doubt]:
        """That a field may come back which is not among those that are listed."""
        line = self._line_of_returns
        concerned = [*line, self._version] if line else []
        if any(len(self._fields_of(each)) >= MAX_FIELDS for each in concerned):
            reason = f"it was not looked at which of more than {MAX_FIELDS} fields come back"
            yield Doubt(line[-1].version, Direction.FORWARD, reason)

    def _may_return(self, line: Sequence[SchemaVersion]) -> bool:
        """Whether a name came that an earlier version had: cheap, and nothing returns where not."""
        if len(line) < 2:
            return False
        shelf = self._judge.shelf
        documents = [*map(shelf.landed, line), shelf.proposed(self._version)]
        formats = {format_of(each) for each in documents}
        return len(formats) > 1 or formats.pop().may_reintroduce(documents)

    def _leaning(self) -> Iterator[Finding]:
        """References of a release to pre-releases."""
        document = self._judge.shelf.proposed(self._version)
        if self._version.version.pre:
            return
        resolver = self._judge.shelf.resolver(document)
        for reference in format_of(document).references(document, resolver):
            target = self._judge.prerelease_at(reference.uri)
            if target:
                place = document.place(reference.pointer)
                yield rules.leaning(self._version, place, target)

    # --- what it should be called

    def _required(self) -> str:
        """The required bump from the previous version; empty without one, or if undecided."""
        if self._previous is None:
            return ""
        comparison, broken = self._comparison, self._broken
        previous = self._previous.version
        if previous.major != self._version.version.major and self._policy.level.directions:
            # It opens a line, which owes the other lines nothing. Was that needed?
            line = version_order.counting(previous.bumped("minor"), self._counted(), self._policy)
            against = [self._known[each] for each in line]
            comparison = self._held_against(against)
            broken = self._hurts(comparison, self._today(comparison, against))
        if broken:
            return "major"
        if comparison.doubts:
            return ""
        return "patch" if self._words_only() else "minor"

    def _words_only(self) -> bool:
        if self._previous is None:
            return False
        shelf = self._judge.shelf
        old, new = shelf.landed(self._previous), shelf.proposed(self._version)
        if shelf.meaning(old) == shelf.meaning(new):
            return True
        return equivalent(shelf, old, new, self._policy)

    def _honest(self) -> str:
        if self._previous is None:
            return str(self._version.version)
        if not self._bump:
            return ""
        taken: Iterable[SemVer] = self._known
        if self._judge.landing.has_landed(self._version):
            # It has its name, whatever stands above it now.
            taken = (each for each in self._known if each < self._version.version)
        return str(version_order.honest(self._bump, self._previous.version, taken))

    def _next_line(self) -> SemVer:
        return version_order.honest("major", self._version.version, self._known)

    def _changes(self) -> tuple[str, ...]:
        if self._previous is None:
            return ()
        shelf = self._judge.shelf
        old, new = shelf.landed(self._previous), shelf.proposed(self._version)
        if format_of(old) is not format_of(new):
            return ()
        language = format_of(new)
        return words_changed(language.annotations(old), language.annotations(new))

    def _tolerance(self) -> Compatibility | None:
        """The policy to say beside the verdict; a pre-release in doubt holds nobody up."""
        from dataclasses import replace

        policy = self._policy
        if self._version.version.pre:
            policy = replace(policy, undecided="warn")
        return self._judge.report_policy(policy)
