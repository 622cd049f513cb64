"""What any repository of schema files did to the versions that it had published."""

from __future__ import annotations

import json
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from tests.stories import Chronicle

from schemareg.model import Level
from schemareg.model.errors import RegistryError
from schemareg.reports.views.json_schemas import schema_text
from schemareg.scan.layout import Numbered, number_of
from schemareg.scan.layout_guess import propose
from schemareg.scan.rewrites import Meaning, RewriteEffect, judged
from schemareg.scan.version_steps import Bump, bump

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]

SELF = "http://example.com/self-desc/1-0-0#"


def text(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent)


def schema(required: str = "", *, words: str = "", **types: str) -> dict[str, Any]:
    described = {"description": words} if words else {}
    properties = {name: {"type": kind} for name, kind in types.items()}
    return {
        **described,
        "$schema": SELF,
        "type": "object",
        "properties": properties,
        "required": required.split(),
    }


ORDER = schema("id", id="string")
ITEM = schema("id", id="string", note="string")

EDITS: list[tuple[str, str, str | None]] = [
    ("2026-01-05", "com.acme/order/jsonschema/1-0-0", text(ORDER)),
    ("2026-01-06", "com.acme/item/jsonschema/1-0-0", text(ITEM)),
    ("2026-01-07", "com.acme/page/jsonschema/1-0-0", text(schema(url="string"))),
    # An addition that needs a field which older records have not.
    (
        "2026-02-01",
        "com.acme/order/jsonschema/1-0-1",
        text(schema("id at", id="string", at="string")),
    ),
    # A revision that breaks nobody.
    ("2026-02-02", "com.acme/item/jsonschema/1-1-0", text(schema("", id="string", note="string"))),
    # A model that says so.
    ("2026-02-03", "com.acme/order/jsonschema/2-0-0", text(schema("x", x="integer"))),
    ("2026-03-01", "com.acme/order/jsonschema/1-0-0", text(ORDER, indent=2)),
    ("2026-03-02", "com.acme/order/jsonschema/1-0-0", text(ORDER | {"title": "An order"})),
    ("2026-03-03", "com.acme/order/jsonschema/1-0-0", text(schema("id", id="integer"))),
    ("2026-03-04", "com.acme/item/jsonschema/1-0-0", '{"type": '),
    ("2026-03-05", "com.acme/item/jsonschema/1-1-0", None),
    ("2026-03-06", "com.acme/item/jsonschema/1-1-0", text(schema("", id="string", note="string"))),
    ("2026-03-07", "com.acme/draft/jsonschema/1.0.0-beta", text(ORDER)),
    ("2026-03-08", "com.acme/draft/jsonschema/1.0.0-beta", text(ITEM)),
    ("2026-03-09", "com.acme/page/jsonschema/1-0-0", None),
]


def landed(folder: Path, edits: list[tuple[str, str, str | None]]) -> Path:
    chronicle, files, tip = Chronicle(), {"README.md": "Schemas.\n"}, 0
    for day, path, content in edits:
        if content is None:
            del files[f"schemas/{path}"]
            if "page" in path:
                files["schemas/com.acme/site/jsonschema/1-0-0"] = text(schema(url="string"))
        else:
            files[f"schemas/{path}"] = content
        tip = chronicle.commit("main", files, date.fromisoformat(day), after=tip)
    chronicle.write(folder)
    return folder


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    return landed(tmp_path / "vendor.git", EDITS)


def test_every_version_that_did_not_stay_is_told_with_what_it_came_to(
    vendor: Path, reg: Reg
) -> None:
    code, out, err = reg("-C", str(vendor), "audit", "scan", "--format", "json")
    assert (code, err) == (1, "")
    found = json.loads(out)
    assert found["layout"] == "schemas/com.acme/{schema}/jsonschema/{version}"
    assert found["layout_proposed"]
    assert found["counts"] == {
        "landings": 15,
        "schemas": 4,
        "versions": 7,
        "standing": 6,
        "rewritten": 2,
        "changed_in_meaning": 2,
        "gone": 2,
        "steps": 3,
        "steps_that_promise": 3,
        "too_small": 1,
        "larger_than_needed": 1,
        "undecided": 0,
    }
    assert found["meanings"] == {"bytes": 1, "words": 1, "narrowed and widened": 1, "not judged": 1}
    assert [
        (
            each["landing"]["time"][:10],
            each["schema"],
            each["version"],
            each["what"],
            each["meaning"],
        )
        for each in found["events"]
    ] == [
        ("2026-03-09", "page", "1-0-0", "moved", None),
        ("2026-03-06", "item", "1-1-0", "returned", None),
        ("2026-03-05", "item", "1-1-0", "removed", None),
        ("2026-03-04", "item", "1-0-0", "rewritten", "not judged"),
        ("2026-03-03", "order", "1-0-0", "rewritten", "narrowed and widened"),
        ("2026-03-02", "order", "1-0-0", "rewritten", "words"),
        ("2026-03-01", "order", "1-0-0", "rewritten", "bytes"),
    ]
    moved, *_ = found["events"]
    assert moved["moved_to"] == "schemas/com.acme/site/jsonschema/1-0-0"
    assert moved["days_after"] == 61
    assert [
        (each["schema"], each["version"], each["over"], each["declared"], each["honest"])
        for each in found["steps"]
    ] == [
        ("order", "1-0-1", "1-0-0", "ADDITION", "REVISION"),
        ("item", "1-1-0", "1-0-0", "REVISION", "ADDITION"),
    ]


def test_the_record_that_shows_it_was_allowed_and_is_not(vendor: Path, reg: Reg) -> None:
    import jsonschema

    _, out, _ = reg("-C", str(vendor), "audit", "scan", "--format", "json")
    step = json.loads(out)["steps"][0]
    record = json.loads(step["record"])
    older, newer = (
        jsonschema.Draft7Validator({**json.loads(each), "$schema": "x"})
        for each in (text(ORDER), text(schema("id at", id="string", at="string")))
    )
    assert older.is_valid(record)
    assert not newer.is_valid(record)


def test_each_form_has_its_look(vendor: Path, reg: Reg, golden: Callable[[str, str], None]) -> None:
    for form in ("text", "markdown", "html"):
        code, out, _ = reg("-C", str(vendor), "audit", "scan", "--format", form)
        assert code == 1
        golden(f"scan.{form}", out)


def test_the_answer_for_programs_is_as_published(vendor: Path, reg: Reg) -> None:
    import jsonschema

    published = json.loads(schema_text("scan"))
    for options in ((), ("--since", "2026-03-04"), ("--layout", "nowhere/{schema}/{version}")):
        _, out, _ = reg("-C", str(vendor), "audit", "scan", "--format", "json", *options)
        jsonschema.Draft202012Validator(published).validate(json.loads(out))


def test_what_came_before_a_day_counts_and_is_not_told(vendor: Path, reg: Reg) -> None:
    call = ("-C", str(vendor), "audit", "scan", "--format", "json")
    code, out, _ = reg(*call, "--since", "2026-03-09")
    found = json.loads(out)
    assert (code, found["counts"]["versions"], found["counts"]["gone"]) == (1, 7, 1)
    assert [each["what"] for each in found["events"]] == ["moved"]
    assert reg(*call, "--since", "2026-03-10")[0] == 0


def test_where_everything_stayed_nothing_is_found(tmp_path: Path, reg: Reg) -> None:
    repository = landed(tmp_path / "good.git", EDITS[:3])
    code, out, err = reg("audit", "scan", str(repository), "--head", "main")
    assert (code, err) == (0, "")
    assert out == (
        "good.git: 3 versions of 3 schemas, 3 landings from 2026-01-05 to 2026-01-07\n"
        "schemas/com.acme/{schema}/jsonschema/{version}, guessed from the paths, up to"
        f"{out.split('up to')[1].split(';')[0]}; steps\njudged by BACKWARD, content declared\n"
        "\n"
        "pass: no version was rewritten in place after publication\n"
    )


def test_a_list_says_how_much_it_leaves_out(vendor: Path, reg: Reg) -> None:
    _, out, _ = reg("-C", str(vendor), "audit", "scan", "--limit", "1")
    assert "Rewritten after publication (4)" in out
    assert "… and 3 older ones: --limit, or --format json" in out


def test_a_history_that_was_cut_off_is_not_guessed_at(
    repo: Any, make_repo: Callable[..., Any], reg: Reg
) -> None:
    for version in ("1.0.0", "1.0.1"):
        repo.commit({f"order/{version}.json": text(ORDER)})
    clone = make_repo("clone", "--bare")
    clone.git("fetch", "--quiet", "--depth=1", f"file://{repo.path}", "main:main")
    code, out, err = reg("-C", str(clone.path), "audit", "scan", "--head", "main")
    assert (code, out) == (3, "")
    assert "git fetch --unshallow" in err


def test_a_clone_without_the_files_says_what_to_fetch(
    repo: Any, make_repo: Callable[..., Any], reg: Reg
) -> None:
    for title in ("a", "b"):
        repo.commit({"order/1.0.0.json": text(ORDER | {"title": title})})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = make_repo("elsewhere").path / "clone"
    repo.git("clone", "--quiet", "--bare", "--filter=blob:none", f"file://{repo.path}", str(clone))
    assert reg("-C", str(clone), "audit", "scan")[0] == 1  # they are asked for
    repo.git("clone", "--quiet", "--bare", "--filter=blob:none", f"file://{repo.path}", f"{clone}2")
    repo.git("-C", f"{clone}2", "remote", "set-url", "origin", "file:///nowhere")
    code, out, err = reg("-C", f"{clone}2", "audit", "scan")
    assert (code, out) == (3, "")
    assert "git fetch --refetch" in err


def test_a_call_that_leads_nowhere_says_what_to_write(repo: Any, tmp_path: Path, reg: Reg) -> None:
    repo.commit({"README.md": "Nothing.\n"})
    code, out, err = reg("-C", str(repo.path), "audit", "scan")
    assert (code, out) == (2, "")
    assert "--layout 'schemas/{product}/{schema}/{version}.json'" in err
    assert reg("audit", "scan", str(tmp_path / "nothing"))[0] == 2
    assert reg("-C", str(repo.path), "audit", "scan", "--layout", "{schema}.json")[0] == 2


def test_a_relative_reference_leads_to_the_file_beside_it(repo: Any, reg: Reg) -> None:
    common = {"$defs": {"id": {"type": "string"}, "key": {"type": "integer"}}}

    def referring(name: str) -> str:
        return text({"properties": {"id": {"$ref": f"../common.json#/$defs/{name}"}}})

    repo.commit({"common.json": text(common), "order/1.0.0.json": referring("id")})
    repo.commit({"order/1.1.0.json": referring("key")})
    repo.commit({"order/1.2.0.json": referring("nothing")})
    _, out, _ = reg("-C", str(repo.path), "audit", "scan", "--format", "json")
    assert [
        (each["version"], each["finding"], each["meaning"]) for each in json.loads(out)["steps"]
    ] == [("1.1.0", "too-small", "narrowed and widened"), ("1.2.0", None, "undecided")]


def test_a_reference_by_name_leads_to_the_version_that_it_names(repo: Any, reg: Reg) -> None:
    def file(product: str, schema: str, version: str) -> str:
        return f"products/shop/{product}/schemas/{schema}/{version}.json"

    def referring(version: str) -> str:
        return text({"properties": {"amount": {"$ref": f"reg:payments/money@{version}"}}})

    repo.commit(
        {
            file("payments", "money", "1.0.0"): text({"type": "integer"}),
            file("payments", "money", "1.1.0"): text({"type": "number"}),
            file("orders", "order", "1.0.0"): referring("1.0.0"),
        }
    )
    repo.commit({file("orders", "order", "1.0.1"): referring("1.1.0")})
    repo.commit({file("orders", "order", "1.0.2"): referring("9.0.0")})
    _, out, _ = reg("-C", str(repo.path), "audit", "scan", "--format", "json")
    assert [
        (each["version"], each["finding"], each["meaning"])
        for each in json.loads(out)["steps"]
        if each["schema"].endswith("orders/order")
    ] == [("1.0.1", "too-small", "widened"), ("1.0.2", None, "undecided")]


HOSTILE = "<img src=x onerror=alert(1)>|`@team` [x](http://evil) \x1b[31m\u202e ::error::x"


def test_no_name_or_message_of_theirs_does_anything(repo: Any, reg: Reg) -> None:
    folder = HOSTILE.replace("/", "_")
    path = f"{folder}/1.0.0.json"
    repo.commit({path: text(ORDER)}, "Add")
    repo.commit({path: text(schema("id", id="integer"))}, f"::warning::{HOSTILE}")
    call = ("-C", str(repo.path), "audit", "scan", "--layout", "{schema}/{version}.json")
    seen = {form: reg(*call, "--format", form)[1] for form in ("text", "markdown", "html", "json")}
    for form, out in seen.items():
        assert "\x1b" not in out, form
        assert "\u202e" not in out, form
        assert not any(line.lstrip().startswith("::") for line in out.splitlines()), form
    assert "<img" not in seen["html"] + seen["markdown"]
    assert "@team" not in seen["markdown"]
    page = Page(seen["html"])
    assert page.tags <= Page.PLAIN
    assert page.addresses == []


def test_what_is_huge_is_not_judged_and_fills_no_page(repo: Any, reg: Reg) -> None:
    repo.commit({"order/1.0.0.json": text(ORDER)})
    repo.commit({"order/1.0.0.json": text(ORDER | {"description": "x" * 2_000_000})}, "x" * 50_000)
    for form in ("text", "markdown", "html"):
        code, out, _ = reg("-C", str(repo.path), "audit", "scan", "--format", form)
        assert code == 1
        assert "the file has more than 1,048,576 bytes" in " ".join(out.split())
        assert len(out) < 10_000


def test_a_path_that_is_no_text_is_told_all_the_same(repo: Any, reg: Reg) -> None:
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    repo.commit({f"{name}/1.0.0.json": text(ORDER)})
    repo.commit({f"{name}/1.0.0.json": text(schema("id", id="integer"))})
    for form in ("text", "markdown", "html", "json"):
        code, out, _ = reg("-C", str(repo.path), "audit", "scan", "--format", form)
        assert code == 1
        assert "udce9" in out


class Page(HTMLParser):
    """What a page is made of."""

    PLAIN = frozenset(
        (
            *(
                "html",
                "head",
                "meta",
                "title",
                "style",
                "body",
                "main",
                "h1",
                "h2",
                "p",
                "dl",
                "dt",
            ),
            *("dd", "div", "small", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "svg"),
            *("rect", "details", "summary", "code", "span"),
        )
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [name for name, _ in attrs if name in ("src", "href", "style")]


@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ({"type": "object"}, {"type": "object"}, Meaning.BYTES),
        ({"type": "string"}, {"type": "string", "title": "A"}, Meaning.WORDS),
        ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}, Meaning.WORDS),
        ({"minimum": 1, "type": "integer"}, {"exclusiveMinimum": 0, "type": "integer"}, Meaning.EQUIVALENT),
        (schema(id="string"), schema(id="string", at="string"), Meaning.COMPATIBLE),
        ({"type": "string"}, {"type": ["string", "null"]}, Meaning.WIDENED),
        ({"type": ["string", "null"]}, {"type": "string"}, Meaning.NARROWED),
        ({"type": "string"}, {"type": "integer"}, Meaning.BOTH),
        ({"type": "string"}, {"type": "text"}, Meaning.UNJUDGED),
        ({"type": "string"}, ["string"], Meaning.UNJUDGED),
        ({"type": "string"}, {"$ref": "http://example.com/other.json"}, Meaning.UNDECIDED),
    ],
)  # fmt: skip
def test_a_rewrite_comes_to(before: Any, after: Any, meaning: Meaning) -> None:
    found = judged(text(before).encode(), text(after, indent=1).encode(), "1.0.0.json")
    assert found.meaning is meaning
    assert bool(found.record) is (meaning in (Meaning.WIDENED, Meaning.NARROWED, Meaning.BOTH))
    assert bool(found.reason) is (meaning in (Meaning.UNDECIDED, Meaning.UNJUDGED))


def test_yaml_is_read_as_its_name_says() -> None:
    found = judged(b"type: string\n", b"# now\ntype: string\n", "order/1.0.0.yaml")
    assert found == RewriteEffect(Meaning.BYTES)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[" * 200_000, b"{" * 50, b"null", b"1e999999999"]
)
def test_a_file_that_nobody_can_read_is_no_crash(content: bytes) -> None:
    for path in ("1-0-0", "1.0.0.yaml"):
        assert judged(b'{"type": "string"}', content, path).meaning is Meaning.UNJUDGED


def number(text_: str) -> Numbered:
    found = number_of(text_)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("older", "newer", "meaning", "level", "expected"),
    [
        ("1-0-0", "1-0-1", Meaning.COMPATIBLE, "BACKWARD", ("ADDITION", "ADDITION")),
        ("1-0-0", "1-0-1", Meaning.WIDENED, "FULL", ("ADDITION", "ADDITION")),
        ("1-0-0", "1-0-1", Meaning.NARROWED, "FORWARD", ("ADDITION", "REVISION")),
        ("1-0-9", "1-1-0", Meaning.NARROWED, "BACKWARD", ("REVISION", "REVISION")),
        ("1-1-0", "2-0-0", Meaning.BOTH, "BACKWARD", ("MODEL", "MODEL")),
        ("1-1-0", "2-0-0", Meaning.WORDS, "BACKWARD", ("MODEL", "ADDITION")),
        ("1.0.0", "1.0.1", Meaning.WORDS, "BACKWARD", ("patch", "patch")),
        ("1.0.0", "1.0.1", Meaning.COMPATIBLE, "BACKWARD", ("patch", "minor")),
        ("1.0.0", "1.1.0", Meaning.EQUIVALENT, "BACKWARD", ("minor", "patch")),
        ("1.0.0", "1.1.0", Meaning.WIDENED, "BACKWARD", ("minor", "minor")),
        ("1.0.0", "1.1.0", Meaning.WIDENED, "FULL", ("minor", "major")),
        ("1.0.0", "1.1.0", Meaning.NARROWED, "BACKWARD", ("minor", "major")),
        ("1.9.0", "2.0.0", Meaning.NARROWED, "BACKWARD", ("major", "major")),
        ("1.0.0", "1.1.0", Meaning.UNDECIDED, "BACKWARD", ("minor", "")),
        ("1.0.0", "1.1.0", Meaning.UNJUDGED, "BACKWARD", ("minor", "")),
        ("1.4", "1.5", Meaning.WORDS, "BACKWARD", ("minor", "minor")),
        ("1.4", "2.0", Meaning.NARROWED, "BACKWARD", ("major", "major")),
        ("v1", "v2", Meaning.NARROWED, "BACKWARD", ("major", "")),
    ],
)
def test_a_step_is_called_and_is(
    older: str, newer: str, meaning: Meaning, level: str, expected: tuple[str, str]
) -> None:
    found = bump(number(older), number(newer), RewriteEffect(meaning), Level[level])
    assert found == Bump(*expected)
    if all(expected) and expected[0] != expected[1]:
        order = ("MODEL", "REVISION", "ADDITION", "major", "minor", "patch")
        assert found.too_small is (order.index(expected[0]) > order.index(expected[1]))
        assert found.larger is not found.too_small
    else:
        assert (found.too_small, found.larger) == (False, False)


def test_one_direction_that_is_in_doubt_does_not_hide_the_other() -> None:
    found = RewriteEffect(Meaning.WIDENED, "{}", "too large", doubt=True)
    assert (found.breaks("FORWARD"), found.breaks("BACKWARD")) == (True, None)


@pytest.mark.parametrize(
    ("paths", "layout"),
    [
        (
            "schemas/com.a/order/jsonschema/1-0-0 schemas/com.b/page/jsonschema/1-0-2 a/b-1.0.json",
            "schemas/{product}/{schema}/jsonschema/{version}",
        ),
        (
            "products/a/schemas/x/1.0.0.json products/b/schemas/y/1.0.0.json products/a/product.yaml",
            "products/{product}/schemas/{schema}/{version}.json",
        ),
        (
            "products/d/a/schemas/x/1.0.0.json products/e/b/schemas/y/1.0.0.json",
            "products/{domain}/{product}/schemas/{schema}/{version}.json",
        ),
        ("order/1.0.json page/2.0.json", "{schema}/{version}.json"),
        ("order.v1.json order.v2.json page.v1.json", "{schema}.{version}.json"),
        ("events/order-1.2.0.json events/order-1.3.0.json", "events/{schema}-{version}.json"),
        ("order/v1/schema.json page/v1/schema.json", "{schema}/{version}/schema.json"),
        ("src/v1/order.json src/v1/page.json", "src/{version}/{schema}.json"),
        ("order_2.yaml", "{schema}_{version}.yaml"),
        ("schemas/1.0.0.json schemas/1.1.0.json", "{schema}/{version}.json"),
        ("src/schemas/1.0.0.json", "src/{schema}/{version}.json"),
        ("v1/schema.json v2/schema.json", "{version}/{schema}.json"),
        ("v1.18.0/pod.json v1.18.0/job.json v1.19.0/pod.json", "{version}/{schema}.json"),
    ],
)  # fmt: skip
def test_a_layout_is_proposed_by_the_look_of_the_paths(paths: str, layout: str) -> None:
    assert propose(paths.split()) == layout


@pytest.mark.parametrize(
    "paths",
    [
        "",
        "README.md src/main.py",
        "1.0.0.json 1.1.0.json",
        "a/b/c/d/1.0.0.json e/f/g/h/1.0.0.json",
        "1.0.0/a/b.json 1.1.0/c/d.json",
        "2024/01/x.json",
    ],
)
def test_no_layout_is_made_up(paths: str) -> None:
    with pytest.raises(RegistryError, match="no versioned schema files"):
        propose(paths.split())
