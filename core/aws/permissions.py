"""What AWS must allow, for what, and the least policy that allows it. No call is made here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from core.aws import roles, schedules

# What a permission is about. "all" is everything; a policy names each of the others as closely as it can.
On = Literal["all", "projects", "project", "bucket", "objects", "probe", "schedules", "role"]

PROBE = "rekolab-permission-check"
SCHEDULER = "scheduler.amazonaws.com"
NO_SCHEDULE = f"{schedules.PREFIX}nothing"  # a model's has a hash there


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project works on AWS. `prefix` is where its objects lie in the bucket, without a slash at its end."""

    account: str
    region: str
    bucket: str
    prefix: str
    project: str
    partition: str = "aws"

    @property
    def probe_key(self) -> str:
        """The one small object that trying the permissions writes."""
        return f"{self.prefix}/{PROBE}.txt"

    def rekognition(self, rest: str) -> str:
        return f"arn:{self.partition}:rekognition:{self.region}:{self.account}:project/{rest}"

    def arn(self, on: On) -> str:
        """What a policy writes as Resource."""
        bucket = f"arn:{self.partition}:s3:::{self.bucket}"
        return {
            "all": "*", "projects": self.rekognition("*"), "project": self.rekognition(f"{self.project}/*"),
            "bucket": bucket, "objects": f"{bucket}/{self.prefix}/*", "probe": f"{bucket}/{self.probe_key}",
            "schedules": (f"arn:{self.partition}:scheduler:{self.region}:{self.account}:schedule/default/"
                          f"{schedules.PREFIX}*"),
            "role": f"arn:{self.partition}:iam::{self.account}:role/{roles.NAME}",
        }[on]


@dataclass(frozen=True, slots=True)
class Need:
    """A permission and what it is for. Without an optional one only a comfort is missing.

    One for a `new_bucket` is needed only where there is no bucket yet. What is needed `once` is left to whoever
    administers the account, as who may write the policies of a role can give it any right.
    """

    action: str
    on: On
    purpose: str
    optional: bool = False
    new_bucket: bool = False
    once: bool = False


NEEDS = (
    Need("rekognition:DescribeProjects", "all", "List projects and their datasets"),
    Need("rekognition:DescribeProjectVersions", "projects", "Follow a training; see what runs, in whatever project"),
    Need("rekognition:StopProjectVersion", "projects", "Stop a model, whoever started it"),
    Need("rekognition:CreateProject", "project", "Make the project"),
    Need("rekognition:CreateDataset", "project", "Make the training and the test dataset"),
    Need("rekognition:DescribeDataset", "project", "See when a dataset is complete"),
    Need("rekognition:ListDatasetEntries", "project", "Read labels from a dataset", optional=True),
    Need("rekognition:DeleteDataset", "project", "Replace a dataset by a newer one"),
    Need("rekognition:DistributeDatasetEntries", "project", "Let Amazon choose the test photos", optional=True),
    Need("rekognition:CreateProjectVersion", "project", "Train a model"),
    Need("rekognition:StartProjectVersion", "project", "Start a model"),
    Need("rekognition:DetectCustomLabels", "project", "Ask a model about a photo"),
    Need("rekognition:DeleteProjectVersion", "project", "Delete a model", optional=True),
    Need("rekognition:CopyProjectVersion", "projects", "Copy a model to another project", optional=True),
    Need("rekognition:ListProjectPolicies", "project", "Show who may copy a model to another account", optional=True),
    Need("rekognition:PutProjectPolicy", "project", "Let another account copy a model", optional=True),
    Need("rekognition:DeleteProjectPolicy", "project", "Let it copy no more", optional=True),
    Need("rekognition:TagResource", "projects", "Tag a model, and copies of it in other projects", optional=True),
    Need("rekognition:UntagResource", "project", "Take a tag away", optional=True),
    Need("rekognition:ListTagsForResource", "project", "Show a model's tags", optional=True),
    Need("kms:ListAliases", "all", "Offer the account's own KMS keys", optional=True),
    Need("s3:ListAllMyBuckets", "all", "Offer the buckets of the account", optional=True),
    Need("s3:ListBucket", "bucket", "See what was uploaded already"),
    Need("s3:GetBucketLocation", "bucket", "See that the bucket is in the model's region"),
    Need("s3:GetBucketAcl", "bucket", "Let Rekognition read the bucket; see whether it is public"),
    Need("s3:GetBucketPublicAccessBlock", "bucket", "See whether the bucket is closed to the public", optional=True),
    Need("s3:GetEncryptionConfiguration", "bucket", "See whether the bucket is encrypted", optional=True),
    Need("s3:GetBucketVersioning", "bucket", "See whether deleted photos stay", optional=True),
    Need("s3:GetBucketPolicy", "bucket", "See whether the bucket's policy forbids anything needed", optional=True),
    Need("s3:CreateBucket", "bucket", "Make the bucket", new_bucket=True),
    Need("s3:PutBucketPublicAccessBlock", "bucket", "Close the new bucket to the public", new_bucket=True),
    Need("s3:PutEncryptionConfiguration", "bucket", "Encrypt the new bucket", new_bucket=True),
    Need("s3:PutObject", "objects", "Upload photos and manifests; let training write its results"),
    Need("s3:GetObject", "objects", "Let Rekognition read the photos; read the results"),
    Need("s3:GetObjectAcl", "objects", "Let Rekognition read the photos"),
    Need("s3:GetObjectVersion", "objects", "Let Rekognition read the photos"),
    Need("s3:GetObjectTagging", "objects", "Let Rekognition read the photos"),
    Need("s3:DeleteObject", "probe", "Delete the small object that this check writes", optional=True),
    Need("cloudwatch:GetMetricData", "all", "Ask CloudWatch how long models have run", optional=True),
    Need("scheduler:CreateSchedule", "schedules", "Have AWS itself stop a model at its deadline"),
    Need("scheduler:UpdateSchedule", "schedules", "Move a deadline"),
    Need("scheduler:DeleteSchedule", "schedules", "Tidy up after a model was stopped"),
    Need("iam:PassRole", "role", "Give the scheduler the role with which it stops a model"),
    Need("iam:GetRole", "role", "Find that role", optional=True),
    Need("iam:CreateRole", "role", "Make that role from here", once=True),
    Need("iam:UpdateAssumeRolePolicy", "role", "Make that role from here", once=True),
    Need("iam:PutRolePolicy", "role", "Make that role from here", once=True),
    Need("iam:SimulatePrincipalPolicy", "all", "Tell of permissions that can not be tried", optional=True),
)
# Asked without a permission of their own, or with one of another name than theirs.
FREE = frozenset({"sts:GetCallerIdentity"})
CALLED_ELSE = {
    "s3:ListObjectsV2": "s3:ListBucket", "s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets", "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
}


def needed(bucket_exists: bool) -> tuple[Need, ...]:
    """The permissions that count: those for making a bucket only where there is none, and no administrator's."""
    return tuple(need for need in NEEDS if not need.once and not (bucket_exists and need.new_bucket))


def policy(place: Place, needs: Iterable[Need]) -> dict[str, Any]:
    """The least IAM policy for working in `place`: a statement for each kind of thing that actions are about.

    The role may be passed to nobody but the scheduler. Buckets that photos come from, and KMS keys, are not in it.
    """
    found: dict[tuple[On, bool], list[str]] = {}
    for need in needs:
        found.setdefault((need.on, need.action == "iam:PassRole"), []).append(need.action)
    return {"Version": "2012-10-17",
            "Statement": [_statement(place, on, actions, passing) for (on, passing), actions in found.items()]}


def _statement(place: Place, on: On, actions: list[str], passing: bool) -> dict[str, Any]:
    condition = {"Condition": {"StringEquals": {"iam:PassedToService": SCHEDULER}}} if passing else {}
    name = "Pass" if passing else "Rekolab"
    return {"Sid": f"{name}{on.capitalize()}", "Effect": "Allow", "Action": sorted(actions),
            "Resource": place.arn(on), **condition}
