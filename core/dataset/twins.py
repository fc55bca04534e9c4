"""Which photos of a project are the same, without seeking them anew for every label."""

from __future__ import annotations

from functools import partial

from core.dataset import likeness, likeness_file
from core.dataset.photos import photos
from core.dataset.remembering import remembered
from core.images import duplicates
from core.images.duplicates import Duplicates
from core.workspace import Project


def groups(project: Project) -> tuple[Duplicates, ...]:
    """The groups of all photos that are the same, exact ones first, as `duplicates.groups` finds them.

    The job that compares has found them already, unless photos are new since: then they are sought here.
    """
    return remembered(project, "twins", partial(_groups, project), likeness_file.stamp(project))


def _groups(project: Project) -> tuple[Duplicates, ...]:
    compared = likeness.read(project)
    if compared is not None and likeness.pending(project) == 0:
        return tuple(compared.groups)
    return tuple(duplicates.groups(photos(project)))
