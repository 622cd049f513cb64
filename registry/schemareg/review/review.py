"""The review of a change: two states of a registry and a date to a report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.deprecation.day import Day
from schemareg.manifests import layout
from schemareg.manifests.layout import CONSUMERS, PRODUCT, REGISTRY
from schemareg.model import Outcome, Report
from schemareg.model.errors import InvalidFiles
from schemareg.review.metadata import metadata_changed
from schemareg.review.proposal import Proposal
from schemareg.review.verdicts import Judge
from schemareg.rules import policies
from schemareg.snapshot.snapshot import differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from schemareg.model import FileChange, Finding, History, Policy
    from schemareg.snapshot.snapshot import Snapshot


def review(
    base: Snapshot,
    head: Snapshot,
    today: date,
    *,
    all: bool = False,  # noqa: A002
    history: Callable[[], History] | None = None,
) -> Report:
    """Whether `head` keeps the promises that have landed at `base`, as of `today`.

    Only differences are read and judged; with `all`, every version of `head`. The policy is that of the
    base: a change cannot grant itself an exception. `history` gives the landings up to the base, and is
    asked for only where a promise is announced to end; without it none has ended.

    Raises InvalidFiles if changed files are malformed.
    """
    changes = differences(base.files, head.files)
    landing = Proposal(base, head, changes)
    _refuse_mistakes(base, head, landing, None if all else [each.path for each in changes])
    day = Day(base, head, changes, today, history)
    policy = day.policy
    judge = Judge(base, head, policy, landing, day)
    verdicts, findings = judge.verdicts(landing.everything() if all else landing.proposed)
    findings += landing.findings()
    findings += day.altered(landing.proposed)
    findings += day.unread()
    findings += _policy_findings(base, head, policy, changes, day)
    findings += day.findings()
    findings = _hitting(base, head, day.accepted(findings))
    return Report(
        base=base.label,
        head=head.label,
        today=today,
        findings=tuple(sorted(findings, key=_order)),
        versions=tuple(sorted(verdicts, key=lambda each: (each.path, each.version))),
        policy=policy.compatibility,
        base_commit=base.commit,
        head_commit=head.commit,
    )


def joined(report: Report, other: Report) -> Report:
    """One report of a state that was compared with two bases: every finding, each worst verdict."""
    known = {(each.rule, each.fingerprint, each.place, each.message) for each in report.findings}
    findings = [
        each
        for each in other.findings
        if (each.rule, each.fingerprint, each.place, each.message) not in known
    ]
    verdicts = {(each.path, each.version): each for each in report.versions}
    for each in other.versions:
        mine = verdicts.get((each.path, each.version))
        if mine is None or _WORST.index(each.outcome) < _WORST.index(mine.outcome):
            verdicts[each.path, each.version] = each
    return replace(
        report,
        base=f"{report.base} and {other.base}",
        findings=tuple(sorted((*report.findings, *findings), key=_order)),
        versions=tuple(verdicts[key] for key in sorted(verdicts)),
    )


_WORST = (Outcome.BREAKING, Outcome.UNDECIDED, Outcome.COMPATIBLE)


def disputed(
    report: Report, head: Snapshot, trusted: tuple[str, str], also: Sequence[tuple[str, str]]
) -> Report:
    """The report with the finding that the proposal names another protected branch.

    A branch comes with what names it.
    """
    claimed = head.policy.protected_branch
    others = [f"`{branch}`, which {source} names" for branch, source in also]
    found = policies.disputed(claimed, *trusted, others, REGISTRY)
    return replace(report, findings=tuple(sorted((*report.findings, found), key=_order)))


def _hitting(base: Snapshot, head: Snapshot, findings: list[Finding]) -> list[Finding]:
    """The findings with affected consumers, which are looked up only if there are findings."""
    concerned = {each.product for each in findings if each.product}
    if not any(_registered(base, head, product) for product in concerned):
        return findings
    from schemareg.consumers import impact

    return impact.attach_hits(base, head, findings)


def _registered(base: Snapshot, head: Snapshot, product: str) -> bool:
    """Whether a product has consumers, before the change or after it."""
    for snapshot in (base, head):
        folder = snapshot.folder_of(product)
        if folder is not None and snapshot.files.folder(f"{folder}/{CONSUMERS}"):
            return True
    return False


def policy_in_force(base: Snapshot, head: Snapshot) -> Policy:
    """The policy that a change is judged by: the base's, or the first one there is.

    Raises InvalidFiles if the only registry.yaml is malformed.
    """
    if base.has(REGISTRY):
        try:
            return base.policy
        except InvalidFiles:
            # A malformed file landed. The change that fixes it must be able to land.
            return head.policy
    return head.policy


def _refuse_mistakes(
    base: Snapshot, head: Snapshot, landing: Proposal, paths: Sequence[str] | None
) -> None:
    if paths is not None and not paths:
        # A twin of a folder, which some file systems take for the registry, is no change of it.
        if twins := layout.beside(head.files, ()).mistakes:
            raise InvalidFiles(twins)
        return
    from schemareg.validation import files

    emptied = landing.emptied()
    mistakes = tuple(
        each
        for each in files.mistakes(head.files, paths, base=base.files)
        # That its versions went is the news; to have it undeclared too would make it worse.
        if each.rule != "schema-without-version" or each.place.path not in emptied
    )
    if mistakes:
        raise InvalidFiles(mistakes)


def _policy_findings(
    base: Snapshot, head: Snapshot, policy: Policy, changes: Iterable[FileChange], day: Day
) -> Iterator[Finding]:
    for change in changes:
        if change.before is None or change.path.rpartition("/")[2] not in (REGISTRY, PRODUCT):
            continue
        if change.path == REGISTRY:
            yield from policies.loosened(policy, head.policy, REGISTRY, day.after(policy))
            yield from policies.redirected(policy, head.policy, REGISTRY)
        elif change.after is not None:
            yield from _product_findings(base, head, policy, change.path, day)


def _product_findings(
    base: Snapshot, head: Snapshot, policy: Policy, path: str, day: Day
) -> Iterator[Finding]:
    folder = path.rpartition("/")[0]
    after = head.product_in(folder) if head.is_product(folder) else None
    try:
        before = base.product_in(folder) if base.is_product(folder) else None
    except InvalidFiles:
        return  # it landed wrong; what it promised cannot be told
    if before is None or after is None:
        return
    asked, asks = manifests.effective(policy, before), manifests.effective(policy, after)
    first = day.after(policy, before)
    yield from policies.product_loosened(after, before, asked, asks, path, first)
    yield from day.loosened(before, after, head.document(path))
    sentences = metadata_changed(base.document(path).value, head.document(path).value)
    told = [each for each in sentences if not _new_schema(each)]
    if told:
        yield policies.changed(after, path, told)


def _new_schema(sentence: str) -> bool:
    """A schema that joins is told by its versions."""
    return sentence.startswith("schemas.") and " added: " in sentence


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        finding.severity.rank,
        finding.place,
        finding.rule,
        finding.product,
        finding.schema,
        finding.version,
        finding.field,
        finding.against,
        finding.fingerprint,
    )
