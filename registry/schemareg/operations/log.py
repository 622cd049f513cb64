"""What landed, newest first; the outcome of each version; who introduced each field."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.model import targets
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.operations import audit, changelog, registry

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.changelog.blame import Blame
    from schemareg.changelog.facts import Fact
    from schemareg.changelog.query import Question
    from schemareg.model import Landing, PathChange, SchemaVersion
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot

_CHUNK = 200
"""Facts whose people are looked up at a time, where a person is searched for."""


class Log(NamedTuple):
    """The newest facts that answer a question."""

    facts: "tuple[Fact, ...]"
    """Newest first."""
    people: dict[str, dict[str, Any]]
    """Who had a part in a landing, by commit."""
    outcomes: dict[tuple[str, str], dict[str, Any]] | None
    """What each released version did to its readers, by commit and path; None where not asked."""
    more: bool
    """Whether there are more facts than the limit."""


def log(
    root: Path,
    target: str | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    who: str | None = None,
    kinds: Iterable[str] = (),
    limit: int = 50,
    signatures: bool = False,
    outcomes: bool = True,
    at: str | None = None,
    today: date | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Log:
    """The facts that landed, newest first, at most `limit`; those of a target, a person, a kind.

    With `signatures`, Git checks who signed. `progress` receives a sentence where judging the
    outcomes takes long. Raises RegistryError for a target or a kind that does not exist,
    Undecidable where the history is missing.
    """
    from schemareg.changelog import query

    element = targets.parse(target) if target else None
    question = query.Question(element, since, until, query.kinds(tuple(kinds)))
    with (
        audit.line(root, at) as history,
        closing(_entries(root, history, question, at, today)) as entries,
    ):
        found: Iterator[Fact] = filter(question.means, entries)
        people: dict[str, dict[str, Any]] = {}
        if who is not None:
            found = _of_person(found, who, root, history, people)
        facts = tuple(islice(found, limit + 1))
        facts, more = facts[:limit], len(facts) > limit
        if element and element.schema and all(each.target != target for each in facts):
            _refuse_unknown(history, element)
        landings = [each.landing for each in facts]
        if signatures:
            people |= audit.people_of(root, landings, signatures=True)
        elif who is None:
            people |= audit.people(root, history, landings)
        judged = _outcomes(root, history, facts, progress) if outcomes else None
    return Log(facts, people, judged, more)


class Origins(NamedTuple):
    """The origin of each field and value of a version."""

    version: "SchemaVersion"
    origins: "tuple[Blame, ...]"
    """In document order."""
    people: dict[str, dict[str, Any]]
    """Who had a part in a landing, by commit."""


def blame(root: Path, target: str, *, at: str | None = None) -> Origins:
    """Who introduced each field and value of a version, changed its promise, or deprecated it."""
    from schemareg.changelog import blame as origins

    with registry.landed(root, at) as (promises, _):
        version, found = origins.blame(promises, targets.parse(target))
    landings = [
        landing
        for each in found
        for landing in (
            each.introduced.landing,
            each.changed.landing,
            *((each.ending.announced,) if each.ending else ()),
        )
    ]
    return Origins(version, found, audit.people_of(root, landings))


def _of_person(
    facts: Iterable["Fact"],
    who: str,
    root: Path,
    history: "GitHistory",
    people: dict[str, dict[str, Any]],
) -> Iterator["Fact"]:
    """The facts that a person had a part in; `people` receives everybody who was looked up."""
    wanted = who.casefold()
    rest = iter(facts)
    while chunk := list(islice(rest, _CHUNK)):
        people |= audit.people(root, history, [each.landing for each in chunk])
        for fact in chunk:
            known = people.get(fact.landing.commit, {})
            if wanted in "\0".join(_names(known)).casefold():
                yield fact


def _names(known: Mapping[str, Any]) -> Iterator[str]:
    for key in ("author", "email", "committer", "merger"):
        yield known.get(key, "")
    for key in ("reviewed_by", "approved_by", "co_authored_by"):
        yield from known.get(key, ())


def _entries(
    root: Path, history: "GitHistory", question: "Question", at: str | None, today: date | None
) -> Generator["Fact"]:
    """Facts that may answer a question, newest first, those of landings and of days in one order."""
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
    """The order of facts: landings are in it already, since time only moves forward."""
    return fact.landing.time, fact.landing.ordinal


def _of_days(
    history: "GitHistory",
    question: "Question",
    folders: Sequence[str] | None,
    at: str | None,
    today: date | None,
) -> "list[Fact]":
    """Sunsets reached and waivers expired, up to `today`, or to the last day that is looked at."""
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

    end = registry.as_of(at, today, lambda: history)
    teller = Facts(history)
    found = list(
        milestones.expiries(
            changes["waivers"],
            lambda change: next(iter(changelog.facts_of(history, teller, (change,)))),
            end,
        )
    )
    if changes["deprecations"]:
        found += _ends(history, question, end)
    return found


def _refuse_unknown(history: "GitHistory", target: "Target") -> None:
    """Raises RegistryError, with the closest name, for a part of a product that never landed.

    Otherwise the facts of the schema or product around it would be shown as its own. A schema that
    declares no field may have any.
    """
    from schemareg.snapshot.elements import explain_nonexistent, fields_of, latest
    from schemareg.snapshot.snapshot import Snapshot

    base = Snapshot(history.files(history.commit))
    try:
        reason = explain_nonexistent(base, target)
        newest = latest(base, target)
        open_ = newest is not None and not fields_of(base, newest)
    except InvalidFiles:
        return  # files with mistakes do not hide what landed
    if reason and not open_ and not (newest is None and _gone(history, base, target)):
        raise RegistryError(reason[0], remedy=reason[1])


def _gone(history: "GitHistory", base: "Snapshot", target: "Target") -> bool:
    """Whether the schema, major line or version of a target existed, and no longer does."""
    from dataclasses import replace

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.status import departure

    around = replace(target, field=(), value=None)
    return departure(Promises(base, lambda: history), around) is not None


def _within(
    history: "GitHistory", folders: Sequence[str] | None, name: str
) -> Sequence["PathChange"]:
    """The changes in folders of this name, of the products in `folders`, or of all."""
    if folders is None:
        return history.changes_within(name)
    return [each for folder in folders for each in history.changes(f"{folder}/{name}")]


def _ends(history: "GitHistory", question: "Question", end: date) -> "Iterable[Fact]":
    from schemareg.changelog import milestones
    from schemareg.deprecation.landed import Promises
    from schemareg.snapshot.snapshot import Snapshot

    promises = Promises(Snapshot(history.files(history.commit)), lambda: history)
    target = question.target
    terms = promises.terms(target.product) if target else registry.terms(promises)
    return milestones.ends(promises, terms, end)


_OUTCOMES = 1
"""The format of what is cached; increase it when that changes."""


def _outcomes(
    root: Path,
    history: "GitHistory",
    facts: Iterable["Fact"],
    progress: Callable[[str], None],
) -> dict[tuple[str, str], dict[str, Any]]:
    """What the released versions did to their readers, by commit and path.

    It depends on the commit and on the version of this software, so it is computed once and cached.
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
        progress(
            f"checking the versions of {len(unknown):,} landings, once; to leave it out:"
            " --no-outcomes"
        )
    new = {keys[each.commit]: text for each, text in _judged(root, history, unknown)}
    history.note(new)
    return {
        (commit, path): said
        for commit, key in keys.items()
        for path, said in _read(known.get(key) or new.get(key) or b"{}").items()
    }


_MANY = 100
"""Landings beyond which computing their outcomes is worth a word of progress."""


def _read(text: bytes) -> dict[str, dict[str, Any]]:
    import json

    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def _judged(
    root: Path, history: "GitHistory", landings: "Sequence[Landing]"
) -> "Iterator[tuple[Landing, bytes]]":
    """Landings with their outcomes; those whose files cannot be read here are left out."""
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
