"""Own how a cell of a CSV is written so that no spreadsheet takes it for a formula, and read again.

Invariant: whatever text is written comes back the same; OWASP, "CSV Injection".
"""

from __future__ import annotations

import re

#: What begins a formula, in its wide forms too, whatever apostrophes are before it.
_FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]")


def plain(cell: str) -> str:
    """Return a cell with an apostrophe before what would be a formula (an address may begin with = or +)."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_written(cell: str) -> str:
    """Undo ``plain``."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
