"""The sentences of a scan that all its forms share: totals, and a list of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.reports.review.sentences import plural
from schemareg.scan.published import Fate
from schemareg.scan.rewrites import Meaning
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from schemareg.model import Landing
    from schemareg.scan.scan import Misstep, Scan, VersionChange

LONGEST_RECORD = 300
"""Characters of a record; the JSON form has it whole."""

_LONGEST_NAME = 100

MEANINGS = {
    Meaning.BYTES: "whitespace or the order of keys",
    Meaning.WORDS: "only titles, descriptions or examples",
    Meaning.EQUIVALENT: "other keywords, same records",
    Meaning.COMPATIBLE: "other records, accepted by readers of both",
    Meaning.WIDENED: "it allows records that earlier readers refuse",
    Meaning.NARROWED: "it refuses records that were allowed",
    Meaning.BOTH: "it refuses some that were allowed, and allows some that were refused",
    Meaning.UNDECIDED: "undecided",
    Meaning.UNJUDGED: "one of the texts is not a JSON Schema",
}
"""The meaning of each outcome of a rewrite."""


class ScanEntry(NamedTuple):
    """One entry of a list: what happened, the author, and the evidence."""

    landing: Landing
    name: str
    what: str
    record: str = ""
    """What introduces a record, and the record."""
    reason: str = ""


class Section(NamedTuple):
    """A list with its title; omitted entries are counted."""

    title: str
    entries: tuple[ScanEntry, ...]
    left_out: int


def headline(scan: Scan) -> str:
    """The scope of the scan."""
    if scan.first is None or scan.last is None:
        return f"{scan.repository}: no landings"
    span = f"{scan.first.time.date()} to {scan.last.time.date()}"
    return (
        f"{scan.repository}: {plural(scan.versions, 'version')} of"
        f" {plural(scan.schemas, 'schema')}, {plural(scan.landings, 'landing')} from {span}"
    )


def scope(scan: Scan) -> str:
    """The layout of the files, and the rules of the scan."""
    how = ", guessed from the paths" if scan.proposed else ""
    since = f"; landings since {scan.since}" if scan.since else ""
    return (
        f"{scan.layout}{how}, up to {scan.head[:12]}; steps judged by {scan.rules.level.name},"
        f" content {scan.rules.content.value}{since}"
    )


def totals(scan: Scan) -> Iterator[str]:
    """The findings as a few sentences, the most severe first."""
    yield (
        f"{_of(scan.rewritten, scan.versions, 'version')} rewritten in place after publication"
        if scan.rewritten
        else "no version was rewritten in place after publication"
    )
    if scan.rewritten:
        yield (
            f"{_of(scan.changed, scan.versions, 'version')} changed in meaning, or undecided"
            if scan.changed
            else "none of these rewrites changed the meaning of a version"
        )
    if scan.gone:
        yield f"{_of(scan.gone, scan.versions, 'version')} removed or moved"
    if scan.promising:
        yield (
            f"{_of(len(scan.too_small), scan.promising, 'step')} with a bump that is too small"
            if scan.too_small
            else f"all of {plural(scan.promising, 'step')} with a sufficient bump"
        )
        if scan.larger:
            yield f"{_of(len(scan.larger), scan.promising, 'step')} with a bump larger than needed"
    if scan.undecided:
        yield f"{plural(len(scan.undecided), 'step')} undecided"


def _of(count: int, all_: int, noun: str) -> str:
    percent = 100 * count / all_
    shown = f"{percent:.0f}" if percent >= 10 or not count else f"{percent:.1f}"
    return f"{count:,} of {plural(all_, noun)} ({shown} %)"


def sections(scan: Scan, limit: int) -> Iterator[Section]:
    """The lists that have entries, the newest entries first."""
    rewritten = [each for each in scan.events if each.rewrite.fate is Fate.REWRITTEN]
    others = [each for each in scan.events if each.rewrite.fate is not Fate.REWRITTEN]
    lists: tuple[tuple[str, Sequence[VersionChange | Misstep], Callable[..., ScanEntry]], ...] = (
        ("Rewritten after publication", rewritten, _rewritten),
        ("Removed, moved or restored", others, _gone),
        ("Bumps that are too small", scan.too_small, _misstep),
        ("Bumps larger than needed", scan.larger, _misstep),
        ("Undecided steps", scan.undecided, _undecided),
    )
    for title, found, tell in lists:
        if found:
            entries = tuple(map(tell, found[:limit]))
            yield Section(f"{title} ({len(found):,})", entries, len(found) - len(entries))


def _rewritten(event: VersionChange) -> ScanEntry:
    rewrite, judged = event.rewrite, event.judged
    assert judged is not None  # noqa: S101  a rewrite has been judged
    allowed = (
        "newly allowed" if judged.meaning is Meaning.WIDENED else "allowed before, refused now"
    )
    record = f"{allowed}: {judged.record}" if judged.record else ""
    what = f"{judged.meaning.value}, {_age(rewrite.days)}"
    return ScanEntry(rewrite.landing, rewrite.version.name, what, record, judged.reason)


def _gone(event: VersionChange) -> ScanEntry:
    rewrite = event.rewrite
    what = {
        Fate.MOVED: f"moved to {rewrite.to}",
        Fate.RETURNED: "restored with the same bytes",
    }.get(rewrite.fate, "taken away")
    return ScanEntry(rewrite.landing, rewrite.version.name, f"{what}, {_age(rewrite.days)}")


def _misstep(found: Misstep) -> ScanEntry:
    step, bump, judged = found.step, found.bump, found.judged
    what = f"called {bump.declared}, its changes require {bump.honest} ({judged.meaning.value})"
    broken = (
        "newly allowed" if judged.meaning is Meaning.WIDENED else f"{step.above.version} allows"
    )
    record = f"{broken}: {judged.record}" if judged.record else ""
    return ScanEntry(step.version.published, _named(found), what, record, judged.reason)


def _undecided(found: Misstep) -> ScanEntry:
    what = f"called {found.bump.declared}"
    return ScanEntry(found.step.version.published, _named(found), what, reason=found.judged.reason)


def _named(found: Misstep) -> str:
    return f"{found.step.version.name} over {found.step.above.version}"


def _age(days: int) -> str:
    if days < 1:
        return "on the day it was published"
    return f"{plural(days, 'day')} after it was published"


def person(landing: Landing) -> str:
    """Who a commit says wrote it, and who committed it where that was somebody else."""
    author, email, committer = (
        escape.shortened(each, _LONGEST_NAME)
        for each in (landing.author, landing.email, landing.committer)
    )
    committed = f", committed by {committer}" if committer != author else ""
    return f"{author or 'unknown'} <{email}>{committed}"
