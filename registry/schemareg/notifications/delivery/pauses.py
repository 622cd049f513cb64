"""The pause before a retry: longer each time, and spread over time."""

from __future__ import annotations

import hashlib

_FIRST, _LONGEST = 1.0, 30.0
"""Seconds."""


def pause(message: str, attempt: int, asked: float) -> float:
    """Seconds to wait after attempt number `attempt` (from 0) of a message failed.

    At least what the receiver asked for. Between half and all of the doubled pause,
    chosen by the message's id: senders that failed together do not retry together.
    """
    whole = min(_FIRST * float(2 ** min(attempt, 10)), _LONGEST)
    digest = hashlib.sha256(f"{message}:{attempt}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 2**32
    return max(asked, whole * (0.5 + share / 2))
