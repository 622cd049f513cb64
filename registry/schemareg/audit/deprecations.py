"""Whether a landing let promises run their time: what was announced, and what it speaks of.

Each landing is judged as the check would have judged it on its own day: by what had landed before.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from schemareg.audit.violation import violation
from schemareg.deprecation.consent import Consent
from schemareg.deprecation.day import Day, element
from schemareg.deprecation.landed import Promises
from schemareg.deprecation.schedule import ScheduleState
from schemareg.history.paths import PathPart, path_subject
from schemareg.history.views import HistoryView
from schemareg.manifests.layout import PRODUCT
from schemareg.model import FileChange, Severity
from schemareg.model.errors import RegistryError
from schemareg.review.proposal import Proposal
from schemareg.review.verdicts import Judge
from schemareg.rules import CATALOGUE
from schemareg.rules import audit as audit_rules
from schemareg.rules import deprecation as rules
from schemareg.rules.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from schemareg.audit.violation import Violation
    from schemareg.deprecation.schedule import Term
    from schemareg.history.paths import PathSubject
    from schemareg.model import Finding, History, Landing, PathChange
    from schemareg.rules.rule import Rule
    from schemareg.snapshot.snapshot import Snapshot


class Terms:
    """One landing, and the promises as they stood before it. `previous` is the landing before."""

    def __init__(
        self,
        history: History,
        at: Callable[[str], Snapshot],
        landing: Landing,
        previous: Landing | None,
    ) -> None:
        self._history = history
        self._at = at
        self._landing = landing
        self._previous = previous

    def of(self, those: Sequence[tuple[PathSubject, PathChange]]) -> Iterator[Violation]:
        """What the changes of one product did too early."""
        if self._previous is None:
            return
        for about, change in those:
            if about.part is PathPart.DEPRECATION and change.before is not None:
                yield from self._edited(about, change)
        yield from self._judged([change for _, change in those])

    def _edited(self, about: PathSubject, change: PathChange) -> Iterator[Violation]:
        before = self._then.term_of(change.path, about.product)
        if before is None:
            return
        after = self._now.term_of(change.path, about.product)
        if before.state(self._day) is ScheduleState.SUNSET:
            before = self._then.since_return(before)
            if before is None:
                return
        if before.state(self._day) is ScheduleState.SUNSET and (
            after is None or after.said != before.said
        ):
            what = "deleted" if change.after is None else "changed"
            yield self._told(
                rules.SUNSET_HISTORY_EDITED,
                change,
                before,
                f"{what} after its sunset had come ({before.arithmetic(self._day)})",
                severity=Severity.ERROR if change.after is None else Severity.WARNING,
            )
        elif after is not None and _shortened(before, after):
            yield from self._moved(change, before, after)

    def _moved(self, change: PathChange, before: Term, after: Term) -> Iterator[Violation]:
        target = after.said.target
        agreed = Consent(self._then).given(target, before)
        told = fingerprint(rules.SUNSET_MOVED_EARLIER.id, str(target), str(after.said.sunset))
        waiver = self._then.waivers(target.product).get(told)
        accepted = agreed or (waiver is not None and self._day <= waiver.until)
        yield self._told(
            rules.SUNSET_MOVED_EARLIER,
            change,
            after,
            f"moved from {before.said.sunset} to {after.said.sunset}, and the {after.window} days"
            f" of the window are over on {after.window_over}{_excuse(agreed, accepted)}",
            severity=Severity.NOTICE if accepted else Severity.ERROR,
        )

    def _judged(self, changes: Sequence[PathChange]) -> Iterator[Violation]:
        """What the check finds of promises that were announced to end, and broken before their day.

        It is the check itself that is asked, as of the landing's own day, with the waivers that had
        landed: what is excused is excused by its fingerprint, and nothing else is.
        """
        base, head = self._then.base, self._now.base
        files = [FileChange(*each[1:]) for each in changes]
        proposal = Proposal(base, head, files)
        described = [each for each in files if each.path.endswith(f"/{PRODUCT}")]
        if not proposal.proposed and not described:
            return
        previous = self._previous
        assert previous is not None  # noqa: S101  asked only where there is one
        day = Day(
            base, head, files, self._day, lambda: HistoryView(self._history, previous.ordinal)
        )
        try:
            _, findings = Judge(base, head, day.policy, proposal, day).verdicts(proposal.proposed)
            for each in described:
                folder = each.path.rpartition("/")[0]
                before, after = base.product_in(folder), head.product_in(folder)
                if before is not None and after is not None:
                    findings += day.loosened(before, after, head.document(each.path))
            accepted = day.accepted(findings)
        except RegistryError:
            yield from self._unread(files)
            return
        for finding in accepted:
            yield from self._early(finding, day, head)

    def _unread(self, files: Sequence[FileChange]) -> Iterator[Violation]:
        """That the versions of a landing were not judged: one of them, or an older one, is wrong."""
        for each in files:
            about = path_subject(each.path)
            if about.released and each.before is None and each.after is not None:
                yield violation(
                    audit_rules.UNREADABLE,
                    self._landing,
                    "its removals were not compared with the announcements: its files, or those of"
                    " the version before it, cannot be read",
                    path=each.path,
                    target=about.target,
                    after=each.after.id,
                    severity=Severity.WARNING,
                )

    def _early(self, finding: Finding, day: Day, head: Snapshot) -> Iterator[Violation]:
        """A finding that is about something announced, and not about what was over."""
        agreed = finding.rule == rules.RELEASED_BY_CONSENT.id
        broken = finding.severity is Severity.ERROR or bool(finding.waived)
        # What is about a version as a whole, as its number, ends no promise by itself.
        whole_version = bool(finding.version) and not finding.field
        if whole_version or not (agreed or broken):
            return
        if finding.dates:
            rule = rules.REMOVED_BEFORE_SUNSET
        elif day.announces(finding):
            rule = rules.ANNOUNCED_WITH_REMOVAL
        elif self._then.covering(element(finding)) is not None:
            rule = CATALOGUE[finding.rule]  # it is going, and was changed while it was there
        else:
            return
        entry = head.files.entry(finding.place.path)
        whole = f"{finding.product}/{finding.schema}" if finding.schema else finding.product
        together = rule is rules.ANNOUNCED_WITH_REMOVAL
        dates = f" ({finding.dates})" if finding.dates else ""
        dates = ": this landing announced it as well" if together else dates
        yield violation(
            rule,
            self._landing,
            f"{finding.message}{dates}{_excuse(agreed, bool(finding.waived))}",
            path=finding.place.path,
            target=f"{whole}@{finding.version}" if finding.version else whole,
            after=entry.id if entry else "",
            severity=Severity.NOTICE if agreed or finding.waived else Severity.ERROR,
        )

    def _told(
        self, rule: Rule, change: PathChange, term: Term, message: str, *, severity: Severity
    ) -> Violation:
        before, after = ("" if each is None else each.id for each in (change.before, change.after))
        return violation(
            rule,
            self._landing,
            f"the deprecation of {term.said.target} was {message}",
            path=change.path,
            target=str(term.said.target),
            before=before,
            after=after,
            severity=severity,
        )

    @property
    def _day(self) -> date:
        return self._landing.time.date()

    @cached_property
    def _then(self) -> Promises:
        """The promises as they stood before the landing."""
        previous = self._previous
        assert previous is not None  # noqa: S101  asked only where there is one
        return self._promises(previous)

    @cached_property
    def _now(self) -> Promises:
        """The promises with the landing."""
        return self._promises(self._landing)

    def _promises(self, landing: Landing) -> Promises:
        return Promises(
            self._at(landing.commit), lambda: HistoryView(self._history, landing.ordinal)
        )


def _shortened(before: Term, after: Term) -> bool:
    """Whether a sunset was moved to a day before the old one, and before the window is over."""
    old, new = before.said.sunset, after.said.sunset
    same = (before.said.target, before.said.loosens) == (after.said.target, after.said.loosens)
    return bool(same and old and new and new < old and new < after.window_over)


def _excuse(agreed: bool, accepted: bool) -> str:
    if agreed:
        return "; everybody who reads it had agreed"
    return "; a waiver had accepted it" if accepted else ""
