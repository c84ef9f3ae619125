"""Owns the consent page: which account, which scopes, Allow or Deny."""

from html import escape

from tests.localcloud.oauth.store import IDENTITY, LONG_NAMES

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in - local Google</title>
<link rel="icon" href="data:,"></head>
<body><main>
<h1>{client} wants access to your Google Account</h1>
<form method="post" action="?{query}">
<fieldset><legend>Account</legend>
{accounts}
</fieldset>
<fieldset><legend>What it may do</legend>
{scopes}
</fieldset>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>
</main></body></html>
"""
_CHOICE = '<label><input type="{kind}" name="{name}" value="{value}"{state}> {value}</label><br>'


def page(client: str, query: str, addresses: list[str], hint: str, scopes: list[str]) -> str:
    """Render the page; the form's fields are `account`, `scope` (one for each box) and `decision`."""
    chosen = hint if hint in addresses else next(iter(addresses), "")
    accounts = [_choice("radio", "account", name, "checked" if name == chosen else "") for name in addresses]
    # A box that is disabled is not sent: identity is granted anyway.
    boxes = [
        _choice("checkbox", "scope", name, "checked disabled" if fixed(name) else "checked")
        for name in scopes
    ]
    return _PAGE.format(
        client=escape(client), query=escape(query), accounts="\n".join(accounts), scopes="\n".join(boxes)
    )


def fixed(scope: str) -> bool:
    """Tell whether a scope is about identity alone, which cannot be unticked."""
    return LONG_NAMES.get(scope, scope) in IDENTITY


def _choice(kind: str, name: str, value: str, state: str) -> str:
    return _CHOICE.format(kind=kind, name=name, value=escape(value), state=f" {state}" if state else "")
