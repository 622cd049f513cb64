"""Source text of ECMA-262 regular expressions -> syntax tree.

The grammar is that of the flag `u`, as JSON Schema recommends, and lenient as in Annex B wherever
`u` would refuse what can have only one meaning: an escaped punctuation mark, a lone `]`, `{` or
`}`, a hyphen beside a class escape.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from schemareg.regex import characters
from schemareg.regex.budget import PatternError

if TYPE_CHECKING:
    from schemareg.regex.characters import Ranges

DEEPEST = 50
"""Groups within groups; a deeper pattern is legal, but it is not decided."""

_HEX = frozenset("0123456789abcdefABCDEF")
_DIGITS = frozenset("0123456789")
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_GREATEST_COUNT = 1 << 53
_CLASSES: dict[str, Ranges] = {
    "d": characters.DIGIT,
    "D": characters.complement(characters.DIGIT),
    "w": characters.WORD,
    "W": characters.complement(characters.WORD),
    "s": characters.SPACE,
    "S": characters.complement(characters.SPACE),
}
_DOT = characters.complement(characters.LINE_ENDS)


class Value:
    """A part of a tree: equal to another of its class with equal parts, and never changed.

    Like a frozen dataclass, at a tenth of its import time. Trees are compared and looked up by the
    thousand, so the hash is kept.
    """

    __slots__ = ("_hash", "_parts")

    def __init__(self, *parts: object) -> None:
        self._parts = parts
        self._hash = 0

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Value)
            and type(self) is type(other)
            and hash(self) == hash(other)
            and self._parts == other._parts
        )

    def __hash__(self) -> int:
        if not self._hash:
            self._hash = hash((type(self).__name__, self._parts)) or 1
        return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._parts))})"


class Chars(Value):
    """One character of a set; an empty set matches nothing."""

    __slots__ = ("ranges",)

    def __init__(self, ranges: Ranges) -> None:
        super().__init__(ranges)
        self.ranges = ranges


class Cat(Value):
    """All items in sequence; without items, the empty text."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        super().__init__(items)
        self.items = items


class Alt(Value):
    """One of the branches."""

    __slots__ = ("branches",)

    def __init__(self, branches: tuple[Node, ...]) -> None:
        super().__init__(branches)
        self.branches = branches


class Repeat(Value):
    """The item repeated `low` to `high` times; `None` is no bound."""

    __slots__ = ("greedy", "high", "item", "low")

    def __init__(self, item: Node, low: int, high: int | None, greedy: bool = True) -> None:
        super().__init__(item, low, high, greedy)
        self.item = item
        self.low = low
        self.high = high
        self.greedy = greedy


class Group(Value):
    """A capturing group; `number` counts from 1."""

    __slots__ = ("item", "number")

    def __init__(self, item: Node, number: int) -> None:
        super().__init__(item, number)
        self.item = item
        self.number = number


class Start(Value):
    """`^`."""

    __slots__ = ()


class End(Value):
    """`$`."""

    __slots__ = ()


class Boundary(Value):
    r"""`\b`, or `\B` when negated."""

    __slots__ = ("negated",)

    def __init__(self, negated: bool) -> None:
        super().__init__(negated)
        self.negated = negated


class Lookaround(Value):
    """A look-ahead or look-behind."""

    __slots__ = ("ahead", "item", "negated")

    def __init__(self, item: Node, ahead: bool, negated: bool) -> None:
        super().__init__(item, ahead, negated)
        self.item = item
        self.ahead = ahead
        self.negated = negated


class BackReference(Value):
    """A back-reference; several numbers when groups share a name."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: tuple[int, ...]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


class Opaque(Value):
    """A legal construct whose matches are unknown here."""

    __slots__ = ("what",)

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


Node: TypeAlias = (
    Chars
    | Cat
    | Alt
    | Repeat
    | Group
    | Start
    | End
    | Boundary
    | Lookaround
    | BackReference
    | Opaque
)

EMPTY = Cat(())
"""The empty text."""

NEVER = Chars(())
"""No text, not even the empty one."""


class Syntax(Value):
    """The tree of a pattern and facts about it as a whole."""

    __slots__ = ("groups", "node", "too_deep")

    def __init__(self, node: Node, groups: int, too_deep: bool) -> None:
        super().__init__(node, groups, too_deep)
        self.node = node
        self.groups = groups
        self.too_deep = too_deep


def parse(source: str) -> Syntax:
    """Return the tree of a pattern.

    Raises:
        PatternError: the source is not a pattern.
    """
    return _Parser(source).parse()


def pattern_error(source: str) -> str | None:
    """Why a text is not a regular expression of ECMA-262, or None where it is one."""
    try:
        parse(source)
    except PatternError as error:
        return str(error)
    return None


@lru_cache(maxsize=512)
def _literal(character: str) -> Chars:
    return Chars(characters.single(ord(character)))


class _Frame:
    """An open group: its finished branches and the items of the current one."""

    __slots__ = ("branches", "flags", "items", "kind", "number", "opened")

    def __init__(self, kind: str, opened: int, flags: str, number: int = 0) -> None:
        self.kind = kind
        self.opened = opened
        self.flags = flags
        self.number = number
        self.branches: list[Node] = []
        self.items: list[Node] = []

    def node(self) -> Node:
        """Return the disjunction read so far."""
        items = self.items
        branch = items[0] if len(items) == 1 else Cat(tuple(items))
        if not self.branches:
            return branch
        return Alt((*self.branches, branch))


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.groups = 0
        self.too_deep = False
        self.total, self.names = _groups(source)
        self.flags = ""

    def parse(self) -> Syntax:
        source = self.source
        end = len(source)
        frames = [_Frame("root", 0, "")]
        while self.at < end:
            at = self.at
            character = source[at]
            frame = frames[-1]
            if character == "(":
                frames.append(self._open())
                continue
            if character == "|":
                self.at += 1
                frame.branches.append(
                    frame.items[0] if len(frame.items) == 1 else Cat(tuple(frame.items))
                )
                frame.items = []
                continue
            quantifiable = True
            node: Node
            if character == ")":
                if len(frames) == 1:
                    raise PatternError("')' without '('", at)
                self.at += 1
                deep = len(frames) - 1 > DEEPEST
                frames.pop()
                self.too_deep = self.too_deep or deep
                # A tree deeper than the stack is of no use: drop it.
                node, quantifiable = (EMPTY, True) if deep else self._close(frame)
                self.flags = frame.flags
                frame = frames[-1]
            elif character == "^":
                self.at += 1
                node, quantifiable = self._line_anchor(Start()), False
            elif character == "$":
                self.at += 1
                node, quantifiable = self._line_anchor(End()), False
            elif source.startswith(("\\b", "\\B"), at):
                self.at += 2
                node, quantifiable = Boundary(source[at + 1] == "B"), False
            else:
                node = self._atom()
            if self.at < end and source[self.at] in "*+?{":
                node = self._quantified(node, quantifiable)
            frame.items.append(node)
        if len(frames) > 1:
            raise PatternError("'(' without ')'", frames[-1].opened)
        return Syntax(frames[0].node(), self.groups, self.too_deep)

    def _line_anchor(self, node: Node) -> Node:
        return Opaque("flag m") if "m" in self.flags else node

    def _open(self) -> _Frame:
        source, at = self.source, self.at
        frame = _Frame("group", at, self.flags)
        if not source.startswith("(?", at):
            self.at += 1
            self.groups += 1
            frame.number = self.groups
            return frame
        for opening in ("(?:", "(?=", "(?!", "(?<=", "(?<!"):
            if source.startswith(opening, at):
                self.at += len(opening)
                frame.kind = opening
                return frame
        if source.startswith("(?<", at):
            self.at += 3
            self._name()
            self.groups += 1
            frame.number = self.groups
            return frame
        close = at + 2
        while close < len(source) and source[close] in "ims-":
            close += 1
        flags = source[at + 2 : close]
        add, _, remove = flags.partition("-")
        each = add + remove
        if (
            source.startswith(":", close)
            and each
            and len(set(each)) == len(each)
            and "-" not in remove
        ):
            self.at = close + 1
            self.flags = "".join(sorted((set(self.flags) | set(add)) - set(remove)))
            frame.kind = "(?:"
            return frame
        raise PatternError(f"{source[at : at + 4]!r} opens no kind of group", at)

    def _close(self, frame: _Frame) -> tuple[Node, bool]:
        node = frame.node()
        if frame.kind == "group":
            return Group(node, frame.number), True
        if frame.kind == "(?:":
            return node, True
        ahead = "<" not in frame.kind
        return Lookaround(node, ahead, "!" in frame.kind), ahead

    def _quantified(self, node: Node, quantifiable: bool) -> Node:
        at = self.at
        bounds = self._bounds()
        if bounds is None:
            return node
        if not quantifiable:
            raise PatternError("nothing to repeat", at)
        greedy = not self.source.startswith("?", self.at)
        if not greedy:
            self.at += 1
        low, high = bounds
        if (low, high) == (1, 1):
            return node
        return Repeat(node, low, high, greedy)

    def _bounds(self) -> tuple[int, int | None] | None:
        """Read a quantifier; `None`, and nothing read, when the brace is a literal."""
        source, at = self.source, self.at
        character = source[at]
        if character != "{":
            self.at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
        low_end = self._digits(at + 1)
        if low_end == at + 1:
            return None
        low = _count(source[at + 1 : low_end])
        high: int | None = low
        close = low_end
        if source.startswith(",", low_end):
            close = self._digits(low_end + 1)
            high = _count(source[low_end + 1 : close]) if close > low_end + 1 else None
        if not source.startswith("}", close):
            return None
        if high is not None and high < low:
            raise PatternError("the counts of a quantifier are out of order", at)
        self.at = close + 1
        return low, high

    def _digits(self, at: int) -> int:
        source = self.source
        while at < len(source) and source[at] in _DIGITS:
            at += 1
        return at

    def _atom(self) -> Node:
        source, at = self.source, self.at
        character = source[at]
        if character == ".":
            self.at += 1
            return Chars(characters.ANY if "s" in self.flags else _DOT)
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        if character in "*+?" or (character == "{" and self._bounds() is not None):
            raise PatternError("nothing to repeat", at)
        self.at += 1
        return self._letter(character)

    def _letter(self, character: str) -> Node:
        if "i" in self.flags:
            return Chars(characters.ignoring_case(characters.single(ord(character))))
        return _literal(character)

    def _escape(self) -> Node:
        source, at = self.source, self.at
        following = source[at + 1 : at + 2]
        if following in _DIGITS and following not in {"", "0"}:
            end = self._digits(at + 1)
            number = _count(source[at + 1 : end])
            if number > self.total:
                raise PatternError(f"there is no group {number}", at)
            self.at = end
            return BackReference((number,))
        if following == "k":
            if not source.startswith("<", at + 2):
                raise PatternError(r"'\k' without a group name", at)
            self.at = at + 3
            name = self._name()
            if name not in self.names:
                raise PatternError(f"there is no group named {name!r}", at)
            return BackReference(self.names[name])
        if following and following in "pP":
            return self._property()
        if following and following in _CLASSES:
            self.at += 2
            return Chars(self._cased(_CLASSES[following], negated=following.isupper()))
        return self._letter(chr(self._character_escape()))

    def _cased(self, ranges: Ranges, negated: bool = False) -> Ranges:
        if "i" not in self.flags:
            return ranges
        if negated:
            return characters.complement(characters.ignoring_case(characters.complement(ranges)))
        return characters.ignoring_case(ranges)

    def _property(self) -> Node:
        source, at = self.source, self.at
        close = source.find("}", at, at + 100)
        if not source.startswith("{", at + 2) or close < 0:
            raise PatternError(f"{source[at : at + 2]!r} without a property in braces", at)
        self.at = close + 1
        try:
            ranges = characters.unicode_property(source[at + 3 : close])
        except characters.UnknownProperty as unknown:
            if unknown.legal:
                return Opaque(source[at : close + 1])
            raise PatternError(f"{source[at : close + 1]!r} is no known property", at) from None
        if source[at + 1] == "P":
            return Chars(characters.complement(self._cased(ranges)))
        return Chars(self._cased(ranges))

    def _character_escape(self) -> int:
        source, at = self.source, self.at
        following = source[at + 1 : at + 2]
        if not following:
            raise PatternError("the pattern ends in a backslash", at)
        if following in _CONTROLS:
            self.at += 2
            return ord(_CONTROLS[following])
        if following == "c":
            letter = source[at + 2 : at + 3]
            if not (letter.isascii() and letter.isalpha()):
                raise PatternError(r"'\c' without a letter", at)
            self.at += 3
            return ord(letter) % 32
        if following == "0":
            if source[at + 2 : at + 3] in _DIGITS and source[at + 2 : at + 3]:
                raise PatternError("octal escapes are not of ECMA-262", at)
            self.at += 2
            return 0
        if following == "x":
            return self._hexadecimal(at, at + 2, 2)
        if following == "u":
            return self._unicode_escape(at)
        if following.isascii() and following.isalnum():
            raise PatternError(f"'\\{following}' is no escape of ECMA-262", at)
        self.at += 2
        return ord(following)

    def _unicode_escape(self, at: int) -> int:
        source = self.source
        if source.startswith("{", at + 2):
            close = source.find("}", at, at + 100)
            digits = source[at + 3 : close]
            if close < 0 or not digits or not _HEX.issuperset(digits):
                raise PatternError(r"'\u{' without a code point", at)
            if int(digits, 16) > characters.LAST:
                raise PatternError("the code point is too great", at)
            self.at = close + 1
            return int(digits, 16)
        high = self._hexadecimal(at, at + 2, 4)
        if 0xD800 <= high <= 0xDBFF and source.startswith("\\u", self.at):
            digits = source[self.at + 2 : self.at + 6]
            if len(digits) == 4 and _HEX.issuperset(digits):
                low = int(digits, 16)
                if 0xDC00 <= low <= 0xDFFF:
                    self.at += 6
                    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        return high

    def _hexadecimal(self, at: int, start: int, length: int) -> int:
        digits = self.source[start : start + length]
        if len(digits) != length or not _HEX.issuperset(digits):
            raise PatternError(f"an escape of {length} hexadecimal digits is cut short", at)
        self.at = start + length
        return int(digits, 16)

    def _class(self) -> Node:
        source, opened = self.source, self.at
        self.at += 1
        negated = source.startswith("^", self.at)
        if negated:
            self.at += 1
        parts: list[Ranges] = []
        unknown: Opaque | None = None
        while True:
            if self.at >= len(source):
                raise PatternError("'[' without ']'", opened)
            if source[self.at] == "]":
                self.at += 1
                break
            at = self.at
            first = self._class_atom()
            if isinstance(first, Opaque):
                unknown = first
            elif not isinstance(first, int):
                parts.append(first)
            if not source.startswith("-", self.at) or source.startswith("-]", self.at):
                if isinstance(first, int):
                    parts.append(characters.single(first))
                continue
            hyphen = self.at
            self.at += 1
            if self.at >= len(source):
                raise PatternError("'[' without ']'", opened)
            last = self._class_atom()
            if isinstance(first, int) and isinstance(last, int):
                if last < first:
                    raise PatternError("a range of characters is out of order", at)
                parts.append(((first, last),))
                continue
            # Annex B: beside a class escape the hyphen is a hyphen.
            parts.append(characters.single(ord(source[hyphen])))
            for side in (first, last):
                if isinstance(side, int):
                    parts.append(characters.single(side))
                elif isinstance(side, Opaque):
                    unknown = side
                elif side is last:
                    parts.append(side)
        if unknown is not None:
            return unknown
        ranges = self._cased(characters.union(*parts))
        return Chars(characters.complement(ranges) if negated else ranges)

    def _class_atom(self) -> int | Ranges | Opaque:
        source, at = self.source, self.at
        if source[at] != "\\":
            self.at += 1
            return ord(source[at])
        following = source[at + 1 : at + 2]
        if following == "b":
            self.at += 2
            return 0x08
        if following == "-":
            self.at += 2
            return 0x2D
        if following and following in _CLASSES:
            self.at += 2
            return self._cased(_CLASSES[following], negated=following.isupper())
        if following and following in "pP":
            node = self._property()
            return node.ranges if isinstance(node, Chars) else Opaque(source[at : self.at])
        return self._character_escape()

    def _name(self) -> str:
        """Read a group name and the `>` after it."""
        start = self.at
        close = self.source.find(">", start)
        name = self.source[start:close] if close >= 0 else ""
        if not _identifier(name):
            raise PatternError("a group name is missing or malformed", start)
        self.at = close + 1
        return name


def _identifier(name: str) -> bool:
    return bool(name) and name.replace("$", "_").isidentifier()


def _count(digits: str) -> int:
    # Any count beyond this has the same effect, and int() refuses very long texts.
    return int(digits) if len(digits) < 16 else _GREATEST_COUNT


def _groups(source: str) -> tuple[int, dict[str, tuple[int, ...]]]:
    """Return the number of groups that the source opens, and the numbers of the named ones.

    A back-reference can come before its group, so this must be known beforehand.
    """
    count, at, in_class = 0, 0, False
    names: dict[str, tuple[int, ...]] = {}
    if "(" not in source:
        return 0, names
    while at < len(source):
        character = source[at]
        if character == "\\":
            at += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            if not source.startswith("(?", at):
                count += 1
            elif source.startswith("(?<", at) and source[at + 3 : at + 4] not in {"=", "!"}:
                count += 1
                name = source[at + 3 : source.find(">", at)]
                names[name] = (*names.get(name, ()), count)
        at += 1
    return count, names
