"""One self-contained file with all of it, and a record with which it can be made again; sent to S3."""

import datetime as dt
from dataclasses import asdict

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.aws import storage
from core.dataset import photos
from core.evaluation import runs
from core.report import added, bundle, making
from core.report.making import Checked, Report
from core.report.options import PARTS, Options
from core.report.preview import preview
from core.ui import figures, messages, progress, state
from core.ui.words import ago, clock, count, plain, size

LASTS = {"an hour": dt.timedelta(hours=1), "a day": dt.timedelta(days=1), "a week": making.LONGEST_LINK}

messages.opening("Report", "One file with the photos, the model, its figures and its mistakes, which opens anywhere; "
                 "with a notebook that repeats every step, and a record that proves it. All of it goes to S3.")
project = state.required()
if progress.on_page(project, "report"):
    st.stop()
state.failure(project, "report")
made = state.job(project, "report")
if made and made.state == "done":
    st.success(f"The report is made and in S3, every file read back and compared: {plain(made.result['uri'])}",
               icon=":material/check_circle:")
if not photos.photos(project):
    messages.empty("There is nothing to report yet.", "Add photos", "data/browse")
    st.stop()
clients = state.clients(project)


def what_to_include() -> Options:
    """The ticks."""
    st.subheader("What to include", anchor=False)
    done = [run for run in runs.runs(project) if run.done]
    run = figures.choose_run(done, "report_run", measured=True) if len(done) > 1 else None
    parts = tuple(part for part, title in PARTS.items() if st.checkbox(title, True, key=f"report {part}"))
    pictures = st.checkbox("Pictures of photos", True, key="report_pictures",
                           help="Without them nobody sees what the photos show. Charts stay.")
    st.markdown("**Left out unless you tick it**")
    account = st.checkbox("Account number", key="report_account", help="In ARNs and in the bucket's name. Left out, it "
                          "is shown as \\*\\*\\*, in the manifests of the record too.")
    places = st.checkbox("GPS positions", key="report_places", help="Where each photo was taken, into the run record. "
                         "Pictures in the report never tell.")
    return Options(parts, pictures, account, places, run.id if run else None)


def taken_in(file: UploadedFile) -> bool:
    """Keep a dropped file; False when it is not taken, which is said."""
    with state.errors_shown():
        added.add(project, file.name, file.getvalue())
        return True
    return False


def files_of_your_own(options: Options) -> None:
    """What a person adds: dropped, listed with what does not go along and why, and removed again."""
    st.subheader("Files of your own", anchor=False)
    turn = st.session_state.setdefault("report_turn", 0)
    sent = st.file_uploader("Screenshots, a notebook, anything that belongs to it", accept_multiple_files=True,
                            key=f"report_added {turn}", max_upload_size=added.MOST_BYTES // 2**20)
    taken = [taken_in(file) for file in sent or ()]
    if taken and all(taken):
        st.session_state["report_turn"] = turn + 1  # an empty box, as what was dropped is listed below it
        st.rerun()
    for one in added.listed(project, clients.account):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{plain(one.name)} :gray[{size(one.bytes)}]", width="stretch")
            st.button("Remove", key=f"remove {one.name}", on_click=added.remove, args=(project, one.name),
                      icon=":material/close:", type="tertiary")
        if why_not := one.why_not(options):
            st.caption(f":orange[Left out. {plain(why_not)}]")


choice, shown = st.columns([1, 2], gap="large")
with choice:
    options = what_to_include()
    files_of_your_own(options)
with shown:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Make and send to S3", type="primary", icon=":material/summarize:"):
            state.start(project, "report", "Making the report", making.make_report, name=making.new_name(project),
                        options=asdict(options))
        bucket = storage.bucket_name(clients, project)
        st.caption(f"To {plain(storage.uri(bucket, project.name))}/reports/")
    with state.errors_shown(), st.container(border=True), st.spinner("Drawing the preview"):
        st.iframe(preview(project, clients, bucket, options), height=820, alt="Preview of the report")


def checked(report: Report) -> None:
    """What the last check of this report has shown."""
    last = state.job(project, "verify")
    if not last or not isinstance(last.result, Checked) or last.result.name != report.name:
        return
    here, there = last.result.here, last.result.there
    words = f"Here: {here.sentence[0].lower()}{here.sentence[1:]}"
    (st.success if here.ok else st.error)(
        plain(words), icon=":material/verified:" if here.ok else ":material/error:")
    if there is None:
        st.caption("It was never sent to S3.")
    elif there:
        st.error(plain(f"In S3: {'. '.join(there[:20])}."), icon=":material/error:")
    else:
        st.success("In S3: every file is the same.", icon=":material/verified:")


def share(report: Report) -> None:
    """A link that expires."""
    st.caption("Anybody who has the link can read the report until it expires. It can not be taken back.")
    lasts = LASTS[st.segmented_control("It lasts", list(LASTS), default="a day", required=True,
                                       key=f"lasts {report.name}")]
    if st.button("Make the link", key=f"make link {report.name}"):
        with state.errors_shown():
            st.code(making.link(clients, report, lasts), language=None, wrap_lines=True)
            st.caption(f"It works until {plain(clock(dt.datetime.now(dt.UTC) + lasts))}"
                       + (", on this computer only: the built-in engine is nowhere else." if project.backend.is_engine
                          else ", or until the credentials end with which it was signed, such as those of a sign-in."))


def draw(report: Report) -> None:
    """One report that was made: what it is, and what can be done with it."""
    st.markdown(f"**{plain(report.name)}** · {ago(report.at)}  \n:gray[{plain(report.uri or 'not sent')}]")
    if report.fingerprint:
        st.caption(f"Fingerprint `{report.fingerprint}`", help="The hash over the hashes of all its files. `python -m "
                   "core.report verify FOLDER --fingerprint …` holds a copy from anywhere against it.")
    with st.container(horizontal=True):
        st.download_button("Report", report.html.read_bytes, f"{project.name}-{report.name}.html", "text/html",
                           icon=":material/download:", key=f"report {report.name}")
        st.download_button("All files", lambda: bundle.packed(report.folder), f"{project.name}-{report.name}.zip",
                           "application/zip", icon=":material/folder_zip:", key=f"zip {report.name}")
        if report.fingerprint and st.button("Verify", key=f"verify {report.name}", icon=":material/verified:"):
            state.start(project, "verify", "Verifying the report", making.check_report, name=report.name)
        if report.uri:
            with st.popover("Link", icon=":material/link:"):
                share(report)
        elif st.button("Send to S3", key=f"send {report.name}", icon=":material/upload:"):
            state.start(project, "report", "Sending the report", making.send_report, name=report.name)
    checked(report)


st.subheader("Reports", anchor=False)
state.failure(project, "verify")
progress.on_page(project, "verify")
earlier = making.reports(project)
if not earlier:
    st.caption("No report yet. It will hold what is known so far; you can make another one at any time.")
for report in earlier:
    with st.container(border=True):
        draw(report)
if earlier:
    st.caption(f"{count(len(earlier), 'report')} in {plain(str(project.reports))}")
