"""Own the HTML of the pages that people see; what is put in is escaped, nothing is loaded from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 2rem 1rem; }
main { max-width: 34rem; margin: 0 auto; }
h1 { font-size: 1.5rem; line-height: 1.25; }
.action { display: inline-block; font: inherit; margin-top: 1rem; padding: .6rem 1.2rem; border: 0;
  border-radius: .4rem; background: #1a56db; color: #fff; text-decoration: none; cursor: pointer; }
"""

#: For the header: the page's own style and forms to its own host are all that is allowed.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Describe the one thing to do on a page: follow a link, or press a button that posts ``fields``."""

    label: str
    url: str
    method: Literal["link", "post"] = "link"
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
<style>{STYLE}</style>
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
    if action.method == "link":
        return f'<a class="action" href="{url}">{label}</a>'
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in action.fields.items()
    )
    return f'<form method="post" action="{url}">{hidden}<button class="action">{label}</button></form>'
