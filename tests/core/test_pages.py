"""Show that a page escapes what is put in, and allows nothing but its own style and forms."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from lib.core.pages import CONTENT_SECURITY_POLICY, Action, render

EVIL = '<script>alert("x")</script>'


def test_everything_that_is_put_in_is_escaped() -> None:
    for method in ("link", "post", "onward"):
        action = Action(label=EVIL, url=f"/x?{EVIL}", method=method, fields={EVIL: EVIL})
        page = render(EVIL, [EVIL, EVIL], action)
        assert "<script" not in page
        assert page.count("&lt;script&gt;") >= 5


def test_post_is_a_form_with_its_fields() -> None:
    page = render("t", ["p"], Action(label="Go", url="/go", method="post", fields={"state": "s"}))
    assert '<form method="post" action="/go"><input type="hidden" name="state" value="s">' in page


def test_onward_is_a_link_that_the_browser_follows_by_itself() -> None:
    page = render("t", ["p"], Action(label="Go", url="https://example.com/?a=1&b=2", method="onward"))
    assert '<meta http-equiv="refresh" content="0; url=https://example.com/?a=1&amp;b=2">' in page
    assert 'href="https://example.com/?a=1&amp;b=2">Go</a>' in page
    for other in (None, Action(label="Go", url="/go"), Action(label="Go", url="/go", method="post")):
        assert "http-equiv" not in render("t", ["p"], other)


def test_page_without_action_has_none() -> None:
    assert 'class="action"' not in render("t", ["p"])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", ""])
def test_action_leads_nowhere_else(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Action(label="Go", url=url)


def test_policy_allows_the_style_of_the_page() -> None:
    style = re.search(r"<style>(.*?)</style>", render("t", []), re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
