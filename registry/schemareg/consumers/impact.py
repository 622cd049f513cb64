"""The consumers that findings and targets affect, by the uses that consumers declare.

A change cannot reduce its impact by removing files of others: the consumers at
the base count, and so do those that register with the change. `consumers.uses` decides which use
a target touches; this module applies it to findings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemareg.consumers.uses import acknowledges, affected_consumers, hits_of, touches
from schemareg.manifests.layout import CONSUMERS
from schemareg.model import Direction
from schemareg.model.errors import RegistryError
from schemareg.model.semver import parse as parse_version
from schemareg.model.targets import Target, parse
from schemareg.snapshot.elements import explain_nonexistent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import Consumer, Finding, Hit, Use
    from schemareg.snapshot.snapshot import Snapshot

_ABOUT_PROMISES = frozenset(
    {
        *("deprecation-announced", "deprecation-withdrawn", "window-too-short"),
        *("sunset-moved-earlier", "sunset-moved-later", "name-reserved"),
        *("key-changed", "classification-lowered", "service-level-loosened"),
    }
)
"""Findings about promises to readers without a comparison of two versions."""

_OF_ONE_VERSION = frozenset({"version-modified", "version-removed"})

_RELEASED = frozenset({"removed-at-sunset", "loosened-at-sunset", "released-by-consent"})

_ENDING = _RELEASED | frozenset(
    {
        *("enum-value-removed", "property-removed", "value-forbidden"),
        "additional-properties-closed",
        "avro-symbol-removed",
    }
)
"""Findings that affect readers of the whole line, even if the new version is the one that refuses:
promised data no longer arrives."""

_WITHOUT_IMPACT = frozenset({"undecided", "draft-reading-differs"})


@dataclass(frozen=True, slots=True)
class TargetReader:
    """A consumer that a target affects, and the affected part of its uses."""

    product: str
    consumer: Consumer
    uses: tuple[Use, ...]
    """Empty if its file is invalid: then it is assumed to read everything."""
    acknowledged: bool
    """Whether it acknowledged the removal of the target."""


def readers(snapshot: Snapshot, target: Target) -> tuple[TargetReader, ...]:
    """The consumers affected by the removal of a target, sorted by file name."""
    return tuple(
        TargetReader(
            target.product,
            each,
            tuple(use for use in each.uses if touches(use, target)),
            acknowledges(each, target),
        )
        for each in affected_consumers(snapshot, target)
    )


def readers_of(snapshot: Snapshot, target: Target) -> tuple[TargetReader, ...]:
    """Like `readers`, for a target that must exist. Raises RegistryError with the closest match."""
    missing = explain_nonexistent(snapshot, target)
    if missing is not None:
        raise RegistryError(missing[0], remedy=missing[1])
    return readers(snapshot, target)


def all_readers(snapshot: Snapshot) -> tuple[TargetReader, ...]:
    """All readers of all products, sorted by product and file name."""
    return tuple(
        each for product in snapshot.product_names() for each in readers(snapshot, Target(product))
    )


@dataclass(frozen=True, slots=True)
class ConsumerLoss:
    """The loss of one consumer by one finding."""

    finding: Finding
    hits: tuple[Hit, ...]
    acknowledged: bool
    """Whether the consumer acknowledged exactly this loss."""


@dataclass(frozen=True, slots=True)
class ConsumerImpact:
    """A consumer and all its losses by a change."""

    product: str
    consumer: Consumer
    """As registered at the base, or with the change."""
    losses: tuple[ConsumerLoss, ...]
    """In the order of the findings."""


def consumer_impacts(
    base: Snapshot, head: Snapshot, findings: Iterable[Finding]
) -> tuple[ConsumerImpact, ...]:
    """The affected consumers of findings, each with its losses, sorted by product and name."""
    losses: dict[tuple[str, str], list[ConsumerLoss]] = {}
    known: dict[str, dict[str, Consumer]] = {}
    for finding in findings:
        target = affected_target(finding)
        if target is None or not finding.hits:
            continue
        registered = known.setdefault(target.product, _registered(base, head, target.product))
        for name in dict.fromkeys(each.consumer for each in finding.hits):
            hits = tuple(each for each in finding.hits if each.consumer == name)
            agreed = acknowledges(registered[name], target)
            losses.setdefault((target.product, name), []).append(
                ConsumerLoss(finding, hits, agreed)
            )
    return tuple(
        ConsumerImpact(product, known[product][name], tuple(found))
        for (product, name), found in sorted(losses.items())
    )


def _registered(base: Snapshot, head: Snapshot, product: str) -> dict[str, Consumer]:
    """The consumers of a product by name, as registered at the base, else with the change."""
    return {each.name: each for snapshot in (head, base) for each in snapshot.consumers(product)}


def affected_target(finding: Finding) -> Target | None:
    """The target that readers lose by a finding; None if it affects no reader.

    If an old version refuses what the new one writes, the target belongs to the old version's
    line: its readers receive the new records. If the new version refuses what was written before,
    the target belongs to the new version and affects the readers who upgrade to it.
    """
    if finding.rule in _ABOUT_PROMISES or (finding.rule in _RELEASED and not finding.version):
        if finding.target:
            return _of_the_line(parse(finding.target))
        return Target(finding.product, finding.schema)
    version = parse_version(finding.version)
    if not finding.schema or version is None:
        return None
    whole = Target(finding.product, finding.schema)
    if finding.rule in _OF_ONE_VERSION:
        return replace(whole, version=version)
    if finding.direction is None or finding.rule in _WITHOUT_IMPACT:
        return None
    forward = finding.direction is Direction.FORWARD
    if finding.field:
        steps = parse(f"{whole}#{finding.field}").field
        # A new value affects an old reader, whichever of the known values it uses.
        value = None if forward or not finding.value else finding.value
        whole = replace(whole, field=steps, value=value)
    older = parse_version(finding.against)
    if forward or finding.rule in _ENDING:
        return replace(whole, major=(older or version).major)
    return replace(whole, version=version)


def attach_hits(base: Snapshot, head: Snapshot, findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the same order, each with its affected consumers, sorted.

    Consumers at `base` count, and in addition those that `head` adds or changes.
    """
    known: dict[str, tuple[tuple[Consumer, ...], ...]] = {}
    found = []
    for finding in findings:
        target = affected_target(finding)
        if target is None:
            found.append(finding)
            continue
        if target.product not in known:
            known[target.product] = (
                base.consumers(target.product),
                _different(base, head, target.product),
            )
        hits = _together(
            each
            for registered in known[target.product]
            for consumer in registered
            for each in hits_of(consumer, target)
        )
        found.append(replace(finding, hits=hits) if hits else finding)
    return found


def _different(base: Snapshot, head: Snapshot, product: str) -> tuple[Consumer, ...]:
    """The consumers that differ between `base` and `head`: thousands can be equal."""
    folders = [each.folder_of(product) for each in (base, head)]
    before, after = (
        snapshot.files.folder(f"{folder}/{CONSUMERS}") if folder else {}
        for snapshot, folder in zip((base, head), folders, strict=True)
    )
    changed = {
        f"{folders[1]}/{CONSUMERS}/{name}"
        for name, entry in after.items()
        if not entry.id or entry != before.get(name)
    }
    return tuple(
        map(head.consumer_at, filter(changed.__contains__, head.facts(product, CONSUMERS)))
    )


def _together(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """One hit for each consumer and schema, before a change and with it combined; sorted."""
    found: dict[tuple[str, ...], Hit] = {}
    for each in hits:
        key = (each.product, each.consumer, each.schema, each.versions)
        known = found.get(key)
        if known is not None:
            whole = not (known.fields and each.fields)
            fields = () if whole else tuple(sorted({*known.fields, *each.fields}))
            each = each._replace(fields=fields)  # noqa: PLW2901
        found[key] = each
    return tuple(sorted(found.values()))


def _of_the_line(target: Target) -> Target:
    """An element in all versions of its line; a version is unchanged."""
    if target.version is None or not target.field:
        return target
    return replace(target, version=None, major=target.version.major)
