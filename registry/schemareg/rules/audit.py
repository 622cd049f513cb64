"""Rules of the audit: what a history must not show. Each violation is of one landing.

Rules that also apply to a change (a landed version altered, a sunset moved) keep their ids.
"""

from __future__ import annotations

from schemareg.rules.rule import Rule

_LAW = "Design, section 2, Versions"
_AUDIT = "Design, section 6, Audit"

MOVED = Rule(
    id="version-moved",
    title="A landed version moved to another path",
    rationale="References name its path. A name that differs only by case is another name, "
    "and on some file systems it is the same name.",
    remedy="Restore it at the path where it landed, with the same bytes.",
    source=_LAW,
)
RETURNED = Rule(
    id="version-returned",
    title="A version was restored, byte for byte",
    rationale="It was missing or different for a time: readers of that time saw something else.",
    remedy="No action needed. Find out what removed it.",
    source=_LAW,
)
KIND_CHANGED = Rule(
    id="version-kind-changed",
    title="The file of a landed version became a link, a submodule or an executable",
    rationale="The content of a link or a submodule lies elsewhere and can change unseen. An "
    "executable file is not the file that was approved.",
    remedy="Restore the plain file as it landed.",
    source=f"{_LAW}; section 10",
)
TIME_BACKWARDS = Rule(
    id="time-backwards",
    title="A landing claims to be older than the one before it",
    rationale="Windows are counted from landing times. The claim is ignored: the landing "
    "counts from the time of the landing before it. A clock was wrong or was set "
    "back.",
    remedy="No action needed. Find out whose clock was wrong.",
    source="Design, section 4, Time",
)
TIME_BACKDATED = Rule(
    id="time-backdated",
    title="A landing claims to be older than possible",
    rationale="The branch was observed without this landing after the claimed time. Windows "
    "start when the branch was last observed without it.",
    remedy="Ask who pushed it, and why an old commit reached the branch without a merge.",
    source="Design, section 4, Time",
)
TIME_AHEAD = Rule(
    id="time-ahead",
    title="A landing claims a time after it was first observed",
    rationale="Either the commit claims the future, or somebody wrote a receipt that claims the past."
    " Git does not say which, so the later time counts: no window becomes shorter.",
    remedy="Find out whose clock was wrong, and who wrote the receipt: git log refs/reg/ledger.",
    source="Design, section 4, Time",
)
RECEIPT_DOUBTFUL = Rule(
    id="receipt-doubtful",
    title="A receipt of a landing contradicts Git or itself",
    rationale="Everybody who may push can write the ledger. An observation from before the previous"
    " landing, or from the future, is no evidence. It shortens no window.",
    remedy="Find out who wrote it: git log refs/reg/ledger. Let only the workflow push that ref.",
    source="Design, section 4, Time",
)
REWRITTEN = Rule(
    id="history-rewritten",
    title="The history does not contain the checkpoint",
    rationale="The landings up to the checkpoint were replaced by another history, or this is"
    " another branch.",
    remedy="Find the commit of the checkpoint in another clone, and compare the two.",
    source=_AUDIT,
)
MISMATCH = Rule(
    id="checkpoint-mismatch",
    title="The records up to the checkpoint do not match the checkpoint",
    rationale="The checkpoint line or objects of this repository were altered.",
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
UNREADABLE = Rule(
    id="version-unreadable",
    title="A version cannot be read, so what it leaves out was not checked",
    rationale="Something of its line is announced to end. Nobody can say whether this version, which"
    " landed, still has it.",
    remedy="Release a version that can be read; find out what let this one land.",
    source=_AUDIT,
)

RULES = (
    *(MOVED, RETURNED, KIND_CHANGED, TIME_BACKWARDS, TIME_BACKDATED, TIME_AHEAD, RECEIPT_DOUBTFUL),
    *(REWRITTEN, MISMATCH, ALTERED, UNREADABLE),
)
