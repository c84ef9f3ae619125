"""Show that functions are hosted as on Google, and that the whole local cloud starts, settles and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
import urllib3
from google.cloud import tasks_v2
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

from lib.config import Settings
from tests.localcloud.child_process import ROOT, ChildProcess, free_port, is_gone
from tests.localcloud.cloud import LocalCloud
from tests.localcloud.emulators import Emulators, PubSub
from tests.localcloud.functions_host import FunctionsHost
from tests.localcloud.http import serve
from tests.localcloud.waiting import wait_until

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
GREET = """
import functions_framework

@functions_framework.http
def greet(request):
    if request.path == "/fail":
        raise ValueError("greeting failed")
    return f"{request.method} {request.path} {request.get_data(as_text=True)}"
"""
LISTEN = """
import functions_framework

seen = []

@functions_framework.cloud_event
def listen(event):
    seen.append(event.data["message"]["messageId"])
    if len(seen) == 1:
        raise RuntimeError("the first delivery fails")
"""

# A plain function, as the real one: the framework remembers a name's kind for the whole process.
WATCH = """
def watch_notification(request):
    return "ok"
"""


@pytest.fixture(scope="module")
def emulators() -> Iterator[Emulators]:
    if reason := Emulators.available():
        pytest.skip(reason)
    with Emulators() as running:
        yield running


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    for name, source in (("greet", GREET), ("listen", LISTEN), ("watch_notification", WATCH)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.py").write_text(source)
    return tmp_path


class TestFunctionsHost:
    def test_each_function_is_mounted_at_its_name(self, functions: Path) -> None:
        host = FunctionsHost(functions)
        with serve(host) as server:
            assert urllib3.request("POST", f"{server.url}/greet", body=b"hello").data == b"POST / hello"
            assert urllib3.request("GET", f"{server.url}/greet/some/path").data == b"GET /some/path "
            assert urllib3.request("GET", f"{server.url}/nobody").status == 404
            status = urllib3.request("GET", f"{server.url}/_local/status").json()
        assert status == {"in_flight": 0, "handled": {"greet": 2}, "pushes": []}

    @pytest.mark.emulator
    def test_a_published_message_is_pushed_until_it_is_settled(
        self, functions: Path, emulators: Emulators
    ) -> None:
        host = FunctionsHost(functions)
        pubsub = PubSub(emulators.pubsub_host)
        with serve(host) as server:
            topic, subscription = "projects/local/topics/mail", "projects/local/subscriptions/mail"
            pubsub.push_to(topic, subscription, f"{server.url}/listen")
            message = pubsub.publish(topic, b'{"historyId": "7"}')
            wait_until(lambda: host.status()["pushes"] == [message])
            assert host.status()["handled"] == {"listen": 2}
        pubsub.close()

    def test_it_runs_as_a_process_of_its_own_and_shows_exceptions(self, functions: Path) -> None:
        port = free_port()
        command = [sys.executable, "-m", "tests.localcloud", "functions"]
        child = ChildProcess([*command, "--port", str(port), "--folder", str(functions)])
        child.wait_for_port(port)
        assert urllib3.request("GET", f"http://127.0.0.1:{port}/greet").data == b"GET / "
        assert urllib3.request("GET", f"http://127.0.0.1:{port}/greet/fail").status == 500
        assert "ValueError: greeting failed" in child.output()
        child.stop()
        assert is_gone(child.pid)


def receive_mail(cloud: LocalCloud) -> None:
    raw = b"From: c@example.org\r\nTo: rita@example.com\r\nSubject: Hello\r\n\r\nHello\r\n"
    cloud.world.deliver(raw, "rita@example.com")


def watch(cloud: LocalCloud) -> None:
    cloud.world.add_account("rita@example.com", "1001").watch(cloud.topic)


def create_task(cloud: LocalCloud, path: str, after: timedelta) -> None:
    with grpc.insecure_channel(cloud.env["CLOUD_TASKS_ENDPOINT"]) as channel:
        client = tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
        request = tasks_v2.HttpRequest(url=f"{cloud.base_url}{path}")
        task = tasks_v2.Task(http_request=request, schedule_time=cloud.clock.now() + after)
        client.create_task(parent=cloud.queue, task=task)


class TestLocalCloud:
    @pytest.mark.emulator
    def test_mail_and_tasks_reach_the_functions_and_all_settles(
        self, functions: Path, emulators: Emulators
    ) -> None:
        with LocalCloud(functions=functions, emulators=emulators, now=START, quiet=True) as cloud:
            assert Settings.from_env(cloud.env).base_url == cloud.base_url
            watch(cloud)
            receive_mail(cloud)
            cloud.world.notifier.lose_notifications = 1
            receive_mail(cloud)
            create_task(cloud, "/greet", timedelta(days=2))
            cloud.wait_idle()
            assert cloud.functions_status()["handled"] == {"watch_notification": 1}
            assert cloud.next_due() == START + timedelta(days=2)
            cloud.advance(START + timedelta(days=2))
            cloud.wait_idle()
            assert cloud.functions_status()["handled"] == {"watch_notification": 1, "greet": 1}

    def test_without_java_it_runs_in_this_process(
        self, functions: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
        monkeypatch.setenv("OUTREACH_LOCAL_JAVA", "")
        prepared = []
        with LocalCloud(
            functions=functions, prepare_functions=lambda _: prepared.append(os.environ["OUTREACH_QUEUE"])
        ) as cloud:
            assert cloud.degraded == "Java is switched off (JAVA is empty)"
            assert prepared == [cloud.queue]
            watch(cloud)
            receive_mail(cloud)
            cloud.wait_idle()
            assert cloud.functions_status()["handled"] == {"watch_notification": 1}
        assert "OUTREACH_QUEUE" not in os.environ

    def test_it_is_not_idle_while_a_task_fails(
        self, functions: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OUTREACH_LOCAL_JAVA", "")
        with LocalCloud(functions=functions) as cloud:
            create_task(cloud, "/greet/fail", timedelta(0))
            with pytest.raises(TimeoutError, match="not idle"):
                cloud.wait_idle(timeout=0.3)

    def test_a_part_with_an_endpoint_already_is_not_started(
        self, functions: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OUTREACH_LOCAL_JAVA", "")
        monkeypatch.setenv("CLOUD_TASKS_ENDPOINT", "127.0.0.1:1")
        monkeypatch.setenv("GMAIL_API_ENDPOINT", "http://127.0.0.1:2")
        with LocalCloud(functions=functions) as cloud:
            assert (cloud.tasks, cloud.gmail) == (None, None)
            assert cloud.env["CLOUD_TASKS_ENDPOINT"] == "127.0.0.1:1"
            assert cloud.env["GMAIL_API_ENDPOINT"] == "http://127.0.0.1:2"

    @pytest.mark.emulator
    @pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
    def test_no_process_is_left_behind(self, functions: Path, emulators: Emulators, signum: int) -> None:
        script = (
            "import sys; from pathlib import Path; from tests.localcloud.cloud import LocalCloud;"
            "from tests.localcloud.interrupts import run_until_stopped;"
            "cloud = LocalCloud(functions=Path(sys.argv[1]), quiet=True).start();"
            "print(cloud.functions.pid, *[child.pid for child in cloud.emulators.children], flush=True);"
            "run_until_stopped(cloud.stop)"
        )
        # Pub/Sub alone is started: one Java of its own shows it as well as two.
        environment = {**os.environ, "FIRESTORE_EMULATOR_HOST": emulators.firestore_host}
        parent = subprocess.Popen(
            [sys.executable, "-c", script, str(functions)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        assert not any(is_gone(pid) for pid in pids)
        parent.send_signal(signum)
        parent.wait(10)
        parent.stdout.close()
        wait_until(lambda: all(is_gone(pid) for pid in pids))
