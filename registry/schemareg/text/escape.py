"""User text escaped for its output: all escaping is decided here.

Names, descriptions, witnesses and messages come from pull requests. None of them can move a
terminal's cursor, turn text around, forge a workflow command, break a Markdown table, mention a
person or open a link. What is invisible is shown by its escape, so that a reviewer sees it.
"""

from __future__ import annotations

import re

_UNSEEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Controls, bidirectional marks, zero-width and filler characters, lone surrogates, tags.

Source: Unicode's Default_Ignorable_Code_Point without the emoji variation selectors, the general
categories Cc, Cs, Zl, Zp, and the two that XML has not beside them; listed here so that every
Python gives the same bytes.
"""

_MARKS = (
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
"""Combining marks. No language needs more than four on one letter; a hundred cover other lines."""

_INVISIBLE = re.compile(f"[{_UNSEEN}]|(?<={_MARKS}{{4}}){_MARKS}")
_INVISIBLE_IN_JSON = re.compile(f"(?!\n)[{_UNSEEN}]|(?<={_MARKS}{{4}}){_MARKS}")
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str) -> str:
    r"""`text` on one line, each control, bidirectional or invisible character as its escape (`\x1b`).

    Combining marks on one letter are escaped from the fifth on.
    """
    return _INVISIBLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shortened(text: str, limit: int) -> str:
    """`text`, cut at `limit` characters with a note of its whole length."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text):,} characters in all)"


_COMMAND_AT_START = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def inert(text: str) -> str:
    """Lines for a log of GitHub Actions that the runner does not read as workflow commands.

    Source: actions/runner, ActionCommand: `::` counts at the start of a trimmed line, `##[` anywhere.
    """
    return _COMMAND_AT_START.sub(r"\1: ", text).replace("##[", "# #[")


def inert_anywhere(text: str) -> str:
    """`text` that is no workflow command either where other lines begin in it than its own, as where
    a calendar folds them: no `::` and no `##[` is left.
    """
    return _COLONS.sub(": ", text).replace("##[", "# #[")


_COLONS = re.compile(":(?=:)")


def json_text(text: str) -> str:
    """JSON text of the same value without invisible characters, `##[` and lone surrogates."""
    return _INVISIBLE_IN_JSON.sub(_json_escaped, text).replace("##[", r"#\u0023[")


def _json_escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


_GAP = "&#8203;"
"""A zero-width space: it breaks mentions, references, emoji and links."""

_PLAIN_CODE = re.compile(
    r"[A-Za-z0-9_./+,=@-](?:[A-Za-z0-9_./+,=@:#;'\"()\[\]… -]*[A-Za-z0-9_./+,=\])…-])?", re.ASCII
)
_MARKDOWN_SPECIAL = re.compile(
    r"[\\`*_{}\[\]<>#!|~$&@]|:(?=\S)|(?<=www)\.|(?<=[Gg][Hh])-(?=\d)|^[+=-]|^\d+[.)](?= |$)"
)
_BREAKS_A_LINK = frozenset("@#:.-")


def markdown(text: str) -> str:
    """`text` as literal prose of GitHub's Markdown, also in a table cell.

    Entities rather than backslashes, which tables eat; a zero-width space after `@`, `#`, `:`,
    `www.` and `GH-`, because mentions, references and links are looked for in the finished text.
    """
    return _MARKDOWN_SPECIAL.sub(_markdown_escaped, visible(text).strip(" "))


def _markdown_escaped(match: re.Match[str]) -> str:
    number, character = match.group()[:-1], match.group()[-1]
    if character == "$":  # an entity would still open a formula
        return "<span>$</span>"
    gap = _GAP if character in _BREAKS_A_LINK and not number else ""
    return f"{number}&#{ord(character)};{gap}"


def markdown_code(text: str) -> str:
    """`text` as a code span: backticks where it is plain, else `<code>` with everything as entities."""
    shown = visible(text)
    if (
        _PLAIN_CODE.fullmatch(shown) and "##[" not in shown
    ):  # a workflow command, wherever it stands
        return f"`{shown}`"
    entities = re.sub(r"[^A-Za-z0-9 ]", lambda match: f"&#{ord(match.group())};", shown)
    return f"<code>{entities}</code>"


def markdown_fence(text: str, language: str = "") -> str:
    """`text` (several lines) as a fenced block that its content cannot close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_MARKUP_SPECIAL = re.compile("[&<>\"']")


def markup(text: str) -> str:
    """`text` (several lines) as text of HTML or XML, in an element or an attribute's quotes.

    It is read as it was, and in a log it is no workflow command. Source: XML 1.0, section 2.2: of
    the characters that it has not, none is left.
    """
    lines = "\n".join(visible(line) for line in text.split("\n"))
    marked = _MARKUP_SPECIAL.sub(lambda match: _MARKUP[match.group()], lines)
    return _COMMAND_AT_START.sub(r"\1&#58;", marked).replace("##[", "#&#35;[")


def github_data(text: str) -> str:
    """The message of a workflow command; line breaks of `text` stay line breaks.

    Source: actions/toolkit, command.ts: `escapeData`.
    """
    lines = "\n".join(visible(line) for line in text.split("\n"))
    return inert(lines).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """The value of a property of a workflow command: `:` and `,` are decoded here, and only here.

    Source: actions/toolkit, command.ts: `escapeProperty`.
    """
    return github_data(visible(text)).replace(":", "%3A").replace(",", "%2C")
