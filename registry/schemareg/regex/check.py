"""Whether a text is a regular expression, for those who need no more of it."""

from __future__ import annotations


def pattern_error(source: str) -> str | None:
    """Why a text is not a regular expression of ECMA-262, or None where it is one."""
    # The syntax alone: what it takes to solve a pattern is not needed to know that it is one.
    from schemareg.regex import syntax
    from schemareg.regex.budget import PatternError

    try:
        syntax.parse(source)
    except PatternError as error:
        return str(error)
    return None
