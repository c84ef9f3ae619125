"""Own the records in Firestore; every write of a document that was read depends on its update time.

So a decision never overwrites what it has not seen. A read is one BatchGetDocuments, a commit one Commit.
``FIRESTORE_EMULATOR_HOST`` is honoured by the client. Each query names the composite index that it needs.
"""

from lib.adapters.firestore_store.calls import translated
from lib.adapters.firestore_store.store import FirestoreStore

__all__ = ["FirestoreStore", "translated"]
