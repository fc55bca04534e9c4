"""Who one is on AWS, and which permissions work there: each tried by a call that starts nothing.

Rekognition's calls name a project, dataset or model of the year 1970, when there was none: one that is allowed answers
that it does not exist, one that is refused answers that first. So nothing can be trained, started or deleted. What can
not be tried like that is asked of IAM's policy simulator, which knows the policies of a user or role, but not those of
a bucket. The one thing that is written is a small object in the project's own folder of the bucket.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from core.aws import clients as aws
from core.aws import permissions, project_policies, roles, storage
from core.aws.calls import aws_call
from core.aws.clients import Clients
from core.aws.permissions import NO_SCHEDULE, PROBE, SCHEDULER, Need, Place
from core.compute import each
from core.errors import AwsError, NotFound
from core.jobs import Progress
from core.workspace import open_project

Outcome = Literal["works", "refused", "unknown"]
How = Literal["tried", "simulated", "not tried"]
Call = Callable[[Clients, Place], Any]

THREADS = 8  # these wait for the network
NEVER = 1  # a creation time, in milliseconds since 1970, that no resource has

REFUSALS = frozenset({"AccessDenied", "AccessDeniedException", "403", "NotAuthorized", "UnauthorizedOperation"})
# Answers that only a call gets which was allowed; NotFound is another.
ALLOWED = frozenset({
    "ResourceInUseException", "ResourceNotReadyException", "ResourceAlreadyExistsException", "LimitExceededException",
    "InvalidParameterException", "InvalidS3ObjectException", "InvalidImageFormatException", "ConflictException",
    "NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError", "NoSuchBucketPolicy"})


@dataclass(frozen=True, slots=True)
class Check:
    """What became of one permission; `said` explains what is not known, and quotes a refusal."""

    need: Need
    outcome: Outcome
    how: How
    said: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Every permission that counts, when that was seen, and the key of the small object if it was written."""

    place: Place
    at: dt.datetime
    checks: tuple[Check, ...]
    written: str | None

    def of(self, outcome: Outcome, optional: bool = False) -> list[Check]:
        """The needed, or the optional, permissions with that outcome."""
        return [one for one in self.checks if one.outcome == outcome and one.need.optional == optional]


def check(progress: Progress, home: str, project: str, rekognition_project: str) -> Report:
    """Job: try every permission that the project needs, several at once."""
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    place = place_of(clients, storage.bucket_name(clients, owner), owner.name, rekognition_project)
    needs = permissions.needed(_exists(clients, place.bucket))
    progress.begin(len(needs), "Trying the permissions")
    first = next(need for need in needs if need.action == "s3:PutObject")  # others read what this one writes
    found = {first: look(clients, place, first)}
    progress.step()
    rest = [need for need in needs if need is not first]
    found |= dict(each(partial(look, clients, place), rest, progress, threads=THREADS))
    written = place.probe_key if found[first].outcome == "works" else None
    return Report(place, dt.datetime.now(dt.UTC), tuple(found[need] for need in needs), written)


def place_of(clients: Clients, bucket: str, prefix: str, rekognition_project: str) -> Place:
    """Where a project works, by the names that its policy needs."""
    return Place(clients.account, clients.region, bucket, prefix, rekognition_project, clients.s3.meta.partition)


def _exists(clients: Clients, bucket: str) -> bool:
    """Whether the bucket is there, as far as that can be seen."""
    try:
        return storage.is_usable(clients, bucket)
    except AwsError:
        return True


def look(clients: Clients, place: Place, need: Need) -> Check:
    """Try a permission, and ask the simulator where that tells nothing."""
    tried = _tried(clients, place, need) if need.action in CALLS else Check(
        need, "unknown", "not tried", "It can not be tried without doing it.")
    return _simulated(clients, place, tried) if tried.outcome == "unknown" else tried


def _tried(clients: Clients, place: Place, need: Need) -> Check:
    try:
        with aws_call(need.action.partition(":")[2]):
            CALLS[need.action](clients, place)
    except AwsError as error:
        if error.code in REFUSALS:
            return Check(need, "refused", "tried", error.said)
        if error.code in ALLOWED or (isinstance(error, NotFound) and error.code not in ("NoSuchBucket", "404")):
            return Check(need, "works", "tried")
        missing = error.code in ("NoSuchBucket", "404")
        return Check(need, "unknown", "not tried" if missing else "tried",
                     "There is no bucket yet to try it with." if missing else error.message)
    return Check(need, "works", "tried")


def _simulated(clients: Clients, place: Place, tried: Check) -> Check:
    """What IAM's simulator says; what was tried where it may not be asked."""
    source = _principal(clients)
    if source is None:
        return tried
    need, context = tried.need, [{"ContextKeyName": "iam:PassedToService", "ContextKeyType": "string",
                                  "ContextKeyValues": [SCHEDULER]}]
    try:
        with aws_call():
            answer = clients.iam.simulate_principal_policy(
                PolicySourceArn=source, ActionNames=[need.action], ResourceArns=[_example(place, need)],
                ContextEntries=context if need.action == "iam:PassRole" else [])
    except AwsError:
        return tried
    decision = str(answer["EvaluationResults"][0]["EvalDecision"])
    if decision == "allowed":
        return Check(need, "works", "simulated")
    said = "A policy denies it." if decision == "explicitDeny" else "No policy allows it."
    return Check(need, "refused", "simulated", said)


def _example(place: Place, need: Need) -> str:
    """One thing of the kind that the permission is about."""
    return place.arn(need.on).replace("*", PROBE)


def _principal(clients: Clients) -> str | None:
    """The user or role whose policies count, as the simulator wants it; None for those that it does not know."""
    arn = clients.caller[1]
    if ":user/" in arn:
        return arn
    if ":assumed-role/" not in arn:
        return None
    role = arn.split(":assumed-role/", 1)[1].split("/", 1)[0]
    try:
        with aws_call():
            return str(clients.iam.get_role(RoleName=role)["Role"]["Arn"])  # whose path an ARN of STS lacks
    except AwsError:
        return f"arn:{clients.s3.meta.partition}:iam::{clients.account}:role/{role}"


def forget_written(clients: Clients, report: Report) -> None:
    """Delete the small object that the check has written."""
    if report.written:
        with aws_call():
            clients.s3.delete_object(Bucket=report.place.bucket, Key=report.written)


def _rekognition(method: str, **arguments: Any) -> Call:
    """A call of Rekognition; its arguments are texts, or functions of the place."""
    def call(clients: Clients, place: Place) -> Any:
        filled = {name: value(place) if callable(value) else value for name, value in arguments.items()}
        return getattr(clients.rekognition, method)(**filled)
    return call


def _bucket(method: str, **more: Any) -> Call:
    return lambda clients, place: getattr(clients.s3, method)(Bucket=place.bucket, **more)


def _probe(method: str, **more: Any) -> Call:
    return lambda clients, place: getattr(clients.s3, method)(Bucket=place.bucket, Key=place.probe_key, **more)


def _project_arn(place: Place) -> str:
    return place.rekognition(f"{place.project}/{NEVER}")


def _version_arn(place: Place) -> str:
    return place.rekognition(f"{place.project}/version/{PROBE}/{NEVER}")


def _dataset_arn(place: Place) -> str:
    return place.rekognition(f"{place.project}/dataset/train/{NEVER}")


def _both_datasets(place: Place) -> list[dict[str, str]]:
    return [{"Arn": place.rekognition(f"{place.project}/dataset/{kind}/{NEVER}")} for kind in ("train", "test")]


def _output(place: Place) -> dict[str, str]:
    return {"S3Bucket": place.bucket, "S3KeyPrefix": place.prefix}


CALLS: Mapping[str, Call] = {
    "rekognition:DescribeProjects": _rekognition("describe_projects", MaxResults=1),
    "rekognition:DescribeProjectVersions": _rekognition("describe_project_versions", ProjectArn=_project_arn),
    "rekognition:StopProjectVersion": _rekognition("stop_project_version", ProjectVersionArn=_version_arn),
    "rekognition:CreateDataset": _rekognition("create_dataset", ProjectArn=_project_arn, DatasetType="TRAIN"),
    "rekognition:DescribeDataset": _rekognition("describe_dataset", DatasetArn=_dataset_arn),
    "rekognition:ListDatasetEntries": _rekognition("list_dataset_entries", DatasetArn=_dataset_arn),
    "rekognition:DeleteDataset": _rekognition("delete_dataset", DatasetArn=_dataset_arn),
    "rekognition:DistributeDatasetEntries": _rekognition("distribute_dataset_entries", Datasets=_both_datasets),
    "rekognition:CreateProjectVersion": _rekognition(
        "create_project_version", ProjectArn=_project_arn, VersionName=PROBE, OutputConfig=_output),
    "rekognition:StartProjectVersion": _rekognition(
        "start_project_version", ProjectVersionArn=_version_arn, MinInferenceUnits=1),
    "rekognition:DetectCustomLabels": _rekognition(
        "detect_custom_labels", ProjectVersionArn=_version_arn, Image={"Bytes": b"no photo"}),
    "rekognition:DeleteProjectVersion": _rekognition("delete_project_version", ProjectVersionArn=_version_arn),
    "rekognition:CopyProjectVersion": _rekognition(
        "copy_project_version", SourceProjectArn=_project_arn, SourceProjectVersionArn=_version_arn,
        DestinationProjectArn=_project_arn, VersionName=PROBE, OutputConfig=_output),
    "rekognition:ListProjectPolicies": _rekognition("list_project_policies", ProjectArn=_project_arn),
    "rekognition:PutProjectPolicy": _rekognition(
        "put_project_policy", ProjectArn=_project_arn, PolicyName=PROBE, PolicyDocument=lambda place: json.dumps(
            project_policies.policy(_version_arn(place), f"arn:{place.partition}:iam::{place.account}:root"))),
    "rekognition:DeleteProjectPolicy": _rekognition(
        "delete_project_policy", ProjectArn=_project_arn, PolicyName=PROBE),
    "rekognition:TagResource": _rekognition("tag_resource", ResourceArn=_version_arn, Tags={"rekolab": "check"}),
    "rekognition:UntagResource": _rekognition("untag_resource", ResourceArn=_version_arn, TagKeys=["rekolab"]),
    "rekognition:ListTagsForResource": _rekognition("list_tags_for_resource", ResourceArn=_version_arn),
    "kms:ListAliases": lambda clients, _: clients.kms.list_aliases(Limit=1),
    "s3:ListAllMyBuckets": lambda clients, _: clients.s3.list_buckets(),
    "s3:ListBucket": lambda clients, place: clients.s3.list_objects_v2(
        Bucket=place.bucket, Prefix=f"{place.prefix}/", MaxKeys=1),
    "s3:GetBucketLocation": _bucket("get_bucket_location"),
    "s3:GetBucketAcl": _bucket("get_bucket_acl"),
    "s3:GetBucketPublicAccessBlock": _bucket("get_public_access_block"),
    "s3:GetEncryptionConfiguration": _bucket("get_bucket_encryption"),
    "s3:GetBucketVersioning": _bucket("get_bucket_versioning"),
    "s3:GetBucketPolicy": _bucket("get_bucket_policy"),
    "s3:PutObject": _probe("put_object", Body=b"Rekolab wrote this to see that it may. It can be deleted.\n"),
    "s3:GetObject": _probe("get_object"),
    "s3:GetObjectAcl": _probe("get_object_acl"),
    "s3:GetObjectVersion": _probe("get_object", VersionId="null"),
    "s3:GetObjectTagging": _probe("get_object_tagging"),
    "scheduler:DeleteSchedule": lambda clients, _: clients.scheduler.delete_schedule(Name=NO_SCHEDULE),
    "iam:GetRole": lambda clients, _: clients.iam.get_role(RoleName=roles.NAME),
    "iam:SimulatePrincipalPolicy": lambda clients, _: clients.iam.simulate_principal_policy(
        PolicySourceArn=_principal(clients) or clients.caller[1], ActionNames=["iam:SimulatePrincipalPolicy"]),
}
