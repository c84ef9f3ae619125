"""Own the plumbing of our gRPC stand-ins: a service is a table of methods over the official message classes.

Every call is counted by its method, refused ones too, since budgets are asserted on these counts.
"""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: Firestore takes requests of 10 MiB; gRPC's own default is 4.
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Refused(Exception):
    """Answer a call with a gRPC status instead of a message."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Method(NamedTuple):
    """Hold what a unary method needs: its implementation, and how messages become bytes."""

    run: Callable[[Any], Any]
    deserialize: Callable[[bytes], Any]
    serialize: Callable[[Any], bytes]


class CallCounter:
    """Count calls by method name, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, method: str, count: int = 1) -> None:
        with self._lock:
            self._counts[method] += count

    def snapshot(self) -> Counter[str]:
        with self._lock:
            return Counter(self._counts)

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()


def service(name: str, methods: Mapping[str, Method], calls: CallCounter) -> grpc.GenericRpcHandler:
    """Make the handler of a whole service from its table of methods."""

    def implement(method_name: str, method: Method) -> grpc.RpcMethodHandler[Any, Any]:
        def handle(request: Any, context: grpc.ServicerContext) -> Any:
            calls.add(method_name)
            try:
                return method.run(request)
            except Refused as refused:
                context.abort(refused.code, str(refused))

        return grpc.unary_unary_rpc_method_handler(
            handle,
            request_deserializer=method.deserialize,
            response_serializer=method.serialize,
        )

    return grpc.method_handlers_generic_handler(name, {key: implement(key, m) for key, m in methods.items()})


class GrpcServer:
    """Serve handlers on a loopback port until stopped; port 0 picks a free one."""

    def __init__(self, handlers: Sequence[grpc.GenericRpcHandler], port: int = 0, workers: int = 32) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="grpc")
        self._server = grpc.server(self._pool, options=[*OPTIONS, ("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers(tuple(handlers))
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self.target = f"127.0.0.1:{self.port}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(grace=0.2).wait()
        self._pool.shutdown(wait=False, cancel_futures=True)
