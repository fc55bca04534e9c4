"""Look at the photos: what they are, which are alike, and what Rekognition would refuse, and why."""

import streamlit as st

from core.colours import colour_of
from core.dataset import filtering, listing, selecting, vocabulary
from core.dataset.judging import thresholds_of
from core.ui import gallery, messages, pages, progress, sources, state
from core.ui.browsing import acting, card, figures, filters, limits, map, ordering, shortcuts
from core.ui.words import count

VIEWS = ["Gallery", "Charts", "Map", "Table", "Shortcuts"]
MARKS = {"refused": "refused", "hurts": "hurts", "out": "out", "fine": "", "waiting": ""}

messages.opening("Browse", "See every photo, the balance of the classes, and what Rekognition would refuse, and why.")
project = state.required()

if progress.on_page(project, "import"):
    st.stop()
state.failure(project, "import")

known, last = filtering.columns_of(project), state.job(project, "import")
to_add = not known.photos or bool(last and last.error)  # and then once more
with st.expander("Add photos", icon=":material/add_photo_alternate:", expanded=to_add):
    sources.choose(project)
sources.outcome(project)
if not known.photos:
    st.info("No photos yet. Choose where they are, above.", icon=":material/photo_library:")
    st.stop()

sources.unseen(project)
map.begin(project)
filters.keep_to(project, known)
summary = filtering.summary_of(project)
classes = vocabulary.palette(project, [label for label in known.classes if label is not None])
wanted = filters.wanted()
tally = filtering.counts(known, wanted)

filters.strip(summary, len(summary.classes))
aside, shown = st.columns([1, 4], gap="large")
with aside:
    filters.draw(known, tally, [*classes])
    limits.draw(project, summary.codes)
places = ordering.ordered(project, known, filtering.matching(known, wanted))
order = [str(number) for number in known.ids[places].tolist()]
by_id = {str(number): place for place, number in enumerate(known.ids.tolist())}


def tile(photo_id: str) -> gallery.Tile:
    photo = known.photos[by_id[photo_id]]
    verdict = selecting.verdict_of(photo)
    note = " ".join([*(["Left out."] if photo.excluded else []), *(problem.message for problem in photo.problems)])
    return gallery.Tile(photo_id, photo.name, gallery.thumbnail(project, photo), MARKS[verdict], note,
                        colour_of(selecting.label_of(photo), classes))


@st.fragment
def pictures() -> None:
    """The gallery, which is drawn anew by itself when a page is turned or a photo is selected."""
    head = st.container(horizontal=True, vertical_alignment="center")
    choice = gallery.paged(order, tile, acting.GALLERY, of=(wanted, ordering.chosen()))
    selected = [known.photos[by_id[key]] for key in choice.chosen if key in by_id]
    with head:
        pressed = acting.bar(project, selected, [known.photos[place] for place in places], [*classes])
    if pressed or choice.opened in by_id:
        card.opened(project, known.ids[places].tolist(), selected[0].id if pressed else int(str(choice.opened)))
    st.caption("Click or shift-click to select, Ctrl+A for all, double-click or Enter to open. "
               ":red[●] refused, :orange[●] may hurt.")


@st.fragment
def atlas() -> None:
    """The map, which is drawn anew by itself when the browser asks for pictures."""
    opened = map.draw(project, known, filtering.matching_but(known, wanted, "ids"), classes)
    if opened is not None:
        card.opened(project, known.ids[places].tolist(), opened)


@st.fragment
def checks() -> None:
    """The shortcut check, which is drawn anew by itself when a property is opened."""
    opened = shortcuts.draw(project, known, classes)
    if opened is not None:
        card.opened(project, known.ids[places].tolist(), opened)


with shown:
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        view = st.segmented_control("View", VIEWS, default="Gallery", required=True, key="browse_view",
                                    persist_state="session", label_visibility="collapsed")
        ordering.choose(project)
    if view == "Shortcuts":
        checks()
    elif not len(places):
        messages.nothing("No photo passes all the filters.", "Clear filters", filters.clear)
    elif view == "Gallery":
        pictures()
    elif view == "Charts":
        figures.draw(known, tally, classes, thresholds_of(project))
        pictures()
    elif view == "Map":
        here, beside = st.columns([1, 1])
        with here:
            if not map.waiting(project):
                atlas()
        with beside:
            pictures()
    elif view == "Table":
        frame = listing.table_of(project).iloc[places]
        st.dataframe(frame, hide_index=True, height=560, column_config=ordering.COLUMNS)
        st.download_button(f"Download {count(len(frame), 'row')} as CSV", lambda: listing.csv(frame), "photos.csv",
                           "text/csv", icon=":material/download:")

pages.way_on("data/clean", "Clean the photos" if summary.refused else "On to cleaning")
