"""Read the application's secrets from Google's Secret Manager, AWS Secrets Manager or the environment.

There are four: ``oauth-client``, ``token-keyset``, ``address-key`` and ``ticket-key``. The values never show
in an error or a log. A secret that cannot be read is Unavailable, not Permanent: queued work must come again
when the operator has put it right. Each source has a module of its own: only its client is imported.
"""

from __future__ import annotations

from lib.adapters.secrets.kept import Secrets, SecretSource

__all__ = ["SecretSource", "Secrets"]
