"""One analysis, many faces: a change is judged once, and shown from what was written down."""

from __future__ import annotations

import io
import json
import os
import pathlib
import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.hostile import HOSTILE

from schemareg.reports.review import FILES, FORMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORDER = "products/orders/schemas/order"
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n"
BILLING = "team: billing\nuses: [{schema: orders/order, versions: ^1, fields: [coupon]}]\n"
WEB = "https://github.com/acme/data"


def schema(**properties: Any) -> str:
    return json.dumps({"type": "object", "properties": properties}, indent=2)


FIRST = schema(id={"type": "string"}, coupon={"type": "string"})
WITHOUT = schema(id={"type": "string"})


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """orders/order 1.0.0 has landed, billing reads its coupon, and 1.1.0 takes it away."""
    files = {
        "registry.yaml": "version: 1\n",
        "products/orders/product.yaml": PRODUCT,
        "products/orders/consumers/billing.yaml": BILLING,
        f"{ORDER}/1.0.0.json": FIRST,
    }
    repo.commit(files, "Add orders", on=date(2026, 3, 1))
    repo.branch("topic")
    repo.commit({f"{ORDER}/1.1.0.json": WITHOUT}, "orders: no coupons", on=date(2026, 3, 2))
    monkeypatch.chdir(repo.path)
    return repo


@pytest.fixture
def result(shop: Any, reg: Callable[..., Any], tmp_path: Path) -> str:
    """The file in which a job wrote what it found."""
    path = tmp_path / "result.json"
    code, out, err = reg(
        "check", "--today", "2026-03-02", "--format", "json", "--output", str(path)
    )
    assert (code, out, err) == (1, "", "")
    return str(path)


def test_every_form_says_the_same_whether_it_was_judged_now_or_read_back(
    result: str, reg: Callable[..., Any]
) -> None:
    for form in FORMS:
        code, shown, _ = reg("check", "--today", "2026-03-02", "--format", form)
        assert code == 1
        assert reg("report", result, "--to", form) == (0, shown, "")
    assert reg("report", result) == reg("report", result, "--to", "text")


def test_several_forms_go_into_a_folder_and_the_annotations_to_the_runner(
    result: str, reg: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "reports" / "of today"
    forms = ",".join(FORMS)
    code, out, err = reg("report", result, "--to", forms, "--output", str(folder))
    assert (code, err) == (0, "")
    assert out == reg("report", result, "--to", "github")[1]
    written = {each.name: each.read_text("utf-8") for each in folder.iterdir()}
    assert sorted(written) == sorted(FILES[form] for form in FORMS if form != "github")
    for form in FORMS:
        if form != "github":
            assert written[FILES[form]] == reg("report", result, "--to", form)[1]


def test_a_single_form_goes_where_it_is_told(
    result: str, reg: Callable[..., Any], tmp_path: Path
) -> None:
    file, folder = tmp_path / "x.sarif", tmp_path / "there"
    folder.mkdir()
    assert reg("report", result, "--to", "sarif", "--output", str(file)) == (0, "", "")
    assert reg("report", result, "--to", "sarif", "--output", str(folder)) == (0, "", "")
    assert file.read_bytes() == (folder / "report.sarif").read_bytes()
    code, out, _ = reg("report", result, "--to", "junit,github", "--output", str(folder))
    assert (code, out.startswith("::error ")) == (0, True)
    assert (folder / "junit.xml").is_file()


def test_a_result_comes_and_goes_by_a_pipe_too(result: str, reg: Callable[..., Any]) -> None:
    _, shown, _ = reg("report", result)
    content = pathlib.Path(result).read_bytes()
    far, result_in = os.pipe()
    shown_out, near = os.pipe()
    with os.fdopen(result_in, "wb") as written, os.fdopen(shown_out, "rb") as read:
        written.write(content)
        written.close()
        call = ("report", f"/dev/fd/{far}", "--output", f"/dev/fd/{near}")
        assert reg(*call) == (0, "", "")
        os.close(far)
        os.close(near)
        assert read.read().decode("utf-8") == shown


def test_an_answer_does_not_go_into_a_folder(shop: Any, reg: Callable[..., Any]) -> None:
    del shop
    code, out, err = reg("check", "--output", "products")
    assert (code, out) == (2, "")
    assert err == "reg: products: this is a folder\n  Name a file in it: --output FILE\n"


def test_a_later_job_can_gate_on_it(
    result: str, reg: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reg("report", result, "--exit-code")[0] == 1
    text = (tmp_path / "result.json").read_text("utf-8")
    forged = json.loads(text) | {"verdict": "pass", "counts": {}}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(forged).encode())))
    assert reg("report", "-", "--exit-code")[0] == 1
    clean = tmp_path / "clean.json"
    reg("check", "--head", "main", "--format", "json", "--output", str(clean))
    assert reg("report", str(clean), "--exit-code", "--fail-on", "notice")[0] == 0
    doubt = json.loads(clean.read_text("utf-8"))
    doubt["versions"] = [json.loads(text)["versions"][0] | {"outcome": "undecided"}]
    clean.write_text(json.dumps(doubt), encoding="utf-8")
    assert reg("report", str(clean), "--exit-code")[0] == 3


def test_files_that_are_wrong_are_shown_in_every_form_too(
    shop: Any, reg: Callable[..., Any], tmp_path: Path
) -> None:
    shop.write({"products/orders/product.yaml": PRODUCT + "onwer: x\n"})
    path = tmp_path / "result.json"
    assert reg("check", "--format", "json", "--output", str(path))[0] == 2
    for form in FORMS:
        code, shown, err = reg("report", str(path), "--to", form)
        assert (code, err) == (0, "")
        assert "key-unknown" in shown or form == "comment"
        assert "onwer" in shown
    assert reg("report", str(path), "--exit-code")[0] == 2


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("--to sarfi", "reg: --to: there is no form 'sarfi'\n  Did you mean sarif?\n"),
        ("--to xml", "reg: --to: there is no form 'xml'\n  There are text, json, markdown"),
        ("--to html,junit", "reg: --to: 2 forms cannot share stdout\n  Name a folder for them"),
        (
            "--to comment --web javascript:1",
            "reg: --web: 'javascript:1' is not a page to link to\n",
        ),
        (
            "--to comment --run x",
            "reg: --run: 'x' is not a page to link to\n  Name it as the browser",
        ),
        ("--to html,junit -o result.json", "reg: result.json: 2 forms do not go into one file\n"),
        ("--to github,html -o result.json", "reg: result.json: 2 forms do not go into one file\n"),
    ],
)
def test_a_call_that_cannot_be_followed_is_told_how_it_goes(
    call: str,
    told: str,
    result: str,
    reg: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = reg("report", "result.json", *call.split())
    assert (code, out) == (2, "")
    assert err.startswith(told)


def test_what_is_no_result_is_refused_before_anything_is_written(
    reg: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = reg("report", "none.json")
    assert (code, out) == (2, "")
    assert err == (
        "reg: none.json: there is no such file\n"
        "  Write it first: reg check --format json --output none.json\n"
    )
    (tmp_path / "bad.json").write_bytes(b"\x00{")
    code, out, err = reg("report", "bad.json", "--to", "html,junit", "--output", "there")
    assert (code, out) == (2, "")
    assert err.startswith(
        "reg: bad.json: this is not a report: it is not JSON at line 1, column 1\n"
    )
    assert not (tmp_path / "there").exists()


def test_what_the_comment_offers_is_a_way_out(
    shop: Any, result: str, reg: Callable[..., Any]
) -> None:
    code, out, _ = reg("report", result, "--to", "comment", "--web", WEB, "--branch", "main")
    assert code == 0
    assert "| billing (coupon) |" in out
    (link,) = re.findall(r"\[Announce it\]\((\S+)\)", out)
    assert link.startswith(f"{WEB}/new/main?")
    (filename,), (value,) = parse_qs(urlsplit(link).query).values()
    shop.checkout("main")
    shop.write({filename: value})
    code, _, err = reg("validate")
    assert (code, "reason is empty, and must be text" in err) == (2, True)
    shop.commit({filename: value.replace("reason:", "reason: It goes.")}, on=date(2026, 3, 3))
    shop.checkout("topic")
    shop.git("rebase", "--quiet", "main")
    assert reg("check", "--today", "2026-06-01")[0] == 1
    assert reg("check", "--today", "2026-06-10")[0] == 0


def test_a_repository_of_hostile_texts_gives_the_runner_no_commands(
    repo: Any, reg: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.path)
    texts = [text for text in HOSTILE if "\ud800" not in text]
    before = {text: {"enum": [text, "x"], "description": text} for text in texts}
    after = {text: {"enum": ["x"], "description": text * 2} for text in texts[::2]}
    words = {"title": texts[0], "owner": {"team": "a"}, "schemas": {"order": {}}}
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            "products/orders/product.yaml": json.dumps(words | {"description": texts[1]}),
            f"{ORDER}/1.0.0.json": json.dumps(
                {"type": "object", "properties": before, "required": texts}
            ),
        }
    )
    repo.branch("topic")
    repo.write(
        {
            f"{ORDER}/1.1.0.json": json.dumps({"type": "object", "properties": after}),
            "products/orders/product.yaml": json.dumps(words | {"description": texts[2] * 9}),
        }
    )
    path = tmp_path / "result.json"
    assert reg("check", "--format", "json", "--output", str(path))[0] == 1
    for form in FORMS:
        code, shown, _ = reg("report", str(path), "--to", form, "--web", WEB)
        assert code == 0
        found = re.findall(r"^\s*::(\S+)", shown, re.MULTILINE)
        assert set(found) <= ({"error", "warning", "notice"} if form == "github" else set())
        assert "##[" not in shown
        assert [c for c in shown if c not in "\n\u200b" and not c.isprintable()] == []
