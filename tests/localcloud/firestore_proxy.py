"""Own the pass-through in front of the Firestore emulator: it counts calls and documents, and plants faults.

Messages pass as the bytes they came in; only a copy is parsed, to count. A fault "after" lets the effect
happen and loses the answer, which is how a commit that seems to have failed is made.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from google.cloud.firestore_v1 import types

from tests.localcloud.grpc_server import OPTIONS, CallCounter, GrpcServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX = "/google.firestore.v1.Firestore/"
_STREAMED_ANSWERS = {"BatchGetDocuments", "RunQuery", "RunAggregationQuery", "ExecutePipeline"}
_STREAMED_BOTH_WAYS = {"Listen", "Write"}


@dataclass(kw_only=True)
class ProxyFault:
    """Make calls of ``method`` fail before or after the effect, ``times`` times once ``skip`` have passed."""

    method: str
    when: str = "before"
    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE
    message: str = "planted fault"
    times: int = 1
    skip: int = 0
    probability: float = 1.0


def _as_it_is(message: bytes) -> bytes:
    """Pass a message on without knowing what is in it."""
    return message


def _read_by(method: str, answer: bytes) -> int:
    """Count the documents that one answer reads, as they are billed: a missing one counts too."""
    if method == "BatchGetDocuments":
        found = types.BatchGetDocumentsResponse.deserialize(answer)
        return int("found" in found or "missing" in found)
    if method == "RunQuery":
        return int("document" in types.RunQueryResponse.deserialize(answer))
    if method == "ListDocuments":
        return len(types.ListDocumentsResponse.deserialize(answer).documents)
    return int(method in {"GetDocument", "RunAggregationQuery"})


def _written_by(method: str, request: bytes) -> int:
    if method == "Commit":
        return len(types.CommitRequest.deserialize(request).writes)
    if method == "BatchWrite":
        return len(types.BatchWriteRequest.deserialize(request).writes)
    return int(method in {"CreateDocument", "UpdateDocument", "DeleteDocument"})


class FirestoreProxy(grpc.GenericRpcHandler):
    """Forward every call to the emulator at ``upstream``; ``target`` is where clients connect."""

    def __init__(self, upstream: str, port: int = 0, seed: int = 0) -> None:
        self.calls = CallCounter()
        #: Documents, under ``read`` and ``written``.
        self.documents = CallCounter()
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._faults: list[ProxyFault] = []
        self._channel = grpc.insecure_channel(upstream, options=OPTIONS)
        self._server = GrpcServer([self], port, workers=64)
        self.target = self._server.target

    def fail(self, fault: ProxyFault) -> None:
        """Plant a fault, behind those that are planted already."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget counts and faults."""
        self.calls.clear()
        self.documents.clear()
        with self._lock:
            self._faults.clear()

    def stop(self) -> None:
        self._server.stop()
        self._channel.close()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        path = details.method
        method = path.removeprefix(PREFIX)
        if method in _STREAMED_BOTH_WAYS:
            return grpc.stream_stream_rpc_method_handler(
                lambda requests, context: self._duplex(path, method, requests, context)
            )
        if method in _STREAMED_ANSWERS:
            return grpc.unary_stream_rpc_method_handler(
                lambda request, context: iter(self._streamed(path, method, request, context))
            )
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._single(path, method, request, context)
        )

    def _single(self, path: str, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        after = self._enter(method, context)
        try:
            answer: bytes = self._channel.unary_unary(path, _as_it_is, _as_it_is)(
                request, **_passed_on(context)
            )
        except grpc.RpcError as error:
            _abort_like(error, context)
        self._count(method, request, [answer])
        if after:
            context.abort(after.code, after.message)
        return answer

    def _streamed(self, path: str, method: str, request: bytes, context: grpc.ServicerContext) -> list[bytes]:
        after = self._enter(method, context)
        try:
            answers: list[bytes] = list(
                self._channel.unary_stream(path, _as_it_is, _as_it_is)(request, **_passed_on(context))
            )
        except grpc.RpcError as error:
            _abort_like(error, context)
        self._count(method, request, answers)
        if after:
            context.abort(after.code, after.message)
        return answers

    def _duplex(
        self, path: str, method: str, requests: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        self._enter(method, context)
        try:
            yield from self._channel.stream_stream(path, _as_it_is, _as_it_is)(
                requests, **_passed_on(context)
            )
        except grpc.RpcError as error:
            _abort_like(error, context)

    def _enter(self, method: str, context: grpc.ServicerContext) -> ProxyFault | None:
        """Count the call; fail it now, or return the fault to fail it with afterwards."""
        self.calls.add(method)
        fault = self._draw(method)
        if fault and fault.when == "before":
            context.abort(fault.code, fault.message)
        return fault

    def _draw(self, method: str) -> ProxyFault | None:
        with self._lock:
            for fault in self._faults:
                if fault.method != method or fault.times <= 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                elif self._random.random() < fault.probability:
                    fault.times -= 1
                    return fault
            return None

    def _count(self, method: str, request: bytes, answers: Iterable[bytes]) -> None:
        self.documents.add("read", sum(_read_by(method, answer) for answer in answers))
        self.documents.add("written", _written_by(method, request))


def _passed_on(context: grpc.ServicerContext) -> dict[str, Any]:
    """Keep what the caller said: its metadata (less what gRPC adds itself) and its deadline."""
    metadata = [(key, value) for key, value in context.invocation_metadata() if key != "user-agent"]
    remaining = context.time_remaining()
    # Without a deadline gRPC reports some hundred years, which the next hop would not take.
    timeout = remaining if remaining is not None and remaining < 1e6 else None
    return {"metadata": metadata, "timeout": timeout}


def _abort_like(error: grpc.RpcError, context: grpc.ServicerContext) -> NoReturn:
    assert isinstance(error, grpc.Call)
    trailing = error.trailing_metadata() or ()
    context.set_trailing_metadata(tuple(pair for pair in trailing if pair[0] != "grpc-status-details-bin"))
    context.abort(error.code(), error.details() or "")
