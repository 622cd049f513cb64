"""One change to a file that people wrote: everything else stays as they wrote it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg import documents
from schemareg.documents import edit, json_values
from schemareg.documents.yaml_scalar import scalar
from schemareg.model.errors import InvalidFiles, RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable

SAID = """\
# Agreed on 1 March.
target: orders/order#note  # the free text

sunset: 2027-03-01   # after the audit
reason: 'It''s empty.'
# The end.
"""

SET = {
    "a day is replaced, and nothing else": (
        SAID,
        ("sunset", "2027-06-30", ""),
        SAID.replace("2027-03-01", "2027-06-30"),
    ),
    "single quotes stay single quotes": (
        SAID,
        ("reason", "That's it", ""),
        SAID.replace("'It''s empty.'", "'That''s it'"),
    ),
    "double quotes stay double quotes": (
        'target: a\nsunset: "2027-03-01"\n',
        ("sunset", "2027-06-30", ""),
        'target: a\nsunset: "2027-06-30"\n',
    ),
    "a text over several lines becomes one": (
        "reason: |-\n  one\n  two\n# then\ntarget: a\n",
        ("reason", "three", ""),
        "reason: three\n# then\ntarget: a\n",
    ),
    "a new key follows the one that is named": (
        "# top\ntarget: a  # why\nreason: b\n",
        ("sunset", "2027-06-30", "target"),
        "# top\ntarget: a  # why\nsunset: 2027-06-30\nreason: b\n",
    ),
    "a new key comes last where none is named, and a line break before it": (
        "target: a\nreason: b",
        ("sunset", "2027-06-30", ""),
        "target: a\nreason: b\nsunset: 2027-06-30\n",
    ),
    "in braces it stays in braces": (
        "{target: a, reason: b}  # short\n",
        ("sunset", "2027-06-30", "target"),
        "{target: a, sunset: 2027-06-30, reason: b}  # short\n",
    ),
    "an indented file stays indented": (
        "  target: a\n  reason: b\n",
        ("sunset", "2027-06-30", "target"),
        "  target: a\n  sunset: 2027-06-30\n  reason: b\n",
    ),
    "lines end as they did": (
        "target: a\r\nsunset: 2027-03-01\r\nreason: b\r\n",
        ("migration", "c", "sunset"),
        "target: a\r\nsunset: 2027-03-01\r\nmigration: c\r\nreason: b\r\n",
    ),
    "a key without a value gets one": (
        "target: a\nsunset:\nreason: b\n",
        ("sunset", "2027-06-30", ""),
        "target: a\nsunset: 2027-06-30\nreason: b\n",
    ),
    "what YAML would take for something else is quoted": (
        "target: a\n",
        ("reason", "no: # really", ""),
        'target: a\nreason: "no: # really"\n',
    ),
}


@pytest.mark.parametrize(("text", "change", "wanted"), SET.values(), ids=SET)
def test_a_key_is_set(text: str, change: tuple[str, str, str], wanted: str) -> None:
    key, value, after = change
    assert edit.with_scalar(_document(text), key, value, after=after) == wanted


def test_a_file_that_is_laid_out_unusually_is_left_to_a_person() -> None:
    with pytest.raises(RegistryError) as refused:
        edit.with_scalar(_document("? target\n: a\n"), "sunset", "2027-06-30")
    assert refused.value.what == (
        "cannot say `sunset: 2027-06-30` without changing what is beside it"
    )
    assert (refused.value.where, refused.value.remedy) == ("a.yaml:1:1", "Do it by hand")


SCHEMA = """\
{
  "type": "object",
  "properties": {
    "id": {"type": "string"},
    "note": {
      "type": "string"
    },
    "state": {"enum": ["NEW", "LOST", "DONE"]}
  },
  "required": ["id", "note"]
}
"""
LISTED = """\
properties:   # all of them
  # what tells them apart
  id: {type: string}
  note:
    type: string   # free

  state:
    enum:
    - NEW
    - LOST  # never set
    - DONE
required: [id, note]
"""

TAKEN = {
    "a member of JSON, with its comma": (
        "a.json",
        SCHEMA,
        [("properties", "note"), ("required", 1)],
        SCHEMA.replace('    "note": {\n      "type": "string"\n    },\n', "").replace(
            '"id", "note"', '"id"'
        ),
    ),
    "the last member, with the comma before it": (
        "a.json",
        SCHEMA,
        [("properties", "state")],
        SCHEMA.replace(',\n    "state": {"enum": ["NEW", "LOST", "DONE"]}', ""),
    ),
    "the only one leaves an empty object": (
        "a.json",
        '{"a": { "b": 1 } }',
        [("a", "b")],
        '{"a": {} }',
    ),
    "the first item, the middle one and the last": (
        "a.json",
        "[1, 2, 3, 4]",
        [(0,), (2,), (3,)],
        "[2]",
    ),
    "what is inside of another goes with it": (
        "a.json",
        '{"a": {"b": 1}, "c": 2}',
        [("a", "b"), ("a",)],
        '{"c": 2}',
    ),
    "a block of YAML, line by line": (
        "a.yaml",
        LISTED,
        [("properties", "note"), ("required", 1)],
        LISTED.replace("  note:\n    type: string   # free\n", "").replace("[id, note]", "[id]"),
    ),
    "an item of a block": (
        "a.yaml",
        LISTED,
        [("properties", "state", "enum", 1)],
        LISTED.replace("    - LOST  # never set\n", ""),
    ),
    "the only line of a block leaves braces": (
        "a.yaml",
        "properties:\n  note:\n    type: string\ntype: object\n",
        [("properties", "note")],
        "properties: {}\ntype: object\n",
    ),
}


@pytest.mark.parametrize(("path", "text", "pointers", "wanted"), TAKEN.values(), ids=TAKEN)
def test_members_and_items_are_taken_out(
    path: str, text: str, pointers: list[Any], wanted: str
) -> None:
    assert edit.without(documents.parse(text.encode(), path), *pointers) == wanted


def test_what_shares_its_line_is_left_to_a_person() -> None:
    document = _document("- - a\n  - b\n- c\n")
    with pytest.raises(RegistryError, match="without changing what is beside it"):
        edit.without(document, (0, 0))


NAMES = st.text(alphabet="abé -#:'\"", min_size=1, max_size=4)
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text("aé#: -'\"\n,[]{}", max_size=6)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
WRITTEN: dict[str, Callable[[Any], str]] = {
    "json": json.dumps,
    "indented json": lambda value: json.dumps(value, indent=2),
    "yaml": lambda value: yaml.safe_dump(value, default_flow_style=False, sort_keys=False),
    "yaml in braces": lambda value: yaml.safe_dump(value, default_flow_style=True, sort_keys=False),
}


@pytest.mark.parametrize("form", WRITTEN)
@settings(max_examples=40, deadline=None)
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.data())
def test_what_is_taken_out_is_all_that_is_missing(form: str, value: Any, data: Any) -> None:
    path = "a.json" if "json" in form else "a.yaml"
    document = documents.parse(WRITTEN[form](value).encode(), path)
    pointer = data.draw(st.sampled_from(list(_pointers(document.value))))
    try:
        text = edit.without(document, pointer)
    except RegistryError:
        assert form == "yaml"  # a list in a list, written on one line
        return
    left = json_values.parse(json.dumps(value))
    inner = left
    for step in pointer[:-1]:
        inner = inner[step]
    del inner[pointer[-1]]
    assert documents.parse(text.encode(), path).value == left


CONSUMER = """\
# Who bills.
team: billing
uses:
  - schema: orders/order  # all of it
    versions: ^1
    # what we charge
    fields:
      - id
      - total  # cents
  - {schema: orders/refund}
# The end.
"""
BLOCK = "  - schema: orders/order  # all of it\n    versions: ^1\n"
WHOLE = {"schema": "orders/return", "versions": "^1", "fields": ["lines[].sku", "id"]}

ADDED: dict[str, tuple[str, tuple[Any, ...], Any, str]] = {
    "an item goes below the last one": (
        CONSUMER,
        ("uses", 0, "fields"),
        "lines[].sku",
        CONSUMER.replace(
            "      - total  # cents\n", "      - total  # cents\n      - lines[].sku\n"
        ),
    ),
    "an object in braces below objects in braces": (
        CONSUMER,
        ("uses",),
        WHOLE,
        CONSUMER.replace(
            "refund}\n",
            'refund}\n  - {schema: orders/return, versions: "^1", fields: ["lines[].sku", id]}\n',
        ),
    ),
    "below an object that stands over several lines": (
        "uses:\n- a: 1\n  b:\n  - c\n# why\nteam: x\n",
        ("uses",),
        {"a": "d"},
        "uses:\n- a: 1\n  b:\n  - c\n- {a: d}\n# why\nteam: x\n",
    ),
    "in brackets it stays in brackets": (
        "{uses: [a,\n  b,\n  ]}  # short\n",
        ("uses",),
        "c: d",
        '{uses: [a,\n  b, "c: d",\n  ]}  # short\n',
    ),
    "what was empty is not any more": ("uses: []  # none\n", ("uses",), "a", "uses: [a]  # none\n"),
    "lines end as they did": ("uses:\r\n- a\r\n", ("uses",), "b", "uses:\r\n- a\r\n- b\r\n"),
}


@pytest.mark.parametrize(("text", "pointer", "item", "wanted"), ADDED.values(), ids=ADDED)
def test_an_item_is_added(text: str, pointer: tuple[Any, ...], item: Any, wanted: str) -> None:
    assert edit.with_item(_document(text), pointer, item) == wanted


def test_a_key_is_added_and_set_wherever_it_stands() -> None:
    document = _document(CONSUMER)
    assert edit.with_member(document, "acks", ["orders/order#id"], after="team") == (
        CONSUMER.replace("billing\n", "billing\nacks: [orders/order#id]\n")
    )
    assert edit.with_member(document, "fields", ["id"], inside=("uses", 1)) == (
        CONSUMER.replace("refund}", "refund, fields: [id]}")
    )
    assert edit.with_scalar(document, "versions", "^2", inside=("uses", 1)) == (
        CONSUMER.replace("refund}", 'refund, versions: "^2"}')
    )
    assert edit.with_scalar(document, "versions", "1.2", inside=("uses", 0)) == (
        CONSUMER.replace("^1", '"1.2"')
    )
    assert edit.with_member(document, "note", "x", after="schema", inside=("uses", 0)) == (
        CONSUMER.replace(BLOCK, BLOCK.replace("    v", "    note: x\n    v"))
    )


@pytest.mark.parametrize("form", ["yaml", "yaml in braces"])
@settings(max_examples=40, deadline=None)
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.data())
def test_what_is_added_is_all_that_is_new(form: str, value: Any, data: Any) -> None:
    document = documents.parse(WRITTEN[form](value).encode(), "a.yaml")
    pointer = data.draw(st.sampled_from([(), *_pointers(document.value)]))
    wanted = json_values.parse(json.dumps(value))
    inner = wanted
    for step in pointer:
        inner = inner[step]
    item = {"schema": "a/b", "fields": ["x: y", "z"]}
    try:
        if isinstance(inner, list):
            inner.append(item)
            text = edit.with_item(document, pointer, item)
        elif isinstance(inner, dict):
            inner["new"] = item
            text = edit.with_member(document, "new", item, inside=pointer)
        else:
            return
    except RegistryError:
        assert form == "yaml"  # a list in a list, written on one line
        return
    assert documents.parse(text.encode(), "a.yaml").value == wanted


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abc"), st.text(max_size=9), min_size=1),
    st.sampled_from("abcd"),
    st.text(max_size=12),
    st.booleans(),
    st.booleans(),
)
def test_a_key_that_is_set_says_what_it_was_set_to(
    value: dict[str, str], key: str, text: str, braces: bool, windows: bool
) -> None:
    lines = [f"{name}: {scalar(said, flow=braces)}" for name, said in value.items()]
    whole = f"{{{', '.join(lines)}}}\n" if braces else "".join(f"{line}\n" for line in lines)
    document = _document(whole.replace("\n", "\r\n") if windows else whole)
    changed = edit.with_scalar(document, key, text)
    assert list(_document(changed).value.items()) == list({**value, key: text}.items())
    assert ("\r\n" in changed) is windows


@settings(max_examples=150, deadline=None)
@given(
    st.text() | st.text("ab :,.-#[]'\"{}()@é=;/\n", max_size=9),
    st.booleans(),
    st.sampled_from(["", "'", '"']),
)
def test_a_scalar_is_read_back_as_the_same_string(text: str, flow: bool, style: str) -> None:
    written = scalar(text, flow=flow, style=style)
    assert "\n" not in written
    whole = f"{{a: {written}, b: 1}}\n" if flow else f"a: {written}  # c\nb: 1\n"
    for pure in (False, True):
        assert documents.parse_yaml(whole.encode(), "a", pure=pure).value == {"a": text, "b": 1}
    assert yaml.safe_load(whole) == {"a": text, "b": 1}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Nobody reads it.", "Nobody reads it."),
        ("orders/order#lines[].sku", "orders/order#lines[].sku"),
        ("https://wiki.example.com/a?b=c", '"https://wiki.example.com/a?b=c"'),
        ("2027-03-01", "2027-03-01"),
        ("no", '"no"'),
        ("12", '"12"'),
        ("1e5a0b00", '"1e5a0b00"'),
        ("- a", '"- a"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("", '""'),
        ("a\nb\x85\u2028\ufeff", '"a\\nb\\u0085\\u2028\\ufeff"'),
    ],
)
def test_quotes_stand_only_where_they_are_needed(text: str, written: str) -> None:
    assert scalar(text) == written


def test_half_a_character_is_refused() -> None:
    with pytest.raises(RegistryError, match="is not text"):
        scalar("a\udcff")


def _document(text: str) -> documents.Document:
    try:
        return documents.parse(text.encode(), "a.yaml")
    except InvalidFiles as error:
        raise AssertionError(error.mistakes, text) from None


def _pointers(value: Any, above: tuple[Any, ...] = ()) -> Any:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, each in inner:
        yield (*above, step)
        yield from _pointers(each, (*above, step))
