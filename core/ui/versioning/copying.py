"""Copying a model: to another project of this account, or for another account, which has to be allowed to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.aws import copying, project_policies, projects, storage, tags, versions
from core.aws.clients import Clients
from core.aws.copying import copy_model
from core.aws.options import Options
from core.aws.project_policies import Policy
from core.aws.projects import RekognitionProject
from core.dataset.models import rekognition_name
from core.errors import NotAllowed, RekolabError
from core.types import Version
from core.ui import messages, meter, options, progress, state
from core.ui import tags as typing
from core.ui.dialogs import dialog
from core.ui.words import count, plain
from core.workspace import Project

KIND = "copy"  # of job
NEW = "A new project"
_SEEN = "versions_copying"  # in the session: what AWS had when the dialog was opened, or why that is not known


def look(project: Project) -> None:
    """How a copy that was asked for stands, until AWS has taken it: then it is a model in the list."""
    if progress.on_page(project, KIND):
        return
    last = state.job(project, KIND)
    if last and st.session_state.get("copy_ended") != last.ended:
        st.session_state["copy_ended"] = last.ended
        meter.forget()
    state.failure(project, KIND)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What AWS had when the dialog was opened. `tags` of the model are None where they may not be listed."""

    projects: list[RekognitionProject]
    source: RekognitionProject
    tags: Mapping[str, str] | None


def ask(project: Project, clients: Clients, version: Version) -> None:
    """Open the dialog on the projects and the tags as AWS has them now."""
    try:
        st.session_state[_SEEN] = _look(clients, version)
    except RekolabError as error:
        st.session_state[_SEEN] = error
    typing.forget(options.tags_key("copy", version.arn))
    _ask(project, clients, version)


def _look(clients: Clients, version: Version) -> _Seen:
    found = projects.list_projects(clients)
    source = next((one for one in found if one.name == version.project), None)
    if source is None:
        raise RekolabError(f"The project {version.project} is no longer there.")
    try:
        return _Seen(found, source, tags.tags_of(clients, version.arn))
    except NotAllowed:
        return _Seen(found, source, None)


@dialog("Copy the model", icon=":material/content_copy:", width="medium")
def _ask(project: Project, clients: Clients, version: Version) -> None:
    """The two ways to copy, each with what it needs."""
    seen: _Seen | RekolabError = st.session_state[_SEEN]
    if isinstance(seen, RekolabError):
        messages.error(seen)
        return
    here, elsewhere = st.tabs(["To this account", "To another account"], key="copy_where", on_change="rerun")
    with here:
        _within(project, clients, version, seen)
    if elsewhere.open:
        with elsewhere:
            _for_others(clients, version, seen.source)


def _within(project: Project, clients: Clients, version: Version, seen: _Seen) -> None:
    st.caption("The copy answers as the original does. Nothing is trained, so no training is billed; what AWS wrote of "
               "the training is copied to S3 as well.")
    usable = [one.name for one in seen.projects if one.status == "CREATED" and one.name != version.project]
    destination = st.selectbox("Project", [*usable, NEW], key="copy_project")
    if destination == NEW:
        destination = st.text_input("Its name", key="copy_new_project", placeholder="cats-and-dogs-in-use").strip()
    name = st.text_input("Name of the copy", version.name, key="copy_name").strip()
    with st.expander("Where in S3"):
        bucket = st.text_input("Bucket", storage.bucket_name(clients, project), key="copy_bucket").strip()
        prefix = st.text_input("Folder in it", f"{project.name}/models/{destination or '…'}/{name}",
                               key=f"copy_prefix {destination} {name}").strip()
    given = options.draw(clients, "copy", version.arn, Options(tags=seen.tags or {}, kms_key=version.kms_key or ""))
    st.caption(_carried(seen, version))
    if st.button("Copy", key="copy_now", type="primary", icon=":material/content_copy:",
                 disabled=not (destination and name and bucket) or given is None):
        with state.errors_shown():
            copying.check_name(destination)
            _begin(project, seen.source.arn, version.arn, destination, name, bucket, prefix, given)


def _carried(seen: _Seen, version: Version) -> str:
    """What the options begin with."""
    if seen.tags is None:
        return ("These credentials may not list the original's tags (rekognition:ListTagsForResource). The copy gets "
                "those that you add.")
    carried = [count(len(seen.tags), "tag")] if seen.tags else []
    carried += ["KMS key"] if version.kms_key else []
    return f"The options begin with the original's {' and '.join(carried)}." if carried else (
        "The original has no tag and no KMS key of its own.")


def _begin(project: Project, source_project: str, source: str, destination: str, name: str, bucket: str, prefix: str,
           given: Mapping[str, Any] | None) -> None:
    copying.check_name(name)
    state.start(project, KIND, f"Starting to copy {versions.names_of(source)[1]} to {destination}", copy_model,
                source_project=source_project, source=source, destination=destination, name=name, bucket=bucket,
                prefix=prefix, options=given)


def _for_others(clients: Clients, version: Version, source: RekognitionProject) -> None:
    """Whom the model is given to, the policy that allows it, and what they do then."""
    st.caption("The account that gets the copy makes it. You allow it by a policy of the project, shown here before it "
               "is put; it allows copying this one model, and nothing else. The copy stays when you take it back.")
    if clients.backend.is_engine:
        st.caption("The built-in engine is one account only: it keeps and checks policies, and they decide nothing.")
    given = st.text_input("Account, or ARN of a user or role in it", key="copy_who", placeholder="111122223333")
    if given.strip():
        with state.errors_shown():
            who = project_policies.principal(given)
            st.code(json.dumps(project_policies.policy(version.arn, who), indent=2), language="json", wrap_lines=True)
            if st.button("Allow it", key="copy_allow", type="primary", icon=":material/key:"):
                project_policies.put_policy(clients, source.arn, version.arn, who)
                st.success(f"They may copy {plain(version.name)} now.")
    with state.errors_shown():
        _policies(clients, source)
    st.markdown("**What they do then**")
    st.caption("In Rekolab: Versions, The Rekognition project, Take over a model, with these two ARNs. Or with AWS's "
               "command line, in the same region:")
    st.code(copying.command(source.arn, version.arn, version.name, "A_BUCKET_OF_YOURS", "models"), language="bash",
            wrap_lines=True)


def _policies(clients: Clients, source: RekognitionProject) -> None:
    found = project_policies.policies(clients, source.arn)
    if not found:
        st.caption(f"Nobody else may copy a model of {plain(source.name)}.")
        return
    st.markdown(f"**Who may copy from {plain(source.name)}**")
    for one in found:
        words, action = st.columns([4, 1], vertical_alignment="center")
        for line in project_policies.summary(one.document):
            words.markdown(plain(line))
        with words.expander(one.name):
            st.code(one.document, language="json", wrap_lines=True)
        action.button("Take back", key=f"policy {one.name}", type="tertiary", on_click=_take_back,
                      args=(clients, source, one))


def _take_back(clients: Clients, source: RekognitionProject, one: Policy) -> None:
    with state.errors_shown():
        project_policies.delete_policy(clients, source.arn, one)


def take_over(project: Project, clients: Clients) -> None:
    """The form for a model of another account, whose owner has allowed it."""
    st.caption("A model of another account can be copied to here once its owner allows it. They do so in Rekolab by "
               "Copy, To another account, which shows both ARNs.")
    source_project = st.text_input("ARN of their project", key="take_project").strip()
    source = st.text_input("ARN of the model", key="take_version").strip()
    name = st.text_input("Name of the copy", key="take_name", placeholder="as the model is called there").strip()
    given = options.draw(clients, "take", project.name)
    if st.button("Take it over", icon=":material/move_down:", disabled=given is None):
        with state.errors_shown():
            copying.check_source(source_project, source, clients.region)
            called = name or versions.names_of(source)[1]
            _begin(project, source_project, source, rekognition_name(project), called,
                   storage.bucket_name(clients, project), f"{project.name}/models/{called}", given)
