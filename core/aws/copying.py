"""Copying a model to another project: within an account, or to another one, which needs a policy of the source project.

The account that gets the copy makes it. What the owner does is to let it: core.aws.project_policies.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.aws import clients as aws
from core.aws import projects, storage, versions
from core.aws.calls import aws_call, pages
from core.aws.clients import Clients
from core.aws.options import Options, checked
from core.errors import AwsError, RekolabError
from core.jobs import Progress
from core.workspace import open_project

_PROJECT = re.compile(r"arn:[a-z\d-]+:rekognition:([a-z\d-]+):\d{12}:project/[a-zA-Z0-9_.\-]{1,255}/\d+")
_VERSION = re.compile(r"arn:[a-z\d-]+:rekognition:([a-z\d-]+):\d{12}:project/[a-zA-Z0-9_.\-]{1,255}/version/"
                      r"[a-zA-Z0-9_.\-]{1,255}/\d+")
_NAME = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")


def copy(clients: Clients, source_project: str, source: str, destination: str, name: str, bucket: str, prefix: str,
         options: Options | None = None) -> str:
    """Begin to copy the version `source`, with its results under `prefix` in `bucket`; gives the copy's ARN.

    Source and destination are ARNs; the bucket is one of the account that calls. AWS gives a copy no tag and no KMS
    key of the original's: those of `options` it gets, and a description it can not have.
    """
    given = checked(options or Options(), clients.region).request
    asked = dt.datetime.now(dt.UTC)
    try:
        with aws_call():
            answer = clients.rekognition.copy_project_version(
                SourceProjectArn=source_project, SourceProjectVersionArn=source, DestinationProjectArn=destination,
                VersionName=name, OutputConfig={"S3Bucket": bucket, "S3KeyPrefix": prefix}, **given)
    except AwsError as error:
        made_at_first = error.repeated and error.code == "ResourceInUseException"  # only its answer was lost
        made = made_at_first and versions.made_since(clients, projects.name_of(destination), name, asked)
        if not made:
            raise
        return made
    return str(answer["ProjectVersionArn"])


def copy_model(progress: Progress, home: str, project: str, source_project: str, source: str, destination: str,
               name: str, bucket: str, prefix: str, options: Mapping[str, Any] | None = None) -> str:
    """Job: make the bucket and the project `destination` where there are none, and begin to copy; the copy's ARN.

    Repeated after a crash it copies nothing twice: a version of that name which comes from `source` is the copy.
    `options` are tags and KMS key, as in `core.aws.options.Options`.
    """
    owner = open_project(home, project)
    clients = aws.connect(Path(owner.home), owner.backend)
    progress.begin(3, "Preparing the bucket")
    storage.ensure_bucket(clients, bucket)
    progress.step()
    progress.say(f"Preparing the project {destination}")
    target = projects.ensure_project(clients, destination)
    progress.step()
    progress.say(f"Asking for the copy {name}")
    made = _copy_of(clients, target, source, name) or copy(
        clients, source_project, source, target, name, bucket, prefix, Options(**options or {}))
    owner.note("run", f"{versions.names_of(source)[1]} is being copied to {destination} as {name}")
    return made


def _copy_of(clients: Clients, project: str, source: str, name: str) -> str | None:
    found = pages(clients.rekognition, "describe_project_versions", "ProjectVersionDescriptions", ProjectArn=project,
                  VersionNames=[name])
    return next((str(one["ProjectVersionArn"]) for one in found
                 if one.get("SourceProjectVersionArn") == source and one["Status"] != "COPYING_FAILED"), None)


def check_name(name: str) -> None:
    """RekolabError when Rekognition takes no such name of a project or a version."""
    if not _NAME.fullmatch(name):
        raise RekolabError("A name has letters, digits, '.', '-' and '_' only, 255 at most, no space.")


def check_source(project: str, version: str, region: str) -> None:
    """RekolabError where these are not the ARNs of a project and of a version in it, in this region."""
    found, inside = _PROJECT.fullmatch(project), _VERSION.fullmatch(version)
    if not found or not inside:
        raise RekolabError("The owner gives two ARNs: of the project, which ends with its name and a number, and of "
                           "the model, which has “version” in it.")
    if projects.name_of(project) != projects.name_of(version):
        raise RekolabError("The model is one of another project than the project's ARN says.")
    if {found[1], inside[1]} != {region}:
        raise RekolabError(f"The model is in {inside[1]}, and this project works in {region}. "
                           "A model can be copied within its region only.")


def command(source_project: str, source: str, name: str, bucket: str, prefix: str) -> str:
    """What whoever gets the model runs in their account, with the AWS command line; names are to be filled in."""
    region = source.split(":")[3]
    return "\n".join([
        "aws rekognition copy-project-version \\", f"  --region {region} \\",
        f"  --source-project-arn {source_project} \\", f"  --source-project-version-arn {source} \\",
        "  --destination-project-arn ARN_OF_YOUR_PROJECT \\", f"  --version-name {name} \\",
        f"  --output-config S3Bucket={bucket},S3KeyPrefix={prefix}"])
