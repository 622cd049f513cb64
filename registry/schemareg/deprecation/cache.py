"""Schedules as cached text for one commit, whose history never changes.

The cache is used only if it is complete and belongs to this commit; otherwise it is
ignored.
"""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from schemareg.deprecation.schedule import ScheduleStep, Term
from schemareg.model import Deprecation, Landing, targets
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable

_FORMAT = 1


def kept(terms: Iterable[Term], commit: str) -> bytes:
    """The schedules at a commit."""
    value = {"format": _FORMAT, "commit": commit, "terms": [_of(each) for each in terms]}
    text = json.dumps(value, separators=(",", ":")).encode()
    return b"%08x\n%b" % (zlib.crc32(text), text)


def remembered(data: bytes, commit: str) -> tuple[Term, ...] | None:
    """The cached schedules of a commit; None if they are missing or incomplete."""
    digest, _, text = data.partition(b"\n")
    if digest != b"%08x" % zlib.crc32(text):
        return None
    try:
        value = json.loads(text)
        if value["format"] != _FORMAT or value["commit"] != commit:
            return None
        return tuple(_term(each) for each in value["terms"])
    except (ValueError, KeyError, TypeError, RegistryError):
        return None


def _of(term: Term) -> dict[str, Any]:
    said = term.said
    return {
        "path": said.path,
        "target": str(said.target),
        "reason": said.reason,
        "sunset": _iso(said.sunset),
        "loosens": said.loosens,
        "replacement": None if said.replacement is None else str(said.replacement),
        "migration": said.migration,
        "announced": _landing_of(term.announced),
        "window": term.window,
        "steps": [[each.what, _landing_of(each.landing), _iso(each.sunset)] for each in term.steps],
    }


def _landing_of(landing: Landing) -> list[Any]:
    times = landing.time.isoformat(), landing.claimed.isoformat()
    words = landing.author, landing.email, landing.committer, landing.subject
    return [landing.commit, landing.ordinal, *times, *words]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _term(value: dict[str, Any]) -> Term:
    replacement = value["replacement"]
    said = Deprecation(
        value["path"],
        targets.parse(value["target"]),
        value["reason"],
        _day(value["sunset"]),
        value["loosens"],
        None if replacement is None else targets.parse(replacement),
        value["migration"],
    )
    steps = tuple(
        ScheduleStep(what, _landing(landing), _day(sunset))
        for what, landing, sunset in value["steps"]
    )
    return Term(said, _landing(value["announced"]), value["window"], steps)


def _landing(value: list[Any]) -> Landing:
    commit, ordinal, time, claimed, *words = value
    return Landing(
        commit, ordinal, datetime.fromisoformat(time), datetime.fromisoformat(claimed), *words
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
