"""How long to wait before a message is tried again: longer each time, and never all at once."""

from __future__ import annotations

import hashlib

_FIRST, _LONGEST = 1.0, 30.0
"""Seconds."""


def pause(message: str, attempt: int, asked: float) -> float:
    """Seconds to wait after attempt number `attempt` (from 0) of a message failed.

    What the other side asked for, at least. Between a half and the whole of what doubling gives,
    by the message's id: senders that failed together do not come back together.
    """
    whole = min(_FIRST * float(2 ** min(attempt, 10)), _LONGEST)
    digest = hashlib.sha256(f"{message}:{attempt}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 2**32
    return max(asked, whole * (0.5 + share / 2))
