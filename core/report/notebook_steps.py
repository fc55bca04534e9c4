"""What the cells of the notebook say and do. TRAINING and PREDICTING have a {price} to fill in."""

from core.report.bundle import RECORD

OPENING = f"""# Every step again

This notebook repeats what the report beside it tells: it finds the original photos by their hashes, cleans them by the
same recipe, writes the same manifests, uploads, trains, starts, predicts, stops and evaluates. It reads `{RECORD}`,
and touches nothing of the project that the report is about: it works in a Rekognition project of its own.

Run it from top to bottom with the Python that Rekolab runs with (`pip install jupyterlab` there is enough).

- **On the built-in engine**: `python -m core.engine` in one terminal, and in the one that starts Jupyter
  `eval "$(python -m core.engine --print-env)"`. Nothing costs anything.
- **On AWS**: credentials where boto3 finds them, as always. AWS bills for training and for every minute that a model
  runs. The notebook goes on to these steps only when you have set `I_AGREE_TO_PAY`."""

SETTINGS = f"""\
import os
import sys
from pathlib import Path

REPORT = Path(os.environ.get("REPORT", "."))    # the folder that has {RECORD} in it
PHOTOS = Path(os.environ.get("PHOTOS", "."))    # where the original photos are, under whatever names
REKOLAB = Path(os.environ.get("REKOLAB", "."))  # the folder of Rekolab itself, which has core/ in it
I_AGREE_TO_PAY = False                          # on AWS: True lets this notebook do what AWS bills for

sys.path.insert(0, str(REKOLAB.resolve()))
from core.report import recorded

told = recorded.read((REPORT / "{RECORD}").read_bytes())
record = told.raw
print(f"{{record['project']}}: {{len(told.photos)}} photos, recorded on {{record['made']}} with", record["software"])"""

PHOTOS = """\
import hashlib

wanted = {photo.facts.sha256: photo.name for photo in told.photos if photo.facts}
wanted |= {row["sha256"]: row["photo"] for row in (record["evaluation"] or {}).get("predictions", []) if row["sha256"]}
originals = {}
for path in sorted(PHOTOS.rglob("*")):
    if path.is_file():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in wanted:
            originals[digest] = path
made_later = {row["sha256"] for row in record["cleaning"]["copies"] if row.get("sha256")}
absent = [name for digest, name in wanted.items() if digest not in originals and digest not in made_later]
print(f"{len(originals)} found, {len(absent)} not there: {absent[:10]}")
assert not absent, "Set PHOTOS above to the folder in which these photos are."
"""

CLEANING = """\
from core.images import cleaning

names = {photo.id: photo for photo in told.photos}
files = {}  # what is uploaded, by the SHA-256 that the record has of it
other = []
for row in record["cleaning"]["copies"]:
    if row.get("sha256"):
        photo = names[row["id"]]
        plan, format, copy, size = cleaning.make(originals[photo.facts.sha256].read_bytes(), photo.name, told.recipe)
        files[row["sha256"]] = copy
        if hashlib.sha256(copy).hexdigest() != row["sha256"]:
            other.append(photo.name)
print(f"{len(files)} copies by {told.recipe}")
print(f"Not the same bytes as then, as other versions of the packages may make: {other}" if other else
      "Each of them is the same, byte for byte.")
"""

CLIENTS = """\
import boto3
from botocore.exceptions import ClientError

s3, rekognition = boto3.client("s3"), boto3.client("rekognition")
account = boto3.client("sts").get_caller_identity()["Account"]
region = rekognition.meta.region_name
on_engine = "//127.0.0.1" in rekognition.meta.endpoint_url
BUCKET = os.environ.get("BUCKET") or f"rekolab-custom-labels-{account}-{region}"
PROJECT = f"{record['project']}-again"


def may_be_billed(what, price):
    assert on_engine or I_AGREE_TO_PAY, f"{what}: {price}. Set I_AGREE_TO_PAY above to go on."
    print(f"{what}: {'nothing on the built-in engine; on AWS ' if on_engine else ''}{price}")
"""

MANIFESTS = """\
same = recorded.build(told)
for side, text in (("training", same.training), ("testing", same.testing)):
    if text:
        assert hashlib.sha256(text.encode()).hexdigest() == record["manifests"][side]["sha256"]
print(f"Split by seed {same.split.seed}: {len(same.split.train)} to train with, {len(same.split.test)} to test with.")
print("Both manifests are the same, byte for byte, as those that are recorded.")

built = recorded.build(told, bucket=BUCKET)  # the same lines for the bucket of this account
print(built.training.split("\\n", 1)[0])
"""

UPLOAD = """\
try:
    s3.head_bucket(Bucket=BUCKET, ExpectedBucketOwner=account)
except ClientError as error:
    if error.response["Error"]["Code"] != "404":
        raise
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=BUCKET, **place)
for key, entry in built.pictures.items():
    digest = entry.facts.sha256
    s3.put_object(Bucket=BUCKET, Key=key, Body=files[digest] if digest in files else originals[digest].read_bytes())
sides = {"TRAIN": (built.training_key, built.training), "TEST": (built.testing_key, built.testing)}
sides = {side: (key, text) for side, (key, text) in sides.items() if text}
for key, text in sides.values():
    s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
print(f"{len(built.pictures)} photos and {len(sides)} manifests are in s3://{BUCKET}/{built.prefix}")
"""

TRAINING = """\
import datetime
import time

may_be_billed("Training", {price!r})
found = rekognition.describe_projects(ProjectNames=[PROJECT])["ProjectDescriptions"]
project = found[0]["ProjectArn"] if found else rekognition.create_project(ProjectName=PROJECT)["ProjectArn"]
there = {{dataset["DatasetType"] for dataset in (found[0].get("Datasets", []) if found else [])}}
for side, (key, _) in sides.items():
    if side not in there:
        source = {{"GroundTruthManifest": {{"S3Object": {{"Bucket": BUCKET, "Name": key}}}}}}
        dataset = rekognition.create_dataset(ProjectArn=project, DatasetType=side, DatasetSource=source)["DatasetArn"]
        while True:
            described = rekognition.describe_dataset(DatasetArn=dataset)["DatasetDescription"]
            if described["Status"] != "CREATE_IN_PROGRESS":
                break
            time.sleep(1 if on_engine else 10)
        assert described["Status"] == "CREATE_COMPLETE", described["StatusMessage"]

VERSION = datetime.datetime.now(datetime.timezone.utc).strftime("again-%Y-%m-%dT%H-%M-%S")
version = rekognition.create_project_version(
    ProjectArn=project, VersionName=VERSION,
    OutputConfig={{"S3Bucket": BUCKET, "S3KeyPrefix": f"{{built.prefix}}/models/{{VERSION}}"}})["ProjectVersionArn"]
patience = {{"Delay": 1, "MaxAttempts": 3600}} if on_engine else {{"Delay": 120, "MaxAttempts": 720}}
rekognition.get_waiter("project_version_training_completed").wait(
    ProjectArn=project, VersionNames=[VERSION], WaiterConfig=patience)
trained = rekognition.describe_project_versions(ProjectArn=project, VersionNames=[VERSION])
trained = trained["ProjectVersionDescriptions"][0]
print(trained["Status"], "F1", trained["EvaluationResult"]["F1Score"], "then", record["model"]["f1"])
"""

PREDICTING = """\
from core.images.preparing import prepare

may_be_billed("Running the model", {price!r})
rekognition.start_project_version(ProjectVersionArn=version, MinInferenceUnits=1)
answers = {{}}
try:
    patience = {{"Delay": 1, "MaxAttempts": 600}} if on_engine else {{"Delay": 30, "MaxAttempts": 120}}
    rekognition.get_waiter("project_version_running").wait(
        ProjectArn=project, VersionNames=[VERSION], WaiterConfig=patience)
    for row in record["evaluation"]["predictions"]:
        digest = row["sha256"]
        if digest is None or row["error"]:
            continue  # a photo that could not be read or asked about then
        photo = files[digest] if digest in files else originals[digest].read_bytes()
        said = rekognition.detect_custom_labels(
            ProjectVersionArn=version, Image={{"Bytes": prepare(photo).data}}, MinConfidence=0)
        answers[row["photo"]] = {{label["Name"]: label["Confidence"] for label in said["CustomLabels"]}}
finally:
    rekognition.stop_project_version(ProjectVersionArn=version)  # whatever happened: it bills by the minute
print(f"{{len(answers)}} photos asked about, and the model is told to stop.")
"""

STOPPED = """\
while True:
    state = rekognition.describe_project_versions(ProjectArn=project, VersionNames=[VERSION])
    state = state["ProjectVersionDescriptions"][0]["Status"]
    if state != "STOPPING":
        break
    time.sleep(1 if on_engine else 10)
assert state == "STOPPED", f"The model is {state}. Stop it by hand: it bills by the minute while it runs."
print("The model has stopped.")
"""

EVALUATING = """\
import json
from dataclasses import replace

from core.aws.training import read_evaluation
from core.evaluation import intervals, metrics, thresholds
from core.types import Score

summary = trained["EvaluationResult"]["Summary"]["S3Object"]
summary = json.loads(s3.get_object(Bucket=summary["Bucket"], Key=summary["Name"])["Body"].read())
cuts = read_evaluation(summary).thresholds
asked = [replace(one, scores=tuple(Score(*pair) for pair in answers[one.name].items()))
         for one in told.tried.predictions if one.name in answers]
again = metrics.measure(thresholds.decide_again(asked, cuts), tuple(cuts))
then = metrics.measure(told.tried.predictions, tuple(told.tried.thresholds))
for name in ("accuracy", "precision", "recall", "f1", "unknown"):
    old, new = getattr(then, name), getattr(again, name)
    print(f"{name:<10} then {intervals.percent(old.value):>7} ({intervals.span(old)})"
          f"   now {intervals.percent(new.value):>7} ({intervals.span(new)})")
print("Thresholds then", dict(told.tried.thresholds), "and now", cuts)
"""
