"""Jobs: one a key, cancelled at the next step, gone on with after a crash."""

import errno
import json
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from core.errors import BadPath, RekolabError
from core.jobs import Jobs, Progress

PATIENCE = 120  # seconds
gate = threading.Event()


def count_to(progress: Progress, number: int) -> int:
    progress.begin(number, "counting")
    for _ in range(number):
        progress.step()
    return number


def wait_at_the_gate(progress: Progress) -> None:
    progress.begin(2)
    progress.step()
    assert gate.wait(PATIENCE)
    progress.step()


def trip(progress: Progress) -> None:
    raise BadPath("The folder is gone.")


def stumble(progress: Progress) -> None:
    raise ZeroDivisionError("oops")


def fill_the_disk(progress: Progress) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(autouse=True)
def closed_gate():
    gate.clear()
    yield
    gate.set()


def test_a_job_reports_its_progress_and_result(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.start("count", "Counting", count_to, number=5)
    job = jobs.wait("count", PATIENCE)
    assert (job.state, job.done, job.total, job.result, job.share) == ("done", 5, 5, 5, 1.0)
    assert list(tmp_path.glob("*.json")) == []


def test_a_live_job_of_the_same_key_is_returned_instead_of_started_twice(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    first = jobs.start("gate", "Waiting", wait_at_the_gate)
    assert jobs.start("gate", "Waiting", wait_at_the_gate).started == first.started
    gate.set()
    assert jobs.wait("gate", PATIENCE).state == "done"


def test_a_cancelled_job_ends_at_its_next_step(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.start("gate", "Waiting", wait_at_the_gate)
    assert not jobs.cancelling("gate")
    jobs.cancel("gate")
    assert jobs.cancelling("gate")
    assert not list(tmp_path.glob("*.json"))  # what a crash at this moment would leave to the next process
    gate.set()
    assert jobs.wait("gate", PATIENCE).state == "cancelled"


def test_an_error_on_purpose_is_kept_and_an_unexpected_one_is_named(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.start("trip", "Trip", trip)
    jobs.start("stumble", "Stumble", stumble)
    assert isinstance(jobs.wait("trip", PATIENCE).error, BadPath)
    unexpected = jobs.wait("stumble", PATIENCE)
    assert unexpected.state == "failed" and "ZeroDivisionError" in str(unexpected.error)


def test_a_job_is_ended_only_when_it_can_be_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, live = Jobs(tmp_path), []

    class Watched(FileLock):
        def release(self, force: bool = False) -> None:
            live.append(jobs.live() != [])
            super().release(force)

    monkeypatch.setattr("core.jobs.FileLock", Watched)
    jobs.start("count", "Counting", count_to, number=5)
    jobs.wait("count", PATIENCE)
    assert live[0]  # later ones are of locks that are thrown away


def test_a_job_ends_on_a_disk_that_can_only_be_read_by_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    jobs = Jobs(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", fail)
        jobs.start("count", "Counting", count_to, number=3)
        assert jobs.wait("count", PATIENCE).result == 3
    jobs.start("count", "Counting", count_to, number=4)
    assert jobs.wait("count", PATIENCE).result == 4


def test_what_a_crash_cut_off_goes_on_at_the_next_start(tmp_path: Path) -> None:
    entry = {"key": "count", "title": "Counting", "function": f"{__name__}:count_to", "arguments": {"number": 3}}
    (tmp_path / "left.json").write_text(json.dumps(entry))
    jobs = Jobs(tmp_path)
    (resumed,) = jobs.resume()
    assert jobs.wait(resumed.key, PATIENCE).result == 3


def test_on_a_full_disk_what_was_cut_off_waits_for_another_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    entry = {"key": "count", "title": "Counting", "function": f"{__name__}:count_to", "arguments": {"number": 3}}
    (tmp_path / "left.json").write_text(json.dumps(entry))
    jobs = Jobs(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("core.jobs.write_atomically", fail)
        assert jobs.resume() == []
    (resumed,) = jobs.resume()
    assert jobs.wait(resumed.key, PATIENCE).result == 3


def test_a_journal_that_can_not_be_read_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "torn.json").write_text('{"key": "x"')
    (tmp_path / "gone.json").write_text('{"key": "x", "title": "x", "function": "no.such:thing", "arguments": {}}')
    assert Jobs(tmp_path).resume() == []
    assert list(tmp_path.glob("*.json")) == []


def test_a_job_of_another_process_is_left_alone(tmp_path: Path) -> None:
    jobs, other = Jobs(tmp_path), Jobs(tmp_path)
    jobs.start("gate", "Waiting", wait_at_the_gate)
    with pytest.raises(RekolabError, match="another window"):
        other.start("gate", "Waiting", wait_at_the_gate)
    assert other.resume() == []
    gate.set()
    assert jobs.wait("gate", PATIENCE).state == "done"


def test_an_ended_job_can_be_forgotten_and_a_live_one_can_not(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.start("gate", "Waiting", wait_at_the_gate)
    jobs.forget("gate")
    assert jobs.get("gate") is not None
    gate.set()
    jobs.wait("gate", PATIENCE)
    jobs.forget("gate")
    assert jobs.get("gate") is None


def test_a_job_that_may_not_be_revived_leaves_nothing_to_go_on_with(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.start("gate", "Spending", wait_at_the_gate, revive=False)
    assert list(tmp_path.glob("*.json")) == []
    gate.set()
    assert jobs.wait("gate", PATIENCE).state == "done"


def test_a_job_that_could_not_begin_on_a_full_disk_begins_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    jobs = Jobs(tmp_path)
    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr("core.jobs.write_atomically", full)
        jobs.start("a", "A", count_to, number=3)
    assert jobs.get("a") is None
    jobs.start("a", "A", count_to, number=3)
    assert jobs.wait("a", PATIENCE).state == "done"


def test_a_disk_that_gets_full_under_a_job_is_said_in_plain_words(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path)
    jobs.start("a", "A", fill_the_disk)
    failed = jobs.wait("a", PATIENCE)
    assert failed.error and failed.error.message.startswith("The disk is full")
