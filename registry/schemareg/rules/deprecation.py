"""The rules of time: when a promise may end, and what may be done to its announcement.

Each names the row of the team's table of rules that it carries out.
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
    title="Something went away, and its promise was over",
    rationale="It was announced, the whole window has passed since that landed, and its sunset has"
    " come. Readers had the time that the policy gives them.",
    remedy="Nothing is to be mended. Its readers are told once more when this lands.",
    source=_TIME + "7",
)
REMOVED_BEFORE_SUNSET = Rule(
    id="removed-before-sunset",
    title="Something went away before its promise was over",
    rationale="Readers were told a day until which they can rely on it, and it has not come.",
    remedy="Keep it until the day that the finding names.",
    source=_TIME + "8",
)
ANNOUNCED_WITH_REMOVAL = Rule(
    id="announced-with-removal",
    title="Something is announced to go, and goes, in one landing",
    rationale="An announcement counts from its landing. One that lands together with the removal"
    " gave readers no day at all.",
    remedy="Keep the element, land the deprecation alone, and remove it when its day has come.",
    source=_TIME + "10",
)
WINDOW_TOO_SHORT = Rule(
    id="window-too-short",
    title="A sunset gives readers less time than the policy does",
    rationale="Nothing may go before the window is over, so the date would mislead those who plan"
    " by it.",
    remedy="Name the first day that works, or a later one.",
    source=_TIME + "2",
)
SUNSET_MOVED_EARLIER = Rule(
    id="sunset-moved-earlier",
    title="A sunset was moved to an earlier day, within the window",
    rationale="Readers plan by the day they were told. An earlier one is a new announcement, and"
    " needs the whole window from its own landing.",
    remedy="Name a day that is at least the window away, or leave the old one.",
    source=_TIME + "5",
)
SUNSET_MOVED_LATER = Rule(
    id="sunset-moved-later",
    title="A sunset was moved to a later day, or its day was taken back",
    rationale="Readers have more time than they were told.",
    remedy="Nothing is to be mended.",
    source=_TIME + "4",
)
DEPRECATION_ANNOUNCED = Rule(
    id="deprecation-announced",
    title="A promise is announced to end",
    rationale="The window runs from the day on which this lands.",
    remedy="Nothing is to be mended.",
    source=_TIME + "2 and 3",
)
DEPRECATION_WITHDRAWN = Rule(
    id="deprecation-withdrawn",
    title="A deprecation was withdrawn",
    rationale="The promise is whole again. The time that has run is lost: deprecating it again"
    " starts a new window.",
    remedy="Nothing is to be mended, if that is meant.",
    source=_TIME + "6",
)
SUNSET_HISTORY_EDITED = Rule(
    id="sunset-history-edited",
    title="A deprecation whose sunset has come was changed or deleted",
    rationale="It explains why something is gone, and belongs to the history.",
    remedy="Restore the file.",
    source=_TIME + "27",
)
DEPRECATION_REPEATED = Rule(
    id="deprecation-repeated",
    title="Two deprecations speak of one target",
    rationale="Readers could not tell which day counts.",
    remedy="Keep one of the two files; edit it to change the day.",
    source="Design, section 4, Time",
)
TARGET_UNKNOWN = Rule(
    id="target-unknown",
    title="A deprecation speaks of something that is not there",
    rationale="A promise that nobody made cannot end, and a misspelt target protects nobody.",
    remedy="Name an element that exists: reg show PRODUCT/SCHEMA lists them.",
    source="Design, section 4, Time",
)
REPLACEMENT_UNKNOWN = Rule(
    id="replacement-unknown",
    title="A replacement is not there",
    rationale="Readers are sent somewhere that does not exist.",
    remedy="Name something that exists, or leave the replacement out.",
    source=_TIME + "2 and 16",
)
REPLACEMENT_DEPRECATED = Rule(
    id="replacement-deprecated",
    title="A replacement is going away itself",
    rationale="Readers would have to move twice.",
    remedy="Name what replaces both.",
    source=_TIME + "2 and 16",
)
REPLACEMENT_CYCLE = Rule(
    id="replacement-cycle",
    title="Replacements lead back to where they started",
    rationale="Whoever follows them never arrives.",
    remedy="Let one of them name something that stays, or nothing.",
    source=_TIME + "16",
)
REPLACEMENT_LESS_STABLE = Rule(
    id="replacement-less-stable",
    title="A replacement is less stable than what it replaces",
    rationale="Readers would give up a firm promise for a looser one.",
    remedy="Raise the stability of the replacement's product first, or name another.",
    source=_TIME + "2",
)
STABILITY_RAISED = Rule(
    id="stability-raised-while-deprecated",
    title="A product became more stable while it is going away",
    rationale="It promises more and less at once; readers cannot tell which.",
    remedy="Withdraw the deprecation first, or leave the stability.",
    source=_TIME + "18",
)
LOOSENED_AT_SUNSET = Rule(
    id="loosened-at-sunset",
    title="A guarantee was loosened, and its promise was over",
    rationale="It was announced that the guarantee would end, and its day has come.",
    remedy="Nothing is to be mended.",
    source=_TIME + "20",
)
RELEASED_BY_CONSENT = Rule(
    id="released-by-consent",
    title="Something went away before its day, and all its readers had agreed",
    rationale="It was announced, and everybody who registered as a reader of it wrote down that they"
    " can lose it sooner.",
    remedy="Nothing is to be mended.",
    source=_TIME + "5 and 8",
)
CONSUMER_BINDS_DEPRECATED = Rule(
    id="consumer-binds-deprecated",
    title="A consumer begins to read something that is going away",
    rationale="It was announced to go. Whoever begins to read it now will have to stop by that day.",
    remedy="Read what replaces it, or plan for the day that the finding names.",
    source=_TIME + "22",
)
CONSENT_GIVEN = Rule(
    id="consent-given",
    title="A consumer agrees to lose something before its day",
    rationale="Once all its readers have agreed, what is deprecated may go before its sunset. Only"
    " the team itself can agree for itself.",
    remedy="Nothing is to be mended, if it is the team that says so.",
    source=_TIME + "5 and 8",
)
CONSUMER_LEFT = Rule(
    id="consumer-left",
    title="A consumer is not registered any more",
    rationale="From its landing on, no change is told to this team, and none is stopped for it. It"
    " counts as a reader in this change still.",
    remedy="Nothing is to be mended, if it is the team that leaves.",
    source="Design, section 5: consumers hit, with the fields they use",
)
RESTORED = Rule(
    id="restored",
    title="A field that was gone is back",
    rationale="It is a new field with a name that readers know; its earlier deprecation counts for"
    " nothing.",
    remedy="Nothing is to be mended.",
    source=_TIME + "12",
)
NAME_RESERVED = Rule(
    id="name-reserved",
    title="A field that was gone is back with another type",
    rationale="Readers of older records find values under this name that are not of the new type.",
    remedy="Choose another name, or keep the old type.",
    source=_TIME + "13",
)
WAIVER_EXPIRED = Rule(
    id="waiver-expired",
    title="A waiver has run out",
    rationale="The finding was accepted until a day that has passed.",
    remedy="Mend the finding, or have the waiver renewed: reg waive FINGERPRINT --until DATE.",
    source=_TIME + "24",
)
WAIVER_PROPOSED = Rule(
    id="waiver-proposed",
    title="A waiver is proposed, and does not count yet",
    rationale="A change cannot grant itself leave: a waiver counts once it has landed.",
    remedy="Land the waiver first, by itself, with the approval that the policy asks for.",
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
    """A finding about a target's promise, at the file that says something of it."""
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
