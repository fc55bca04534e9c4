"""Two models side by side: their figures with intervals, and photo by photo what one gets right and the other not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.aws import clients as aws
from core.aws import evaluations, storage
from core.aws.clients import Clients
from core.dataset import manifests
from core.errors import RekolabError
from core.evaluation import bases, comparing, snapshots
from core.evaluation.bases import Basis
from core.evaluation.comparing import Answer, Comparison, Pair
from core.evaluation.intervals import Figure, between, percent
from core.evaluation.published import published
from core.types import Backend, Evaluation, Photo, Version
from core.ui import gallery, pages, state
from core.ui.gallery import Tile
from core.ui.versioning import listing
from core.ui.words import count, plain
from core.workspace import Project

SHOWN = 24  # photos of a side, which may have to be fetched from S3 first


def draw(project: Project, clients: Clients, ticked: Sequence[Version]) -> None:
    """The comparison of the two that are ticked, or how to come to one."""
    if len(ticked) == 1:
        st.caption(f"Tick another model to compare it with {plain(ticked[0].name)}.")
    elif len(ticked) > 2:
        st.caption("Two models are compared at a time: tick two.")
    elif ticked:
        left, right = sorted(ticked, key=lambda version: version.created)
        st.subheader(f"{plain(_name(left, right))} and {plain(_name(right, left))}", anchor=False)
        _compare(project, clients, left, right)


def _name(version: Version, other: Version) -> str:
    """Its name, with that of the project where the other's is in another."""
    return version.name if version.project == other.project else f"{version.project} / {version.name}"


def _compare(project: Project, clients: Clients, left: Version, right: Version) -> None:
    tested, why = None, ""
    try:
        tested = bases.tested(*(_answers(project.backend, version) for version in (left, right)))
    except RekolabError as error:
        why = error.message
    found = [*([tested] if tested and tested.found.photos else []), *bases.recorded(project, left.arn, right.arn)]
    found.sort(key=lambda basis: not basis.whole)  # what both were asked about as a whole comes first
    _figures(clients, left, right, comparable=bool(tested and tested.whole))
    if not tested:
        st.caption(f"What AWS wrote of its tests can not be read. {plain(why)}")
    elif not tested.whole:
        _apart(tested, bool(found and found[0].whole))
    if found:
        _photos(project, clients, found, _name(left, right), _name(right, left))


@st.cache_data(max_entries=32, show_spinner="Reading AWS's tests …")
def _answers(backend: Backend, version: Version) -> list[Answer]:
    """What the model said of its own test photos, once training was over; that never changes."""
    return snapshots.read(evaluations.snapshot(aws.connect(state.in_force().home, backend), version))


def _figures(clients: Clients, left: Version, right: Version, comparable: bool) -> None:
    read = listing.evaluations(clients.backend).of(clients, (left, right))
    columns = {_name(version, other): _column(version, read.get(version.arn))
               for version, other in ((left, right), (right, left))}
    st.table({"": ["F1", "Precision", "Recall", "Trained with", "Tested on"],
              **{plain(name): figures for name, figures in columns.items()}}, border="horizontal")
    if comparable:
        st.caption("As AWS measured them, both on the same test photos, each with its 95 % interval. Whether they "
                   "differ is told by the photos below, better than by intervals that overlap.")


def _column(version: Version, found: Evaluation | RekolabError | None) -> list[str]:
    if not isinstance(found, Evaluation):
        return [f"{version.f1:.3f}" if version.f1 is not None else "–", "–", "–", "–", "–"]
    figures = published(found)
    return [*map(_figure, (figures.f1, figures.precision, figures.recall)),
            count(found.training_images, "photo"), count(found.testing_images, "photo")]


def _figure(figure: Figure) -> str:
    return f"{figure.value:.3f}" + (f" ({figure.low:.2f} to {figure.high:.2f})" if figure.known else "")


def _apart(tested: Basis, measured: bool) -> None:
    """The two were tested on different photos, which no figure can make good."""
    common = tested.found.photos + tested.found.relabelled
    same = f"only {count(common, 'photo')} {'is' if common == 1 else 'are'} the same" if common else "none is the same"
    st.warning(f"They were tested on different photos: {same}. So the figures above can not be compared with each "
               "other: the one may have had the easier photos.", icon=":material/balance:")
    if not measured:
        st.page_link(pages.path("results/evaluate"), label="Measure both on the same photos",
                     icon=":material/grid_on:")


def _photos(project: Project, clients: Clients, found: Sequence[Basis], left: str, right: str) -> None:
    names = {f"{basis.title} ({count(basis.found.photos, 'photo')})": basis for basis in found}
    basis = next(iter(names.values()))
    if len(names) > 1:
        basis = names[st.segmented_control("Compared on", list(names), default=next(iter(names)), required=True,
                                           key=f"compare_on {' '.join(names)}")]
    result = basis.found
    where = "" if len(names) > 1 else f" on {basis.title}"
    st.markdown(f"**{plain(comparing.sentence(result, left, right))}**")
    st.caption(plain(f"McNemar's exact test{where}: {left} is right on {_share(result.left)}, {right} on "
                     f"{_share(result.right)}. {_reach(result)}{_left_out(result)}"))
    local = _own_photos(project, clients)
    if result.left_only or result.right_only:
        _both_ways(project, result, basis.paths, local, left, right)
    if result.neither:
        with st.expander(f"Both are wrong on {count(len(result.neither), 'photo')}"):
            _gallery(project, result.neither, basis.paths, local, left, right, "compare neither")


def _both_ways(project: Project, result: Comparison, paths: Mapping[str, str], local: Mapping[str, Photo], left: str,
               right: str) -> None:
    """What only one of them gets right, side by side."""
    for column, (better, pairs) in zip(st.columns(2, gap="large"), (
            (right, result.right_only), (left, result.left_only)), strict=True):
        with column:
            st.markdown(f"**Only {plain(better)} is right** :gray[{count(len(pairs), 'photo')}]")
            _gallery(project, pairs, paths, local, left, right, f"compare {better}")


def _share(figure: Figure) -> str:
    return f"{figure.hits:,} of {figure.total:,} ({percent(figure.value)}, {between(figure)})"


def _reach(found: Comparison) -> str:
    """What so few photos can show at best."""
    differing, least = len(found.left_only) + len(found.right_only), comparing.least_to_differ()
    if not differing or found.differs or differing >= least:
        return ""
    return f"They disagree on {count(differing, 'photo')}; to tell them apart takes {least} or more. "


def _left_out(found: Comparison) -> str:
    said = []
    if found.apart:
        said.append(f"{count(found.apart, 'photo')} that only one of them was asked about")
    if found.relabelled:
        said.append(f"{count(found.relabelled, 'photo')} whose label was changed in between")
    return f"Left out: {' and '.join(said)}." if said else ""


def _gallery(project: Project, pairs: Sequence[Pair], paths: Mapping[str, str], local: Mapping[str, Photo], left: str,
             right: str, key: str) -> None:
    if not pairs:
        st.caption("None.")
        return
    gallery.gallery([_tile(project, pair, paths, local, left, right) for pair in pairs[:SHOWN]], key, single=True)
    if len(pairs) > SHOWN:
        st.caption(f"And {count(len(pairs) - SHOWN, 'more', 'more')}.")


def _tile(project: Project, pair: Pair, paths: Mapping[str, str], local: Mapping[str, Photo], left: str, right: str
          ) -> Tile:
    """The photo with its truth, and what each of the two said."""
    path = paths.get(pair.name, pair.name)
    picture = gallery.thumbnail(project, local[path]) if path in local else gallery.small(path)
    truth, first, second = (", ".join(sorted(said)) or "Unknown" for said in (
        pair.left.truth, pair.left.said, pair.right.said))
    wrong = [said for answer, said in ((pair.left, first), (pair.right, second)) if not answer.right]
    called = " and ".join(dict.fromkeys(wrong))
    return Tile(pair.name, f"{truth}, called {called}", picture, "", f"{left}: {first} · {right}: {second}")


def _own_photos(project: Project, clients: Clients) -> dict[str, Photo]:
    """The project's photos by the URIs that they have in S3, so that none has to be fetched from there."""
    try:
        built = manifests.build(project, storage.bucket_name(clients, project))
    except RekolabError:
        return {}
    return {f"s3://{built.bucket}/{key}": entry.photo for key, entry in built.pictures.items()}
