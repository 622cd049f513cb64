"""What `reg log` tells beside what single changes say: days that came, what versions did to readers."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.operations import audit, changelog, output

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.changelog.facts import Fact
    from schemareg.changelog.query import Question
    from schemareg.model import Landing, PathChange
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


def entries(
    root: Path, history: "GitHistory", question: "Question", at: str | None, today: date | None
) -> Generator["Fact"]:
    """The facts that may answer a question, the newest first; those of days at their place."""
    target = question.target
    folders = None if target is None else changelog.folders(root, history, target.product)
    found = changelog.facts(root, history, folders, question.since)
    beside = sorted(_of_days(history, question, folders, at, today), key=_moment, reverse=True)
    if not beside:
        yield from found
        return
    from heapq import merge

    yield from merge(found, beside, key=_moment, reverse=True)


def _moment(fact: "Fact") -> tuple[Any, int]:
    """Time only moves forward: so facts of landings are in this order as they are."""
    return fact.landing.time, fact.landing.ordinal


def _of_days(
    history: "GitHistory",
    question: "Question",
    folders: Sequence[str] | None,
    at: str | None,
    today: date | None,
) -> "list[Fact]":
    """What days brought, up to `today`, or to the last day of what is looked at."""
    announced = question.names("sunset.reached", "element.removed")
    waived = question.names("waiver.expired")
    changes = {
        folder: _within(history, folders, folder) if asked else ()
        for folder, asked in (("deprecations", announced), ("waivers", waived))
    }
    if not any(changes.values()):
        return []
    from schemareg.changelog import milestones
    from schemareg.changelog.facts import Facts
    from schemareg.operations import registry

    end = registry.as_of(at, today, lambda: history)
    teller = Facts(history)
    found = list(
        milestones.expiries(
            changes["waivers"],
            lambda change: next(iter(changelog.told(history, teller, (change,)))),
            end,
        )
    )
    if changes["deprecations"]:
        found += _ends(history, question, end)
    return found


def refuse_unknown(history: "GitHistory", target: "Target") -> None:
    """Raises RegistryError, naming what is near, for a part of a product that never landed.

    What the schema or the product around it did would be told as if it were of that part. A schema
    that declares no field may have any.
    """
    from schemareg.snapshot.elements import explain_nonexistent, fields_of, latest
    from schemareg.snapshot.snapshot import Snapshot

    base = Snapshot(history.files(history.commit))
    try:
        lack = explain_nonexistent(base, target)
        newest = latest(base, target)
        open_ = newest is not None and not fields_of(base, newest)
    except InvalidFiles:
        return  # what landed wrong hides nothing of what landed
    if lack and not open_ and not (newest is None and _gone(history, base, target)):
        raise RegistryError(lack[0], remedy=lack[1])


def _gone(history: "GitHistory", base: "Snapshot", target: "Target") -> bool:
    """Whether the schema, line or version that a target speaks of was there, and is not any more."""
    from dataclasses import replace

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.status import departure

    around = replace(target, field=(), value=None)
    return departure(Promises(base, lambda: history), around) is not None


def _within(
    history: "GitHistory", folders: Sequence[str] | None, name: str
) -> Sequence["PathChange"]:
    """What happened in folders of a name, of the products in these folders or of all."""
    if folders is None:
        return history.changes_within(name)
    return [each for folder in folders for each in history.changes(f"{folder}/{name}")]


def _ends(history: "GitHistory", question: "Question", end: date) -> "Iterable[Fact]":
    from schemareg.changelog import milestones
    from schemareg.deprecation.landed import Promises
    from schemareg.operations import registry
    from schemareg.snapshot.snapshot import Snapshot

    promises = Promises(Snapshot(history.files(history.commit)), lambda: history)
    target = question.target
    terms = promises.terms(target.product) if target else registry.announced(promises)
    return milestones.ends(promises, terms, end)


_OUTCOMES = 1
"""Raised when something else is kept of a landing's versions."""


def outcomes(
    root: Path, history: "GitHistory", facts: Iterable["Fact"]
) -> dict[tuple[str, str], dict[str, Any]]:
    """What the versions that were released did to their readers, by commit and path.

    A commit decides it, with this version of the software; so it is judged once, and kept.
    """
    released = [each for each in facts if each.kind == "version.released"]
    landings = {each.landing.commit: each.landing for each in released}
    if not landings:
        return {}
    from schemareg.version import __version__

    keys = {
        commit: f"outcome-{_OUTCOMES} {__version__} {commit}".encode("ascii") for commit in landings
    }
    known = history.noted(keys.values())
    unknown = [each for commit, each in landings.items() if keys[commit] not in known]
    if len(unknown) > _MANY:
        output.hint(
            f"reg: judging what {len(unknown):,} landings did, once; to leave it out: --no-outcomes"
        )
    new = {keys[each.commit]: text for each, text in _judged(root, history, unknown)}
    history.note(new)
    return {
        (commit, path): said
        for commit, key in keys.items()
        for path, said in _read(known.get(key) or new.get(key) or b"{}").items()
    }


_MANY = 100
"""Landings beyond which judging them takes long enough to say so."""


def _read(text: bytes) -> dict[str, dict[str, Any]]:
    import json

    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def _judged(
    root: Path, history: "GitHistory", landings: "Sequence[Landing]"
) -> "Iterator[tuple[Landing, bytes]]":
    """What was found of landings; those are left out of which nothing can be found here, for now."""
    if not landings:
        return
    from schemareg.changelog import outcomes as judging

    line = history.line()
    with audit.states(root) as at:
        for each in landings:
            before = line[each.ordinal - 1].commit if each.ordinal else ""
            try:
                found = judging.outcomes(at(before), at(each.commit), each, history)
            except RegistryError:
                continue
            yield each, judging.kept(found)
