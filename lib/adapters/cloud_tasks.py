"""Own the queue: work for later as Cloud Tasks that POST to our own functions.

A task's name makes it unique: creating it again is no error, so that a creation may be tried again safely.
A function always has the same queue: names are unique within one alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

import grpc
from google.api_core import exceptions, retry
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport
from google.protobuf.timestamp_pb2 import Timestamp

from lib.core.errors import OutreachError, Permanent, RateLimited, Unavailable

#: Seconds for one call.
TIMEOUT = 5.0
#: A name makes a second creation harmless, so a short retry is safe.
RETRY = retry.Retry(
    predicate=retry.if_exception_type(exceptions.ServiceUnavailable, exceptions.DeadlineExceeded),
    initial=0.1,
    maximum=1.0,
    timeout=10.0,
)


class CloudTasks:
    """Queue tasks; ``endpoint`` is host:port of a plain-text gRPC service, None: Google's.

    ``invoker`` is the service account whose token the tasks carry, None: no token. ``task_url`` has
    ``{service}`` where the function's name in Cloud Run stands, None: ``base_url/function``. Functions that
    let only internal calls in are found under Cloud Run's own addresses. ``queues`` names the queues of
    functions that must not hold up the others; the rest share ``queue``.
    """

    def __init__(
        self,
        *,
        queue: str,
        queues: Mapping[str, str],
        base_url: str,
        task_url: str | None = None,
        invoker: str | None,
        endpoint: str | None = None,
    ) -> None:
        self._queue = queue
        self._queues = queues
        self._base_url = base_url
        self._task_url = task_url
        self._invoker = invoker
        self._endpoint = endpoint

    @cached_property
    def _client(self) -> tasks_v2.CloudTasksClient:
        if self._endpoint is None:
            return tasks_v2.CloudTasksClient()
        channel = grpc.insecure_channel(self._endpoint)
        return tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))

    def create(self, function: str, name: str, body: bytes, at: datetime | None) -> None:
        """Queue one POST of ``body`` (JSON) to a function; a name that exists already is no error."""
        queue = self._queues.get(function, self._queue)
        task = self._task(function, f"{queue}/tasks/{name}", body, at)
        try:
            self._client.create_task(parent=queue, task=task, timeout=TIMEOUT, retry=RETRY)
        except exceptions.AlreadyExists:
            return
        except (exceptions.GoogleAPIError, grpc.RpcError) as error:
            raise _translated(error) from None

    def _task(self, function: str, name: str, body: bytes, at: datetime | None) -> tasks_v2.Task:
        url = f"{self._base_url}/{function}"
        if self._task_url is not None:
            url = self._task_url.replace("{service}", function.replace("_", "-"))
        request = tasks_v2.HttpRequest(
            url=url,
            http_method=tasks_v2.HttpMethod.POST,
            headers={"Content-Type": "application/json"},
            body=body,
        )
        if self._invoker is not None:
            request.oidc_token = tasks_v2.OidcToken(service_account_email=self._invoker, audience=url)
        task = tasks_v2.Task(name=name, http_request=request)
        if at is not None:
            schedule = Timestamp()
            schedule.FromDatetime(at)
            task.schedule_time = schedule
        return task


def _translated(error: Exception) -> OutreachError:
    """Return our error; a missing queue or right is for the operator, and the work must come again."""
    why = f"Cloud Tasks: {type(error).__name__}"
    if isinstance(error, exceptions.InvalidArgument):
        return Permanent(why)
    if isinstance(error, exceptions.ResourceExhausted):
        return RateLimited(why)
    return Unavailable(why)
