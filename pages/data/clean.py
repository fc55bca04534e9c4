"""Make copies that Rekognition takes; originals are never changed."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

import streamlit as st

from core.dataset import cleaning, cleaning_plan, cleaning_views, labels, listing, photos
from core.dataset.cleaning_views import BY_HAND, LEAVE_OUT
from core.images.cleaning import Recipe
from core.limits import MAX_SIDE, MIN_SIDE, TRAINING_SIDE
from core.ui import comparing, gallery, large, messages, pages, progress, sources, state
from core.ui.words import count, plain, size

messages.opening("Clean", "Make copies that fit Rekognition's limits: shrunk, upright, sRGB, without camera data and "
                 "place. Your originals are never changed.")
project = state.required()
known = {photo.id: photo for photo in photos.photos(project)}
if not known:
    messages.empty("There are no photos to clean yet.", "Add photos", "data/browse")
    st.stop()
if progress.on_page(project, "clean") or progress.on_page(project, "import"):
    st.stop()
state.failure(project, "clean")
sources.unseen(project)

last, near = cleaning.recipe_of(project), len(cleaning_plan.near_twins(project))
formats: list[Literal["keep", "JPEG", "PNG"]] = ["keep", "JPEG", "PNG"]
with st.container(horizontal=True, vertical_alignment="bottom"):
    longest = st.number_input("Longest side, pixels", MIN_SIDE, MAX_SIDE, last.longest, step=64, width=170,
                              help=f"Rekognition itself scales photos to {TRAINING_SIDE} before it trains.")
    form = st.selectbox("Format", formats, formats.index(last.format), width=190,
                        format_func=lambda name: "Keep JPEG and PNG" if name == "keep" else f"All to {name}")
    quality = st.number_input("JPEG quality", 50, 95, last.quality, step=5, width=140)
    best_only = st.toggle(
        f"Only the best of near-duplicates ({near:,} fewer)", cleaning.best_only_of(project), disabled=not near,
        help="Of photos that are almost the same, the largest and sharpest is kept. Without this all are kept; the "
             "split puts them on one side, so that they do not flatter the test."
             if cleaning_plan.comparable(project) else
             "It is not known yet which photos are almost the same: Browse compares them.")
recipe = Recipe(int(longest), form, int(quality))
best_only = best_only and near > 0


def tile(reasons: Mapping[int, str], number: str) -> gallery.Tile:
    photo = known[int(number)]
    return gallery.Tile(number, photo.name, gallery.thumbnail(project, photo), note=reasons[photo.id])


def decide(chosen: Sequence[str], key: str, out: bool) -> None:
    labels.leave_out(project, map(int, chosen), out)
    gallery.clear(key)


plan = cleaning_views.by_action(project, recipe, best_only)
st.subheader("The plan", anchor=False)
action = st.pills("The plan", list(plan), label_visibility="collapsed", key="clean_plan",
                  format_func=lambda name: f"{plain(name)}: {count(len(plan.get(name, ())), 'photo')}")
if action and action in plan:
    key, out, reasons = f"clean {action}", action != BY_HAND, plan[action]
    if action == LEAVE_OUT:
        st.dataframe([{"photo": known[number].name, "why": why} for number, why in reasons.items()],
                     hide_index=True, height="content" if len(reasons) < 8 else 300,
                     column_config={"photo": st.column_config.TextColumn(width="medium")})
    with st.container(border=True):
        chosen = gallery.paged([str(number) for number in reasons], partial(tile, reasons), key, of=len(reasons)).chosen
    if chosen:
        st.button(f"Leave out {len(chosen):,}" if out else f"Take in {len(chosen):,} again", key=f"{key} decide",
                  icon=":material/block:" if out else ":material/undo:", on_click=decide, args=(chosen, key, out))
    elif action != LEAVE_OUT:
        st.caption("Select photos to leave them out of everything that follows." if out else
                   "Select photos to take them in again.")
else:
    st.caption("Choose a part of the plan to see its photos, and to leave some out. Every copy loses the camera's "
               "data, and with it the place where the photo was taken.")

todo = cleaning.pending(project, recipe, best_only)
done = cleaning_views.totals(project)
if todo:
    made = sum(plan.leave_out is None for _, plan in todo)
    title = f"Clean {count(made, 'photo')}" if made else f"Leave out {count(len(todo), 'photo')}"
    if st.button(title, type="primary", icon=":material/auto_fix_high:"):
        state.start(project, "clean", "Cleaning the photos", cleaning.clean_all, longest=recipe.longest,
                    format=recipe.format, quality=recipe.quality, best_only=best_only)
else:
    st.success(f"{done.clean:,} of {count(done.clean + done.left_out, 'photo')} clean, {done.left_out:,} left out: "
               f"nothing to do. {size(done.bytes_before)} became {size(done.bytes_after)}.",
               icon=":material/check_circle:")
if not done.clean and not done.left_out:
    st.stop()


@st.fragment
def before_and_after() -> None:
    """Redrawn by itself, so that turning to the next photo costs nothing but two pictures."""
    tally = cleaning_views.actions_done(project)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        action = st.selectbox("Show", ["all", *tally], width=240, key="clean_action",
                              format_func=lambda name: f"{name}: {tally.get(name, done.clean):,}")
        shown = cleaning_views.pairs(project, action if action in tally else None)
        place = min(max(1, st.session_state.get("clean_place", 1)), len(shown))

        def turn(step: int) -> None:
            st.session_state["clean_place"] = (place - 1 + step) % len(shown) + 1

        st.session_state["clean_place"] = place
        st.button("Previous", icon=":material/arrow_back:", shortcut="left", on_click=turn, args=(-1,))
        st.button("Next", icon=":material/arrow_forward:", shortcut="right", on_click=turn, args=(1,))
        st.number_input(f"Photo, of {len(shown):,}", 1, len(shown), key="clean_place", width=130)
        way = st.segmented_control("How", ["Slider", "Side by side"], default="Slider", key="clean_way",
                                   label_visibility="collapsed")
    photo, copy = shown[place - 1]
    st.text(photo.name)
    with state.errors_shown():
        comparing.compare(large.picture(photo.path, 960), large.picture(str(copy.path), 960), photo.name, "clean_pair",
                          side_by_side=way == "Side by side")
    before, after = st.columns(2)
    if photo.facts:
        width, height = photo.facts.upright_size
        before.caption(f"Before: {width} x {height} pixels, {size(photo.facts.bytes)}")
    after.caption(f"After: {copy.width} x {copy.height} pixels, {size(copy.bytes)}. "
                  f"{plain(', '.join(cleaning_views.actions_of(copy.actions)))}.", text_alignment="right")


if done.clean:
    st.subheader("Before and after", anchor=False)
    before_and_after()

st.subheader("Report", anchor=False)
frame = cleaning_views.report(project)
st.dataframe(frame, hide_index=True, column_config={
    column: st.column_config.NumberColumn(format="bytes") for column in ("bytes before", "bytes")})
st.download_button("Download as CSV", lambda: listing.csv(frame), "cleaning.csv", "text/csv",
                   icon=":material/download:")
pages.way_on("data/label", "On to labelling")
