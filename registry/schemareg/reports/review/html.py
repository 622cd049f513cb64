"""A report as one standalone page: no script, no font, no image, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.reports.review import commands, sentences
from schemareg.reports.review.bounds import bounded, bounded_mistakes
from schemareg.reports.review.json_document import witness_value
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.model import Finding, Mistake, Report, VersionVerdict

MOST = 2_000
"""Findings, and versions, of one page."""

LONGEST_WITNESS = 10_000
"""Characters of one witness; the JSON form has it whole."""

_TITLES = {
    "pass": "Nothing breaks",
    "fail": "This change breaks promises",
    "undecided": "This change is undecided",
}

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #57606a; --line: #d0d7de;
  --code: #f3f4f6; --error: #b42318; --warning: #8a5a00; --notice: #0b5cad; --good: #176f2c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #9aa4af;
  --line: #30363d; --code: #161b22; --error: #ff8577; --warning: #e3b341; --notice: #79b8ff;
  --good: #56d364; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; }
p, dl { margin: .4rem 0; }
code, pre { font: .9em/1.45 ui-monospace, monospace; background: var(--code); border-radius: 4px; }
code { padding: .1em .3em; }
pre { padding: .7rem; overflow-x: auto; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: var(--faint); }
dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--faint); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: normal; }
td code, th code { white-space: nowrap; }
article { border-left: 4px solid var(--line); padding: .2rem 0 .2rem 1rem; margin: 1.2rem 0; }
.error { border-color: var(--error); } .warning { border-color: var(--warning); }
.notice { border-color: var(--notice); }
b.error, b.breaking, b.fail { color: var(--error); }
b.warning, b.undecided { color: var(--warning); }
b.notice { color: var(--notice); } b.compatible, b.pass { color: var(--good); }
.faint { color: var(--faint); font-size: .9rem; }
ins { text-decoration: none; color: var(--good); } del { text-decoration: none; color: var(--error); }
summary { cursor: pointer; }
@media print { body { max-width: none; } }
"""


def render(report: Report) -> str:
    """The verdict, the versions, then every finding with its record; for eyes, paper and readers of screens."""
    report = bounded(report)
    title = _TITLES[report.verdict]
    total = f"{sentences.findings_total(report)}; {sentences.versions_total(report)}"
    body = [
        f"<header>\n<h1>{title}</h1>",
        f'<p><b class="{report.verdict}">{report.verdict}</b>: {escape.markup(total)}</p>',
        _facts(
            ("compared", sentences.compared(report)), ("policy", sentences.policy(report.policy))
        ),
        "</header>\n<main>",
        *_versions(report),
        *_findings(report.findings),
        "</main>",
    ]
    return _page(f"{report.verdict}: {title}", body)


def render_mistakes(mistakes: Sequence[Mistake], notices: Sequence[Mistake] = ()) -> str:
    """Every mistake with its place and its fix, then valid but probably unintended content."""
    count = sentences.plural(len(mistakes), "mistake")
    title = f"{count} in the files" if mistakes else "Every file is well formed"
    body = [f"<header>\n<h1>{title}</h1>\n</header>\n<main>"]
    body += [_mistake(each, "error") for each in bounded_mistakes(mistakes[:MOST])]
    body += [_mistake(each, "notice") for each in bounded_mistakes(notices[:MOST])]
    left = max(0, len(mistakes) - MOST) + max(0, len(notices) - MOST)
    return _page(title, [*body, _more(left, "mistake"), "</main>"])


def _page(title: str, body: Iterable[str]) -> str:
    import hashlib
    from base64 import b64encode

    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape.markup(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    )
    return "\n".join([head, *filter(None, body), "</body>\n</html>"]) + "\n"


def _versions(report: Report) -> Iterator[str]:
    if not report.versions:
        return
    yield '<section aria-labelledby="versions">\n<h2 id="versions">Versions</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="versions">\n<table>'
    yield "<caption>Every new or changed version, and its required number</caption>"
    yield (
        '<thead><tr><th scope="col">Version</th><th scope="col">Outcome</th>'
        '<th scope="col">Bump needed</th><th scope="col">Compared with</th></tr></thead>\n<tbody>'
    )
    yield from map(_row, report.versions[:MOST])
    yield "</tbody>\n</table>\n</div>"
    yield _more(len(report.versions) - MOST, "version")
    for each in report.versions[:MOST]:
        if each.promises or each.changes:
            yield _changes(each)
    yield "</section>"


def _row(verdict: VersionVerdict) -> str:
    word = verdict.outcome.value
    outcome = f'<b class="{word}">{word}</b>'
    if verdict.reason:
        outcome += f": {_text(verdict.reason)}"
    bump = _text(verdict.required_bump)
    if verdict.honest not in ("", verdict.version):
        bump += f": {_code(verdict.honest)}"
    cells = (outcome, bump, _text(", ".join(verdict.against)))
    name = _code(f"{verdict.product}/{verdict.schema} {verdict.version}")
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{name}</th>{row}</tr>'


def _changes(verdict: VersionVerdict) -> str:
    lines = [
        f"<{tag}>{sign} {escape.markup(f'{each.field}: {promised}')}</{tag}>"
        for each in verdict.promises
        for sign, tag, promised in (("-", "del", each.before), ("+", "ins", each.after))
        if promised
    ]
    lines += [f"* {escape.markup(each)}" for each in verdict.changes]
    name = _text(f"{verdict.product}/{verdict.schema} {verdict.version}")
    text = "\n".join(lines)
    return f"<details><summary>Changes of {name}</summary>\n<pre>{text}</pre>\n</details>"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        return
    yield '<section aria-labelledby="findings">\n<h2 id="findings">Findings</h2>'
    yield from map(_finding, findings[:MOST])
    yield _more(len(findings) - MOST, "finding")
    yield "</section>"


def _finding(finding: Finding) -> str:
    severity = finding.severity.value
    parts = [
        f'<article class="{severity}">',
        f'<h3><b class="{severity}">{severity}</b> {_code(finding.rule)} {_text(sentences.relation(finding))}</h3>',
        f'<p class="faint">{_text(str(finding.place))}</p>',
        f'<p dir="auto">{_text(finding.message)}</p>',
        _facts(
            ("hits", sentences.hits(finding)),
            ("why", finding.why),
            ("dates", finding.dates),
            ("waived", finding.waived),
            ("fix", finding.remedy),
            ("accept it", sentences.waive(finding)),
            ("more", f"reg explain {finding.rule}"),
        ),
        _witness(finding),
        "</article>",
    ]
    return "\n".join(filter(None, parts))


def _witness(finding: Finding) -> str:
    if finding.witness is None:
        return ""
    record = json_values.render(witness_value(finding.witness), indent=2)
    shown = escape.shortened(escape.json_text(record), LONGEST_WITNESS)
    summary = _text(sentences.witnessed(finding))
    return f"<details open><summary>A record {summary}</summary>\n<pre>{escape.markup(shown)}</pre>\n</details>"


def _mistake(mistake: Mistake, severity: str) -> str:
    place = _text(str(mistake.place))
    return (
        f'<article class="{severity}">\n'
        f'<h3><b class="{severity}">{severity}</b> {_code(mistake.rule)}</h3>\n'
        f'<p class="faint">{place}</p>\n<p dir="auto">{_text(mistake.what)}</p>\n'
        f"{_facts(('fix', mistake.remedy))}\n</article>"
    )


def _facts(*rows: tuple[str, str]) -> str:
    cells = [f'<dt>{name}</dt><dd dir="auto">{_said(text)}</dd>' for name, text in rows if text]
    return "\n".join(["<dl>", *cells, "</dl>"]) if cells else ""


def _more(count: int, noun: str) -> str:
    if count <= 0:
        return ""
    return f'<p class="faint">{sentences.plural(count, f"more {noun}")}: the JSON form has all.</p>'


def _text(text: str) -> str:
    return escape.markup(escape.visible(text))


def _said(text: str) -> str:
    """A sentence with its commands as code."""
    return commands.marked(escape.visible(text), escape.markup, _code)


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"
