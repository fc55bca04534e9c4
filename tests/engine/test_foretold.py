"""What the doctor foretells is what the engine then does, in a process of its own and over HTTP."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from defects import BUCKET, CREATED, DEFECTS, Case, Defect, case, combinations
from foretelling_room import Trial, by_header, foretold
from rekognition_room import Room

from core import limits
from core.aws import looking
from core.aws.clients import Clients, engine_clients
from core.aws.engine_process import ensure_engine
from core.engine import observing
from core.manifest.codes import MESSAGES
from core.manifest.dataset import distributed
from core.manifest.lines import dump, image_line
from core.manifest.opening import opened
from core.types import Facts

GOOD = [None] * 6
LINES, BYTES = 60, 8 * 1024**2  # of a manifest here: 250,000 lines and a gigabyte would take minutes

Test = TypeVar("Test", bound=Callable[..., None])

# Sections 4.2 to 4.5 of the contract: every code with which a dataset or a training, or a line of one, can end.
CODES = {
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", "ERROR_EMPTY_MANIFEST", "ERROR_MANIFEST_SIZE_TOO_LARGE",
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET", "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET",
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM", "ERROR_TOO_MANY_RECORDS_IN_ERROR", "ERROR_MANIFEST_TOO_MANY_LABELS",
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE",
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET", "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER",
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT", "ERROR_MANIFEST_TOO_FEW_LABELS",
    "ERROR_INSUFFICIENT_LABEL_OVERLAP", "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS",
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP", "ERROR_FAILED_IMAGES_S3_COPY",
    "ERROR_MISSING_SOURCE_REF", "ERROR_INVALID_SOURCE_REF_FORMAT", "ERROR_NO_LABEL_ATTRIBUTES",
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT",
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", "ERROR_MISSING_CLASS_MAP_ID", "ERROR_INVALID_JSON_LINE",
    "ERROR_NO_VALID_LABEL_ATTRIBUTES", "ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE_DIMENSION",
    "ERROR_INVALID_BOUNDING_BOX", "ERROR_NO_VALID_ANNOTATIONS", "ERROR_BOUNDING_BOX_TOO_SMALL",
    "ERROR_TOO_MANY_BOUNDING_BOXES", "ERROR_UNSUPPORTED_USE_CASE_TYPE", "ERROR_INVALID_LABEL_NAME_LENGTH",
    "WARNING_UNANNOTATED_RECORD", "WARNING_NO_ANNOTATIONS", "WARNING_NO_ATTRIBUTE_ANNOTATIONS",
}
_shown: set[str] = set()


def shows(*codes: str) -> Callable[[Test], Test]:
    """Marks a test in which an engine really ends with each of these codes, or has it on a line."""

    def marked(test: Test) -> Test:
        _shown.update(codes)
        return test

    return marked


def test_no_code_of_the_contract_is_without_its_case_on_a_real_engine() -> None:
    assert set(MESSAGES) == CODES
    assert _shown == CODES, f"no test over HTTP: {sorted(CODES - _shown)}"


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Clients of an engine in a process of its own that has done all work when it answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REKOLAB_ENGINE_INSTANT", "1")
        patch.setenv("REKOLAB_ENGINE_MAX_PROJECTS", "10000")
        patch.setenv("REKOLAB_ENGINE_OTHERS_BUCKETS", "theirs*")
        patch.setenv("REKOLAB_MANIFEST_LINES", str(LINES))
        patch.setenv("REKOLAB_MANIFEST_BYTES", str(BYTES))
        engine = ensure_engine(tmp_path_factory.mktemp("foretold") / "engine", port=0, wait=60)
    made = engine_clients(engine, lambda: engine)
    made.s3.create_bucket(Bucket=BUCKET)
    yield made
    os.kill(engine.pid, signal.SIGTERM)


@pytest.fixture(autouse=True)
def same_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor in this process was told of the limits when it was imported."""
    monkeypatch.setattr(limits, "MAX_MANIFEST_LINES", LINES)
    monkeypatch.setattr(limits, "MAX_MANIFEST_BYTES", BYTES)


@pytest.fixture(scope="module")
def trial(clients: Clients) -> Trial:
    def put(key: str, data: bytes) -> None:
        clients.s3.put_object(Bucket=BUCKET, Key=key, Body=data)

    return Trial(clients.rekognition, put)


@pytest.fixture
def look(clients: Clients) -> Callable[[str], Any]:
    return lambda uri: looking.look(clients, uri).found


@shows("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", *(code for defect in DEFECTS for code in defect.codes))
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_each_defect_has_its_code_and_ends_as_foretold(trial: Trial, look: Any, defect: Defect) -> None:
    # of 7 lines one may be invalid, two may not; one is tried with every fourth defect, and at random below
    for share in (1, 2) if DEFECTS.index(defect) % 4 == 0 else (2,):
        made = case([defect] * share + [None] * (7 - share), defect.boxed)
        real = trial.ends(made)  # first, because the look is at what is in S3
        examined, told = foretold(made, look)
        assert real == told, examined.sentence
        assert {group.code for group in examined.groups if group.lines} == set(defect.codes)
        assert {tuple(group.lines) for group in examined.groups if group.lines} == {tuple(range(1, share + 1))}
    invalid = not defect.ignored
    assert examined.ok is not invalid
    assert ("too many invalid rows" in told[2].message) is invalid


def test_the_engine_names_the_same_codes_for_the_same_lines(clients: Clients, trial: Trial, look: Any) -> None:
    """In its validation files, and a dataset in its entries."""
    made = case([*DEFECTS, *GOOD])
    assert trial.ends(made)[2].status == "TRAINING_FAILED"
    examined, _ = foretold(made, look)
    key = f"out/TrainingManifestWithValidation-{trial.last}-b-v.json"
    written = clients.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode().splitlines()
    for number, text in enumerate(written, 1):
        expected = {group.code for group in examined.groups if number in group.lines}
        assert {code for code in MESSAGES if f'"{code}"' in text} == expected
    project = clients.rekognition.describe_projects(ProjectNames=[f"{trial.last}-a"])["ProjectDescriptions"][0]
    entries = clients.rekognition.list_dataset_entries(DatasetArn=project["Datasets"][0]["DatasetArn"])
    kept = [json.loads(entry) for entry in entries["DatasetEntries"]]
    assert len(kept) == len(written) - sum(defect.dropped for defect in DEFECTS)


def text_of(*cases: Case) -> Case:
    """One manifest of several."""
    return Case(b"".join(one.text for one in cases), {key: data for one in cases for key, data in one.pictures.items()})


def renamed(made: Case, old: str, new: str) -> Case:
    return Case(made.text.replace(old.encode(), new.encode()), made.pictures)


PAIR, PETS = case([None, None]), case(GOOD)
CATS = Case(b"".join(PETS.text.splitlines(keepends=True)[::2]), PETS.pictures)
WHOLE = {
    "ERROR_EMPTY_MANIFEST": (Case(b"", {}), None),
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": (Case(b"image,label\n1.jpg,cat\n", {}), None),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": (Case(PETS.text + b" " * (BYTES + 1 - len(PETS.text)), PETS.pictures), None),
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": (case([None] * (LINES + 1), folder="long"), None),
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": (text_of(PETS, PETS, PETS), None),
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": (
        text_of(PETS, renamed(case([None], folder="far"), f"s3://{BUCKET}", "s3://nowhere")), None),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": (PAIR, None),
    "ERROR_MANIFEST_TOO_FEW_LABELS": (CATS, None),
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": (
        PETS, renamed(renamed(case(GOOD[:4], folder="other"), '"cat"', '"horse"'), '"dog"', '"cow"')),
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": (text_of(CATS, case([None] * 2, boxed=True, folder="boxed")), None),
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": (PETS, text_of(
        renamed(renamed(case(GOOD[:4], folder="o"), '"cat"', '"horse"'), '"dog"', '"cow"'),
        case([None] * 2, boxed=True, folder="ob"))),
}


@shows(*WHOLE)
@pytest.mark.parametrize("code", WHOLE)
def test_what_ends_a_manifest_as_a_whole_is_foretold(trial: Trial, look: Any, code: str) -> None:
    made, testing = WHOLE[code]
    real = trial.ends(made, testing)
    examined, told = foretold(made, look, testing)
    assert real == told, examined.sentence
    dataset_only = code == "ERROR_TOO_MANY_RECORDS_IN_ERROR"
    assert MESSAGES[code].format(50) == told[0 if dataset_only else 2].message
    assert MESSAGES[code].format(50) in examined.sentence


@pytest.mark.parametrize("made", [
    Case(PETS.text + b" " * (BYTES - len(PETS.text) - 1) + b"\n", PETS.pictures),
    case([None] * LINES, folder="long")], ids=["bytes", "lines"])
def test_a_manifest_that_just_fits_is_taken_as_foretold(trial: Trial, look: Any, made: Case) -> None:
    real = trial.ends(made)
    assert real == foretold(made, look)[1]
    assert real[0].status == "CREATE_COMPLETE"


@shows("ERROR_MANIFEST_TOO_MANY_LABELS")
def test_too_many_labels_are_foretold(trial: Trial, look: Any) -> None:
    names = [[f"label {number}" for number in range(start, start + 45)] for start in range(0, 270, 45)]
    made = Case(dump(image_line(f"s3://{BUCKET}/{key}", some, CREATED)
                     for key, some in zip(PETS.pictures, names, strict=True)).encode(), PETS.pictures)
    real = trial.ends(made)
    assert real == foretold(made, look)[1]
    assert real[0] == ("CREATE_FAILED", MESSAGES["ERROR_MANIFEST_TOO_MANY_LABELS"])


def deny(clients: Clients, bucket: str, action: str) -> None:
    clients.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*"}]}))


@shows("ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET")
def test_images_that_a_policy_hides_are_foretold(clients: Clients, trial: Trial, look: Any) -> None:
    clients.s3.create_bucket(Bucket="hidden")
    deny(clients, "hidden", "s3:GetObject")
    for key, data in PETS.pictures.items():
        clients.s3.put_object(Bucket="hidden", Key=key, Body=data)
    made = renamed(PETS, f"s3://{BUCKET}", "s3://hidden")
    real = trial.ends(made)
    examined, told = foretold(made, look)
    assert real == told
    assert real[2].message == MESSAGES["ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET"]
    assert "S3 does not let these credentials read a single image" in examined.sentence


@shows("ERROR_INVALID_IMAGES_S3_BUCKET_OWNER")
def test_images_of_another_account_are_foretold(clients: Clients, trial: Trial, look: Any) -> None:
    clients.s3.create_bucket(Bucket="theirs")
    for key, data in PETS.pictures.items():
        clients.s3.put_object(Bucket="theirs", Key=key, Body=data)
    made = renamed(PETS, f"s3://{BUCKET}", "s3://theirs")
    codes = looking.refusals(clients, {"theirs"}, manifest=BUCKET)
    assert codes == ["ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"]
    real = trial.ends(made)
    examined, told = foretold(made, look, known=codes)
    assert real == told
    assert real[0].status == "CREATE_COMPLETE"
    assert real[1] == real[2] == ("TRAINING_FAILED", MESSAGES[codes[0]])
    assert "the images are in a bucket of another account than the manifest" in examined.sentence
    assert looking.refusals(clients, {"theirs"}, manifest="theirs") == []


@shows("ERROR_FAILED_IMAGES_S3_COPY")
def test_images_in_another_region_are_foretold(clients: Clients, trial: Trial) -> None:
    clients.s3.create_bucket(Bucket="remote", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    made = renamed(PETS, f"s3://{BUCKET}", "s3://remote")
    assert looking.is_elsewhere(clients, "remote") and not looking.is_elsewhere(clients, BUCKET)
    real = trial.ends(made)
    assert real == foretold(made, lambda uri: looking.Absent.ELSEWHERE)[1]
    assert real[2].message == MESSAGES["ERROR_FAILED_IMAGES_S3_COPY"]


@shows("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET")
def test_a_manifest_that_a_policy_hides_is_foretold(clients: Clients, look: Any) -> None:
    clients.s3.create_bucket(Bucket="locked")
    clients.s3.put_object(Bucket="locked", Key="x.manifest", Body=PETS.text)
    deny(clients, "locked", "s3:GetObject")
    code = None
    try:
        looking.storage.get_bytes(clients, "locked", "x.manifest")
    except looking.AwsError as error:
        code = looking.manifest_refusal(error)
    assert code == "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET"
    _, told = foretold(Case(b"", {}), look, known=[code])
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "locked", "Name": "x.manifest"}}}
    trial = Trial(clients.rekognition, lambda key, data: None)
    one, other = (clients.rekognition.create_project(ProjectName=f"locked-{way}")["ProjectArn"] for way in "ab")
    assert trial.dataset(one, {"TRAIN": source}) == told[0]
    assert trial.train(other, TrainingData={"Assets": [source]}, TestingData={"AutoCreate": True}) == told[2]
    assert told[2].message == MESSAGES[code]


@shows("ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET")
@pytest.mark.parametrize("bucket", ["nowhere-at-all", "read-only"])
def test_results_that_can_not_be_written_are_foretold(clients: Clients, look: Any, bucket: str) -> None:
    if bucket == "read-only":
        clients.s3.create_bucket(Bucket=bucket)
        assert looking.refusals(clients, {BUCKET}, output=bucket) == []
        deny(clients, bucket, "s3:PutObject")
    codes = looking.refusals(clients, {BUCKET}, output=bucket)
    assert codes == ["ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"]

    def put(key: str, data: bytes) -> None:
        clients.s3.put_object(Bucket=BUCKET, Key=key, Body=data)

    real = Trial(clients.rekognition, put, {"S3Bucket": bucket, "S3KeyPrefix": "x"}).ends(PETS)
    assert real == foretold(PETS, look, known=codes)[1]
    assert real[2].message == MESSAGES[codes[0]]


@shows("ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE")
@pytest.mark.parametrize(("made", "enough"), [(PAIR, False), (PETS, True)])
def test_a_dataset_that_can_not_be_distributed_is_foretold(
    clients: Clients, trial: Trial, made: Case, enough: bool
) -> None:
    assert (distributed(opened(made.text).lines) is not None) is enough
    project = clients.rekognition.create_project(ProjectName=f"distribute-{enough}")["ProjectArn"]
    trial.dataset(project, {"TRAIN": trial.send(f"distribute-{enough}.manifest", made)})
    clients.rekognition.create_dataset(ProjectArn=project, DatasetType="TEST")
    listed = clients.rekognition.describe_projects(ProjectNames=[f"distribute-{enough}"])["ProjectDescriptions"]
    both = [{"Arn": one["DatasetArn"]} for one in listed[0]["Datasets"]]
    clients.rekognition.distribute_dataset_entries(Datasets=both)
    found = clients.rekognition.describe_dataset(DatasetArn=both[0]["Arn"])["DatasetDescription"]
    refusal = ("UPDATE_FAILED", MESSAGES["ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE"])
    assert ((found["Status"], found["StatusMessage"]) == refusal) is not enough


def check(trial: Trial, made: Case, look: Callable[[str], Facts]) -> str:
    """Foretold and real are the same; gives the end of the training."""
    real = trial.ends(made)
    examined, told = foretold(made, look)
    assert real == told, f"{examined.sentence}\n{made.text.decode()}"
    return real[2].status


def test_random_combinations_of_defects_end_as_foretold(trial: Trial, look: Any) -> None:
    ends = [check(trial, made, look) for made in combinations(40, seed=1, most=9, without=("heavy",))]
    assert {"TRAINING_COMPLETED", "TRAINING_FAILED"} == set(ends)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(10))
def test_500_random_combinations_of_defects_end_as_foretold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """In this process, where a picture that was seen once needs no second pass through the network."""
    seen: dict[bytes, Any] = {}
    features = observing.features
    monkeypatch.setattr(observing, "features", lambda image: seen.setdefault(image.tobytes(), features(image)))
    room = Room(tmp_path, instant=True, max_projects=10_000)
    try:
        trial = Trial(room.aws, room.put)
        ends = [check(trial, made, by_header(made.pictures)) for made in combinations(50, seed)]
    finally:
        room.close()
    assert {"TRAINING_COMPLETED", "TRAINING_FAILED"} == set(ends)
