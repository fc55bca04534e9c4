"""What a training may be given besides its photos: a description, tags, and a key of KMS."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.aws import options
from core.aws.clients import Clients
from core.types import Backend
from core.ui import tags
from core.ui.words import plain
from core.workspace import Project


def draw(project: Project, clients: Clients) -> dict[str, Any] | None:
    """The options as a job takes them; None while AWS would refuse one, which is said beside it."""
    with st.expander("Options: description, tags, encryption", icon=":material/tune:"):
        description = st.text_input("Description", key=f"train_description {project.name}", max_chars=255,
                                    placeholder="What is new in this version").strip()
        described = _said(options.description_fault(description))
        st.markdown("**Tags**")
        st.caption("They stand on AWS's bill, and policies can go by them.")
        tagged = tags.rows(f"train_tags {project.name}")
        key = _key(project, clients).strip()
        fits = _said(options.key_fault(key, clients.region))
    if tagged is None or not (described and fits):
        return None
    return {"description": description, "tags": tagged, "kms_key": key}


def _said(fault: str) -> bool:
    """Whether there is none."""
    if fault:
        st.error(plain(fault), icon=":material/error:")
    return not fault


def _key(project: Project, clients: Clients) -> str:
    """A key of the account by its alias where they can be listed; else, or besides, whatever is typed."""
    listed = _aliases(project.backend, clients)
    name = f"train_key {project.name}"
    about = ("Encrypts Rekognition's own copies of the photos, and its results. These credentials need "
             "kms:CreateGrant, kms:DescribeKey, kms:GenerateDataKey and kms:Decrypt for it.")
    if listed:
        chosen = st.selectbox("KMS key", listed, index=None, key=name, help=about, accept_new_options=True,
                              placeholder="AWS's own key; choose one of yours, or type its id or ARN")
        return chosen or ""
    typed = st.text_input("KMS key", key=name, help=about,
                          placeholder="AWS's own key; or the id, ARN or alias of yours")
    if project.backend.is_engine:
        st.caption("The built-in engine keeps the name of the key with the model, and encrypts nothing with it.")
    elif listed is None:
        st.caption("With kms:ListAliases the keys of the account would be offered here.")
    return typed


@st.cache_data(ttl=600, max_entries=20, show_spinner=False)
def _aliases(backend: Backend, _clients: Clients) -> list[str] | None:
    return options.key_aliases(_clients)
