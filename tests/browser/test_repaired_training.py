"""A training that failed because somebody tidied the bucket, from its lines to the model that comes of the repair."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from person import App, at_rest, visit
from playwright.sync_api import Page, expect

from core.aws import clients as aws
from core.aws import projects, storage, training, versions
from core.dataset import cleaning, labels, sources, upload
from core.errors import AwsError
from core.jobs import Progress
from core.workspace import Project, Workspace

pytestmark = pytest.mark.browser


@pytest.fixture
def pets(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photo_folder: Callable[..., Path]) -> Project:
    """A project whose first training has failed: half of its photos had gone from S3."""
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    project = Workspace(app.home.resolve()).create("pets")
    job = (Progress(), str(project.home), project.name)
    sources.import_folder(*job, str(photo_folder(cat=6, dog=6)))
    labels.label_by_folder(project)
    cleaning.clean_all(*job)
    sent = upload.upload(*job)
    clients = aws.connect(project.home, project.backend)
    for item in [*storage.list_objects(clients, sent.bucket, "pets/images/")][:6]:
        clients.s3.delete_object(Bucket=sent.bucket, Key=item.key)
    arn = projects.ensure_project(clients, "pets")
    begun = training.start_training(clients, arn, "one", sent.bucket, "pets/models/one", sent.training_uri,
                                    sent.testing_uri)
    with pytest.raises(AwsError):
        versions.wait_for(clients, begun, {"TRAINING_COMPLETED"})
    return project


@pytest.mark.usefixtures("pets")
def test_a_failed_training_shows_its_photos_and_is_repaired_into_a_model(
    tab: Page, picture: Callable[..., None]
) -> None:
    visit(tab, "Train")
    expect(tab.get_by_text("The manifest file contains too many invalid rows.")).to_be_visible()
    tab.get_by_text(re.compile(r"^ERROR_INVALID_IMAGE: \d lines?$")).click()
    expect(tab.get_by_text(re.compile(r"^training \d+: (cat|dog)")).first).to_be_visible()
    picture(tab, "training-failed")
    tab.get_by_role("button", name="Repair and train again").click()
    expect(tab.get_by_text("Mended: 6 lines")).to_be_visible()
    picture(tab, "training-repaired")
    at_rest(tab)
    tab.get_by_role("button", name=re.compile("with the mended manifests")).click()
    tab.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Train \d")).click()
    expect(tab.get_by_text("training completed")).to_be_visible()
    expect(tab.get_by_text("The manifest file contains too many invalid rows.")).not_to_be_visible()
