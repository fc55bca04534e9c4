"""What a new model may be given besides what it is made of: a description, tags, and a key of KMS."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.aws import options
from core.aws.clients import Clients
from core.aws.options import Options
from core.types import Backend
from core.ui import tags
from core.ui.words import plain


def draw(clients: Clients, place: str, whose: str, given: Options | None = None, described: bool = False
         ) -> dict[str, Any] | None:
    """The options as a job takes them, beginning with those `given`; None while AWS would refuse one, which is said.

    `place` and `whose` tell the fields of one page apart. Without `described` there is no description.
    """
    known = given or Options()
    named = "Options: description, tags, encryption" if described else "Options: tags, encryption"
    with st.expander(named, icon=":material/tune:"):
        chosen = {"description": _description(f"{place}_description {whose}")} if described else {}
        st.markdown("**Tags**")
        st.caption("They stand on AWS's bill, and policies can go by them.")
        tagged = tags.rows(tags_key(place, whose), known.tags)
        key = _key(clients, f"{place}_key {whose}", known.kms_key).strip()
        fits = _said(options.key_fault(key, clients.region))
    if tagged is None or None in chosen.values() or not fits:
        return None
    return {**chosen, "tags": tagged, "kms_key": key}


def tags_key(place: str, whose: str) -> str:
    """By which `core.ui.tags` knows the rows."""
    return f"{place}_tags {whose}"


def _description(key: str) -> str | None:
    said = st.text_input("Description", key=key, max_chars=255, placeholder="What is new in this version").strip()
    return said if _said(options.description_fault(said)) else None


def _said(fault: str) -> bool:
    """Whether there is none."""
    if fault:
        st.error(plain(fault), icon=":material/error:")
    return not fault


def _key(clients: Clients, name: str, given: str) -> str:
    """A key of the account by its alias where they can be listed; else, or besides, whatever is typed."""
    listed = _aliases(clients.backend, clients)
    about = ("Encrypts what Rekognition keeps of it, and the results that it writes. These credentials need "
             "kms:CreateGrant, kms:DescribeKey, kms:GenerateDataKey and kms:Decrypt for it.")
    if listed:
        st.session_state.setdefault(name, given or None)  # as an index it could not be taken out again
        offered = list(dict.fromkeys([*filter(None, [given]), *listed]))
        chosen = st.selectbox("KMS key", offered, None, key=name, help=about, accept_new_options=True,
                              placeholder="AWS's own key; choose one of yours, or type its id or ARN")
        return chosen or ""
    typed = st.text_input("KMS key", given, key=name, help=about,
                          placeholder="AWS's own key; or the id, ARN or alias of yours")
    if clients.backend.is_engine:
        st.caption("The built-in engine keeps the name of the key with the model, and encrypts nothing with it.")
    elif listed is None:
        st.caption("With kms:ListAliases the keys of the account would be offered here.")
    return typed


@st.cache_data(ttl=600, max_entries=20, show_spinner=False)
def _aliases(backend: Backend, _clients: Clients) -> list[str] | None:
    return options.key_aliases(_clients)
