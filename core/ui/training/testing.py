"""With which photos the model is tested: the split's, those that Amazon chooses, or those of another manifest."""

from __future__ import annotations

import streamlit as st

from core.dataset import examining, manifests, testset
from core.dataset.testset import Checked, Plan, Way
from core.evaluation import intervals
from core.manifest.doctor import Examination
from core.ui import pages, progress, state
from core.ui.words import count, plain
from core.workspace import Project

KIND = "testset"
WAYS: dict[Way, str] = {"split": "Your split", "distribute": "A fifth that Amazon chooses",
                        "own": "A test manifest of your own"}
ABOUT: dict[Way, str] = {
    "split": "The photos on the test side of the Manifest page. Duplicates stay on one side.",
    "distribute": "Amazon moves 20 % of the photos into the test dataset, a sample of its own choice. Your split does "
                  "not count, and duplicates may get on both sides, which flatters the figures.",
    "own": "The model learns from all photos of the project, but for those that the manifest names.",
}
MOST_MB = 1024


def choose(project: Project) -> bool:
    """The three ways; gives whether all is known that the chosen one takes. A choice is kept."""
    current = testset.current(project)
    key = f"train_way {project.name}"
    st.session_state[key] = current.way  # another tab may have chosen since
    st.radio("Test photos", list(WAYS), key=key, format_func=WAYS.__getitem__, captions=list(ABOUT.values()),
             on_change=_chosen, args=(project, key))
    if current.way == "own":
        _own(project)
    return current.way != "own" or current.own is not None


def _chosen(project: Project, key: str) -> None:
    testset.choose(project, st.session_state[key])


def _own(project: Project) -> None:
    """Which manifest it is, and two ways to give another."""
    current = testset.current(project).own
    if current:
        st.markdown(f":material/description: **{plain(current.name)}**"
                    + (f", from {plain(current.uri)}" if current.uri else ""))
    with st.expander("Choose another" if current else "Choose the manifest", expanded=current is None):
        dropped = st.file_uploader("Drop it here", key=f"train_own {project.name}", max_upload_size=MOST_MB)
        named = st.text_input("or name its place in S3", key=f"train_own_uri {project.name}",
                              placeholder="s3://bucket/folder/test.manifest")
        if st.button("Use this manifest", key="train_own_use", icon=":material/check:",
                     disabled=not (dropped or named.strip())):
            with state.errors_shown():
                own = (examining.take_in(project, dropped.name, dropped.getvalue()) if dropped else
                       examining.fetch(project, state.clients(project), named))
                testset.choose(project, "own", own)
                state.jobs().forget(state.job_key(project, KIND))
                st.rerun()


def examined(project: Project, plan: Plan) -> bool:
    """Show what goes in by label, the doctor's verdict, and what the test can show; gives whether it may begin."""
    found = _verdict(project, plan)
    st.dataframe(_counts(plan, found), hide_index=True)
    if about := _about(plan):
        st.caption(about)
    if found:
        (st.success if found.ok else st.error)(plain(found.sentence))
        if not found.ok:
            st.page_link(pages.path("data/manifest"), label="See what is wrong", icon=":material/healing:")
        for note in found.notes:
            st.warning(plain(note))
    if plan.tests:
        low, high = intervals.clopper_pearson(plan.tests, plan.tests)
        nearly = "about " if plan.way == "distribute" else ""
        st.caption(f"It will be measured on {nearly}{count(plan.tests, 'photo')}: a perfect result would mean "
                   f"{intervals.percent(low)} to {intervals.percent(high)}.")
    return bool(found and found.ok)


def _verdict(project: Project, plan: Plan) -> Examination | None:
    """What the doctor says of the manifests; None while a manifest of one's own has yet to be checked."""
    if plan.way != "own":
        return testset.examine(project, plan)
    if progress.on_page(project, KIND):
        return None
    state.failure(project, KIND)
    last = state.job(project, KIND)
    found = last.result if last and isinstance(last.result, Checked) else None
    if found is None or found.digest != manifests.digest(plan.built):
        again = "The photos have changed since it was checked. " if found else ""
        st.info(f"{again}The test manifest is checked before it is used: its lines, and its photos in S3.",
                icon=":material/stethoscope:")
        if st.button("Check the test manifest", icon=":material/stethoscope:", type="primary"):
            state.start(project, KIND, "Checking the test manifest", testset.examine_own, bucket=plan.built.bucket)
        return None
    if found.hidden:
        st.warning(f"S3 could not be asked about its photos, so only the lines were judged. {plain(found.hidden)}")
    return found.examination


def _counts(plan: Plan, examined: Examination | None) -> list[dict[str, object]]:
    """How many photos of each label there are on either side, as far as that is known before the training."""
    if plan.way == "split":
        return [{"label": label, "to train": train, "to test": test}
                for label, (train, test) in plan.built.split.counts(plan.built.labels).items()]
    if plan.way == "distribute":
        return [{"label": label, "photos": photos} for label, (photos, _) in
                plan.built.split.counts(plan.built.labels).items()]
    tested = examined.tested if examined else {}
    trained = {label: train for label, (train, _) in plan.built.split.counts(plan.built.labels).items()}
    return [{"label": label, "to train": trained.get(label, 0), "to test": tested.get(label) if examined else None}
            for label in sorted({*trained, *tested})]


def _about(plan: Plan) -> str:
    """What the choice does to this project's photos, in a sentence; "" where the table says it all."""
    if plan.way == "distribute":
        return (f"Of {count(len(plan.built.pictures), 'photo')}, about {plan.tests:,} will be tested with; which, "
                "Amazon decides when the training begins.")
    if plan.way == "own" and plan.repeated:
        stay = "photo of the project is" if plan.repeated == 1 else "photos of the project are"
        return f"{plan.repeated:,} {stay} in the test manifest, and not learned from."
    return ""
