"""The faces of a report: complete, equal for equal input, and harmless whatever the input says."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.hostile import HOSTILE

from schemareg.model import (
    Announcement,
    Compatibility,
    Direction,
    Finding,
    Hit,
    Level,
    Mistake,
    Outcome,
    Place,
    PromiseChange,
    Report,
    Severity,
    VersionVerdict,
)
from schemareg.reports.review import FORMS, github, markdown, render, render_mistakes
from schemareg.text import escape
from schemareg.text.columns import columns, paired, table, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

REQUIRED = Finding(
    "property-required",
    Severity.ERROR,
    Place("products/orders/schemas/order/1.3.0.json", 14, 17),
    "'email' is required now, and was not before",
    product="orders",
    schema="order",
    version="1.3.0",
    against="1.2.0",
    direction=Direction.BACKWARD,
    field="customer",
    pointer="/properties/customer/required",
    witness='{"order_id": "o-1", "total": 0.10, "customer": {}}',
    why="Records written before this change may lack it.",
    remedy="Keep the property optional, or open 2.0.0: reg bump orders/order",
    fingerprint="5f0c1d2e3a4b5f0c",
    hits=(
        Hit("orders", "billing", "billing", "orders/order", "^1", ("customer.email",)),
        Hit("orders", "shop-bi", "bi"),
    ),
    announce=Announcement("orders/order#customer.email", "required", 90),
)
NARROWED = Finding(
    "enum-value-added",
    Severity.ERROR,
    Place("products/orders/schemas/order/1.3.0.json", 22, 9),
    'readers of 1.2.0 do not know the value "RETURNED"',
    product="orders",
    schema="order",
    version="1.3.0",
    against="1.2.0",
    direction=Direction.FORWARD,
    field="status",
    pointer="/properties/status/enum",
    witness="null",
    remedy="Open 2.0.0: reg bump orders/order",
    fingerprint="77aa00bb11cc22dd",
)
GAP = Finding(
    "version-gap",
    Severity.NOTICE,
    Place("products/payments/schemas/payment/1.4.0.json"),
    "1.4.0 follows 1.2.0; 1.3.0 is missing",
    product="payments",
    schema="payment",
    version="1.4.0",
    remedy="Name it 1.3.0.",
    fingerprint="000000000001",
)
WAIVED = Finding(
    "field-removed",
    Severity.NOTICE,
    Place("products/orders/schemas/order/1.3.0.json", 3, 3),
    "'customer.fax' is gone",
    product="orders",
    schema="order",
    version="1.3.0",
    against="1.2.0",
    direction=Direction.FORWARD,
    field="customer.fax",
    remedy="Keep the field.",
    fingerprint="88bb00cc11dd",
    dates="landed 2026-11-01 in 3f2a9c1 + 90 d: from 2027-01-30, 69 days left",
    waived="Ada Lovelace, until 2026-12-31: nobody has a fax",
)
REPORT = Report(
    base="main (3f2a9c1)",
    head="working tree",
    today=date(2026, 11, 22),
    findings=(REQUIRED, NARROWED, WAIVED, GAP),
    versions=(
        VersionVerdict(
            "orders",
            "order",
            "1.3.0",
            "products/orders/schemas/order/1.3.0.json",
            Outcome.BREAKING,
            required_bump="major",
            honest="2.0.0",
            against=("1.1.0", "1.2.0"),
            promises=(
                PromiseChange("customer.email", "optional string", "required string"),
                PromiseChange("note", "", "optional string"),
            ),
            changes=('description of customer.email: "The address" → "Where we write to"',),
        ),
        VersionVerdict(
            "payments",
            "payment",
            "1.4.0",
            "products/payments/schemas/payment/1.4.0.json",
            Outcome.COMPATIBLE,
            required_bump="minor",
            honest="1.4.0",
            policy=Compatibility(level=Level.BACKWARD),
            against=("1.2.0",),
        ),
    ),
    policy=Compatibility(),
    base_commit="3f2a9c1" + "0" * 33,
)
NOTHING = Report("main (3f2a9c1)", "working tree", date(2026, 11, 22))
UNDECIDED = Report(
    "main (3f2a9c1)",
    "topic (77aa00b)",
    date(2026, 11, 22),
    versions=(
        VersionVerdict(
            "orders", "order", "1.3.0", "p.json", Outcome.UNDECIDED, "the budget of 2 s ran out"
        ),
    ),
)


@pytest.mark.parametrize("form", FORMS)
def test_a_report_reads_as_agreed(form: str, golden: Callable[[str, str], None]) -> None:
    golden(f"report.{form}", render(REPORT, form))


def test_a_terminal_gets_colour_and_its_own_width(golden: Callable[[str, str], None]) -> None:
    text = render(REPORT, "text", colour=True, width=72)
    golden("report.text-72-colour", text)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert plain == render(REPORT, "text", width=72)
    folded = [line for line in plain.splitlines() if not line.startswith("products/")]
    assert max(map(len, folded)) <= 72  # a place is one word, so that terminals can open it


@pytest.mark.parametrize("form", FORMS)
def test_a_report_without_findings_says_so(form: str, golden: Callable[[str, str], None]) -> None:
    golden(f"nothing.{form}", render(NOTHING, form))


def test_an_undecided_version_tells_its_reason_in_every_form() -> None:
    for form in ("text", "json", "markdown"):
        assert "the budget of 2 s ran out" in render(UNDECIDED, form)
        assert "undecided" in render(UNDECIDED, form)


@pytest.mark.parametrize("form", FORMS)
def test_equal_reports_give_equal_bytes(form: str) -> None:
    again = dataclasses.replace(REPORT, findings=tuple(map(dataclasses.replace, REPORT.findings)))
    assert render(REPORT, form) == render(again, form)


def test_who_cannot_read_whom_is_said_only_where_a_record_shows_it() -> None:
    doubt = dataclasses.replace(REQUIRED, rule="undecided", witness=None)
    report = dataclasses.replace(NOTHING, findings=(doubt,))
    for form in ("text", "markdown", "github"):
        assert "cannot read" not in render(report, form)
        assert "orders/order 1.3.0 against 1.2.0 (BACKWARD)" in render(report, form)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(
        ValueError, match="'xml' is not one of text, json, markdown, github, summary"
    ):
        render(REPORT, "xml")
    with pytest.raises(ValueError, match="'xml' is not one of"):
        render_mistakes((), "xml")


# -- JSON


def shipped(name: str) -> dict[str, Any]:
    value = json.loads((resources.files("schemareg.reports.views") / name).read_text("utf-8"))
    assert isinstance(value, dict)
    jsonschema.Draft202012Validator.check_schema(value)
    return value


@pytest.mark.parametrize("report", [REPORT, NOTHING, UNDECIDED])
def test_the_json_form_is_valid_for_its_published_schema(report: Report) -> None:
    jsonschema.validate(json.loads(render(report, "json")), shipped("report.schema.json"))


def test_the_published_schema_names_every_key_in_order() -> None:
    schema = shipped("report.schema.json")
    document = json.loads(render(dataclasses.replace(REPORT, today_given=True), "json"))
    assert document.keys() - json.loads(render(REPORT, "json")).keys() == {"today_given"}
    finding = schema["$defs"]["finding"]["properties"]
    promise = schema["$defs"]["version"]["properties"]["promises"]["items"]
    for value, keys in (
        (document, schema["properties"]),
        (document["policy"], schema["$defs"]["policy"]["properties"]),
        (document["counts"], schema["properties"]["counts"]["properties"]),
        (document["versions"][0], schema["$defs"]["version"]["properties"]),
        (document["versions"][0]["promises"][0], promise["properties"]),
        (document["findings"][0], finding),
        (document["findings"][0]["hits"][0], schema["$defs"]["hit"]["properties"]),
        (document["findings"][0]["announce"], finding["announce"]["anyOf"][0]["properties"]),
    ):
        assert list(value) == list(keys)


def test_a_witness_is_the_record_itself_and_may_be_null() -> None:
    required, narrowed, _, gap = json.loads(render(REPORT, "json"))["findings"]
    assert required["witness"] == {"order_id": "o-1", "total": 0.1, "customer": {}}
    assert (narrowed["witness"], narrowed["witnessed"]) == (None, True)
    assert (gap["witness"], gap["witnessed"]) == (None, False)


def test_numbers_of_a_witness_stay_exact() -> None:
    digits = "1234567890123456789.000000000000000000001"
    report = dataclasses.replace(
        NOTHING, findings=(dataclasses.replace(REQUIRED, witness=f"[{digits}, 1e30]"),)
    )
    assert digits in render(report, "json")
    assert "1" + "0" * 30 in render(report, "json")


def test_counts_add_up() -> None:
    counts = json.loads(render(REPORT, "json"))["counts"]
    assert counts["shown"] + counts["waived"] + counts["hidden"] == counts["total"] == 4
    assert (counts["shown"], counts["waived"]) == (3, 1)
    assert counts["error"] + counts["warning"] + counts["notice"] == 4
    assert (
        counts["compatible"] + counts["breaking"] + counts["undecided"] == counts["versions"] == 2
    )


# -- the runner of GitHub Actions


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them from a log. Source: actions/runner, ActionCommand."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        trimmed = line.lstrip()
        assert "##[" not in line
        if not trimmed.startswith("::"):
            continue
        head, _, data = trimmed[2:].partition("::")
        name, _, rest = head.partition(" ")
        properties = {}
        for pair in rest.split(",") if rest else []:
            key, _, value = pair.partition("=")
            properties[key] = decoded(value, properties=True)
        found.append((name, properties, decoded(data, properties=False)))
    return found


def decoded(value: str, *, properties: bool) -> str:
    pairs = [("%0D", "\r"), ("%0A", "\n")] + [("%3A", ":"), ("%2C", ",")] * properties
    for code, character in (*pairs, ("%25", "%")):
        value = value.replace(code, character)
    return value


def test_the_runner_reads_back_what_was_meant() -> None:
    finding = dataclasses.replace(
        GAP, place=Place("products/a,b:c/50%.json", 0, 0), message="50% of a:b, %0A is no break"
    )
    [(name, properties, data)] = commands(
        render(dataclasses.replace(NOTHING, findings=(finding,)), "github")
    )
    assert name == "notice"
    assert properties == {
        "file": "products/a,b:c/50%.json",
        "line": "1",
        "col": "1",
        "title": "version-gap payments/payment 1.4.0",
    }
    assert data.split("\n") == [
        "50% of a:b, %0A is no break",
        "Name it 1.3.0.",
        "reg explain version-gap",
    ]


@pytest.mark.parametrize(("found", "shown"), [(0, 0), (1, 1), (9, 9), (10, 10), (11, 10), (40, 10)])
def test_no_more_annotations_than_the_runner_keeps(found: int, shown: int) -> None:
    findings = tuple(
        dataclasses.replace(GAP, severity=severity, message=f"number {index}")
        for severity in Severity
        for index in range(found)
    )
    read = commands(render(dataclasses.replace(NOTHING, findings=findings), "github"))
    for severity in ("error", "warning", "notice"):
        mine = [(properties, data) for name, properties, data in read if name == severity]
        assert len(mine) == shown
        if found > github.LIMIT:
            assert [data.splitlines()[0] for _, data in mine[:9]] == [
                f"number {i}" for i in range(9)
            ]
            more = f"{found - 9} more {severity}s"
            assert mine[9] == (
                {"title": more},
                f"{found - 9} version-gap\nTo see them all: reg check",
            )


# -- hostile text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_file_acts_on_the_reader(form: str, text: str) -> None:
    finding = dataclasses.replace(
        REQUIRED,
        message=text,
        why=text,
        remedy=text,
        field=text,
        place=Place(text, 1, 1),
        witness=json.dumps({text: text}),
    )
    verdict = dataclasses.replace(UNDECIDED.versions[0], reason=text, changes=(text,))
    report = dataclasses.replace(
        NOTHING, base=text, head=text, findings=(finding,), versions=(verdict,)
    )
    shown = render(report, form)
    shown.encode("utf-8")
    assert [c for c in shown if c != "\n" and not c.isprintable()] == []
    expected = [("error", {"file", "line", "col", "title"})] if form == "github" else []
    assert [(name, set(properties)) for name, properties, _ in commands(shown)] == expected
    if form == "json":
        assert json.loads(shown)["findings"][0]["witness"] == {text: text}


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_text_as_it_is_and_does_nothing_with_it(text: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for source in (escape.markdown(text), f"| |\n|---|\n| {escape.markdown(text)} |"):
        tokens = list(
            itertools.chain.from_iterable(
                [token, *(token.children or ())] for token in reader.parse(source)
            )
        )
        shown = "".join(token.content for token in tokens if token.type == "text")
        allowed = {"inline", "text", "html_inline", "paragraph_open", "paragraph_close"}
        assert {
            t.type for t in tokens if not re.match("table|t[rhd]_|thead|tbody", t.type)
        } <= allowed
        assert {t.content for t in tokens if t.type == "html_inline"} <= {"<span>", "</span>"}
        assert shown.replace("\u200b", "") == escape.visible(text).strip(" ")
        assert not re.search(r"[@#]\w|:\w|://|www\.\w", shown)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_code_span_holds_in_a_table_whatever_is_in_it(text: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    source = f"| h |\n|---|\n| {escape.markdown_code(text)} |"
    inline = [token for token in reader.parse(source) if token.type == "inline"]
    assert len(inline) == 2
    shown = "".join(
        token.content for token in inline[1].children or () if token.type in ("text", "code_inline")
    )
    assert shown == escape.visible(text)


@given(st.text())
def test_a_fence_cannot_be_closed_from_inside(text: str) -> None:
    inside = escape.visible(text).replace("\\n", "\n")
    tokens = MarkdownIt("commonmark").parse(escape.markdown_fence(inside, "json"))
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == inside + "\n"


@given(st.text())
def test_json_text_keeps_the_value(text: str) -> None:
    assert json.loads(escape.json_text(json.dumps(text, ensure_ascii=False))) == text


@given(st.text())
def test_a_property_of_a_command_is_read_back(text: str) -> None:
    encoded = escape.github_property(text)
    assert not set(encoded) & set(":,\r\n")
    assert decoded(encoded, properties=True) == escape.inert(escape.visible(text))


def test_long_witnesses_are_cut_with_their_length_but_whole_as_json() -> None:
    witness = json.dumps({"name": "x" * 65_536})
    report = dataclasses.replace(
        NOTHING, findings=(dataclasses.replace(REQUIRED, witness=witness),)
    )
    for form in ("text", "markdown", "github"):
        assert len(render(report, form)) < 4_000
        assert "characters in all" in render(report, form)
    assert json.loads(render(report, "json"))["findings"][0]["witness"] == json.loads(witness)


def test_a_comment_stays_below_what_github_takes_and_says_what_is_left() -> None:
    findings = tuple(
        dataclasses.replace(REQUIRED, message=f"number {index}", witness=json.dumps("y" * 1_500))
        for index in range(200)
    )
    versions = UNDECIDED.versions * 200
    text = render(dataclasses.replace(NOTHING, findings=findings, versions=versions), "markdown")
    assert len(text) < markdown.LONGEST
    shown = len(re.findall(r"^number \d+", text, re.MULTILINE))
    assert f"_{200 - shown} more findings not shown here: run `reg check`._" in text
    assert "_150 more versions._" in text


# -- mistakes of files

MISTAKES = (
    Mistake(
        Place("products/orders/product.yaml", 3, 1),
        "key-unknown",
        "'onwer' is not a key of product.yaml",
        "Did you mean owner?",
    ),
    Mistake(Place("products/orders/product.yaml", 9, 5), "duplicate-key", "'title' twice", ""),
    Mistake(Place("registry.yaml", 1, 1), "yaml-syntax", "::error::a | b\n<b>", "Mend it."),
)


NOTICES = (
    Mistake(
        Place("products/orders/schemas/order/1.0.0.json", 4, 3),
        "keyword-unknown-near",
        "'requird' is no keyword",
        "Did you mean required?",
    ),
)


@pytest.mark.parametrize("form", FORMS)
def test_mistakes_read_as_agreed(form: str, golden: Callable[[str, str], None]) -> None:
    golden(f"mistakes.{form}", render_mistakes(MISTAKES, form, notices=NOTICES))
    golden(f"no-mistakes.{form}", render_mistakes((), form))


def test_mistakes_as_json_are_valid_for_their_published_schema() -> None:
    for mistakes in (MISTAKES, ()):
        value = json.loads(render_mistakes(mistakes, "json", notices=NOTICES))
        jsonschema.validate(value, shipped("mistakes.schema.json"))
        assert value["counts"]["mistakes"] == len(mistakes) == len(value["mistakes"])


def test_many_mistakes_are_rolled_up_into_the_tenth_annotation() -> None:
    read = commands(render_mistakes(MISTAKES * 7, "github"))
    assert len(read) == 10
    assert read[9][1] == {"title": "12 more errors"}
    assert read[9][2].endswith("reg validate")


def test_marks_that_pile_up_are_shown_as_what_they_are() -> None:
    plain = "e\u0301 \u05d1\u05bc\u05b8 \u0e01\u0e34\u0e48 Vi\u1ec7t"
    assert escape.visible(plain) == plain
    assert escape.visible("z" + "\u0301" * 6) == "z" + "\u0301" * 4 + r"\u0301\u0301"
    text = json.dumps("z" + "\u0301" * 6, ensure_ascii=False)
    assert json.loads(escape.json_text(text)) == "z" + "\u0301" * 6
    assert escape.json_text(text).count("\u0301") == 4


# -- layout


def test_lines_break_at_blanks_and_count_wide_characters_twice() -> None:
    assert wrapped("aa bb cc", 5) == ["aa bb", "cc"]
    assert wrapped("aa bb cc", 5, indent="  ", hanging="   ") == ["  aa", "   bb", "   cc"]
    assert wrapped("", 5) == [""]
    assert wrapped("toolongaword b", 5) == ["toolongaword", "b"]
    assert columns("数据 e\u0301") == 6
    assert wrapped("数据 数据", 6) == ["数据", "数据"]


def test_a_pair_stands_on_one_line_where_it_fits() -> None:
    assert paired("left", "right", 12) == ["left   right"]
    assert paired("left", "right", 10) == ["left", "right"]
    assert paired("left", "", 10) == ["left"]


def test_a_table_lines_up_and_wraps_its_last_column() -> None:
    rows = [("a", "数据", "one two three four five six"), ("bb", "x", "")]
    assert table(("name", "kind", "what"), rows, width=26) == [
        "name  kind  what",
        "a     数据  one two three four",
        "            five six",
        "bb    x",
    ]
    assert table(("a", "b"), []) == []


def test_a_command_is_never_broken_over_two_lines() -> None:
    restore = (
        "git restore --source=3f2a9c1 --staged --worktree -- products/orders/schemas/o/1.0.0.json"
    )
    remedy = f"Restore it: {restore}; or: reg draft orders/order, or reg bump orders/order"
    report = dataclasses.replace(NOTHING, findings=(dataclasses.replace(GAP, remedy=remedy),))
    for width in range(40, 121):
        lines = render(report, "text", width=width).splitlines()
        for command in (restore, "reg draft orders/order", "reg bump orders/order"):
            assert any(command in line for line in lines)
