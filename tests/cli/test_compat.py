"""`reg compat`: two loose files, or many pairs; whatever a row says, it gets an answer."""

from __future__ import annotations

import io
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD = """{
  "type": "object",
  "properties": {
    "id": {"type": "string"},
    "status": {"enum": ["placed", "shipped", "cancelled"]}
  },
  "required": ["id"]
}
"""
NEW = """{
  "type": "object",
  "properties": {
    "id": {"type": "string"},
    "status": {"enum": ["placed", "shipped"]},
    "total": {"type": "integer"}
  },
  "required": ["id", "total"]
}
"""
WIDER = OLD.replace('["placed"', '["returned", "placed"')


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("old.json", OLD), ("new.json", NEW), ("wider.json", WIDER)):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.usefixtures("here")
def test_breaks_are_shown_with_their_line_and_record(
    reg: Callable[..., Any], golden: Callable[..., None]
) -> None:
    code, out, err = reg("compat", "old.json", "new.json", "--level", "full")
    assert (code, err) == (1, "")
    golden("compat.text", out)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "code", "last"),
    [
        (("old.json", "wider.json"), 0, "compatible: proved (BACKWARD, content declared)"),
        (
            ("old.json", "wider.json", "--level", "FORWARD"),
            1,
            "breaking: 1 break (FORWARD, content declared)",
        ),
        (
            ("old.json", "new.json", "--level", "NONE"),
            0,
            "compatible: proved (NONE, content declared)",
        ),
        (
            ("old.json", "old.json", "--content", "open"),
            0,
            "compatible: proved (BACKWARD, content open)",
        ),
    ],
)
def test_the_level_says_which_questions_are_asked(
    arguments: tuple[str, ...], code: int, last: str, reg: Callable[..., Any]
) -> None:
    got, out, err = reg("compat", *arguments)
    assert (got, out.splitlines()[-1], err) == (code, last, "")


def test_what_cannot_be_decided_is_said_with_its_reason(
    here: Path, reg: Callable[..., Any]
) -> None:
    (here / "remote.json").write_text('{"$ref": "https://example.com/x.json"}')
    code, out, err = reg("compat", "old.json", "remote.json")
    assert (code, err) == (3, "")
    first, reason = out.splitlines()[0], " ".join(out.split())
    assert first == "undecided: neither proved nor refuted (BACKWARD, content declared)"
    assert "https://example.com/x.json" in reason


@pytest.mark.usefixtures("here")
def test_the_json_form_is_valid_for_its_published_schema(reg: Callable[..., Any]) -> None:
    code, out, _ = reg("compat", "old.json", "new.json", "--format", "json")
    value = json.loads(out)
    schema = json.loads(
        (resources.files("schemareg.reports.views") / "verdict.schema.json").read_text()
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(value, schema)
    assert code == 1
    found = [
        (each["rule"], each["field"], each["path"], each["line"]) for each in value["findings"]
    ]
    assert found == [
        ("enum-value-removed", "status", "new.json", 5),
        ("property-required", "total", "new.json", 8),
    ]
    assert value["witness"] == value["findings"][0]["witness"]
    for each in value["findings"]:
        assert jsonschema.Draft202012Validator(json.loads(OLD)).is_valid(each["witness"])
        assert not jsonschema.Draft202012Validator(json.loads(NEW)).is_valid(each["witness"])


def test_wrong_files_are_told_with_every_mistake(here: Path, reg: Callable[..., Any]) -> None:
    (here / "bad.json").write_text('{\n  "type": "strin",\n  "minLength": -1\n}\n')
    code, out, err = reg("compat", "old.json", "bad.json")
    assert (code, out) == (2, "")
    assert "bad.json:2:" in err
    assert "bad.json:3:" in err
    assert err.splitlines()[-1] == "reg: 2 mistakes in 1 file"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "reg: two schema files are required\n"),
        (("old.json",), "reg: two schema files are required\n"),
        (("old.json", "gone.json"), "reg: gone.json: No such file or directory\n"),
        (
            ("old.json", "--pairs", "x.jsonl"),
            "reg: --pairs reads the schemas from its rows, not OLD",
        ),
        (("old.json", "new.json", "--level", "SIDEWAYS"), "reg: invalid value for '--level'"),
    ],
)
def test_a_wrong_call_says_how_it_goes(
    arguments: tuple[str, ...], complaint: str, reg: Callable[..., Any]
) -> None:
    code, out, err = reg("compat", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(complaint)


ROWS: list[tuple[bytes, Any, str, str]] = [
    (
        b'{"id": "same", "old": {"type": "string"}, "new": {"type": "string"}}',
        "same",
        "compatible",
        "",
    ),
    (b'{"old": true, "new": false}', 2, "breaking", ""),
    (b"not json", 3, "undecided", "line 3 is not JSON: Expecting value at column 1"),
    (b"[]", 4, "undecided", 'line 4 is not an object {"id", "old", "new", "format", "dialect"}'),
    (b'{"id": 5, "old": {}}', 5, "undecided", "line 5 has no 'new'"),
    (b'{"id": null}', None, "undecided", "line 6 has no 'old' and no 'new'"),
    (
        b'{"id": 7, "old": {}, "new": {}, "dialect": "draft3"}',
        7,
        "undecided",
        (
            "line 7 names the dialect 'draft3', which is not 'draft4', 'draft6', 'draft7', '2019-09'"
            " or '2020-12'"
        ),
    ),
    (
        b'{"id": 8, "old": 3, "new": {}}',
        8,
        "undecided",
        "line 8 has 'old' that is not a schema: an object, true or false",
    ),
    (b'{"old": {"minimum": NaN}, "new": {}}', 9, "undecided", "line 9 has NaN, which is not JSON"),
    (
        b'{"old": {"minimum": 1e999999}, "new": {}}',
        10,
        "undecided",
        "line 10 has 1e999999, which is too large to be judged exactly",
    ),
    (b"\xff\xfe", 11, "undecided", "line 11 is not UTF-8"),
    (
        b'{"old": ' + b'{"not": ' * 50_000 + b"true" + b"}" * 50_000 + b', "new": {}}',
        12,
        "undecided",
        "line 12 is nested too deeply to be judged",
    ),
    (
        (
            b'{"id": "draft-4", "dialect": "draft4", "old": {"minimum": 1, "exclusiveMinimum": true},'
            b' "new": {"minimum": 1}}'
        ),
        "draft-4",
        "compatible",
        "",
    ),
]


def test_every_row_gets_its_line(here: Path, reg: Callable[..., Any]) -> None:
    (here / "pairs.jsonl").write_bytes(b"\n".join(row for row, *_ in ROWS) + b"\n\n")
    code, out, err = reg("compat", "--pairs", "pairs.jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [tuple(each) for each in answers] == [
        ("id", "outcome", "reason", "witness", "findings", "ms")
    ] * len(ROWS)
    assert [(each["id"], each["outcome"], each["reason"]) for each in answers] == [
        row[1:] for row in ROWS
    ]
    assert all(each["ms"] >= 0 for each in answers)


def test_rows_may_come_from_stdin(monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]) -> None:
    rows = io.TextIOWrapper(
        io.BytesIO(b'{"id": "a", "old": {"minimum": 0}, "new": {"minimum": 0.5}}')
    )
    monkeypatch.setattr("sys.stdin", rows)
    _, out, _ = reg("compat", "--pairs", "-")
    [answer] = map(json.loads, out.splitlines())
    assert answer["outcome"] == "breaking"
    assert 0 <= answer["witness"] < 0.5
    assert answer["findings"][0]["rule"] == "minimum-raised"
