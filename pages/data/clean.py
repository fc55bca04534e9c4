"""Make copies that Rekognition takes; originals are never changed."""

from collections import defaultdict
from typing import Literal

import streamlit as st

from core.dataset import cleaning, photos
from core.images.cleaning import Recipe
from core.limits import MAX_SIDE, MIN_SIDE, TRAINING_SIDE
from core.types import Photo
from core.ui import gallery, messages, pages, progress, state
from core.ui.words import count, plain, size

messages.opening("Clean", "Make copies that fit Rekognition's limits: shrunk, upright, RGB, without camera data. "
                 "Your originals are never changed.")
project = state.required()
listed = photos.photos(project)
if not listed:
    messages.empty("There are no photos to clean yet.", "Add photos", "data/browse")
    st.stop()
if progress.on_page(project, "clean"):
    st.stop()
state.failure(project, "clean")

last = cleaning.recipe_of(project)
formats: list[Literal["keep", "JPEG", "PNG"]] = ["keep", "JPEG", "PNG"]
with st.container(horizontal=True, vertical_alignment="bottom"):
    longest = st.number_input("Longest side, pixels", MIN_SIDE, MAX_SIDE, last.longest, step=64, width=190,
                              help=f"Rekognition itself scales photos to {TRAINING_SIDE} before it trains.")
    form = st.selectbox("Format", formats, formats.index(last.format), width=190,
                        format_func=lambda name: "Keep JPEG and PNG" if name == "keep" else f"All to {name}")
    quality = st.number_input("JPEG quality", 50, 95, last.quality, step=5, width=190)
recipe = Recipe(int(longest), form, int(quality))

planned = cleaning.plan_all(project, recipe)
todo = cleaning.pending(project, recipe)
copies = {copy.photo_id: copy for copy in cleaning.results(project)}


def tiles(shown: list[tuple[Photo, str]]) -> list[gallery.Tile]:
    return [gallery.Tile(str(photo.id), photo.name, gallery.thumbnail(project, photo), note=why)
            for photo, why in shown]


groups: dict[str, list[tuple[Photo, str]]] = defaultdict(list)
for photo, plan in planned:
    for action in ("leave out",) if plan.leave_out else plan.actions or ("as it is",):
        groups[action].append((photo, plan.leave_out or ", ".join(plan.actions)))
st.subheader("The plan", anchor=False)
for action, shown in sorted(groups.items(), key=lambda item: (item[0] == "leave out", -len(item[1]))):
    title = f"{plain(action)}: {count(len(shown), 'photo')}"
    with st.expander(title, key=f"clean plan {action}", on_change="rerun") as part:
        if part.open:
            gallery.gallery(tiles(shown), f"clean {action}", single=True)
            if action == "leave out":
                st.dataframe([{"photo": photo.name, "why": why} for photo, why in shown], hide_index=True)

if todo:
    if st.button(f"Clean {count(len(todo), 'photo')}", type="primary", icon=":material/auto_fix_high:"):
        state.start(project, "clean", "Cleaning the photos", cleaning.clean_all,
                    longest=recipe.longest, format=recipe.format, quality=recipe.quality)
else:
    made = sum(copy.path is not None for copy in copies.values())
    st.success(f"{made} of {count(len(planned), 'photo')} clean, {len(planned) - made} left out: nothing to do.",
               icon=":material/check_circle:")
if not copies:
    st.stop()

known = {photo.id: photo for photo in listed}
pairs = [(known[number], copy) for number, copy in sorted(copies.items()) if copy.path and number in known]
if pairs:
    st.subheader("Before and after", anchor=False)
    at = st.session_state.get("clean_pair", 0) % len(pairs)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Previous", icon=":material/arrow_back:", shortcut="left"):
            at = (at - 1) % len(pairs)
        if st.button("Next", icon=":material/arrow_forward:", shortcut="right"):
            at = (at + 1) % len(pairs)
        st.text(f"{at + 1} of {len(pairs)}: {pairs[at][0].name}")
    st.session_state["clean_pair"] = at
    photo, copy = pairs[at]
    before, after = st.columns(2)
    with before, state.errors_shown():
        st.image(gallery.large(photo.path, 900), alt=f"{photo.name} before", width="stretch")
        if photo.facts:
            st.caption(f"Before: {photo.facts.width} x {photo.facts.height} pixels, {size(photo.facts.bytes)}")
    with after, state.errors_shown():
        st.image(gallery.large(str(copy.path), 900), alt=f"{photo.name} after", width="stretch")
        st.caption(f"After: {copy.width} x {copy.height} pixels, {size(copy.bytes)}. "
                   f"{plain(', '.join(copy.actions)) or 'As it is'}.")

st.subheader("Report", anchor=False)
frame = cleaning.report(listed, copies.values())
st.dataframe(frame, hide_index=True, column_config={
    column: st.column_config.NumberColumn(format="bytes") for column in ("bytes before", "bytes")})
st.download_button("Download as CSV", frame.to_csv(index=False), "cleaning.csv", "text/csv", icon=":material/download:")
pages.way_on("data/label", "On to labelling")
