"""Own the reading from environment variables, for local runs."""

from __future__ import annotations

from collections.abc import Mapping

from lib.core.errors import Unavailable


class EnvironmentSecrets:
    """Read from variables like OUTREACH_SECRET_OAUTH_CLIENT."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def read(self, name: str) -> bytes:
        """Return the variable's value; Unavailable when it is missing."""
        variable = "OUTREACH_SECRET_" + name.upper().replace("-", "_")
        value = self._variables.get(variable, "")
        if not value:
            raise Unavailable(f"secret {name}: {variable} is missing")
        return value.encode()
