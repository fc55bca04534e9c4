"""Bring photos in, look at them, and see what Rekognition would refuse."""

import streamlit as st

from core.dataset import judging, labels, selecting
from core.errors import BadImage
from core.evaluation import charts
from core.limits import MAX_ASPECT, MAX_FILE_BYTES, MAX_SIDE, MIN_SIDE
from core.types import Photo
from core.ui import gallery, messages, pages, progress, sources, state
from core.ui.words import count, plain, size

VERDICTS: dict[selecting.Verdict, str] = {
    "refused": "Refused", "hurts": "May hurt", "fine": "Fine", "waiting": "Not looked at", "out": "Left out"}

messages.opening("Browse", "See every photo, the balance of the classes, and what Rekognition would refuse, and why.")
project = state.required()

if progress.on_page(project, "import"):
    st.stop()
state.failure(project, "import")

listed = judging.judged(project)
with st.expander("Add photos", icon=":material/add_photo_alternate:", expanded=not listed):
    sources.choose(project)
sources.outcome(project)
if not listed:
    st.info("No photos yet. Choose where they are, above.", icon=":material/photo_library:")
    st.stop()

summary = selecting.summary(listed)
classes = labels.in_order(project, summary.classes)


@st.dialog("Photo", width="large")
def open_photo(photo: Photo) -> None:
    """One photo in large, with every fact beside the limit that it meets or breaks."""
    left, right = st.columns([3, 2])
    with left, state.errors_shown():
        try:
            st.image(gallery.large(photo.path), alt=photo.name)
        except BadImage:
            if not photo.problems:  # which say why, beside it
                raise
            st.caption("No preview")
    with right:
        st.text(photo.name)
        if photo.facts:
            facts = photo.facts
            st.table({
                "": ["Width", "Height", "Channels", "Format", "File", "Aspect", "EXIF turn"],
                "Photo": [f"{facts.width} px", f"{facts.height} px", f"{facts.channels} ({facts.mode})", facts.format,
                          size(facts.bytes), f"{max(facts.width, facts.height) / min(facts.width, facts.height):.2f}",
                          "yes" if facts.orientation > 1 else "no"],
                "Limit": [f"{MIN_SIDE} to {MAX_SIDE} px", f"{MIN_SIDE} to {MAX_SIDE} px", "RGB or grey, 8 bit",
                          "JPEG or PNG", f"up to {size(MAX_FILE_BYTES)}", f"up to {MAX_ASPECT:.0f}", "any"],
            })
        for problem in photo.problems:
            show = st.error if problem.severity == "refused" else st.warning
            show(plain(problem.message))
        if not photo.problems:
            st.success("Rekognition takes it as it is.")


def tile(photo: Photo) -> gallery.Tile:
    mark = "out" if photo.excluded else "refused" if photo.refused else "hurts" if photo.problems else ""
    note = " ".join([*(["Left out."] if photo.excluded else []), *(problem.message for problem in photo.problems)])
    return gallery.Tile(str(photo.id), photo.name, gallery.thumbnail(project, photo), mark, note)


def act(selected: list[Photo]) -> None:
    """What can be done with the selected photos, above the gallery, where it is in view."""
    st.markdown(f"**{len(selected)} selected**", width="content")
    if len(selected) == 1 and st.button("Open", icon=":material/open_in_full:"):
        open_photo(selected[0])
    ids = [photo.id for photo in selected]
    if not all(photo.excluded for photo in selected) and st.button(
            "Leave out", icon=":material/block:", help="Keeps them out of what follows"):
        labels.leave_out(project, ids)
        deselect()
    if any(photo.excluded for photo in selected) and st.button("Take in again", icon=":material/undo:"):
        labels.leave_out(project, ids, out=False)
        deselect()
    if st.button("Clear", icon=":material/close:"):
        deselect()


def deselect() -> None:
    """Draw the page anew with nothing selected."""
    gallery.clear("browse")
    st.rerun()


strip = [count(summary.total, "photo"), count(len(classes), "class", "classes"),
         f"{summary.refused} refused by Rekognition", f"{summary.hurt} may hurt the model",
         *([f"{summary.excluded} left out"] if summary.excluded else [])]
st.markdown(" · ".join(f"**{part}**" if i == 2 and summary.refused else part for i, part in enumerate(strip)))

filters, shown = st.columns([1, 4], gap="large")
with filters:
    text = st.text_input("Name contains", key="browse_text", icon=":material/search:")
    wanted_classes = st.pills("Class", classes, selection_mode="multi", key="browse_classes", wrap=True,
                      format_func=lambda label: f"{plain(label)} ({summary.classes[label]})")
    verdicts: dict[selecting.Verdict, int] = {
        "refused": summary.refused, "hurts": summary.hurt, "fine": summary.fine, "waiting": summary.waiting,
        "out": summary.excluded}
    wanted = st.pills("Verdict", [verdict for verdict, number in verdicts.items() if number], selection_mode="multi",
                      key="browse_verdicts", wrap=True,
                      format_func=lambda verdict: f"{VERDICTS[verdict]} ({verdicts[verdict]})")
    codes = st.pills("What is wrong", list(summary.codes), selection_mode="multi", key="browse_codes", wrap=True,
                     format_func=lambda code: f"{code.replace('_', ' ')} ({summary.codes[code]})")
chosen = selecting.select(listed, classes=wanted_classes, verdicts=wanted, codes=codes, text=text)

with shown:
    pictures, figures, table = st.tabs(["Gallery", "Charts", "Table"], key="browse_tab", on_change="rerun")
    if pictures.open:
        with pictures:
            head = st.container(horizontal=True, vertical_alignment="center")
            choice = gallery.gallery([tile(photo) for photo in chosen], "browse")
            by_id = {str(photo.id): photo for photo in listed}
            if choice.opened in by_id:
                open_photo(by_id[choice.opened])
            with head:
                if selected := [by_id[key] for key in choice.chosen if key in by_id]:
                    act(selected)
                else:
                    st.caption(f"{count(len(chosen), 'photo')}. Click or shift-click to select, double-click to open. "
                               ":red[●] refused, :orange[●] may hurt.")
    if figures.open:
        with figures:
            st.subheader("Photos by class", anchor=False)
            st.plotly_chart(charts.class_balance(summary.classes, classes), config={"displayModeBar": False},
                            alt="Number of photos by class")
            st.subheader("Sizes against the limits", anchor=False)
            st.plotly_chart(charts.image_sizes(chosen, classes), config={"displayModeBar": False},
                            alt="Width and height of each photo against Rekognition's limits")
    if table.open:
        with table:
            frame = selecting.table(chosen)
            st.dataframe(frame, hide_index=True, height=520, column_config={
                "bytes": st.column_config.NumberColumn(format="bytes"),
                "brightness": st.column_config.NumberColumn(format="%.2f"),
                "contrast": st.column_config.NumberColumn(format="%.2f"),
                "sharpness": st.column_config.NumberColumn(format="%.2f")})
            st.download_button("Download as CSV", frame.to_csv(index=False), "photos.csv", "text/csv",
                               icon=":material/download:")

pages.way_on("data/clean", "Clean the photos" if summary.refused else "On to cleaning")
