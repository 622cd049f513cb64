"""What makes a finding the same one in the next report: what it is about, never how it is worded."""

from __future__ import annotations

import json

LENGTH = 16
"""Hexadecimal digits: enough that the findings of a registry never meet by chance."""


def fingerprint(rule: str, target: str, *what: str) -> str:
    """A digest of the rule, what it is about (`orders/order@1.3.0`), and what changed."""
    import hashlib  # a change that hurts nobody needs none

    text = json.dumps([rule, target, *what], ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:LENGTH]
