"""Who you are on AWS, whether region and bucket fit, and which of the needed permissions work."""

import json
import shlex

import pandas as pd
import streamlit as st

from core.aws import access, permissions, storage
from core.aws import clients as aws
from core.aws.clients import REGIONS
from core.dataset import upload
from core.dataset.models import rekognition_name
from core.errors import NotAllowed, RekolabError
from core.ui import messages, pages, progress, state
from core.ui.words import ago, clock, count, plain

SIGN_IN = ("aws sso login", "aws configure sso", "aws configure")
RESULTS = {"refused": "✗ refused", "unknown": "? unknown", "works": "✓ works"}
HOW = {"tried": "tried", "simulated": "IAM's policy simulator", "not tried": "not tried"}

messages.opening("AWS access", "Who you are on AWS, whether region and bucket fit, and which of the needed permissions "
                 "work. No secret is asked for or shown.")
project = state.required()
backend = project.backend

if backend.is_engine:
    st.success("Nothing is needed. This project is on the built-in engine, which runs on this computer and asks for no "
               "account, no credentials and no permission.", icon=":material/check_circle:")
    st.markdown("To go to AWS, open the place under the project's name in the sidebar, and choose a profile and a "
                "region. `aws configure sso` or `aws configure` makes a profile. Then come back here: this page says "
                "which permissions work, and writes the policy that is needed.")
    pages.way_on("start/overview", "Overview")
    st.stop()

try:
    clients = aws.connect(state.in_force().home, backend)
    account, arn = clients.caller
except RekolabError as error:
    st.error(plain(error.message), icon=":material/error:")
    if isinstance(error, NotAllowed):
        st.markdown("In a terminal on this computer, one of these signs you in; the first is for a company's sign-in "
                    "(IAM Identity Center) that was set up before. Then look again.")
        st.code("\n".join(f"{command} --profile {shlex.quote(backend.profile or '')}" for command in SIGN_IN),
                language="shell")
    messages.look_again()
    st.stop()
bucket = storage.bucket_name(clients, project)
place = access.place_of(clients, bucket, project.name, rekognition_name(project))

shown = st.toggle("Show the account number", key="aws_account")


def masked(text: str) -> str:
    """The text with no more of the account number than its end, unless all of it is wanted."""
    return text if shown else text.replace(account, f"…{account[-4:]}")


who, where, into = st.columns(3, border=True)
with who:
    st.markdown(f"**You are** {plain(arn.rpartition(':')[2])}")
    st.caption(f"{plain(masked(arn))}, by the profile {plain(backend.profile or '')}")
with where:
    st.markdown(f"**Region** {plain(backend.region)}")
    if backend.region in REGIONS:
        st.caption("Custom Labels is offered here.", help=f"It is offered in {', '.join(REGIONS)}.")
    else:
        st.caption(f":orange[Custom Labels is not offered here.] It is in {', '.join(REGIONS)}. Choose one of them in "
                   "the sidebar.")
with into:
    st.markdown(f"**Bucket** {plain(masked(bucket))}")
    exists = True
    with state.errors_shown():
        seen = upload.inspect_bucket(project, clients, bucket)
        exists = seen.exists
        if not exists:
            st.caption("Not there yet; the first upload makes it, private and encrypted.")
        elif not seen.concerns:
            st.caption("There, in the right region, private and encrypted.")
        for concern in seen.concerns:
            st.caption(f":orange[:material/warning:] {plain(masked(concern.text))}")
        if any(concern.mend for concern in seen.concerns):
            st.page_link(pages.path("data/manifest"), label="Mend it before the upload", icon=":material/healing:")

st.subheader("Permissions", anchor=False)
state.failure(project, "access")
if not progress.on_page(project, "access"):
    job = state.job(project, "access")
    report = job.result if job and job.state == "done" and job.result.place == place else None
    st.caption("Each is tried by a call that starts nothing: Rekognition is asked about a project and a model that "
               f"can not exist, and all that is written is one small object, {plain(place.probe_key)}.")
    if st.button("Check again" if report else "Check the permissions", key="aws_check", icon=":material/fact_check:",
                 type="secondary" if report else "primary"):
        state.start(project, "access", "Checking the permissions", access.check, revive=False,
                    rekognition_project=place.project)
    if report:
        refused, comforts, unknown = report.of("refused"), report.of("refused", optional=True), report.of("unknown")
        if refused:
            st.error(f"{count(len(refused), 'permission')} that Rekolab needs {'is' if len(refused) == 1 else 'are'} "
                     f"refused: {plain(', '.join(one.need.action for one in refused))}. Give the policy below to "
                     "whoever administers the account.", icon=":material/block:")
        elif unknown:
            st.info(f"Nothing that is needed was refused, but {count(len(unknown), 'permission')} could not be seen.",
                    icon=":material/help:")
        else:
            st.success("Everything that is needed works.", icon=":material/check_circle:")
        if comforts:
            st.caption(f"{count(len(comforts), 'comfort')} will be missing, which nothing depends on.")
        order = list(RESULTS)
        rows = sorted(report.checks, key=lambda one: (order.index(one.outcome), one.need.optional))
        st.dataframe(pd.DataFrame({
            "Permission": [one.need.action for one in rows],
            "Result": [RESULTS[one.outcome] for one in rows],
            "What it is for": [one.need.purpose + (" (a comfort)" if one.need.optional else "") for one in rows],
            "Seen by": [HOW[one.how] for one in rows],
            "AWS says": [masked(one.said) for one in rows]}), hide_index=True, width="stretch", key="aws_checks")
        st.caption(f"Checked {ago(report.at)}, at {clock(report.at)}. The simulator knows the policies of a user or "
                   "role, but not those of a bucket, a session or an organisation.")
        if report.written and st.session_state.get("aws_tidied") != report.at and st.button(
                "Delete the small object", key="aws_tidy", icon=":material/delete:"):
            with state.errors_shown():
                access.forget_written(clients, report)
                st.session_state["aws_tidied"] = report.at
                st.rerun()

st.subheader("The least policy", anchor=False)
st.caption("What this project needs and no more, filled in for its account, region, bucket and Rekognition project. "
           "Buckets that you read photos from, and a KMS key of your own, have to be added.")
policy = json.dumps(permissions.policy(place, permissions.needed(exists)), indent=2)
st.download_button("Download the policy", policy, "rekolab-policy.json", "application/json", icon=":material/download:",
                   on_click="ignore")
with st.expander("Show the policy", icon=":material/policy:"):
    if not shown:
        st.caption("The account number is hidden: show it above before you copy this, or download the policy.")
    st.code(masked(policy), language="json")

pages.way_on("start/overview", "Overview")
