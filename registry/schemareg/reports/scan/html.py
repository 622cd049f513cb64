"""A scan as one standalone HTML page: no script, no requests, light and dark."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape as html_escape
from typing import TYPE_CHECKING

from schemareg.reports.scan.sentences import (
    LONGEST_RECORD,
    MEANINGS,
    headline,
    person,
    scope,
    sections,
    totals,
)
from schemareg.scan.rewrites import Meaning
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.reports.scan.sentences import ScanEntry, Section
    from schemareg.scan.scan import Scan

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8881; --bad: #c62828; --good: #2e7d32;
  --doubt: #b26a00; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #81c784; --doubt: #ffb74d; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
p.scope { margin-top: .25rem; opacity: .75; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.5rem 0; }
dl div { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; min-width: 8rem; }
dt { opacity: .75; font-size: .875rem; } dd { margin: 0; font-size: 1.75rem; font-weight: 600; }
dd small { font-size: 1rem; font-weight: 400; opacity: .75; }
.fail { color: var(--bad); } .pass { color: var(--good); } .undecided { color: var(--doubt); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; font-size: .875rem; } td.n { text-align: right; white-space: nowrap; }
td.day { white-space: nowrap; } svg { width: 12rem; height: .8rem; display: block; margin-top: .35rem; }
rect { fill: currentColor; } .who { opacity: .75; font-size: .875rem; }
code { font: .8125rem/1.45 ui-monospace, monospace; background: var(--soft); padding: .1rem .25rem;
  overflow-wrap: anywhere; }
summary { cursor: pointer; }
"""
_POLICY = (
    "default-src 'none'; style-src 'sha256-"
    f"{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
)


def page(scan: Scan, limit: int) -> str:
    """The page; each list has at most `limit` entries."""
    title = f"Schema history of {scan.repository}"
    verdict = "pass" if scan.clean else "fail"
    body = [
        f"<h1>{_text(title)}</h1>",
        f'<p class="scope">{_text(scope(scan))}</p>',
        _cards(scan),
        "<ul>",
        *(f"<li>{_text(each)}</li>" for each in totals(scan)),
        "</ul>",
        *_meanings(scan),
        *(line for each in sections(scan, limit) for line in _section(each)),
        f'<p class="scope">{_text(headline(scan))}. <span class="{verdict}">{verdict}</span></p>',
    ]
    head = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
    ]
    return "\n".join([*head, *body, "</main>", "</body>", "</html>"]) + "\n"


def _cards(scan: Scan) -> str:
    share = f"{100 * scan.rewritten / scan.versions:.1f} %" if scan.versions else ""
    cards = (
        ("versions published", scan.versions, f"of {scan.schemas:,} schemas", ""),
        ("rewritten in place", scan.rewritten, share, "fail" if scan.rewritten else "pass"),
        ("changed in meaning", scan.changed, "", "fail" if scan.changed else "pass"),
        ("removed or moved", scan.gone, "", "fail" if scan.gone else "pass"),
        (
            "bumps too small",
            len(scan.too_small),
            f"of {scan.promising:,}",
            "fail" if scan.too_small else "pass",
        ),
    )
    return "\n".join(
        [
            "<dl>",
            *(
                f'<div><dt>{_text(what)}</dt><dd class="{kind}">{count:,}'
                f" <small>{_text(beside)}</small></dd></div>"
                for what, count, beside, kind in cards
            ),
            "</dl>",
        ]
    )


def _meanings(scan: Scan) -> Iterator[str]:
    if not scan.meanings:
        return
    most = max(scan.meanings.values())
    yield "<h2>Effect of the rewrites</h2>"
    yield "<table><thead><tr><th>outcome</th><th>rewrites</th><th></th><th>meaning</th></tr></thead>"
    yield "<tbody>"
    for meaning, count in scan.meanings.items():
        width = max(100 * count // most, 1)
        yield (
            f'<tr><td>{_text(meaning.value)}</td><td class="n">{count:,}</td>'
            f'<td class="{_class(meaning)}"><svg viewBox="0 0 100 8" preserveAspectRatio="none"'
            f' role="presentation"><rect width="{width}" height="8"/></svg></td>'
            f"<td>{_text(MEANINGS[meaning])}</td></tr>"
        )
    yield "</tbody></table>"


def _class(meaning: Meaning) -> str:
    if meaning.harmless:
        return "pass"
    return "undecided" if meaning in (Meaning.UNDECIDED, Meaning.UNJUDGED) else "fail"


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{_text(section.title)}</h2>"
    yield "<table><thead><tr><th>landed</th><th>version</th><th>what</th></tr></thead><tbody>"
    yield from map(_row, section.entries)
    yield "</tbody></table>"
    if section.left_out:
        yield f"<p>… and {section.left_out:,} older ones.</p>"


def _row(each: ScanEntry) -> str:
    landing = each.landing
    record = ""
    if each.record:
        introduced, _, text = each.record.partition(": ")
        shown = escape.shortened(text, LONGEST_RECORD)
        record = (
            f"<details><summary>{_text(introduced)}</summary><code>{_text(shown)}</code></details>"
        )
    reason = f"<div>{_text(each.reason)}</div>" if each.reason else ""
    who = f"{person(landing)}: {escape.shortened(landing.subject, 200)}"
    return (
        f'<tr><td class="day">{landing.time.date()}<div class="who"><code>'
        f"{_text(landing.commit[:12])}</code></div></td>"
        f"<td>{_text(each.name)}</td>"
        f'<td>{_text(each.what)}{record}{reason}<div class="who">by {_text(who)}</div></td></tr>'
    )


def _text(text: str) -> str:
    return html_escape(escape.visible(text))
