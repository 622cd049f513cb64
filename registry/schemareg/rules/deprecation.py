"""Rules of deprecation: when a promise can end, and how its announcement can change.

Each names the row of the table of time rules that it implements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Finding, Place, Severity
from schemareg.rules.fingerprint import fingerprint
from schemareg.rules.rule import Rule

if TYPE_CHECKING:
    from schemareg.model.targets import Target

_TIME = "Rules of time, row "

REMOVED_AT_SUNSET = Rule(
    id="removed-at-sunset",
    title="An element was removed after its sunset",
    rationale="The removal was announced, the whole window has passed since the announcement "
    "landed, and the sunset has come. Readers had the time that the policy gives "
    "them.",
    remedy="No action needed. Its readers are notified again when this lands.",
    source=_TIME + "7",
)
REMOVED_BEFORE_SUNSET = Rule(
    id="removed-before-sunset",
    title="An element was removed before its sunset",
    rationale="Readers rely on the announced day, and that day has not come.",
    remedy="Keep it until the day that the finding names.",
    source=_TIME + "8",
)
ANNOUNCED_WITH_REMOVAL = Rule(
    id="announced-with-removal",
    title="An element is deprecated and removed in the same landing",
    rationale="An announcement counts from its landing. An announcement that lands together "
    "with the removal gives readers no time.",
    remedy="Keep the element, land the deprecation alone, and remove the element after its sunset.",
    source=_TIME + "10",
)
WINDOW_TOO_SHORT = Rule(
    id="window-too-short",
    title="A sunset gives readers less time than the policy requires",
    rationale="Nothing can be removed before the window ends, so the date would mislead "
    "readers who plan by it.",
    remedy="Set the first valid day, or a later one.",
    source=_TIME + "2",
)
SUNSET_MOVED_EARLIER = Rule(
    id="sunset-moved-earlier",
    title="A sunset was moved to an earlier day, within the window",
    rationale="Readers plan by the announced day. An earlier day is a new announcement and "
    "needs the whole window from its own landing.",
    remedy="Set a day that is at least one window away, or keep the old day.",
    source=_TIME + "5",
)
SUNSET_MOVED_LATER = Rule(
    id="sunset-moved-later",
    title="A sunset was moved to a later day, or its date was removed",
    rationale="Readers have more time than announced.",
    remedy="No action needed.",
    source=_TIME + "4",
)
DEPRECATION_ANNOUNCED = Rule(
    id="deprecation-announced",
    title="The end of a promise is announced",
    rationale="The window runs from the day on which this lands.",
    remedy="No action needed.",
    source=_TIME + "2 and 3",
)
DEPRECATION_WITHDRAWN = Rule(
    id="deprecation-withdrawn",
    title="A deprecation was withdrawn",
    rationale="The promise holds again. The elapsed time is lost: deprecating the element "
    "again starts a new window.",
    remedy="No action needed if this is intended.",
    source=_TIME + "6",
)
SUNSET_HISTORY_EDITED = Rule(
    id="sunset-history-edited",
    title="A deprecation was changed or deleted after its sunset",
    rationale="The file explains why an element is gone; it is part of the history.",
    remedy="Restore the file.",
    source=_TIME + "27",
)
DEPRECATION_REPEATED = Rule(
    id="deprecation-repeated",
    title="Two deprecations have the same target",
    rationale="Readers cannot tell which day counts.",
    remedy="Keep one of the two files, and edit it to change the day.",
    source="Design, section 4, Time",
)
TARGET_UNKNOWN = Rule(
    id="target-unknown",
    title="A deprecation names an element that does not exist",
    rationale="A promise that nobody made cannot end, and a misspelled target protects nobody.",
    remedy="Name an existing element: reg show PRODUCT/SCHEMA lists them.",
    source="Design, section 4, Time",
)
REPLACEMENT_UNKNOWN = Rule(
    id="replacement-unknown",
    title="A replacement does not exist",
    rationale="Readers are sent to an element that does not exist.",
    remedy="Name an existing element, or remove the replacement.",
    source=_TIME + "2 and 16",
)
REPLACEMENT_DEPRECATED = Rule(
    id="replacement-deprecated",
    title="A replacement is deprecated itself",
    rationale="Readers would have to migrate twice.",
    remedy="Name an element that replaces both.",
    source=_TIME + "2 and 16",
)
REPLACEMENT_CYCLE = Rule(
    id="replacement-cycle",
    title="Replacements form a cycle",
    rationale="A reader who follows them never reaches an element that stays.",
    remedy="Make one of them name an element that stays, or no element.",
    source=_TIME + "16",
)
REPLACEMENT_LESS_STABLE = Rule(
    id="replacement-less-stable",
    title="A replacement is less stable than what it replaces",
    rationale="Readers would exchange a firm promise for a weaker one.",
    remedy="Raise the stability of the replacement's product first, or name another replacement.",
    source=_TIME + "2",
)
STABILITY_RAISED = Rule(
    id="stability-raised-while-deprecated",
    title="The stability of a product was raised while it is deprecated",
    rationale="The product promises more and less at the same time.",
    remedy="Withdraw the deprecation first, or keep the stability.",
    source=_TIME + "18",
)
LOOSENED_AT_SUNSET = Rule(
    id="loosened-at-sunset",
    title="A guarantee was loosened after its sunset",
    rationale="The end of the guarantee was announced, and its sunset has come.",
    remedy="No action needed.",
    source=_TIME + "20",
)
RELEASED_BY_CONSENT = Rule(
    id="released-by-consent",
    title="An element was removed early, with the consent of all its consumers",
    rationale="The removal was announced, and every registered consumer acknowledged in "
    "writing that it can end earlier.",
    remedy="No action needed.",
    source=_TIME + "5 and 8",
)
CONSUMER_BINDS_DEPRECATED = Rule(
    id="consumer-binds-deprecated",
    title="A consumer starts to use a deprecated element",
    rationale="The removal is announced. A consumer that starts to use the element now must "
    "stop by that day.",
    remedy="Use the replacement, or plan for the day that the finding names.",
    source=_TIME + "22",
)
CONSENT_GIVEN = Rule(
    id="consent-given",
    title="A consumer acknowledges an early removal",
    rationale="Once all consumers have acknowledged, a deprecated element can be removed "
    "before its sunset. Only the team itself can acknowledge.",
    remedy="No action needed if the team itself makes this change.",
    source=_TIME + "5 and 8",
)
CONSUMER_LEFT = Rule(
    id="consumer-left",
    title="A consumer is no longer registered",
    rationale="After this lands, the team is not notified of changes and no change is blocked"
    " for it. In this change it still counts as a consumer.",
    remedy="No action needed if the team itself leaves.",
    source="Design, section 5: consumers hit, with the fields they use",
)
CONSUMER_NARROWED = Rule(
    id="consumer-narrowed",
    title="A consumer no longer reads something",
    rationale="From its landing on, no change of it is sent to this team. For what was announced"
    " before, the team still counts as a reader until its own file agreed to the removal.",
    remedy="No action needed if the team itself made this change. Ask it to approve.",
    source="Design, section 5: consumers hit, with the fields they use",
)
CONSUMER_REDIRECTED = Rule(
    id="consumer-redirected",
    title="A consumer's file speaks of another team, or reaches it elsewhere",
    rationale="The team that registered would no longer receive what it registered for. An"
    " acknowledgement under another team's name does not count for it.",
    remedy="No action needed if the team itself made this change. Ask it to approve.",
    source="Design, section 5: consumers hit, with the fields they use",
)
RESTORED = Rule(
    id="restored",
    title="A removed field was added again",
    rationale="It is a new field with a name that readers know; its earlier deprecation no "
    "longer counts.",
    remedy="No action needed.",
    source=_TIME + "12",
)
NAME_RESERVED = Rule(
    id="name-reserved",
    title="A removed field was added again with another type",
    rationale="Readers of older records find values of the old type under this name.",
    remedy="Choose another name, or keep the old type.",
    source=_TIME + "13",
)
WAIVER_EXPIRED = Rule(
    id="waiver-expired",
    title="A waiver has expired",
    rationale="The finding was accepted until a day that has passed.",
    remedy="Fix the finding, or renew the waiver: reg waive FINGERPRINT --until DATE.",
    source=_TIME + "24",
)
WAIVER_PROPOSED = Rule(
    id="waiver-proposed",
    title="A proposed waiver does not count yet",
    rationale="A change cannot grant itself an exception: a waiver counts once it has landed.",
    remedy="Land the waiver first, alone, with the approval that the policy requires.",
    source=_TIME + "24; the clock",
)

RULES = (
    REMOVED_AT_SUNSET,
    REMOVED_BEFORE_SUNSET,
    ANNOUNCED_WITH_REMOVAL,
    WINDOW_TOO_SHORT,
    SUNSET_MOVED_EARLIER,
    SUNSET_MOVED_LATER,
    DEPRECATION_ANNOUNCED,
    DEPRECATION_WITHDRAWN,
    SUNSET_HISTORY_EDITED,
    DEPRECATION_REPEATED,
    TARGET_UNKNOWN,
    REPLACEMENT_UNKNOWN,
    REPLACEMENT_DEPRECATED,
    REPLACEMENT_CYCLE,
    REPLACEMENT_LESS_STABLE,
    STABILITY_RAISED,
    LOOSENED_AT_SUNSET,
    RELEASED_BY_CONSENT,
    CONSUMER_BINDS_DEPRECATED,
    CONSENT_GIVEN,
    CONSUMER_LEFT,
    CONSUMER_NARROWED,
    CONSUMER_REDIRECTED,
    RESTORED,
    NAME_RESERVED,
    WAIVER_EXPIRED,
    WAIVER_PROPOSED,
)


def about(
    rule: Rule,
    target: Target,
    place: Place,
    message: str,
    *,
    severity: Severity = Severity.ERROR,
    remedy: str = "",
    what: tuple[str, ...] = (),
) -> Finding:
    """A finding about the promise of a target, at the file that declares it."""
    return Finding(
        rule.id,
        severity,
        place,
        message,
        product=target.product,
        schema=target.schema,
        version=str(target.version or ""),
        why=rule.rationale,
        remedy=remedy or rule.remedy,
        fingerprint=fingerprint(rule.id, str(target), *what),
        target=str(target),
    )
