"""One self-contained file with all of it, sent to S3."""

import streamlit as st

from core.dataset import photos
from core.report import making
from core.ui import messages, progress, state
from core.ui.words import ago, plain

messages.opening("Report", "One file with the photos, the model, its figures and its mistakes, which opens anywhere "
                 "and goes to S3 with the run record.")
project = state.required()
if progress.on_page(project, "report"):
    st.stop()
state.failure(project, "report")
if not photos.photos(project):
    messages.empty("There is nothing to report yet.", "Add photos", "data/browse")
    st.stop()

if st.button("Make and send to S3", type="primary", icon=":material/summarize:"):
    state.start(project, "report", "Making the report", making.make_report)

earlier = making.reports(project)
if not earlier:
    st.caption("No report yet. It will hold what is known so far; you can make another one at any time.")
    st.stop()
for report in earlier:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(report.name)}** · {ago(report.at)}  \n:gray[{plain(report.uri or 'not sent')}]",
                    width="stretch")
        st.download_button("Report", report.html.read_bytes, f"{project.name}-{report.name}.html", "text/html",
                           icon=":material/download:", key=f"report {report.name}")
st.subheader("The latest", anchor=False)
st.iframe(earlier[0].html, height=900)
