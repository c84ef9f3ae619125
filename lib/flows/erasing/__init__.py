"""Own the erasing: it is asked for (``asking``), shown (``showing``) and carried out (``carrying_out``).

Invariant: it may die anywhere, and ``maintain`` goes on with it, until all was removed twice.
"""

from lib.flows.erasing.carrying_out import erase_on

__all__ = ["erase_on"]
