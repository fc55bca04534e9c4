"""The upload against a running engine: only what is missing, whatever goes wrong on the way."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

from core.aws import storage
from core.aws.calls import Patience
from core.aws.clients import Clients
from core.dataset import cleaning, labels, manifests, photos, places, sending, synced, upload
from core.dataset.pace import Pace, left
from core.errors import (
    AwsError,
    BadPath,
    Cancelled,
    NotAllowed,
    NotReady,
    RekolabError,
    Throttled,
    Unreachable,
    translate,
)
from core.jobs import Progress
from core.workspace import Project


@pytest.fixture
def puts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that are put from now on."""
    sent: list[str] = []
    put = storage.put_bytes

    def counting(clients: Clients, bucket: str, key: str, *rest: object, **more: Any) -> storage.StoredObject:
        sent.append(key)
        return put(clients, bucket, key, *rest, **more)

    monkeypatch.setattr(storage, "put_bytes", counting)
    return sent


def send(project: Project, progress: Progress | None = None) -> upload.Uploaded:
    return upload.upload(progress or Progress(), str(project.home), project.name)


def test_an_upload_puts_every_picture_and_both_manifests(client: Clients, ready: Project) -> None:
    done = send(ready)
    assert (done.sent, done.kept) == (12, 0)
    built = manifests.build(ready, done.bucket)
    for key, entry in built.pictures.items():
        assert storage.get_bytes(client, done.bucket, key) == entry.file.read_bytes()
    assert storage.get_bytes(client, done.bucket, built.training_key).decode() == built.training
    assert done.testing_uri == storage.uri(done.bucket, str(built.testing_key))
    assert upload.last_upload(ready) == done
    assert upload.is_current(ready, built)


def test_a_second_upload_sends_no_picture_and_a_changed_project_only_what_is_new(
    client: Clients, ready: Project, puts: list[str]
) -> None:
    send(ready)
    puts.clear()
    assert send(ready).sent == 0
    assert not [key for key in puts if "/images/" in key]
    first = photos.photos(ready)[0]
    labels.assign(ready, [first.id], "dog")
    assert not upload.is_current(ready, manifests.build(ready, str(ready.get("bucket"))))
    assert send(ready).sent == 0
    cleaning.clean_all(Progress(), str(ready.home), ready.name, longest=100)
    assert send(ready).sent == 12


def test_what_was_damaged_or_deleted_in_s3_is_sent_again(client: Clients, ready: Project) -> None:
    done = send(ready)
    keys = list(manifests.build(ready, done.bucket).pictures)
    client.s3.delete_object(Bucket=done.bucket, Key=keys[0])
    storage.put_bytes(client, done.bucket, keys[1], b"x" * storage.head(client, done.bucket, keys[1]).size)
    assert send(ready).sent == 2


def test_an_upload_that_is_cut_off_goes_on_with_the_rest(
    client: Clients, ready: Project, puts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "THREADS", 1)

    class Impatient(Progress):
        def step(self, count: int = 1, message: str | None = None) -> None:
            super().step(count, message)
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        send(ready, Impatient())
    already = len(puts)
    assert 1 <= already < 12
    assert send(ready).sent == 12 - already


def test_pictures_that_changed_or_vanished_are_named_and_keep_no_other_from_being_sent(
    client: Clients, ready: Project, puts: list[str]
) -> None:
    copies = [Path(str(copy.path)) for copy in cleaning.results(ready)[3:5]]
    copies[0].write_bytes(copies[0].read_bytes()[::-1])
    copies[1].unlink()
    with pytest.raises(NotReady) as caught:
        send(ready)
    assert caught.value.message.startswith("2 photos could not be sent: ")
    for said in ("cat/cat4.jpg has changed since it was looked at", "cat/cat5.jpg is no longer there",
                 "The other 10 photos arrived."):
        assert said in caught.value.message
    assert caught.value.cure and caught.value.cure.page == "data/browse"
    assert not [key for key in puts if "/manifests/" in key]
    bucket = str(ready.get("bucket"))
    assert len(list(storage.list_objects(client, bucket, "pets/images/"))) == 10


def test_a_picture_that_changes_while_it_is_sent_is_refused_by_s3_itself(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = places.read_bytes
    monkeypatch.setattr(places, "read_bytes", lambda project, file: (
        read(project, file)[:-1] + b"!" if "cat1" in Path(file).name else read(project, file)))
    with pytest.raises(NotReady, match=r"cat1\.jpg has changed since it was looked at\. The other 11"):
        send(ready)


class Trouble:
    """Puts that end in an error as often as it is told to, once so many have gone well."""

    def __init__(self, patch: pytest.MonkeyPatch, error: AwsError, times: int = 10**6, after: int = 0) -> None:
        self._put, self._error, self._times, self._after = storage.put_bytes, error, times, after
        self._lock = threading.Lock()
        self.tries = 0
        patch.setattr(storage, "put_bytes", self._go)

    def _go(self, *place: Any, **more: Any) -> storage.StoredObject:
        with self._lock:
            self.tries += 1
            fails = self._after < self.tries <= self._after + self._times
        if fails:
            raise self._error
        return self._put(*place, **more)


RESET = Unreachable("ConnectionClosedError", "PutObject", "", "PutObject: There is no connection.")
PASSING = {"SlowDown": translate("SlowDown", "PutObject", "Please reduce your request rate."),
           "503": translate("ServiceUnavailable", "PutObject", ""), "reset": RESET,
           "error": translate("InternalError", "PutObject", ""), "damage": translate("BadDigest", "PutObject", "")}


@pytest.mark.parametrize("error", PASSING.values(), ids=PASSING)
def test_what_passes_is_waited_for_and_said(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch, error: AwsError
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", Patience(seconds=60, first=0.01, longest=0.02))
    Trouble(monkeypatch, error, times=9, after=3)
    said: list[str] = []
    assert send(ready, Progress(lambda message="", **_: said.append(message))).sent == 12
    words = "fewer requests at once" if isinstance(error, Throttled) else "S3 does not answer"
    assert any(words in line and "trying again" in line for line in said)


@pytest.mark.parametrize("error", [PASSING["SlowDown"], RESET], ids=["SlowDown", "reset"])
def test_what_does_not_pass_ends_the_upload_and_the_next_one_goes_on(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch, error: AwsError
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", Patience(seconds=0.05, first=0.01, longest=0.02))
    with monkeypatch.context() as patch:
        Trouble(patch, error, after=5)
        with pytest.raises(type(error), match="What was sent before stays in S3"):
            send(ready)
    assert (again := send(ready)).sent == 7
    assert again.kept == 5


def test_a_refusal_in_the_middle_is_not_tried_again_and_loses_nothing(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "THREADS", 1)
    with monkeypatch.context() as patch:
        trouble = Trouble(patch, translate("AccessDenied", "PutObject", "Access Denied"), after=4)
        with pytest.raises(NotAllowed, match=r"do not have the permission.*uploading again goes on from there"):
            send(ready)
        assert trouble.tries <= 7  # those that were under way when the first was refused
    assert send(ready).sent == 8


def test_an_upload_that_waits_for_s3_can_be_cancelled(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", Patience(seconds=600, first=600, longest=600))
    Trouble(monkeypatch, RESET)
    cancelled = threading.Event()

    def update(message: str = "", **_: Any) -> None:
        if "trying again" in message:
            cancelled.set()

    with pytest.raises(Cancelled):
        send(ready, Progress(update, cancelled))


def test_what_the_catalogue_does_not_know_of_is_told_by_s3s_checksums_without_reading_a_file(
    client: Clients, ready: Project, puts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = send(ready)
    with ready.catalogue() as rows:
        rows.execute("DELETE FROM synced")
    puts.clear()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", None)
        assert (send(ready).sent, puts) == (0, [])
    assert len(synced.known(ready, done.bucket)) == 12


def test_what_another_tool_has_put_there_is_told_by_its_md5(
    client: Clients, ready: Project, puts: list[str]
) -> None:
    bucket = storage.ensure_bucket(client, str(ready.get("bucket"))).name
    for number, (key, entry) in enumerate(manifests.build(ready, bucket).pictures.items()):
        data = Path(entry.file).read_bytes()
        client.s3.put_object(Bucket=bucket, Key=key, Body=data if number else bytes(len(data)))
    assert (send(ready).sent, len([key for key in puts if "/images/" in key])) == (1, 1)


def test_under_a_kms_key_whose_etags_tell_nothing_nothing_is_sent_twice(client: Clients, ready: Project) -> None:
    def hide(parsed: dict[str, Any], **_: Any) -> None:
        for item in (parsed, *parsed.get("Contents", ())):
            if "ETag" in item:
                item["ETag"] = hashlib.sha1(item["ETag"].encode()).hexdigest()

    client.s3.meta.events.register("after-call.s3", hide, unique_id="hide")
    try:
        assert (send(ready).sent, send(ready).sent) == (12, 0)
        with ready.catalogue() as rows:
            rows.execute("DELETE FROM synced")
        assert send(ready).sent == 0
    finally:
        client.s3.meta.events.unregister("after-call.s3", unique_id="hide")


def test_what_does_not_arrive_is_noticed(client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    put = storage.put_bytes

    def lossy(clients: Clients, bucket: str, key: str, data: bytes, **_: Any) -> storage.StoredObject:
        kept = put(clients, bucket, key, data[:-1] if "cat1" in key else data)
        return storage.StoredObject(key, len(data), kept.etag)

    monkeypatch.setattr(storage, "put_bytes", lossy)
    with pytest.raises(RekolabError, match="1 photo did not arrive whole"):
        send(ready)




def test_the_message_says_how_fast_it_goes_and_how_long_the_rest_takes() -> None:
    now = 0.0
    pace = Pace(600_000_000, lambda: now)
    assert pace.message == "0 of 600 MB"
    for _ in range(12):
        now += 1
        pace.add(20_000_000)
    assert pace.message == "240 of 600 MB, 20.0 MB a second, 18 seconds left"
    for _ in range(11):  # what came before the last seconds does not count any more
        now += 1
        pace.add(1_000_000)
    assert pace.message == "251 of 600 MB, 1.0 MB a second, 6 minutes left"
    with pace.waiting("S3 does not answer; trying again in a moment."):
        assert pace.message.endswith("left. S3 does not answer; trying again in a moment.")
    assert [left(seconds) for seconds in (0.2, 89, 91, 5399, 11_000)] == [
        "1 second", "89 seconds", "2 minutes", "1 h 30 min", "3 h 4 min"]


def test_a_bucket_of_no_possible_name_is_not_taken(project: Project) -> None:
    for name in ("ab", "Photos", "a..b", "-photos", "my photos", "x" * 64):
        with pytest.raises(BadPath, match="3 to 63"):
            upload.choose_bucket(project, name)
    upload.choose_bucket(project, "my-photos")
    assert project.get("bucket") == "my-photos"
    upload.choose_bucket(project, "")
    assert project.get("bucket") is None
