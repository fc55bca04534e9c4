"""What came of a training that failed: why, in plain words, and the lines that it was about, grouped by AWS's codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.aws import storage
from core.aws.clients import Clients
from core.aws.training import LineFinding, SideSummary, TrainingFailure
from core.dataset import recovering
from core.dataset.known import Known
from core.manifest import ended
from core.manifest.codes import MESSAGES
from core.manifest.ended import Ending
from core.manifest.plain import LINE, Words
from core.types import Version
from core.ui import gallery, pages, state
from core.ui.words import count, plain
from core.workspace import Project

SHOWN = 24  # photos of one code
UNKNOWN = Words("AWS's guide does not explain this code.")


@dataclass(frozen=True, slots=True)
class Group:
    """What AWS says of some lines: one code, and each line once."""

    code: str
    message: str
    findings: tuple[LineFinding, ...]

    @property
    def warning(self) -> bool:
        return self.findings[0].finding.warning


def draw(project: Project, clients: Clients, version: Version) -> bool:
    """Show why it failed; gives whether there are lines that a repair could begin with."""
    meaning = ended.ending(version.message)
    st.error(plain(version.message or "Training failed, and AWS does not say why."), icon=":material/error:")
    st.markdown(f"{plain(meaning.plain)} AWS does not bill a training that failed.")
    with state.errors_shown():
        found = recovering.failure(project, clients, version)
        _summary(found, version.message)
        known = Known(project, storage.bucket_name(clients, project))
        for group in groups(found.findings):
            lines = count(len(group.findings), "line")
            with st.expander(f"{group.code}: {lines}", icon=":material/info:" if group.warning else ":material/error:"):
                _group(project, known, group)
        if not found.manifests:
            _without_lines(meaning)
        return bool(found.manifests)
    return False


def _summary(found: TrainingFailure, said: str) -> None:
    """How much of each manifest could be used, and what else AWS holds against them as a whole."""
    if found.summary is None:
        return
    sides = [("training", found.summary.training), ("testing", found.summary.testing)]
    told = [_counted(name, side) for name, side in sides if side and side.total]
    if told:
        st.markdown(" ".join(told))
    more = [error for _, side in sides if side for error in side.errors] + list(found.summary.errors)
    for error in dict.fromkeys((error.code, error.message) for error in more if error.message != said):
        st.warning(f"Also: {plain(error[1])} {plain(ended.ending(error[1]).plain)}")


def _counted(name: str, side: SideSummary) -> str:
    ignored = f", {side.ignored:,} without a label" if side.ignored else ""
    if side.valid == side.total:
        return f"Nothing is wrong with the {count(side.total, 'line')} of the {name} manifest."
    return (f"Of the {count(side.total, 'line')} of the {name} manifest Rekognition could use {side.valid:,}: "
            f"**{side.invalid:,} {'is' if side.invalid == 1 else 'are'} invalid**{ignored}.")


def groups(findings: Iterable[LineFinding]) -> list[Group]:
    """The findings by code, each line once: errors first, causes before what follows from them."""
    by_code: dict[str, dict[tuple[str, int | None], LineFinding]] = {}
    for one in findings:
        by_code.setdefault(one.finding.code, {}).setdefault((one.side, one.finding.line), one)
    order = list(MESSAGES)
    made = [Group(code, next(iter(met.values())).finding.message, tuple(met.values())) for code, met in by_code.items()]
    return sorted(made, key=lambda group: (
        group.warning, order.index(group.code) if group.code in order else len(order), group.code))


def _group(project: Project, known: Known, group: Group) -> None:
    words = LINE.get(group.code, UNKNOWN)
    st.markdown(f"{plain(words.plain)} AWS says: “{plain(group.message)}”")
    if words.mend:
        st.caption(f"Mending: {plain(words.mend)}")
    with_photo = [one for one in group.findings if one.source_ref][:SHOWN]
    gallery.gallery([_tile(project, known, one) for one in with_photo], f"failed {group.code}", single=True)
    if len(group.findings) > len(with_photo):
        st.caption(f"Lines: {_lines(group.findings)}")


def _tile(project: Project, known: Known, one: LineFinding) -> gallery.Tile:
    ref = one.source_ref or ""
    photo = known.photo(ref)
    name = photo.name if photo else ref.rpartition("/")[2]
    picture = gallery.thumbnail(project, photo) if photo else gallery.remote(project, ref)
    mark = "hurts" if one.finding.warning else "refused"
    return gallery.Tile(f"{one.side} {one.finding.line}", f"{one.side} {one.finding.line}: {name}", picture, mark, ref)


def _lines(findings: Sequence[LineFinding]) -> str:
    said = [f"{one.side} {one.finding.line:,}" if one.finding.line else one.side for one in findings[:100]]
    return ", ".join(said) + (f" and {len(findings) - 100:,} more" if len(findings) > 100 else "")


def _without_lines(meaning: Ending) -> None:
    why = ("It ended before Rekognition came to the lines" if meaning.unread else
           "Rekognition left no validation files, or they are no longer in S3")
    st.markdown(f"{why}, so there is none to show. Training again writes and sends both manifests anew.")
    if meaning.cure:
        st.page_link(pages.path(meaning.cure.page), label=meaning.cure.label, icon=":material/healing:")
