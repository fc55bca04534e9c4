"""Every state that Rekognition has for a model, a project or a dataset: its word, what it means, and what can be done.

A state that AWS adds later is shown by its own name, with nothing to be done but to look at it and delete it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "busy", "bad", "rest"]
Act = Literal["start", "stop", "delete", "copy"]


@dataclass(frozen=True, slots=True)
class State:
    """`meaning` says what it is and what comes next; `can` holds what AWS takes now, of a model.

    `passing` is what becomes something else by itself, so that looking again is worth it.
    """

    word: str
    tone: Tone
    meaning: str
    can: frozenset[Act] = frozenset()
    passing: bool = False


_TRAINED: frozenset[Act] = frozenset({"start", "copy", "delete"})
_GONE: frozenset[Act] = frozenset({"delete"})

MODELS: Mapping[str, State] = {
    "TRAINING_IN_PROGRESS": State(
        "training in progress", "busy", "It is being trained, which goes on while this page is closed.", passing=True),
    "TRAINING_COMPLETED": State(
        "training completed", "rest", "It is trained and costs nothing. It answers once it is started.", _TRAINED),
    "TRAINING_FAILED": State(
        "training failed", "bad", "There is no model, and AWS bills nothing. Train says why, and what cures it.",
        _GONE),
    "STARTING": State(
        "starting", "busy", "It is on its way, which takes up to half an hour on AWS, and is billed from the start.",
        frozenset({"stop"}), passing=True),
    "RUNNING": State(
        "running", "good", "It answers, and is billed by the minute, used or not.", frozenset({"stop", "copy"})),
    "FAILED": State(
        "failed", "bad", "It could not be started or went down, and does not run. Start it again.", _TRAINED),
    "STOPPING": State("stopping", "busy", "It answers no more, and is billed until it has stopped.",
                      frozenset({"copy"}), passing=True),
    "STOPPED": State("stopped", "rest", "It costs nothing. It answers once it is started.", _TRAINED),
    "DELETING": State("deleting", "rest", "It will be gone in a moment.", passing=True),
    "COPYING_IN_PROGRESS": State(
        "copying in progress", "busy", "It is being copied from another project, which goes on while this page is "
        "closed.", passing=True),
    "COPYING_COMPLETED": State(
        "copying completed", "rest", "It is a copy and costs nothing. It answers once it is started.", _TRAINED),
    "COPYING_FAILED": State(
        "copying failed", "bad", "There is no model. Delete this and copy again, into a bucket that can be written.",
        _GONE),
    "DEPRECATED": State(
        "deprecated", "bad", "AWS is phasing it out. Train a new one with the same photos.", _GONE),
    "EXPIRED": State(
        "expired", "bad", "AWS has phased it out, and it answers no more. Train a new one with the same photos.",
        _GONE),
}

PROJECTS: Mapping[str, State] = {
    "CREATING": State("creating", "busy", "It can be used in a moment.", passing=True),
    "CREATED": State("created", "rest", "It can be used."),
    "DELETING": State("deleting", "rest", "It will be gone in a moment, and nothing can be trained in it.",
                      passing=True),
}

DATASETS: Mapping[str, State] = {
    "CREATE_IN_PROGRESS": State("create in progress", "busy", "It is being made from its manifest.", passing=True),
    "CREATE_COMPLETE": State("create complete", "good", "It can be trained with."),
    "CREATE_FAILED": State(
        "create failed", "bad", "Its manifest was not taken. The next training from here replaces it."),
    "UPDATE_IN_PROGRESS": State("update in progress", "busy", "Its photos or labels are being changed.", passing=True),
    "UPDATE_COMPLETE": State("update complete", "good", "It was changed, and can be trained with."),
    "UPDATE_FAILED": State(
        "update failed", "bad", "The last change was not taken; it can be trained with as it was before."),
    "DELETE_IN_PROGRESS": State("delete in progress", "rest", "It will be gone in a moment.", passing=True),
}


def of_model(status: str) -> State:
    """The state of a model, by AWS's name for it."""
    return MODELS.get(status) or _unknown(status, _GONE)


def of_project(status: str) -> State:
    return PROJECTS.get(status) or _unknown(status)


def of_dataset(status: str) -> State:
    return DATASETS.get(status) or _unknown(status)


def _unknown(status: str, can: frozenset[Act] = frozenset()) -> State:
    return State(status.replace("_", " ").lower(), "rest", "Rekolab does not know this state of AWS's yet.", can)
