"""Durations as people write them: days and weeks, nothing whose length depends on the calendar."""

from __future__ import annotations

import re

_DURATION = re.compile(r"(?:([0-9]{1,4})([dw])|P([0-9]{1,4})([DW]))", re.ASCII)


def days(text: str) -> int:
    """The days that `90d`, `2w`, `P90D` or `P2W` spans. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(text)
    count, unit = match.group(1) or match.group(3), match.group(2) or match.group(4)
    return int(count) * (7 if unit in "wW" else 1)
