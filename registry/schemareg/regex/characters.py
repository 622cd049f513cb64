"""Sets of characters: sorted, disjoint, inclusive ranges of code points."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Sorted, disjoint and not adjacent, so that equal sets are equal values."""

LAST = 0x10FFFF
"""The greatest code point."""

ANY: Ranges = ((0, LAST),)
"""Every code point, lone surrogates included: a JSON text may hold them."""

DIGIT: Ranges = ((0x30, 0x39),)
r"""`\d`: ASCII only. Source: ECMA-262, CharacterClassEscape."""

WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
r"""`\w`: ASCII only. Source: ECMA-262, WordCharacters."""

SPACE: Ranges = (
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
r"""`\s`: WhiteSpace and LineTerminator. Source: ECMA-262, CharacterClassEscape."""

LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
"""What `.` excludes. Source: ECMA-262, LineTerminator."""

_LOWER = ((1 << 26) - 1) << 0x61
_DIGITS = ((1 << 10) - 1) << 0x30
_UPPER = ((1 << 26) - 1) << 0x41
_PRINTABLE = ((1 << 94) - 1) << 0x21
_PROBE = 64
_ACCENTED = range(0xE0, 0x100)
_PLAIN_ASCII = (
    _LOWER,
    _DIGITS,
    _UPPER,
    _PRINTABLE & ~(_LOWER | _DIGITS | _UPPER),
    1 << 0x20,
)


def union(*sets: Ranges) -> Ranges:
    """Return the union of the sets."""
    return normal(pair for ranges in sets for pair in ranges)


def normal(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Return any ranges, overlapping or not, as one set."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if joined and low <= joined[-1][1] + 1:
            if high > joined[-1][1]:
                joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return tuple(joined)


def complement(ranges: Ranges) -> Ranges:
    """Return every code point that is not in the set."""
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        gaps.append((start, LAST))
    return tuple(gaps)


def intersection(one: Ranges, other: Ranges) -> Ranges:
    """Return the intersection of both sets."""
    return complement(union(complement(one), complement(other)))


def contains(ranges: Ranges, point: int) -> bool:
    """Return whether the code point is in the set."""
    at = bisect_right(ranges, (point, LAST + 1)) - 1
    return at >= 0 and point <= ranges[at][1]


def size(ranges: Ranges) -> int:
    """Return the number of code points in the set."""
    return sum(high - low + 1 for low, high in ranges)


@lru_cache(maxsize=1024)
def single(point: int) -> Ranges:
    """Return the set of one code point."""
    return ((point, point),)


def plainest(ranges: Ranges) -> tuple[int, str] | None:
    """Return (rank, character) of the plainest character of the set; a lower rank is plainer.

    Small letters come first, then digits, capitals, other printable ASCII, the blank, accented
    letters, other printable characters, the rest. `None`: the set is empty or has surrogates only.
    """
    for character in plain(ranges):
        return rank(character), character
    return None


def rank(character: str) -> int:
    """Return how plain a character is; lower is plainer."""
    point = ord(character)
    if point < 0x80:
        for order, mask in enumerate(_PLAIN_ASCII):
            if mask >> point & 1:
                return order * 0x80 + point
        return 0x2000000 + point
    if point in _ACCENTED:
        return 0x800000 + point
    return (0x1000000 if character.isprintable() else 0x4000000) + point


def plain(ranges: Ranges) -> Iterator[str]:
    """Yield every character of the set except surrogates, the plainest first."""
    ascii_mask = 0
    for low, high in ranges:
        if low > 0x7F:
            break
        ascii_mask |= ((1 << (min(high, 0x7F) - low + 1)) - 1) << low
    for group in _PLAIN_ASCII:
        rest = ascii_mask & group
        while rest:
            bit = rest & -rest
            yield chr(bit.bit_length() - 1)
            rest ^= bit
    for point in _ACCENTED:
        if contains(ranges, point):
            yield chr(point)
    skipped: list[tuple[int, int]] = []
    for low, high in ranges:
        start = max(low, 0xA1)
        for first, last in ((start, min(high, 0xD7FF)), (max(start, 0xE000), high)):
            probe = first
            # A stretch without any printable character (private use, unassigned) comes last.
            while probe <= min(last, first + _PROBE) and not chr(probe).isprintable():
                probe += 1
            if probe > first:
                skipped.append((first, min(probe - 1, last)))
            if probe <= last:
                if probe > first + _PROBE:
                    skipped.append((probe, last))
                else:
                    for point in range(probe, last + 1):
                        if point not in _ACCENTED:
                            yield chr(point)
    for low, high in ranges:
        for point in range(low, min(high, 0xA0) + 1):
            if not 0x20 <= point <= 0x7E:
                yield chr(point)
    for low, high in skipped:
        for point in range(low, high + 1):
            yield chr(point)


@lru_cache(maxsize=1)
def _categories() -> dict[str, Ranges]:
    from unicodedata import category

    runs: dict[str, list[tuple[int, int]]] = {}
    # Planes 4 to 13 are empty, and 15 and 16 are private, in every version of Unicode so far: to
    # look at each character would make this four times slower.
    for begin, end in ((0, 0x40000), (0xE0000, 0xE1000)):
        start = begin
        for name, run in groupby(map(category, map(chr, range(begin, end)))):
            length = sum(1 for _ in run)
            runs.setdefault(name, []).append((start, start + length - 1))
            start += length
    runs["Cn"] += [(0x40000, 0xDFFFF), (0xE1000, 0xEFFFF), (0xFFFFE, 0xFFFFF), (LAST - 1, LAST)]
    runs["Co"] += [(0xF0000, 0xFFFFD), (0x100000, LAST - 2)]
    return {name: normal(pairs) for name, pairs in runs.items()}


@lru_cache(maxsize=1)
def _case_partners() -> dict[int, list[int]]:
    folded: dict[str, list[int]] = {}
    for start in range(0, 0x20000, 0x80):
        block = range(start, start + 0x80)
        text = "".join(map(chr, block))
        if not text.lower() == text == text.upper():
            for point in block:
                folded.setdefault(_fold(chr(point)), []).append(point)
    return {point: group for group in folded.values() if len(group) > 1 for point in group}


def _fold(character: str) -> str:
    for form in (character.casefold(), character.lower()):
        if len(form) == 1:
            return form
    return character


def ignoring_case(ranges: Ranges) -> Ranges:
    """Return the set with every character that differs from a member only in case."""
    partners = _case_partners()
    extra = [
        (partner, partner)
        for point, group in partners.items()
        if contains(ranges, point)
        for partner in group
    ]
    return normal((*ranges, *extra))


_CATEGORIES = {
    "C": "Other", "Cc": "Control cntrl", "Cf": "Format", "Cn": "Unassigned", "Co": "Private_Use",
    "Cs": "Surrogate", "L": "Letter", "LC": "Cased_Letter", "Ll": "Lowercase_Letter",
    "Lm": "Modifier_Letter", "Lo": "Other_Letter", "Lt": "Titlecase_Letter",
    "Lu": "Uppercase_Letter", "M": "Mark Combining_Mark", "Mc": "Spacing_Mark",
    "Me": "Enclosing_Mark", "Mn": "Nonspacing_Mark", "N": "Number", "Nd": "Decimal_Number digit",
    "Nl": "Letter_Number", "No": "Other_Number", "P": "Punctuation punct",
    "Pc": "Connector_Punctuation", "Pd": "Dash_Punctuation", "Pe": "Close_Punctuation",
    "Pf": "Final_Punctuation", "Pi": "Initial_Punctuation", "Po": "Other_Punctuation",
    "Ps": "Open_Punctuation", "S": "Symbol", "Sc": "Currency_Symbol", "Sk": "Modifier_Symbol",
    "Sm": "Math_Symbol", "So": "Other_Symbol", "Z": "Separator", "Zl": "Line_Separator",
    "Zp": "Paragraph_Separator", "Zs": "Space_Separator",
}  # fmt: skip
"""Short name to long names. Source: ECMA-262, table 69 (values of General_Category)."""

_BINARY = frozenset(
    [
        "Alphabetic",
        "Alpha",
        "Bidi_Control",
        "Bidi_C",
        "Bidi_Mirrored",
        "Bidi_M",
        "Case_Ignorable",
        "CI",
        "Cased",
        "Changes_When_Casefolded",
        "CWCF",
        "Changes_When_Casemapped",
        "CWCM",
        "Changes_When_Lowercased",
        "CWL",
        "Changes_When_NFKC_Casefolded",
        "CWKCF",
        "Changes_When_Titlecased",
        "CWT",
        "Changes_When_Uppercased",
        "CWU",
        "Dash",
        "Default_Ignorable_Code_Point",
        "DI",
        "Deprecated",
        "Dep",
        "Diacritic",
        "Dia",
        "Emoji",
        "Emoji_Component",
        "EComp",
        "Emoji_Modifier",
        "EMod",
        "Emoji_Modifier_Base",
        "EBase",
        "Emoji_Presentation",
        "EPres",
        "Extended_Pictographic",
        "ExtPict",
        "Extender",
        "Ext",
        "Grapheme_Base",
        "Gr_Base",
        "Grapheme_Extend",
        "Gr_Ext",
        "Hex_Digit",
        "Hex",
        "ID_Continue",
        "IDC",
        "ID_Start",
        "IDS",
        "Ideographic",
        "Ideo",
        "IDS_Binary_Operator",
        "IDSB",
        "IDS_Trinary_Operator",
        "IDST",
        "Join_Control",
        "Join_C",
        "Logical_Order_Exception",
        "LOE",
        "Math",
        "Noncharacter_Code_Point",
        "NChar",
        "Pattern_Syntax",
        "Pat_Syn",
        "Pattern_White_Space",
        "Pat_WS",
        "Quotation_Mark",
        "QMark",
        "Radical",
        "Regional_Indicator",
        "RI",
        "Sentence_Terminal",
        "STerm",
        "Soft_Dotted",
        "SD",
        "Terminal_Punctuation",
        "Term",
        "Unified_Ideograph",
        "UIdeo",
        "Variation_Selector",
        "VS",
        "XID_Continue",
        "XIDC",
        "XID_Start",
        "XIDS",
    ]
)
"""Properties of ECMA-262 for which the standard library has no table."""


class UnknownProperty(Exception):
    """A property of ECMA-262 (`legal`) without a table here, or one that does not exist."""

    def __init__(self, legal: bool) -> None:
        super().__init__()
        self.legal = legal


@lru_cache(maxsize=256)
def unicode_property(text: str) -> Ranges:
    r"""Return the set that `\p{text}` stands for.

    Raises:
        UnknownProperty: there is no such property, or no table of it here.
    """
    name, equals, value = text.partition("=")
    if equals and name in {"Script", "sc", "Script_Extensions", "scx"}:
        raise UnknownProperty(legal=bool(value))
    if not equals or name in {"General_Category", "gc"}:
        wanted = value or name
        for short, long in _CATEGORIES.items():
            if wanted == short or wanted in long.split():
                return _general_category(short)
    if equals:
        raise UnknownProperty(legal=False)
    if text == "Any":
        return ANY
    if text == "ASCII":
        return ((0, 0x7F),)
    if text == "Assigned":
        return complement(_general_category("Cn"))
    if text in {"ASCII_Hex_Digit", "AHex"}:
        return ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66))
    if text in {"White_Space", "space"}:
        return union(tuple(pair for pair in SPACE if pair != (0xFEFF, 0xFEFF)), single(0x85))
    if text in {"Uppercase", "Upper"}:
        return normal((point, point) for point in range(0x20000) if chr(point).isupper())
    if text in {"Lowercase", "Lower"}:
        return normal((point, point) for point in range(0x20000) if chr(point).islower())
    raise UnknownProperty(legal=text in _BINARY)


def _general_category(short: str) -> Ranges:
    table = _categories()
    if short == "LC":
        return union(table["Lu"], table["Ll"], table["Lt"])
    return union(*(ranges for name, ranges in table.items() if name.startswith(short)))
