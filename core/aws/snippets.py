"""A call of DetectCustomLabels as code to copy: Python with boto3, and AWS's command line.

File names, ARNs and profiles are foreign text, so each is quoted as its language quotes text.
"""

from __future__ import annotations

import shlex

from core.aws.clients import Clients

_ENGINE = 'eval "$(python -m core.engine --print-env)"'


def boto3_code(clients: Clients, version_arn: str, file: str, min_confidence: float) -> str:
    """A program that asks the model about the photo in `file`, and prints the answer."""
    profile = clients.backend.profile
    session = f"boto3.Session(profile_name={_python(profile)})" if profile else "boto3"
    options = [f"region_name={_python(clients.region)}"]
    options += [] if profile else [f"endpoint_url={_python(clients.rekognition.meta.endpoint_url)}"]
    credentials = [] if profile else [f"# The engine's own key comes from the shell: {_ENGINE}"]
    return "\n".join([
        "from pathlib import Path", "", "import boto3", "", *credentials,
        f"rekognition = {session}.client(\"rekognition\", {', '.join(options)})",
        "answer = rekognition.detect_custom_labels(",
        f"    ProjectVersionArn={_python(version_arn)},",
        f"    Image={{\"Bytes\": Path({_python(file)}).read_bytes()}},",
        f"    MinConfidence={min_confidence:g},",
        ")",
        'for label in answer["CustomLabels"]:',
        '    print(label["Name"], label["Confidence"])'])


def awscli_code(clients: Clients, version_arn: str, file: str, min_confidence: float) -> str:
    """The same call for a shell such as bash or zsh."""
    profile = clients.backend.profile
    where = f"--profile {shlex.quote(profile)}" if profile else (
        f"--endpoint-url {shlex.quote(clients.rekognition.meta.endpoint_url)}")
    # "./" keeps a name that begins with ~ from being taken for somebody's home folder.
    return "".join([
        "" if profile else f"{_ENGINE}\n", "aws rekognition detect-custom-labels \\\n",
        f"  --project-version-arn {shlex.quote(version_arn)} \\\n",
        f"  --image-bytes {shlex.quote(f'fileb://./{file}')} \\\n",
        f"  --min-confidence {min_confidence:g} \\\n", f"  --region {shlex.quote(clients.region)} {where}"])


def _python(text: str) -> str:
    """The text as Python writes it, in letters that every editor keeps."""
    return ascii(text)
