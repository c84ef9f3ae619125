"""Owns the error of a token endpoint."""

from typing import Any


class OAuthError(Exception):
    """An error of a token endpoint (RFC 6749, 5.2), worded as Google does."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> dict[str, Any]:
        return {"error": self.error, "error_description": self.description}
