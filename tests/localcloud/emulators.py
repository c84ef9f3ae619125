"""Own the official Firestore and Pub/Sub emulators of the Google Cloud SDK: start, reset, stop.

Their jars run under ``java`` directly, since gcloud's own command leaves its Java behind. An emulator whose
official variable is set already is used as it is and never stopped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

import grpc
import urllib3
from google.api_core.exceptions import AlreadyExists
from google.pubsub_v1 import PublisherClient, PubsubMessage, PushConfig, SubscriberClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from tests.localcloud.child_process import ChildProcess, free_port
from tests.localcloud.command_line import port_from
from tests.localcloud.interrupts import run_until_stopped

if TYPE_CHECKING:
    from collections.abc import Callable

#: 60 s is the time that a push may take before it is delivered again beside the first.
ACK_DEADLINE_SECONDS = 60
_JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"]
_FIRESTORE = "cloud-firestore-emulator/cloud-firestore-emulator.jar"
_FIRESTORE_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
_PUBSUB = "pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"


def java() -> str:
    """Return the Java to use; empty means none (``make JAVA=``)."""
    return os.environ.get("OUTREACH_LOCAL_JAVA", "java")


def jar(pattern: str) -> Path | None:
    """Find an emulator's jar beside gcloud itself."""
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return None
    platform = Path(gcloud).resolve().parents[1] / "platform"
    return next(iter(sorted(platform.glob(pattern))), None)


class Emulators:
    """Run both emulators, as a context manager or by start and stop."""

    def __init__(self) -> None:
        self.firestore_host = os.environ.get("FIRESTORE_EMULATOR_HOST", "")
        self.pubsub_host = os.environ.get("PUBSUB_EMULATOR_HOST", "")
        self.children: list[ChildProcess] = []
        self._starting: list[tuple[ChildProcess, int]] = []

    @staticmethod
    def available() -> str | None:
        """Return None when the emulators can run here, else the reason why not."""
        if os.environ.get("FIRESTORE_EMULATOR_HOST") and os.environ.get("PUBSUB_EMULATOR_HOST"):
            return None
        if not java():
            return "Java is switched off (JAVA is empty)"
        if shutil.which(java()) is None:
            return f"no Java: {java()} is not on the path"
        if shutil.which("gcloud") is None:
            return "no Google Cloud SDK: gcloud is not on the path"
        missing = [
            name for name, path in (("Firestore", jar(_FIRESTORE)), ("Pub/Sub", jar(_PUBSUB))) if not path
        ]
        return f"the Google Cloud SDK lacks the emulator of {' and '.join(missing)}" if missing else None

    def start(self) -> Self:
        """Start what is not there yet, and wait until it listens."""
        self.launch()
        self.wait()
        return self

    def launch(self) -> None:
        """Start what is not there yet, without waiting; the hosts are known at once."""
        if not self.firestore_host:
            port = free_port()
            self._starting.append((self.run_firestore(port), port))
            self.firestore_host = f"127.0.0.1:{port}"
        if not self.pubsub_host:
            port = free_port()
            self._starting.append((self.run_pubsub(port), port))
            self.pubsub_host = f"127.0.0.1:{port}"

    def wait(self) -> None:
        """Wait until all that was launched listens; when one does not, stop all and raise."""
        try:
            while self._starting:
                child, port = self._starting.pop()
                child.wait_for_port(port)
        except BaseException:
            self.stop()
            raise

    def run_firestore(self, port: int) -> ChildProcess:
        """Start the Firestore emulator alone, without waiting for it."""
        return self._run(["-cp", str(jar(_FIRESTORE)), _FIRESTORE_MAIN], port)

    def run_pubsub(self, port: int) -> ChildProcess:
        """Start the Pub/Sub emulator alone, without waiting for it."""
        return self._run(["-jar", str(jar(_PUBSUB))], port)

    def _run(self, program: list[str], port: int) -> ChildProcess:
        child = ChildProcess([java(), *_JVM, *program, "--host=127.0.0.1", f"--port={port}"])
        self.children.append(child)
        return child

    def stop(self) -> None:
        while self.children:
            self.children.pop().stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: object) -> None:
        self.stop()

    def reset_firestore(self, project: str) -> None:
        """Delete all documents of a project."""
        path = f"/emulator/v1/projects/{project}/databases/(default)/documents"
        answer = urllib3.request("DELETE", f"http://{self.firestore_host}{path}", timeout=30)
        if answer.status != 200:
            raise RuntimeError(f"Firestore's reset answered {answer.status}")


class PubSub:
    """Create a topic with a push subscription, and publish to it, at an emulator.

    The generated clients of google-cloud-pubsub are used: they take a channel, and publish without a
    background batch, so that a message is at the server when ``publish`` returns.
    """

    def __init__(self, host: str) -> None:
        self._channel = grpc.insecure_channel(host)
        self._publisher = PublisherClient(transport=PublisherGrpcTransport(channel=self._channel))
        self._subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=self._channel))

    def push_to(self, topic: str, subscription: str, url: str) -> None:
        """Have every message on ``topic`` posted to ``url``; both names are full resource names."""
        # At an emulator that was there before, both may be left from an earlier run.
        with contextlib.suppress(AlreadyExists):
            self._publisher.create_topic(name=topic)
        push = PushConfig(push_endpoint=url)
        try:
            self._subscriber.create_subscription(
                request={
                    "name": subscription,
                    "topic": topic,
                    "push_config": push,
                    "ack_deadline_seconds": ACK_DEADLINE_SECONDS,
                }
            )
        except AlreadyExists:
            self._subscriber.modify_push_config(subscription=subscription, push_config=push)

    def publish(self, topic: str, data: bytes) -> str:
        """Publish one message and return its id."""
        return str(self._publisher.publish(topic=topic, messages=[PubsubMessage(data=data)]).message_ids[0])

    def remove(self, subscription: str) -> None:
        """Push no more to a URL whose port may soon be somebody else's."""
        self._subscriber.delete_subscription(subscription=subscription)

    def close(self) -> None:
        self._channel.close()


def firestore_main(argv: list[str]) -> None:
    """Run the Firestore emulator alone until stopped."""
    _run_alone("FIRESTORE_EMULATOR_HOST", Emulators().run_firestore, port_from(argv, "firestore"))


def pubsub_main(argv: list[str]) -> None:
    """Run the Pub/Sub emulator alone until stopped."""
    _run_alone("PUBSUB_EMULATOR_HOST", Emulators().run_pubsub, port_from(argv, "pubsub"))


def _run_alone(variable: str, run: Callable[[int], ChildProcess], port: int) -> None:
    if reason := Emulators.available():
        sys.exit(reason)
    port = port or free_port()
    child = run(port)
    child.wait_for_port(port)
    print(f"{variable}=127.0.0.1:{port}", flush=True)
    run_until_stopped(child.stop)
