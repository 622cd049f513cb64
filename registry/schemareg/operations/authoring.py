"""Write deprecations, waivers and consumers' files; commit, push and propose them.

Each operation refuses what the check would refuse. All take `EditOptions`, and report each step to
`progress`. Raises RegistryError with everything that is wrong with the request, Undecidable where
the history that an answer needs is missing.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import targets
from schemareg.operations import edits, registry
from schemareg.operations.edits import WRITE, EditOptions, Edits, EditStep, Progress, ignore

if TYPE_CHECKING:
    from datetime import date

    from schemareg.authoring.consumer_files import Registration
    from schemareg.authoring.deprecations import Amendment, DeprecationDraft
    from schemareg.authoring.retirement import Retirement
    from schemareg.authoring.waivers import WaiverEdit
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Consumer, Finding, Owner, Policy
    from schemareg.model.targets import Target


class DeprecationResult(NamedTuple):
    """A deprecation that was announced, and the consumers of its target."""

    draft: "DeprecationDraft"
    consumers: "tuple[Consumer, ...]"
    steps: tuple[EditStep, ...]


class AmendmentResult(NamedTuple):
    """A deprecation that was changed or withdrawn, and the consumers of its target."""

    amendment: "Amendment"
    consumers: "tuple[Consumer, ...]"
    steps: tuple[EditStep, ...]


class RetirementResult(NamedTuple):
    """What was removed; no step where the target has no file to change."""

    retirement: "Retirement"
    steps: tuple[EditStep, ...] = ()


class WaiverResult(NamedTuple):
    """A waiver, and the finding that it accepts."""

    edit: "WaiverEdit"
    product: str
    finding: "Finding | None"
    alone: bool
    """Whether its branch has no other commit: a waiver has to land by itself."""
    protected: str
    """The protected branch."""
    steps: tuple[EditStep, ...]


class SubscriptionResult(NamedTuple):
    """A consumer's file, and the owner of the product that it reads."""

    registration: "Registration"
    owner: "Owner | None"
    steps: tuple[EditStep, ...]


class AcknowledgementResult(NamedTuple):
    """Consumers' files with an acknowledgement added, or withdrawn."""

    registrations: "tuple[Registration, ...]"
    target: "Target"
    missing: "tuple[Consumer, ...]"
    """Consumers of the target that have not acknowledged."""
    term: "Term | None"
    """The deprecation that covers the target, where one has landed."""
    today: "date"
    steps: tuple[EditStep, ...]


def deprecate(
    root: Path,
    target: str,
    reason: str,
    *,
    sunset: "date | None" = None,
    within: int | None = None,
    undated: bool = False,
    loosens: str = "",
    replacement: str | None = None,
    migration: str = "",
    options: EditOptions = WRITE,
    today: "date | None" = None,
    progress: Progress = ignore,
) -> DeprecationResult:
    """Announce that a target, or a guarantee about it, ends.

    At most one of `sunset`, `within` (days from today) and `undated` is given; by default the
    sunset is the end of the window that the policy requires, plus a week for the review.
    """
    from schemareg.authoring import deprecations
    from schemareg.consumers.uses import affected_consumers

    element = targets.parse(target)
    instead = targets.parse(replacement) if replacement else None
    request = deprecations.DeprecationRequest(
        element, reason, sunset, within, undated, loosens, instead, migration
    )
    home = registry.home(root)
    with registry.promised(root, today) as (promises, head, policy):
        draft = deprecations.draft(promises, head, policy, request, registry.day(today))
        consumers = tuple(affected_consumers(head, element))
    message = edits.deprecation_message(draft.said)
    edit = _edit(home, policy, "deprecate", {draft.path: draft.text}, message)
    return DeprecationResult(draft, consumers, edits.apply(edit, options, progress))


def extend(
    root: Path,
    target: str,
    sunset: "date | None",
    *,
    loosens: str = "",
    options: EditOptions = WRITE,
    today: "date | None" = None,
    progress: Progress = ignore,
) -> AmendmentResult:
    """Move the sunset of a deprecation; None removes the date. The rest of its file stays."""
    from schemareg.authoring import deprecations
    from schemareg.consumers.uses import affected_consumers

    element = targets.parse(target)
    home = registry.home(root)
    with registry.promised(root, today) as (promises, head, policy):
        change = deprecations.move_sunset(
            promises, head, policy, element, sunset, registry.day(today), loosens
        )
        consumers = tuple(affected_consumers(head, element))
    when = f"sunset {sunset}" if sunset else "no date"
    message = edits.message(f"Extend {element} ({when}, was {change.said.sunset or 'open'})")
    edit = _edit(home, policy, "extend", {change.said.path: change.text}, message)
    return AmendmentResult(change, consumers, edits.apply(edit, options, progress))


def undeprecate(
    root: Path,
    target: str,
    *,
    loosens: str = "",
    options: EditOptions = WRITE,
    today: "date | None" = None,
    progress: Progress = ignore,
) -> AmendmentResult:
    """Withdraw a deprecation: remove its file."""
    from schemareg.authoring import deprecations
    from schemareg.consumers.uses import affected_consumers

    element = targets.parse(target)
    home = registry.home(root)
    with registry.promised(root, today) as (promises, head, policy):
        change = deprecations.withdraw(
            promises, head, policy, element, registry.day(today), loosens
        )
        consumers = tuple(affected_consumers(head, element))
    message = edits.message(f"Keep {element}: withdraw its deprecation")
    edit = _edit(home, policy, "keep", {change.said.path: None}, message)
    return AmendmentResult(change, consumers, edits.apply(edit, options, progress))


def retire(
    root: Path,
    target: str,
    *,
    options: EditOptions = WRITE,
    today: "date | None" = None,
    progress: Progress = ignore,
) -> RetirementResult:
    """Remove a field or a value whose sunset has passed, or that every consumer agreed to lose."""
    from schemareg.authoring import retirement

    element = targets.parse(target)
    home = registry.home(root)
    with registry.promised(root, today) as (promises, head, policy):
        end = retirement.retire(promises, head, policy, element, registry.day(today))
    if not end.path:
        return RetirementResult(end)
    reason = end.term.said.reason if end.term else ""
    named = end.term.said.path if end.term else end.path
    message = edits.message(f"Retire {element}", reason)
    edit = _edit(home, policy, "retire", {end.path: end.text}, message, named=named)
    return RetirementResult(end, edits.apply(edit, options, progress))


def waive(
    root: Path,
    fingerprint: str,
    until: "date",
    *,
    product: str | None = None,
    reason: str = "",
    rule: str = "",
    approver: str = "",
    options: EditOptions = WRITE,
    today: "date | None" = None,
    progress: Progress = ignore,
) -> WaiverResult:
    """Accept one finding until the end of a day, or renew its waiver.

    Without a `product`, the finding must be one that the check reports here; `fingerprint` may then
    be the beginning of one. The approver is by default the user that Git names.
    """
    from schemareg.adapters.git import branches
    from schemareg.authoring import waivers
    from schemareg.review.review import policy_in_force, review

    home, now = registry.home(root), registry.day(today)
    with registry.change(root, None, None, None) as proposal:
        base, head, landed = proposal.base, proposal.head, proposal.day
        policy = policy_in_force(base, head)
        if product is None:
            with registry.landings(root, base.files, proposal.branch) as history:
                report = review(base, head, today or landed or now, history=history)
            subject = waivers.subject(report.findings, head, fingerprint)
        else:
            subject = waivers.WaiverSubject(product, fingerprint, None)
        name = rule or (subject.finding.rule if subject.finding else "")
        request = waivers.WaiverRequest(subject.fingerprint, until, reason, approver, name)
        change = waivers.draft(head, subject.product, request, now, by=branches.author(home))
    waiver = change.waiver
    message = edits.message(
        f"Waive {waiver.rule or 'a finding'} of {subject.product} until {until}", waiver.reason
    )
    edit = _edit(home, policy, "waive", {waiver.path: change.text}, message)
    alone = not options.commits or landed is not None or _nothing_committed(home, base.commit)
    steps = edits.apply(edit, options, progress)
    branch = policy.protected_branch
    return WaiverResult(change, subject.product, subject.finding, alone, branch, steps)


def subscribe(
    root: Path,
    target: str,
    team: str,
    *,
    fields: Iterable[str] = (),
    versions: str = "",
    contact: str = "",
    channels: Iterable[str] = (),
    name: str = "",
    options: EditOptions = WRITE,
    today: "date | None" = None,
    progress: Progress = ignore,
) -> SubscriptionResult:
    """Register a team as a consumer of a schema, or of more of it.

    `fields` are added to those that its file names; without any, it reads all. `versions` is a
    range, by default the latest major line.
    """
    from schemareg.authoring.subscribe import SubscriptionRequest
    from schemareg.authoring.subscribe import subscribe as draft

    home, element = registry.home(root), targets.parse(target)
    request = SubscriptionRequest(
        element, team, name, contact, tuple(channels), versions, tuple(fields)
    )
    with registry.promised(root, today) as (promises, head, policy):
        change = draft(promises, head, request, registry.day(today))
        product = head.product(element.product)
    what = "reads" if change.before is None else "reads more of"
    message = edits.message(f"{team} {what} {element.product}/{element.schema}")
    edit = _edit(home, policy, "subscribe", {change.path: change.text}, message)
    owner = product.owner if product else None
    return SubscriptionResult(change, owner, edits.apply(edit, options, progress))


def unsubscribe(
    root: Path,
    target: str,
    *,
    team: str = "",
    name: str = "",
    options: EditOptions = WRITE,
    progress: Progress = ignore,
) -> SubscriptionResult:
    """Remove a product, a schema or a field from what a team reads.

    The only consumer of the target need not be named. A consumer that reads nothing has no file.
    """
    from schemareg.authoring.unsubscribe import unsubscribe as draft

    home, element = registry.home(root), targets.parse(target)
    with registry.promised(root) as (_, head, policy):
        change = draft(head, element, team=team, name=name)
    reader = change.before.team if change.before else team
    message = edits.message(f"{reader} no longer reads {element}")
    edit = _edit(home, policy, "unsubscribe", {change.path: change.text}, message)
    return SubscriptionResult(change, None, edits.apply(edit, options, progress))


def acknowledge(
    root: Path,
    target: str,
    *,
    team: str = "",
    name: str = "",
    withdraw: bool = False,
    options: EditOptions = WRITE,
    today: "date | None" = None,
    progress: Progress = ignore,
) -> AcknowledgementResult:
    """Acknowledge, for a consumer, that a target may go before its sunset; or withdraw that."""
    from schemareg.authoring import acknowledge as acknowledgements
    from schemareg.snapshot.overlay import Overlay
    from schemareg.snapshot.snapshot import Snapshot

    element, home, day = targets.parse(target), registry.home(root), registry.day(today)
    with registry.promised(root, today) as (promises, head, policy):
        found = tuple(
            acknowledgements.acknowledge(head, element, team=team, name=name, withdrawn=withdraw)
        )
        files = {each.path: each.text for each in found}
        after = Snapshot(Overlay(head.files, files))
        missing = tuple(acknowledgements.without_acknowledgement(after, element))
        term = promises.covering(element)
    teams = ", ".join(dict.fromkeys(each.before.team for each in found if each.before))
    what = "no longer agrees to lose" if withdraw else "agrees to lose"
    message = edits.message(f"{teams} {what} {element} before its sunset")
    edit = _edit(home, policy, "acknowledge", files, message)
    steps = edits.apply(edit, options, progress)
    return AcknowledgementResult(found, element, missing, term, day, steps)


def _edit(
    home: Path,
    policy: "Policy",
    verb: str,
    files: dict[str, str | None],
    message: edits.CommitMessage,
    *,
    named: str = "",
) -> Edits:
    """Edits of these files; a new branch is named after the first, or after the path `named`."""
    proposal = edits.branch_for(verb, named or next(iter(files)))
    return Edits(home, files, message, policy.protected_branch, proposal)


def _nothing_committed(home: Path, base: str) -> bool:
    """Whether every commit here has landed."""
    from schemareg.adapters.git import command

    return command.run(home, "rev-list", "-1", "HEAD", f"^{base}").out == b""
