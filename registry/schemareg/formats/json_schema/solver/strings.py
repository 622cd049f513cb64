"""Strings: lengths, patterns, formats where they are asserted, and excluded values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg import regex
from schemareg.formats.json_schema.solver import string_formats
from schemareg.formats.json_schema.solver.formula import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.formats.json_schema.solver.formula import Lit
    from schemareg.formats.json_schema.solver.protocol import Answer, ValueSearch


def find(search: ValueSearch, leaves: Iterable[Lit]) -> Answer:
    """A string that satisfies the constraints: short and plain."""
    nodes = search.nodes
    lowest, highest = 0, None
    found: list[regex.Pattern] = []
    missed: list[regex.Pattern] = []
    formats: list[Lit] = []
    excluded: set[str] = set()
    for literal in leaves:
        kind, data = nodes.kind[literal >> 1], nodes.data[literal >> 1]
        if kind is NodeKind.MIN_LENGTH:
            lowest = max(lowest, data)
        elif kind is NodeKind.MAX_LENGTH:
            highest = data if highest is None else min(highest, data)
        elif kind is NodeKind.PATTERN:
            (missed if literal & 1 else found).append(regex.compile(data))
        elif kind is NodeKind.FORMAT:
            formats.append(literal)
        elif kind is NodeKind.ENUM:
            excluded.update(value for value in data if isinstance(value, str))
    if highest is not None and highest < lowest:
        return None
    goal = regex.StringGoal(tuple(found), tuple(missed), lowest, highest, frozenset(excluded))
    try:
        if formats:
            return _with_formats(search, goal, formats)
        text = regex.find(goal, deadline=search.late)
    except regex.Unsupported as problem:
        return f"a pattern that automata cannot decide: {problem}"
    except regex.OverBudget as problem:
        return f"a pattern beyond the bounds: {problem}"
    return None if text is None else (text,)


def _with_formats(search: ValueSearch, goal: regex.StringGoal, formats: list[Lit]) -> Answer:
    """Formats are checked, not solved: first samples, then strings of the other constraints."""
    if regex.find(goal, deadline=search.late) is None:
        return None
    names = [search.nodes.data[literal >> 1] for literal in formats]
    drawn, complete = regex.find_many(goal, 50, deadline=search.late)
    for text in (*string_formats.samples(names), *drawn):
        search.step()
        if (
            len(text) >= goal.min_length
            and (goal.max_length is None or len(text) <= goal.max_length)
            and text not in goal.excluded
            and all(pattern.search(text) for pattern in goal.matches)
            and not any(pattern.search(text) for pattern in goal.misses)
            and all(
                string_formats.conforms(name, text) is not bool(literal & 1)
                for name, literal in zip(names, formats, strict=True)
            )
        ):
            return (text,)
    if complete:
        return None
    return f"an asserted format beside other constraints: {', '.join(sorted(set(names)))}"
