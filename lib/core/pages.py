"""Own the HTML of the pages that people see; what is put in is escaped, nothing is loaded from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

STYLE = """
:root { color-scheme: light dark; font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --page: #f3f5f9; --card: #fff; --line: #dde3ec; --text: #1b2430;
  --accent: #1a56db; --on-accent: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --page: #11151b; --card: #1a2029; --line: #2d3643; --text: #e8ecf2;
    --accent: #8ab4ff; --on-accent: #0b1526; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 12vh 1rem 3rem; background: var(--page); color: var(--text); }
main { max-width: 36rem; margin: 0 auto; padding: 2rem 2.25rem 2.25rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance;
  overflow-wrap: break-word; }
p { margin: 0 0 .85rem; text-wrap: pretty; }
form { margin: 0; }
.action { display: inline-block; font: inherit; font-weight: 600; margin-top: .75rem; padding: .7rem 1.4rem;
  border: 0; border-radius: .5rem; background: var(--accent); color: var(--on-accent);
  text-decoration: none; text-align: center; cursor: pointer; }
.action:hover { filter: brightness(1.08); }
.action:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
@media (max-width: 32rem) {
  body { padding: 1.25rem .75rem; }
  main { padding: 1.5rem 1.25rem; }
  .action { display: block; width: 100%; }
}
"""

#: For the header: the page's own style and forms to its own host are all that is allowed.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Describe the one thing to do on a page: follow a link, or press a button that posts ``fields``.

    onward: a link that the browser follows by itself. It does what a redirect cannot do after a button was
    pressed: Chromium holds all redirects of a form to the page's form-action, those behind Google's too.
    """

    label: str
    url: str
    method: Literal["link", "post", "onward"] = "link"
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Escaping does not stop a javascript: link.
        if not self.url.startswith(("https://", "http://", "/", "?")):
            raise ValueError("an action leads to an http(s) URL or a path")


def render(title: str, paragraphs: Sequence[str], action: Action | None = None) -> str:
    """Return a whole page as text."""
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
{_refresh(action) if action else ""}<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{body}
{_action(action) if action else ""}
</main>
</body>
</html>
"""


def _action(action: Action) -> str:
    url, label = escape(action.url), escape(action.label)
    if action.method in {"link", "onward"}:
        return f'<a class="action" href="{url}">{label}</a>'
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in action.fields.items()
    )
    return f'<form method="post" action="{url}">{hidden}<button class="action">{label}</button></form>'


def _refresh(action: Action) -> str:
    if action.method != "onward":
        return ""
    return f'<meta http-equiv="refresh" content="0; url={escape(action.url)}">\n'
