"""Events from the check's verdict on a landing, as of its own day: releases, breaks, ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.manifests.layout import REGISTRY
from schemareg.model import Severity
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.notifications.events.audience import AddressedEvent, EventContent
from schemareg.notifications.events.breaks import breaks, ends
from schemareg.notifications.events.releases import released, unjudged
from schemareg.review.review import review

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemareg.changelog.facts import Fact
    from schemareg.model import Mistake
    from schemareg.notifications.events.landing import LandingContext

MOST = 2_000
"""Releases of one landing above which it is not judged again: it is an import, not a change."""


def verdicts(scene: LandingContext, facts: Sequence[Fact]) -> tuple[AddressedEvent, ...]:
    """The events of a landing as the check judges it: releases, breaks, ends of promises.

    Where it cannot be judged, one event says so, and releases have no verdict.
    """
    new = [each for each in facts if each.kind == "version.released"]
    if not facts:
        return ()
    if len(new) > MOST:
        why = f"{len(new):,} versions landed at once and were not judged again"
        plain = unjudged(scene, new, Severity.NOTICE)
        return (*plain, _invalid(scene, why, Severity.WARNING))
    try:
        report = review(scene.before, scene.after, scene.day, history=lambda: scene.earlier)
    except InvalidFiles as error:
        found = [(str(each.place), _said(each)) for each in error.mistakes]
        mistakes = f"{len(found):,} mistake{'s' * (len(found) != 1)}"
        why = f"files with {mistakes} landed, so the landing could not be judged"
        return (*unjudged(scene, new), _invalid(scene, why, Severity.ERROR, found))
    except RegistryError as error:
        why = f"the landing could not be judged: {error.what}"
        return (*unjudged(scene, new), _invalid(scene, why, Severity.ERROR))
    return (*released(scene, new, report), *breaks(scene, report), *ends(scene, report))


def _said(mistake: Mistake) -> str:
    """The mistake; of registry.yaml only its rule, since quoted text can be a secret address."""
    return mistake.rule if mistake.place.path == REGISTRY else mistake.what


def _invalid(
    scene: LandingContext, why: str, severity: Severity, details: Iterable[tuple[str, str]] = ()
) -> AddressedEvent:
    saying = EventContent("landing.invalid", severity, "", "", why, details)
    return AddressedEvent(scene.event(saying), hub=True)
