"""Draft, change and withdraw deprecations: the path and text of a file, or why it is refused.

What the check would refuse is refused here, by the same functions, before it is written.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from schemareg import documents, manifests
from schemareg.deprecation.announcements import Announcements
from schemareg.deprecation.landed import asked
from schemareg.deprecation.schedule import ScheduleState, later
from schemareg.documents import edit
from schemareg.documents.yaml_scalar import scalar
from schemareg.manifests.layout import DEPRECATIONS
from schemareg.model import Severity
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.model.targets import field_text
from schemareg.snapshot.deprecations import deprecations, find_deprecation, shell_target
from schemareg.snapshot.elements import explain_missing
from schemareg.snapshot.overlay import Overlay
from schemareg.snapshot.snapshot import Snapshot
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Deprecation, Finding, Landing, Policy
    from schemareg.model.targets import Step, Target

REVIEW_DAYS = 7
"""Days that a default sunset leaves for the review: the window counts from the landing, and a date
that is right only if it lands today would be refused tomorrow."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._=-]+")
_LONGEST = 120
_BLANK = "Reason"


@dataclass(frozen=True, slots=True)
class DeprecationRequest:
    """A requested deprecation. At most one of `sunset`, `within` and `open` is given."""

    target: Target
    reason: str
    sunset: date | None = None
    within: int | None = None
    """Days from today."""
    open: bool = False
    """Without a sunset."""
    loosens: str = ""
    replacement: Target | None = None
    migration: str = ""


@dataclass(frozen=True, slots=True)
class DeprecationDraft:
    """A proposed deprecation: its file and its schedule."""

    said: Deprecation
    text: str
    day: date
    """The assumed landing day: today, or the day of the last landing if that is later."""
    today: date
    window: int
    """Days that the policy requires."""
    stability: str
    """For which the policy asks that, as `stable`."""
    remarks: tuple[Finding, ...] = ()
    """The findings of the check on it, none of them an error."""
    around: Term | None = None
    """The term of what the target is part of, where that is going itself."""

    @property
    def path(self) -> str:
        """Where the file stands."""
        return self.said.path

    @property
    def lands_by(self) -> date | None:
        """The last landing day on which its sunset is accepted; None without a sunset."""
        if self.said.sunset is None:
            return None
        try:
            return self.said.sunset - timedelta(days=self.window)
        except OverflowError:
            return self.said.sunset.min


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of a deprecation's file."""

    said: Deprecation
    """Before the change."""
    text: str | None
    """The new text of the file; None removes it."""
    term: Term | None
    """Its landed schedule; None where it has not landed, so no day is lost or gained."""
    day: date
    """The assumed landing day of the change."""
    remarks: tuple[Finding, ...] = ()
    """The findings of the check on it, none of them an error."""

    @property
    def elapsed(self) -> int:
        """Days of the window that have passed, and that a withdrawal loses."""
        return 0 if self.term is None else max(0, (self.day - self.term.opened).days)


def draft(
    promises: Promises, head: Snapshot, policy: Policy, wish: DeprecationRequest, today: date
) -> DeprecationDraft:
    """The deprecation of a request, checked as if it landed today.

    Raises RegistryError with everything that is wrong with it; Undecidable where the history that
    an answer needs is missing.
    """
    _refuse_contradictions(wish)
    _refuse_missing(promises.base, head, wish.target)
    day = landing_day(promises, today)
    _refuse_repeated(promises, head, wish, day)
    window, stability = required_window(promises, head, policy, wish.target.product)
    text = render(wish, _sunset(wish, day, window))
    folder = head.folder_of(wish.target.product) or promises.base.folder_of(wish.target.product)
    path = f"{folder}/{DEPRECATIONS}/{identifier(promises.base, head, wish)}.yaml"
    said = _read(text, path, wish.target.product)
    remarks = judge(promises, head, policy, {path: text}, day)
    around = promises.covering(wish.target)
    return DeprecationDraft(said, text, day, today, window, stability, remarks, around)


def move_sunset(
    promises: Promises,
    head: Snapshot,
    policy: Policy,
    target: Target,
    sunset: date | None,
    today: date,
    loosens: str = "",
) -> Amendment:
    """The deprecation of a target with another sunset, or with none.

    Raises RegistryError where there is none, where that is its day already, and where the check
    would refuse the day, with the first one that works.
    """
    said = find_deprecation(head, target, loosens)
    if said.sunset == sunset:
        is_it = f"goes from {sunset} on already" if sunset else "has no date already"
        raise RegistryError(
            f"{quoted(target)} {is_it}", where=said.path, remedy="Name another day: --sunset DATE"
        )
    document = head.document(said.path)
    if sunset is None:
        text = edit.without(document, ("sunset",))
    else:
        text = edit.with_scalar(document, "sunset", sunset.isoformat(), after="target")
    day = landing_day(promises, today)
    remarks = judge(promises, head, policy, {said.path: text}, day)
    return Amendment(said, text, promises.term_of(said.path, target.product), day, remarks)


def withdraw(
    promises: Promises,
    head: Snapshot,
    policy: Policy,
    target: Target,
    today: date,
    loosens: str = "",
) -> Amendment:
    """The deprecation of a target taken away.

    Raises RegistryError where there is none, and once its sunset has come: then it is history.
    """
    said = find_deprecation(head, target, loosens)
    day = landing_day(promises, today)
    landed = promises.term_of(said.path, target.product)
    term = None if landed is None else promises.since_return(landed)
    if term is not None and term.state(day) is ScheduleState.SUNSET:
        raise RegistryError(
            f"{quoted(target)} has come to its sunset, and what explains that stays:"
            f" {term.arithmetic(day)}",
            where=said.path,
            remedy="What is to stay after all needs no edit; to give readers a new day:"
            f" reg extend {shell_target(target)} --sunset DATE",
        )
    remarks = judge(promises, head, policy, {said.path: None}, day)
    return Amendment(said, None, term, day, remarks)


def judge(
    promises: Promises, head: Snapshot, policy: Policy, over: dict[str, str | None], day: date
) -> tuple[Finding, ...]:
    """The findings of the check on deprecations that are added, changed or removed, if they landed
    on a day.

    Raises RegistryError with all its errors.
    """
    files = Overlay(head.files, over)
    changes = files.changes_from(promises.base.files)
    announced = Announcements(promises, Snapshot(files), policy, changes, day, written=head)
    findings = tuple(announced.findings())
    refused = [each for each in findings if each.severity is Severity.ERROR]
    if refused:
        raise RegistryError(
            "; and ".join(each.message for each in refused),
            remedy=". ".join(dict.fromkeys(each.remedy for each in refused if each.remedy)),
        )
    return findings


def landing_day(promises: Promises, today: date) -> date:
    """The landing day of a change that lands today: not before the last landing."""
    last: Landing | None = promises.history.head
    return today if last is None else max(today, last.time.date())


def required_window(
    promises: Promises, head: Snapshot, policy: Policy, product: str
) -> tuple[int, str]:
    """The window, in days, that the policy requires of a deprecation that lands now; and its
    stability.
    """
    try:
        described = promises.base.product(product) or head.product(product)
    except InvalidFiles:
        described = None
    if described is None:
        return asked(policy, ()), ""
    window = promises.window(described, policy)
    firm = [each.value for each, days in policy.windows.items() if days == window]
    own = described.stability.value
    return window, own if own in firm else firm[-1]


def render(wish: DeprecationRequest, sunset: date | None) -> str:
    """The text of a deprecation's file. Raises RegistryError where a value is not text."""
    rows = (
        ("target", str(wish.target)),
        ("sunset", "" if sunset is None else sunset.isoformat()),
        ("loosens", wish.loosens),
        ("reason", wish.reason.strip()),
        ("replacement", str(wish.replacement or "")),
        ("migration", wish.migration.strip()),
    )
    return "".join(f"{key}: {scalar(text)}\n" for key, text in rows if text)


def blank(wish: DeprecationRequest, sunset: date | None) -> str:
    """The same without a reason: the check refuses the file until somebody adds it."""
    before, reason, after = render(replace(wish, reason=_BLANK), sunset).partition(
        f"reason: {_BLANK}\n"
    )
    assert reason  # noqa: S101 - the word stands plain
    return f"{before}reason: # why it goes, for those who read it in a year\n{after}"


def identifier(base: Snapshot, head: Snapshot, wish: DeprecationRequest) -> str:
    """The file's name without its ending: the target as a file system can take it.

    The same target has the same name. Where letters had to be given up, or a file of that name
    speaks of something else, a digest of the target keeps two targets apart.
    """
    name = usual_name(wish)
    return f"{name}-{_digest(wish)}" if _taken(base, head, wish, name) else name


def usual_name(wish: DeprecationRequest) -> str:
    """The name of the file where no other file has it."""
    plain = _plain_identifier(wish)
    name = _UNSAFE.sub("-", plain).strip("-.")[:_LONGEST]
    return name if name == plain else f"{name}-{_digest(wish)}"


def _digest(wish: DeprecationRequest) -> str:
    whole = f"{wish.target} {wish.loosens}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:8]


def _plain_identifier(wish: DeprecationRequest) -> str:
    target = wish.target
    parts = [target.schema or target.product]
    if target.version is not None:
        parts.append(str(target.version))
    elif target.major is not None:
        parts.append(f"{target.major}.x")
    if target.field:
        value = "" if target.value is None else f"={target.value}"
        parts.append(".".join(_word(step) for step in target.field if step is not None) + value)
    return "-".join([*parts, *([wish.loosens] if wish.loosens else [])])


def _word(step: Step) -> str:
    """A step as a part of a file's name."""
    return step if isinstance(step, str) else field_text((step,))


def _taken(base: Snapshot, head: Snapshot, wish: DeprecationRequest, name: str) -> bool:
    """Whether a file has the name, on whatever file system, and speaks of something else."""
    for snapshot in (base, head):
        said = {each.path: each for each in deprecations(snapshot, wish.target.product)}
        folder = f"{snapshot.folder_of(wish.target.product)}/{DEPRECATIONS}"
        for other in snapshot.files.folder(folder):
            if other.casefold() != f"{name}.yaml".casefold():
                continue
            known = said.get(f"{folder}/{name}.yaml")
            if known is None or (known.target, known.loosens) != (wish.target, wish.loosens):
                return True
    return False


def _sunset(wish: DeprecationRequest, day: date, window: int) -> date | None:
    if wish.open:
        return None
    if wish.sunset is not None:
        return wish.sunset
    return later(day, wish.within if wish.within is not None else window + REVIEW_DAYS)


def _read(text: str, path: str, product: str) -> Deprecation:
    try:
        return manifests.parse_deprecation(documents.parse(text.encode(), path), product)
    except InvalidFiles as error:
        raise RegistryError(
            "; and ".join(each.what for each in error.mistakes),
            remedy=". ".join(each.remedy for each in error.mistakes),
        ) from None


def _refuse_contradictions(wish: DeprecationRequest) -> None:
    dates = [
        name
        for name, given in (
            ("--sunset", wish.sunset is not None),
            ("--in", wish.within is not None),
            ("--open", wish.open),
        )
        if given
    ]
    if len(dates) > 1:
        raise RegistryError(
            f"{' and '.join(dates)} contradict each other", remedy=f"Give one: {dates[0]}, say"
        )
    if not wish.reason.strip():
        raise RegistryError(
            "a deprecation needs a reason: readers will ask for it",
            where="--reason",
            remedy="Say why, in a sentence",
        )


def _refuse_missing(base: Snapshot, head: Snapshot, target: Target) -> None:
    lack = explain_missing(head, target)
    if lack is not None and explain_missing(base, target) is not None:
        raise RegistryError(lack[0], remedy=lack[1])


def _refuse_repeated(
    promises: Promises, head: Snapshot, wish: DeprecationRequest, day: date
) -> None:
    for said in deprecations(head, wish.target.product):
        if (said.target, said.loosens) != (wish.target, wish.loosens):
            continue
        landed = promises.term_of(said.path, wish.target.product)
        term = None if landed is None else promises.since_return(landed)
        if term is not None and term.state(day) is ScheduleState.SUNSET:
            what = f"{quoted(said.target)} is over already: {term.arithmetic(day)}"
            raise RegistryError(
                what, where=said.path, remedy=f"reg retire {shell_target(said.target)}"
            )
        when = f", from {said.sunset}" if said.sunset else ", with no date yet"
        if landed is not None and term is None:
            when += "; but it went and came back since, so that counts for nothing"
        raise RegistryError(
            f"{quoted(said.target)} is deprecated already{when}",
            where=said.path,
            remedy=f"To give it another day: reg extend {shell_target(said.target)} --sunset DATE;"
            f" to withdraw it: reg undeprecate {shell_target(said.target)}",
        )
