"""Rules of policies and descriptions: how the platform team and owners change their own promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import (
    Content,
    Finding,
    Overrides,
    Place,
    Scope,
    Severity,
    Stability,
)
from schemareg.rules.fingerprint import fingerprint
from schemareg.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from schemareg.model import Compatibility, Policy, Product

LOOSENED = Rule(
    id="policy-loosened",
    title="A policy was loosened",
    rationale="Changes that were refused before would pass. Readers planned by the stricter policy,"
    " so what it asked for counts until its longest window has passed since this lands.",
    remedy="No action needed if this is intended; ask the platform team to approve it.",
    source="Design, section 4, Time: policy, waivers and owners are read from the base",
)
CHANGED = Rule(
    id="product-changed",
    title="The description of a product changed",
    rationale="Readers rely on owner, purpose, classification and location.",
    remedy="No action needed; ask the owner to approve it.",
    source="Design, section 2, The files of a registry",
)
DISPUTED = Rule(
    id="protected-branch-disputed",
    title="A proposal names another protected branch than the repository does",
    rationale="A proposal that chooses what it is compared with could hide whatever it changes. It is"
    " judged by the branch that the repository names, and by the one that it names itself where that"
    " is there.",
    remedy="If the branch was renamed: git remote set-head origin --auto, or for this clone"
    " git config reg.protectedBranch NAME. Else take `protected-branch` back.",
    source="Design, section 4, Time: policy, waivers and owners are read from the base",
)

REDIRECTED = Rule(
    id="channel-redirected",
    title="A channel of the registry leads elsewhere",
    rationale="The people on the channel no longer receive messages.",
    remedy="No action needed if this is intended; ask the people on the channel to approve it.",
    source="Design, section 7: merge, events, people",
)

UNREAD = Rule(
    id="history-not-read",
    title="The history is not in this clone, and was not looked at",
    rationale="What the policy gave up lately, and whether a new version had landed once before, is"
    " known by the history alone. Without it the policy at the base judges.",
    remedy="Fetch the history: git fetch --unshallow.",
    source="Design, section 4, Time: landing",
)

RULES = (LOOSENED, CHANGED, DISPUTED, REDIRECTED, UNREAD)

_SCOPES = (Scope.LATEST, Scope.SUPPORTED, Scope.ALL)
_CONTENTS = (Content.DECLARED, Content.OPEN)
_OVERRIDES = (Overrides.NOTHING, Overrides.STRICTER, Overrides.ANYTHING)
_STABILITIES = tuple(Stability)


def loosened(before: Policy, after: Policy, path: str, first: date) -> Iterator[Finding]:
    """One notice for everything that the registry's policy loosened, at its file."""
    given_up = list(_compatibility(before.compatibility, after.compatibility))
    if _OVERRIDES.index(after.overrides) > _OVERRIDES.index(before.overrides):
        given_up.append(f"overrides: {before.overrides.value} → {after.overrides.value}")
    if after.protected_branch != before.protected_branch:
        given_up.append(f"protected-branch: {before.protected_branch} → {after.protected_branch}")
    given_up += [
        f"deprecation window of {stability.value}: {days} d → {after.windows.get(stability, 0)} d"
        for stability, days in before.windows.items()
        if after.windows.get(stability, 0) < days
    ]
    yield from _notice("", path, given_up, first)


def product_loosened(
    product: Product,
    before: Product,
    asked: Compatibility,
    asks: Compatibility,
    path: str,
    first: date,
) -> Iterator[Finding]:
    """One notice for everything that a product loosened; `asked` and `asks` are the policies before and after."""
    given_up = list(_compatibility(asked, asks))
    if _STABILITIES.index(product.stability) < _STABILITIES.index(before.stability):
        given_up.append(f"stability: {before.stability.value} → {product.stability.value}")
    yield from _notice(product.name, path, given_up, first)


def unread(what: str, remedy: str, path: str) -> Finding:
    """That the history was not looked at, and how to have it."""
    return Finding(
        UNREAD.id,
        Severity.NOTICE,
        Place(path),
        f"what the policy gave up lately, and versions that return, were not looked at: {what}",
        why=UNREAD.rationale,
        remedy=remedy or UNREAD.remedy,
        fingerprint=fingerprint(UNREAD.id, ""),
    )


def redirected(before: Policy, after: Policy, path: str) -> Iterator[Finding]:
    """One warning a channel that was removed or whose URL, kind or secret changed; no URL is shown."""
    now = {each.name: each for each in after.channels}
    for channel in before.channels:
        other = now.get(channel.name)
        if other == channel:
            continue
        keys = ("url", "kind", "secret", "threshold")
        changed = [key for key in keys if other and getattr(other, key) != getattr(channel, key)]
        what = f"changed its {' and '.join(changed)}" if other else "was removed"
        yield Finding(
            REDIRECTED.id,
            Severity.WARNING,
            Place(path),
            f"the channel {channel.name} {what}",
            why=REDIRECTED.rationale,
            remedy=REDIRECTED.remedy,
            fingerprint=fingerprint(REDIRECTED.id, channel.name, *changed),
        )


def changed(product: Product, path: str, sentences: Sequence[str]) -> Finding:
    """The changes of a product's file, as one notice."""
    return Finding(
        CHANGED.id,
        Severity.NOTICE,
        Place(path),
        "; ".join(sentences),
        product=product.name,
        remedy=CHANGED.remedy,
        fingerprint=fingerprint(CHANGED.id, product.name, *sentences),
    )


def disputed(claimed: str, branch: str, source: str, also: Sequence[str], path: str) -> Finding:
    """That a proposal names another branch than the trusted one, which `source` names."""
    others = f", and by {' and '.join(also)}" if also else ""
    return Finding(
        DISPUTED.id,
        Severity.WARNING,
        Place(path),
        f"the proposal names `{claimed}` as the protected branch; it is judged by `{branch}`, which"
        f" {source} names{others}",
        why=DISPUTED.rationale,
        remedy=DISPUTED.remedy,
        fingerprint=fingerprint(DISPUTED.id, "", claimed, branch),
    )


def _notice(product: str, path: str, given_up: Sequence[str], first: date) -> Iterator[Finding]:
    """`first` is the day from which changes are judged by it."""
    if given_up:
        yield Finding(
            LOOSENED.id,
            Severity.NOTICE,
            Place(path),
            "; ".join(given_up),
            product=product,
            dates=f"changes are judged by this from {first}",
            why=LOOSENED.rationale,
            remedy=LOOSENED.remedy,
            fingerprint=fingerprint(LOOSENED.id, product, *given_up),
        )


def _compatibility(before: Compatibility, after: Compatibility) -> Iterator[str]:
    lost = set(before.level.directions) - set(after.level.directions)
    if lost or before.level.transitive > after.level.transitive:
        yield f"level: {before.level.name} → {after.level.name}"
    if _SCOPES.index(after.scope) < _SCOPES.index(before.scope):
        yield f"scope: {before.scope.value} → {after.scope.value}"
    if _CONTENTS.index(after.content) < _CONTENTS.index(before.content):
        yield f"content: {before.content.value} → {after.content.value}"
    if before.formats != after.formats:
        yield f"formats: {_formats(before)} → {_formats(after)}"
    if (before.undecided, after.undecided) == ("fail", "warn"):
        yield "undecided: fail → warn"


def _formats(compatibility: Compatibility) -> str:
    return "assertion" if compatibility.formats else "annotation"
