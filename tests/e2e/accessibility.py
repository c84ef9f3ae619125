"""Own the look at a page by axe-core: the rules of WCAG 2.0 to 2.2, levels A and AA.

axe-core comes from the console's npm lock. It runs inside the page by the browser's own tools, which the
page's policy does not bind.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.localcloud.child_process import ROOT

AXE = ROOT / "build/console/node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_RUN = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll("\\n", " ")}`));
}"""


def missing_axe(path: Path = AXE) -> str | None:
    """Return why there is no axe-core, None when there is."""
    return None if path.exists() else "axe-core is not there: make build/console/installed"


def violations(page: Page) -> list[str]:
    """Return what on a page breaks a rule, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN, list(TAGS))
    return found
