"""Own how Firestore is called: for how long, how often, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type

from lib.core.errors import Contended, Unavailable

# The client's own policies, cut down to what a function has time for; its queue tries again later.
#
# A Commit is tried again too. If the first try had its effect, the next one fails its preconditions, which is
# Contended: the caller reads its own write and decides on that. Writes without a precondition are the same
# document again.
CALL: Mapping[str, Any] = {
    "timeout": 20.0,
    "retry": Retry(
        if_exception_type(exceptions.ServiceUnavailable, exceptions.ResourceExhausted),
        initial=0.1,
        multiplier=2.0,
        maximum=2.0,
        timeout=15.0,
    ),
}

#: NotFound: a document that should be replaced is gone.
_CONTENDED = (
    exceptions.FailedPrecondition,
    exceptions.AlreadyExists,
    exceptions.NotFound,
    exceptions.Aborted,
)
#: The effect may have happened. All else (bad arguments, no permission) is a fault of ours and stays.
_UNAVAILABLE = (
    exceptions.ServerError,
    exceptions.ResourceExhausted,
    exceptions.Cancelled,
    exceptions.RetryError,
    ConnectionError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's errors into the system's."""
    try:
        yield
    except _CONTENDED as error:
        raise Contended("a document was changed by another worker") from error
    except _UNAVAILABLE as error:
        raise Unavailable("Firestore failed or did not answer") from error
