"""One engine a folder, however many ask for it, alive as long as whoever started it, and found again after a crash."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from ports import reserved_port
from s3_room import s3_client

from core.aws import engine_process
from core.aws.engine_process import Engine, ensure_engine, find_engine
from core.errors import EngineError

REPOSITORY = Path(__file__).parents[2]
ASK = ("import sys, pathlib; from core.aws.engine_process import ensure_engine\n"
       "engine = ensure_engine(pathlib.Path(sys.argv[1]), port=0, wait=60)\n"
       "print(engine.pid, engine.url, flush=True); sys.stdin.read()")


def until(reached: Callable[[], bool], seconds: float = 120) -> bool:
    """Whether a state is reached in time."""
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def asker(folder: Path) -> subprocess.Popen[str]:
    """Another process that asks for the engine, says which it got, and stays until its input ends."""
    return subprocess.Popen([sys.executable, "-c", ASK, str(folder)], cwd=REPOSITORY, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def command(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "core.engine", *map(str, arguments)], cwd=REPOSITORY, text=True,
                          capture_output=True, timeout=120, **options)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("process") / "engine"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port that is still free after a kill."""
    with reserved_port() as reserved:
        yield reserved


@pytest.fixture
def running(folder: Path, port: int) -> Engine:
    """The engine of `folder`, which every test here may kill."""
    return ensure_engine(folder, port=port)


@pytest.fixture
def askers() -> Iterator[Callable[[Path, int], set[str]]]:
    """`askers(folder, n)` lets n processes ask at once, and says which engines they got.

    An engine that one of them has started ends with them, and is gone before the next test asks for one.
    """
    processes: list[subprocess.Popen[str]] = []
    got: set[str] = set()

    def ask(folder: Path, count: int) -> set[str]:
        processes.extend(asker(folder) for _ in range(count))
        got.update(process.stdout.readline().strip() for process in processes if process.stdout)
        return got

    yield ask
    for process in processes:
        process.communicate("")
    assert until(lambda: all(ended(int(answer.split()[0])) for answer in got if answer))


def test_many_processes_that_ask_at_once_get_one_engine(
        tmp_path: Path, askers: Callable[[Path, int], set[str]]) -> None:
    answers = askers(tmp_path, 5)
    found = ensure_engine(tmp_path)
    assert answers == {f"{found.pid} {found.url}"}


def test_many_threads_that_ask_at_once_get_one_engine(tmp_path: Path) -> None:
    with ThreadPoolExecutor(12) as pool:
        engines = set(pool.map(lambda _: ensure_engine(tmp_path / "new", port=0, wait=60), range(12)))
    assert len(engines) == 1


def test_asking_for_a_running_engine_takes_one_question_and_no_process(
        folder: Path, running: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = json.loads((folder / "engine.json").read_bytes()), []
    monkeypatch.setattr(engine_process, "_ask_health", lambda url: asked.append(url) or known)
    monkeypatch.setattr(engine_process, "_start", lambda *_: pytest.fail("it runs already"))
    assert ensure_engine(folder) == running
    assert asked == [running.url]


def test_a_killed_engine_comes_back_at_the_same_address_for_all(
        folder: Path, running: Engine, askers: Callable[[Path, int], set[str]]) -> None:
    os.kill(running.pid, signal.SIGKILL)
    answers = askers(folder, 4)
    found = ensure_engine(folder)
    assert found.pid != running.pid
    assert (found.url, found.access_key, found.secret_key) == (running.url, running.access_key, running.secret_key)
    assert answers == {f"{found.pid} {found.url}"}


def test_the_engine_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = asker(tmp_path)
    assert parent.stdout
    pid = int(parent.stdout.readline().split()[0])
    assert not ended(pid)
    parent.kill()
    parent.communicate()
    assert until(lambda: ended(pid))


def test_a_second_engine_for_the_same_folder_leaves_at_once(folder: Path, running: Engine) -> None:
    assert command("--root", folder).returncode == 3
    assert ensure_engine(folder) == running


def test_the_environment_that_is_printed_is_enough_for_boto3(folder: Path, running: Engine) -> None:
    lines = command("--root", folder, "--print-env").stdout.split("\n")
    values = dict(line.removeprefix("export ").split("=", 1) for line in lines if line)
    assert set(values) == {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION",
                           "AWS_REGION"}
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    printed = subprocess.run([sys.executable, "-c", script], env=os.environ | values, capture_output=True, text=True)
    assert printed.stdout.strip() == "123456789012"


def test_printing_the_environment_of_no_engine_says_how_to_start_one(tmp_path: Path) -> None:
    printed = command("--root", tmp_path, "--print-env")
    assert (printed.returncode, printed.stdout) == (1, "")
    assert "python -m core.engine" in printed.stderr


def test_the_engine_listens_on_loopback_only(running: Engine) -> None:
    port = int(running.url.rpartition(":")[2])
    local_ports = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
                   if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")]
    assert local_ports == [f"0100007F:{port:04X}"]


def test_a_port_that_a_stranger_holds_is_left_to_them(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_text('{"url": "http://127.0.0.1:99999", "id": "damaged", "pid": 1}')
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        found = ensure_engine(tmp_path, port=port, wait=60)
        assert not found.url.endswith(f":{port}")
        assert s3_client(found).list_buckets()["Buckets"] == []


def test_another_engine_on_the_known_port_is_not_taken_for_this_one(tmp_path: Path, running: Engine) -> None:
    (tmp_path / "engine.json").write_text(json.dumps({"id": "mine", "pid": 1, "url": running.url}))
    (tmp_path / "key.json").write_text(json.dumps({"id": "a", "secret": "b"}))
    assert find_engine(tmp_path) is None


@pytest.mark.parametrize("text", [
    "", "[]", "{}", '{"url": 1, "id": 2, "pid": 3}', '{"url": "http://127.0.0.1:1"}', '{"url": "http://127.0.0.1:x"}',
    '{"url": "http://127.0.0.1:99999"}', '{"url": "http://[", "id": 2}'])
def test_a_damaged_address_file_is_no_engine(tmp_path: Path, text: str) -> None:
    (tmp_path / "engine.json").write_text(text)
    assert find_engine(tmp_path) is None


def test_an_engine_that_can_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "s3").write_text("a file where a folder must be")
    with pytest.raises(EngineError, match=r"ended while it started.*engine\.log"):
        ensure_engine(tmp_path, port=0, wait=60)


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(EngineError, match=str(tmp_path)):
        ensure_engine(tmp_path / "file" / "engine", wait=5)


def test_the_key_is_the_owners_alone_and_no_repr_shows_it(folder: Path, running: Engine) -> None:
    assert (folder / "key.json").stat().st_mode & 0o777 == 0o600
    assert running.secret_key not in repr(running)
    assert running.access_key not in repr(running)


def test_the_engine_ends_in_order_when_it_is_asked_to(tmp_path: Path) -> None:
    alone = subprocess.Popen([sys.executable, "-m", "core.engine", "--root", str(tmp_path), "--port", "0"],
                             cwd=REPOSITORY, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert until(lambda: find_engine(tmp_path) is not None)
    assert ensure_engine(tmp_path).pid == alone.pid
    alone.terminate()
    assert alone.wait(120) == 0
    assert alone.stderr
    assert alone.stderr.read().decode() == ""


def test_clients_of_boto3_need_no_more_than_the_address_and_the_key(running: Engine) -> None:
    session = boto3.Session(running.access_key, running.secret_key, region_name="us-east-1")
    assert session.client("rekognition", endpoint_url=running.url).describe_projects()["ProjectDescriptions"] == []
