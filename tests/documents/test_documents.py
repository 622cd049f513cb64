"""Text to value: what is read, what is refused and where, and that both YAML parsers agree."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemareg.documents import Document, json_values, parse, parse_json, parse_yaml
from schemareg.documents.text import DEEPEST, LARGEST
from schemareg.model.errors import InvalidFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemareg.model import Mistake


def _mistakes(read: Callable[[], Document]) -> tuple[Mistake, ...]:
    with pytest.raises(InvalidFiles) as caught:
        read()
    return caught.value.mistakes


def _told(mistakes: tuple[Mistake, ...]) -> list[tuple[int, int, str]]:
    return [(each.place.line, each.place.column, each.rule) for each in mistakes]


BOTH: list[tuple[str, bytes, list[tuple[int, int, str]]]] = [
    ("nothing", b"", [(1, 1, "file-empty")]),
    ("blanks", b" \r\n\t\n", [(1, 1, "file-empty")]),
    ("a UTF-8 mark", b"\xef\xbb\xbf{}", [(1, 1, "file-has-bom")]),
    ("a UTF-16 mark", "{}".encode("utf-16"), [(1, 1, "file-has-bom")]),
    ("Latin-1", b'{"a":\n "\xc3\xa9\xe9"}', [(2, 4, "file-not-utf8")]),
    ("an encoded surrogate", b'"\xed\xa0\x80"', [(1, 2, "file-not-utf8")]),
    (
        "control characters",
        b'{"a": "\x07",\n"b": "\x00"}',
        [(1, 8, "control-character"), (2, 7, "control-character")],
    ),
    ("a byte too many", b'"' + b"a" * (LARGEST - 1) + b'"', [(1, 1, "file-too-large")]),
    ("a hundred thousand brackets", b"[" * 100_000, [(1, 101, "nesting-too-deep")]),
    ("a hundred thousand braces", b'{"a":' * 100_000, [(1, 501, "nesting-too-deep")]),
]


@pytest.mark.parametrize("case", BOTH, ids=[case[0] for case in BOTH])
@pytest.mark.parametrize("path", ["a.json", "a.yaml"])
def test_what_no_file_may_be_is_refused_where_it_stands(
    case: tuple[str, bytes, list[tuple[int, int, str]]], path: str
) -> None:
    _, data, expected = case
    assert _told(_mistakes(lambda: parse(data, path))) == expected


@pytest.mark.parametrize("path", ["a.json", "a.yaml"])
def test_a_document_of_the_deepest_nesting_and_the_largest_size_is_read(path: str) -> None:
    assert parse(b"[" * DEEPEST + b"]" * DEEPEST, path).path == path
    assert len(parse(b'"' + b"a" * (LARGEST - 2) + b'"', path).value) == LARGEST - 2


JSON_REFUSED: list[tuple[str, str, list[tuple[int, int, str]], str]] = [
    ("a trailing comma", '{"a": 1,\n}', [(1, 8, "json-syntax")], "Remove the comma"),
    ("a comment", "{\n  // no\n}", [(2, 3, "json-syntax")], "schemas have $comment"),
    ("single quotes", "{'a': 1}", [(1, 2, "json-syntax")], "double quotes"),
    ("no quotes", "{a: 1}", [(1, 2, "json-syntax")], 'Write "name": value'),
    ("no comma", '["é" 2]', [(1, 6, "json-syntax")], "Write ','"),
    ("no colon", '{"a" 2}', [(1, 6, "json-syntax")], "Write ':'"),
    ("no value", '{"a": }', [(1, 7, "json-syntax")], "Write a value"),
    ("no end", '{"a": [', [(1, 8, "json-syntax")], "close what is open"),
    ("no closing quote", '["abc', [(1, 2, "json-syntax")], 'Close it with "'),
    ("a line break in a string", '["a\nb"]', [(1, 4, "json-syntax")], "\\n"),
    ("a wrong escape", '["\\d"]', [(1, 3, "json-syntax")], "\\\\"),
    ("two values", "{}\n{}", [(2, 1, "json-syntax")], "one value per file"),
    ("a leading zero", "[012]", [(1, 3, "json-syntax")], "Write ','"),
    (
        "every duplicate at every depth",
        '{"a": 1,\n "a": {"b": 1, "b": 2, "b": 3},\n "\\u0061": 4}',
        [
            (2, 2, "duplicate-key"),
            (2, 16, "duplicate-key"),
            (2, 24, "duplicate-key"),
            (3, 2, "duplicate-key"),
        ],
        "Keep one of the two",
    ),
    (
        "what is no number of JSON",
        "[NaN, Infinity,\n-Infinity]",
        [(1, 2, "number-not-json"), (1, 7, "number-not-json"), (2, 1, "number-not-json")],
        "Write a number",
    ),
    (
        "numbers beyond keeping",
        f"[1e4000, 1e4001, {'9' * 5000}]",
        [(1, 10, "number-too-large"), (1, 18, "number-too-large")],
        "Write a smaller number",
    ),
    (
        "half a surrogate pair, as name and as value",
        '{"\\ud800": "\\uDFFF", "ok": "\\ud83d\\ude00"}',
        [(1, 2, "lone-surrogate"), (1, 12, "lone-surrogate")],
        "Write both halves",
    ),
]


@pytest.mark.parametrize("case", JSON_REFUSED, ids=[case[0] for case in JSON_REFUSED])
def test_every_mistake_in_json_is_told_with_its_place_and_remedy(
    case: tuple[str, str, list[tuple[int, int, str]], str],
) -> None:
    _, text, expected, remedy = case
    found = _mistakes(lambda: parse_json(text.encode(), "a.json"))
    assert _told(found) == expected
    assert all(remedy in each.remedy for each in found)


YAML_REFUSED: list[tuple[str, str, list[tuple[int, int, str]]]] = [
    ("comments alone", "# nothing\n", [(1, 1, "file-empty")]),
    (
        "every duplicate",
        "a: 1\nb: {x: 1, x: 2}\n'a': 2\n",
        [(2, 11, "duplicate-key"), (3, 1, "duplicate-key")],
    ),
    ("an anchor and its alias", "a: &x 1\nb: *x\n", [(1, 4, "yaml-anchor"), (2, 4, "yaml-anchor")]),
    ("an anchor on a collection", "a: &x [1]\n", [(1, 4, "yaml-anchor")]),
    ("a tag", "a: !!str 1\n", [(1, 4, "yaml-tag")]),
    ("a tag on a collection", "a: !!python/tuple [1]\n", [(1, 4, "yaml-tag")]),
    ("the tag without a name", "a: ! '1'\n", [(1, 4, "yaml-tag")]),
    ("a merge key", "<<: {a: 1}\n", [(1, 1, "yaml-merge-key")]),
    (
        "keys that are no strings",
        "1: a\ntrue: b\n~: c\n1.5: d\n[e]: f\n{g: h}: i\n",
        [(line, 1, "yaml-key-not-string") for line in range(1, 7)],
    ),
    ("two documents", "a: 1\n---\nb: 2\n", [(2, 1, "yaml-several-documents")]),
    ("a directive", "%YAML 1.2\n---\na: 1\n", [(1, 1, "yaml-directive")]),
    ("no numbers", "a: .nan\nb: -.inf\n", [(1, 4, "number-not-json"), (2, 4, "number-not-json")]),
    (
        "numbers beyond keeping",
        f"a: 1e9999\nb: 0x{'f' * 9000}\n",
        [(1, 4, "number-too-large"), (2, 4, "number-too-large")],
    ),
    ("a tab as indentation", "a:\n\tb: 1\n", [(2, 1, "yaml-syntax")]),
    ("a tab between words", "a: b\tc\n", [(1, 5, "yaml-syntax")]),
    ("a colon in a plain value", "a: b: c\n", [(1, 5, "yaml-syntax")]),
    ("a bracket left open", "a: [1, 2\n", [(2, 1, "yaml-syntax")]),
    ("a reserved sign", "a: @b\n", [(1, 4, "yaml-syntax")]),
    ("a hidden line break", "a: b\u2028c: d\n", [(1, 5, "control-character")]),
    (
        "deep by indentation",
        "\n".join("  " * i + "a:" for i in range(120)),
        [(101, 201, "nesting-too-deep")],
    ),
    ("deep by dashes", "- " * 5_000, [(1, 201, "nesting-too-deep")]),
    (
        "what stands before the bad syntax too",
        "a: 1\na: 2\nb: [\n",
        [(2, 1, "duplicate-key"), (4, 1, "yaml-syntax")],
    ),
]


@pytest.mark.parametrize("pure", [False, True], ids=["as installed", "in Python"])
@pytest.mark.parametrize("case", YAML_REFUSED, ids=[case[0] for case in YAML_REFUSED])
def test_every_mistake_in_yaml_is_told_with_its_place(
    case: tuple[str, str, list[tuple[int, int, str]]], pure: bool
) -> None:
    _, text, expected = case
    found = _mistakes(lambda: _yaml(text, pure=pure))
    assert _told(found) == expected
    assert all(each.remedy for each in found)


def _yaml(text: str, *, pure: bool = False) -> Document:
    from schemareg.documents.yaml_text import parse_yaml as parse_either

    return parse_either(text.encode(), "a.yaml", pure=pure)


@pytest.mark.parametrize("pure", [False, True], ids=["as installed", "in Python"])
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('a: "\\ud800"', "lone-surrogate"),
        ('a: "\\U00110000"', "yaml-syntax"),
        ("a: [what?]", "yaml-syntax"),
    ],
)
def test_what_the_parsers_see_in_different_columns_both_refuse(
    text: str, rule: str, pure: bool
) -> None:
    (found,) = _mistakes(lambda: _yaml(text, pure=pure))
    assert (found.rule, found.place.line) == (rule, 1)


SCALARS: dict[str, object] = {
    "no": "no",
    "on": "on",
    "yes": "yes",
    "y": "y",
    "0123": "0123",
    "12:30:45": "12:30:45",
    "2027-03-01": "2027-03-01",
    "2027-03-01T10:00:00Z": "2027-03-01T10:00:00Z",
    "1_000": "1_000",
    "1.2.0": "1.2.0",
    "^1": "^1",
    "=": "=",
    "'1'": "1",
    '"true"': "true",
    "~": None,
    "null": None,
    "NULL": None,
    "true": True,
    "False": False,
    "0": 0,
    "-0": 0,
    "+7": 7,
    "-12": -12,
    "0x1F": 31,
    "0o17": 15,
    "1e3": 1000,
    "1.0": 1,
    "1.10": Fraction(11, 10),
    "0.1": Fraction(1, 10),
    ".5": Fraction(1, 2),
    "5.": 5,
    "-1.5E-1": Fraction(-3, 20),
    "1.e1": 10,
    ".": ".",
    "-": [None],
    "--": "--",
    "+": "+",
    "e3": "e3",
}


@pytest.mark.parametrize("text", SCALARS)
def test_a_plain_scalar_means_what_the_core_schema_of_yaml_1_2_says(text: str) -> None:
    expected = SCALARS[text]
    for pure in (False, True):
        found = _yaml(f"{text}\n", pure=pure).value
        assert (found, type(found)) == (expected, type(expected))


def test_json_numbers_are_exact() -> None:
    found = parse_json(b"[1, 1.0, 0.1, -0, 1e2, 123456789012345678901234567890]", "a.json").value
    assert found == [1, 1, Fraction(1, 10), 0, 100, 123456789012345678901234567890]
    assert [type(each) for each in found] == [int, int, Fraction, int, int, int]


TEXT = """\
{
  "title": "Größe 😀",
  "properties": {"a/b": {"type": "string"}, "c": {"enum": [1, {"d": "\\"}"}]}}
}
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("path", ["a.json", "a.yaml"])
def test_everything_is_found_where_it_stands(path: str, ending: str) -> None:
    document = parse(TEXT.replace("\n", ending).encode(), path)
    for pointer, key, expected in (
        ((), False, (1, 1)),
        (("title",), False, (2, 12)),
        (("title",), True, (2, 3)),
        (("properties", "a/b", "type"), False, (3, 34)),
        (("properties", "c", "enum", 1), False, (3, 63)),
        (("properties", "c", "enum", 1), True, (3, 63)),
        (("properties", "c", "enum", 1, "d"), True, (3, 64)),
        # Where nothing stands: the nearest parent that is there.
        (("properties", "c", "enum", 7, "x"), False, (3, 59)),
        (("properties", "gone"), True, (3, 17)),
        (("title", "x"), False, (2, 12)),
    ):
        place = document.place(pointer, key=key)
        assert (place.path, place.line, place.column) == (path, *expected)


def test_block_yaml_is_found_where_it_stands() -> None:
    text = "# head\nowner:\n  team: checkout\n  channels:\n  - a\n  - b: 1\nlast: |\n  x\n"
    document = parse_yaml(text.encode(), "a.yaml")
    assert document.value == {
        "owner": {"team": "checkout", "channels": ["a", {"b": 1}]},
        "last": "x\n",
    }
    for pointer, key, expected in (
        (("owner",), True, (2, 1)),
        (("owner",), False, (3, 3)),
        (("owner", "team"), False, (3, 9)),
        (("owner", "channels", 1, "b"), True, (6, 5)),
        (("last",), False, (7, 7)),
    ):
        place = document.place(pointer, key=key)
        assert (place.line, place.column) == expected


def test_a_document_knows_where_each_part_ends_so_that_it_can_be_edited() -> None:
    text = "owner: {team: a}  # who\nlist:\n  - one\n  - two  # last\n\nend: 1\n"
    document = parse_yaml(text.encode(), "a.yaml")
    inside = document.root.inside
    assert isinstance(inside, dict)
    parts = {name: text[member.value.start : member.value.end] for name, member in inside.items()}
    assert parts == {"owner": "{team: a}", "list": "- one\n  - two", "end": "1"}


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


@given(_VALUES, st.sampled_from([None, 2]), st.booleans())
def test_json_reads_back_what_was_written(
    value: object, indent: int | None, ascii_only: bool
) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert json_values.equal(parse_json(data, "a.json").value, json_values.exact(value))


_TEXTS = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)


@given(_TEXTS)
def test_yaml_reads_back_every_text_that_another_library_wrote_in_double_quotes(
    value: object,
) -> None:
    import yaml

    data = yaml.safe_dump(value, default_style='"', width=10_000).encode()
    assert parse_yaml(data, "a.yaml").value == value


_PARTS = (
    *("a", "b: ", "- ", "\n", "  ", "    ", "[", "]", "{", "}", ",", ":", " ", "'", '"', "\\n"),
    *("#", " # c\n", "|\n", "> \n", "1", "0x1", "~", "null", "&x", "*x", "!", "!!str ", "? "),
    *("---\n", "...\n", "%", "@", "`", "key: value\n", "\t", "\r\n", "é", "😀", "<<: ", "-"),
    *("|-\n", "|2\n", "\\", "''", '""', "\x85", "\u2028", "\ufeff", ".5", "\\u00e9", "\\/"),
)


def test_both_yaml_parsers_read_the_same_or_refuse_the_same() -> None:
    pieces = random.Random(20)
    read = 0
    for _ in range(6_000):
        text = "".join(pieces.choice(_PARTS) for _ in range(pieces.randint(1, 12)))
        found: list[tuple[object, object]] = []
        for pure in (False, True):
            try:
                document = _yaml(text, pure=pure)
                found.append((document.value, document.root))
            except InvalidFiles:
                found.append((None, None))
        assert found[0] == found[1], text
        read += found[0] != (None, None)
    assert read > 400


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    for path in ("a.json", "a.yaml"):
        mistakes: tuple[Mistake, ...] = ()
        try:
            assert parse(data, path).place(()).path == path
        except InvalidFiles as error:
            mistakes = error.mistakes
        assert all(each.place.line >= 1 and each.place.column >= 1 for each in mistakes)
