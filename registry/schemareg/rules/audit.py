"""The rules of the audit: what a history must not show. Each is told of one landing.

What is a rule of a change too (a landed version altered, a sunset moved) has its name there.
"""

from __future__ import annotations

from schemareg.rules.rule import Rule

_LAW = "Design, section 2, Versions"
_AUDIT = "Design, section 6, Audit"

MOVED = Rule(
    id="version-moved",
    title="A landed version went to another path",
    rationale="References name its path, and so do people. A name that differs by case alone is"
    " another name, and on some file systems the same one.",
    remedy="Bring it back to where it landed, with the same bytes.",
    source=_LAW,
)
RETURNED = Rule(
    id="version-returned",
    title="A version is back, byte for byte as it landed",
    rationale="It was gone, or was another, in between: who read it then found something else.",
    remedy="Nothing is to be mended. See what took it away.",
    source=_LAW,
)
KIND_CHANGED = Rule(
    id="version-kind-changed",
    title="A landed version's file became a link, a submodule or a program",
    rationale="What a link or a submodule shows lies elsewhere and may change unseen; a file that"
    " may be executed is not the one that was agreed to.",
    remedy="Restore the plain file as it landed.",
    source=f"{_LAW}; section 10",
)
TIME_BACKWARDS = Rule(
    id="time-backwards",
    title="A landing claims to be older than the one before it",
    rationale="Windows are counted by landing times. The claim is not believed: it counts as landed"
    " when the landing before it did. A clock was wrong, or somebody set it back.",
    remedy="Nothing is to be mended. Ask whose clock it was.",
    source="Design, section 4, Time",
)
TIME_BACKDATED = Rule(
    id="time-backdated",
    title="A landing claims to be older than it can be",
    rationale="The branch was seen without it after the moment that it claims. Windows do not begin"
    " with the claim, but with the moment at which the branch was last seen without it.",
    remedy="Ask who pushed it, and why a commit so old came to the branch without a merge.",
    source="Design, section 4, Time",
)
TIME_AHEAD = Rule(
    id="time-ahead",
    title="A landing claims a moment after the one at which it was seen",
    rationale="Either the commit claims the future, or somebody wrote a receipt that claims the past."
    " Which of the two, Git does not say, so the later moment counts: no window grows shorter.",
    remedy="Ask whose clock it was, and who wrote the receipt (git log refs/reg/ledger).",
    source="Design, section 4, Time",
)
RECEIPT_DOUBTFUL = Rule(
    id="receipt-doubtful",
    title="A receipt of a landing contradicts Git or itself",
    rationale="Whoever may push can write the ledger. What was seen before the landing below it, or"
    " written long after it was seen, is no testimony. It shortens no window.",
    remedy="See who wrote it: git log refs/reg/ledger. Let only the workflow push that ref.",
    source="Design, section 4, Time",
)
REWRITTEN = Rule(
    id="history-rewritten",
    title="The history does not go back to the checkpoint",
    rationale="What landed up to the checkpoint was replaced by another history, or this is another"
    " branch.",
    remedy="Find the commit that the checkpoint names in another clone, and compare the two.",
    source=_AUDIT,
)
MISMATCH = Rule(
    id="checkpoint-mismatch",
    title="The records up to the checkpoint are not those it was made of",
    rationale="The line was altered, or objects of this repository were.",
    remedy="Run git fsck, and compare with another clone and another copy of the line.",
    source=f"{_AUDIT}; RFC 6962, section 2.1",
)
ALTERED = Rule(
    id="object-altered",
    title="A version's bytes are not those that Git's id of them says",
    rationale="Git names content by its digest. Here is other content under the name of what landed,"
    " so whoever reads it reads something else.",
    remedy="Run git fsck; take the object from another clone, or clone again.",
    source=f"{_LAW}; gitformat-loose(5)",
)

RULES = (
    *(MOVED, RETURNED, KIND_CHANGED, TIME_BACKWARDS, TIME_BACKDATED, TIME_AHEAD, RECEIPT_DOUBTFUL),
    *(REWRITTEN, MISMATCH, ALTERED),
)
