"""User text in our sentences: quoted, shortened, control characters escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 60
"""Maximum characters of user text in a sentence."""

_MANY = 200


def quoted(text: object, limit: int = LONGEST) -> str:
    """`text` in quotes, its control and invisible characters escaped, its tail cut at `limit`."""
    whole = str(text)
    return repr(whole if len(whole) <= limit else whole[: limit - 1] + "…")


def listed(names: Iterable[str], *, last: str = "or", limit: int = 8) -> str:
    """Quoted names in the order given: `'a', 'b' or 'c'`; beyond `limit` only their number."""
    each = [quoted(name) for name in names]
    if len(each) > limit:
        return f"{', '.join(each[:limit])} {last} {len(each) - limit} more"
    if len(each) < 2:
        return "".join(each)
    return f"{', '.join(each[:-1])} {last} {each[-1]}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The closest known name to `name`, or None."""
    import difflib

    names = list(known)
    folded = _folded(name)
    same = next((each for each in names if _folded(each) == folded), None)
    if same is not None:
        return same
    if len(names) > _MANY:
        # Comparing costs a tenth of a millisecond each, and the names may be somebody's thousands.
        alike = [each for each in names if abs(len(each) - len(name)) < 3 and each[:1] == name[:1]]
        names = alike[:_MANY]
    found = difflib.get_close_matches(name[:LONGEST], names, n=1, cutoff=0.7)
    return found[0] if found else None


def _folded(name: str) -> str:
    return name.casefold().replace("_", "-")
