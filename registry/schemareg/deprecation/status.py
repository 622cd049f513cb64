"""The status of an element on a day: state, since when, schedule, and what blocks its removal.

All facts come from landings; files that have not landed are shown beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from schemareg.consumers import uses
from schemareg.deprecation.consent import Consent
from schemareg.deprecation.landed import asked
from schemareg.deprecation.schedule import ScheduleState, later
from schemareg.manifests.layout import PRODUCT, SCHEMAS
from schemareg.model import Policy
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.model.targets import covers
from schemareg.snapshot.deprecations import deprecations as snapshot_deprecations
from schemareg.snapshot.elements import explain_missing, field_of, latest

if TYPE_CHECKING:
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import (
        Consumer,
        Deprecation,
        Landing,
        PathChange,
        Product,
        SchemaVersion,
    )
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


class Life(Enum):
    """The states of an element, as shown."""

    NEW = "new"
    DRAFT = "draft"
    ACTIVE = "active"
    PROPOSED = "proposed"
    OPEN = "open"
    DEPRECATED = "deprecated"
    SUNSET = "sunset"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Status:
    """The status of one element on one day."""

    target: Target
    life: Life
    today: date
    since: Landing | None
    """The landing that added it; for a restored element, the last one."""
    gone: Landing | None
    """The landing that removed it."""
    term: Term | None
    """Its schedule."""
    around: tuple[Term, ...]
    """What else was announced: of its guarantees, of its parts, of what it is part of."""
    proposed: Deprecation | None
    """A different announcement in files that have not landed."""
    window: int
    """Days that a deprecation of it needs if it lands today."""
    stability: str
    """The product's, for which the window is asked."""
    consumers: tuple[Consumer, ...]
    """Who reads it."""
    agreed: bool
    """Whether all of them acknowledged an earlier removal."""
    replacements: tuple[Target, ...]
    """Its replacement, the replacement of that, and so on."""
    latest: str
    """The newest version that has it; empty for a product."""

    @property
    def earliest(self) -> date | None:
        """The earliest removal; None if unknown."""
        if self.life is Life.DRAFT or self.agreed:
            return self.today
        if self.life is Life.ACTIVE:
            return later(self.today, self.window)
        if self.life is Life.PROPOSED and self.proposed and self.proposed.sunset:
            return max(self.proposed.sunset, later(self.today, self.window))
        return self.term.earliest if self.term else None

    @property
    def reckoned(self) -> str:
        """The arithmetic of that day."""
        if self.life is Life.NEW:
            return "it has not landed, so nothing is promised"
        if self.life is Life.DRAFT:
            return "a draft promises nothing"
        if self.life is Life.REMOVED:
            return "it was removed"
        if self.term is not None:
            if self.agreed and self.term.state(self.today) is not ScheduleState.SUNSET:
                return "all consumers have acknowledged the removal"
            return self.term.arithmetic(self.today)
        window = f"lands {self.today} + {self.window} d"
        if self.proposed is None:
            return f"if its deprecation {window}"
        if self.proposed.sunset is None:
            return "no date is set, and its deprecation has not landed"
        return f"if its deprecation {window}, sunset {self.proposed.sunset}"

    @property
    def blocks(self) -> tuple[str, ...]:
        """What blocks its removal today, each with the fix."""
        return tuple(_blocks(self))


def status(promises: Promises, here: Snapshot | None, target: Target, today: date) -> Status:
    """The status of a target; `here` are files that may not have landed, if any.

    Raises RegistryError, with the closest match, for an element that never existed.
    """
    base = promises.base
    lack = explain_missing(base, target)
    gone = departure(promises, target) if lack is not None else None
    new = lack is not None and here is not None and explain_missing(here, target) is None
    if lack is not None and gone is None and not new:
        raise RegistryError(lack[0], remedy=lack[1])
    product = _product(base, target.product) or (_product(here, target.product) if here else None)
    policy = _policy(base)
    draft = product is not None and promises.draft(product, policy)
    term = promises.covering(target)
    proposed = _proposed(promises, here, target)
    agreed = term is not None and Consent(promises).given(target, term)
    meant = latest(base, target) if target.schema else None
    return Status(
        target,
        _life(target, term, proposed, today, new=new, gone=gone is not None, draft=draft),
        today,
        None if gone is not None or new else _since(promises, target, meant),
        gone,
        term,
        tuple(_around(promises, target, term)),
        proposed,
        promises.window(product, policy) if product else asked(policy, ()),
        product.stability.value if product else "",
        uses.affected_consumers(base, target),
        agreed,
        _replacements(promises, term.said if term else proposed),
        str(meant.version) if meant else "",
    )


def _life(
    target: Target,
    term: Term | None,
    proposed: Deprecation | None,
    today: date,
    *,
    new: bool,
    gone: bool,
    draft: bool,
) -> Life:
    if gone:
        return Life.REMOVED
    if new:
        return Life.NEW
    if term is not None:
        return _STATES[term.state(today)]
    if draft or (target.version is not None and target.version.pre):
        return Life.DRAFT
    return Life.PROPOSED if proposed is not None else Life.ACTIVE


_STATES = {
    ScheduleState.OPEN: Life.OPEN,
    ScheduleState.DEPRECATED: Life.DEPRECATED,
    ScheduleState.SUNSET: Life.SUNSET,
}


def _blocks(status: Status) -> list[str]:
    name, term = status.target, status.term
    if status.agreed:
        return []
    if status.life is Life.ACTIVE:
        return [f"no deprecation announces its end: reg deprecate {name} --reason …"]
    if status.life is Life.PROPOSED:
        return ["its deprecation has not landed; the window starts with its landing"]
    if term is None or status.life not in (Life.OPEN, Life.DEPRECATED):
        return []
    if term.said.sunset is None:
        return [f"no date is set: reg extend {term.said.target} --sunset DATE"]
    found = []
    if term.window_over > status.today:
        found.append(f"its window of {term.window} d ends before {term.window_over}")
    if term.said.sunset > status.today:
        found.append(f"its sunset is {term.said.sunset}")
    return found


def _proposed(promises: Promises, here: Snapshot | None, target: Target) -> Deprecation | None:
    """What files that have not landed announce of a target, where what landed says otherwise."""
    if here is None:
        return None
    known = snapshot_deprecations(promises.base, target.product)
    for each in snapshot_deprecations(here, target.product):
        if not each.loosens and covers(each.target, target) and each not in known:
            return each
    return None


def _around(promises: Promises, target: Target, counted: Term | None) -> list[Term]:
    """What else was announced of a target, its parts and what it is part of, by path."""
    return [
        each
        for each in promises.terms(target.product)
        if (counted is None or each.said.path != counted.said.path)
        and (covers(each.said.target, target) or covers(target, each.said.target))
    ]


def _replacements(promises: Promises, first: Deprecation | None) -> tuple[Target, ...]:
    """The chain of replacements of a target; a cycle ends where it closes."""
    chain: list[Target] = []
    target = first.replacement if first else None
    while target is not None and target not in chain:
        chain.append(target)
        announced = snapshot_deprecations(promises.base, target.product)
        following = [each for each in announced if each.target == target and not each.loosens]
        target = following[0].replacement if following else None
    return tuple(chain)


def _since(promises: Promises, target: Target, meant: SchemaVersion | None) -> Landing | None:
    """The landing that added the element."""
    base, history = promises.base, promises.history
    folder = base.folder_of(target.product)
    if not target.schema:
        return history.landed(f"{folder}/{PRODUCT}")
    if meant is None or (target.version is not None and not target.field):
        return None if meant is None else history.landed(meant.path)
    if not target.field and target.major is None:
        return history.landed(f"{folder}/{SCHEMAS}/{target.schema}")
    line = [
        each
        for each in base.versions(target.product, target.schema)
        if each.version <= meant.version
        and (target.major is None or each.version.major == target.major)
    ]
    first = meant
    for version in reversed(line):
        if target.field and not _has(base, version, target):
            break
        first = version
    return history.landed(first.path)


def _has(snapshot: Snapshot, version: SchemaVersion, target: Target) -> bool:
    field = field_of(snapshot, version, target.field)
    if field is None:
        return False
    return target.value is None or not field.values or target.value in field.values


def departure(promises: Promises, target: Target) -> Landing | None:
    """The landing that removed an element; None if it never existed."""
    base, history = promises.base, promises.history
    if target.field:
        versions = base.versions(target.product, target.schema)
        lines = {each.version.major for each in versions}
        major = target.major if target.major is not None else max(lines, default=None)
        line = [each for each in versions if each.version.major == major]
        for had, lost in zip(reversed(line[:-1]), reversed(line), strict=False):
            if _has(base, had, target):
                return history.landed(lost.path)
        return None
    within = f"/{target.product}/"
    part = f"{within}{SCHEMAS}/{target.schema}/" if target.schema else f"{within}{PRODUCT}"
    changes = [
        each for each in history.changes_within(target.product) if _speaks(each, part, target)
    ]
    return changes[-1].landing if changes and changes[-1].after is None else None


def _speaks(change: PathChange, part: str, target: Target) -> bool:
    """Whether a change concerns a file of an element."""
    if not target.schema:
        return change.path.endswith(part)
    stem = change.path.rpartition("/")[2].rpartition(".")[0]
    if target.version is not None:
        return part in change.path and stem == str(target.version)
    return part in change.path and (target.major is None or stem.startswith(f"{target.major}."))


def _product(snapshot: Snapshot, name: str) -> Product | None:
    try:
        return snapshot.product(name)
    except InvalidFiles:
        return None


def _policy(snapshot: Snapshot) -> Policy:
    try:
        return snapshot.policy
    except InvalidFiles:
        return Policy()
