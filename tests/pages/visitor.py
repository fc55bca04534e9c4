"""A person at the app: the real entry script under AppTest, what can be read on a page, and what can be done there."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner
from streamlit.testing.v1.element_tree import Block

from core.jobs import Job
from core.ui import pages, state
from core.workspace import Workspace

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"
RENDERED = ("label", "body", "help", "text", "title")  # fields of an element that may hold Markdown
LITERAL = ("text", "code", "iframe")  # elements that show their body as it is
COMPILED = ScriptCache()  # pages are compiled once, as by a server, and not at every look
PATIENCE = 240.0  # seconds that a page or a job may take on a busy machine
TODAY = dt.date(2026, 11, 23)  # for whoever visits, so that no midnight comes between two looks at a page


class Visitor:
    """The app on one workspace, in one browser tab."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.at = AppTest.from_file(ENTRY, default_timeout=PATIENCE)
        self._pages: dict[Any, Any] = {}
        self.at._bidi_component_manager = BidiComponentManager()  # without a search of every installed package

    def go(self, page: str, project: str | None = None) -> Visitor:
        """Open a page, such as "data/browse", with a project chosen."""
        if project:
            self.at.session_state["choose_project"] = project
        if self.at._tree.children or page != "start/overview":  # with which the app begins
            self.at.switch_page(pages.path(page))
        return self.run()

    def run(self) -> Visitor:
        """Let the script run once more; no page may ever end in an exception."""
        with pytest.MonkeyPatch.context() as patch:
            for module in (local_script_runner, app_test):  # of the entry script, and of the pages
                patch.setattr(module, "ScriptCache", lambda: COMPILED)
            patch.setattr(PagesManager, "set_pages_and_resolve", self._note_pages)
            self.at.run()
        assert not self.at.exception, [problem.value for problem in self.at.exception]
        return self

    def tick(self) -> Visitor:
        """Let the fragments of the page look again, as they do by themselves; only what they draw can be read then."""
        fragments = partial(RerunData, fragment_id_queue=list(self.at._fragment_storage._fragments))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(local_script_runner, "RerunData", fragments)
            patch.setattr(PagesManager, "get_pages", lambda _: self._pages)  # a session keeps them between its runs
            return self.run()

    def click(self, label: str, inside: str | None = None) -> Visitor:
        """Press a button by its key or label; and `inside` the dialog that it opens another one.

        AppTest runs the whole script for both, so the dialog has to be opened again by the run of its own button.
        """
        self.button(label).click()
        if inside:
            if not self._buttons(inside):
                self.run().button(label).click()
            self.button(inside).click()
        return self.run()

    def button(self, label: str) -> Any:
        found = self._buttons(label)
        assert len(found) == 1, f"{label!r} is there {len(found)} times among {self.buttons}"
        return found[0]

    @property
    def buttons(self) -> list[str]:
        """The labels of all buttons that can be pressed, those without a label by their keys."""
        return [read(one.label) or str(one.key) for one in self.at.button if not one.disabled]

    def pick(self, menu: str, choice: str) -> Visitor:
        """Press a button that opens a menu, and choose from it, which AppTest has no way for."""
        one = next(one for one in self.at.get("menu_button") if read(one.proto.label) == menu)
        states = self.at._tree.get_widget_states()
        states.widgets.add(id=one.proto.id).string_trigger_value.data = choice
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.at._tree, "get_widget_states", lambda: states)
            return self.run()

    def choose(self, gallery: str, *tiles: str, opened: str | None = None) -> Visitor:
        """Select tiles of a gallery, or open one."""
        key = next(one.key for one in self._nodes() if _is_gallery(one) and one.key.startswith(gallery))
        self.at.session_state[key] = {"chosen": list(tiles), "opened": opened}
        return self.run()

    def tiles(self, gallery: str) -> list[dict[str, Any]]:
        """What a gallery shows: id, caption, src, mark and note of each tile; none when it is not there."""
        return [item for one in self._nodes() if _is_gallery(one) and one.key.startswith(gallery)
                for item in json.loads(one.proto.json).get("items", ())]

    def finish(self, project: str, kind: str) -> Job:
        """Wait until a job of the project has ended, and look at the page again."""
        ended = state.jobs().wait(f"{project}/{kind}", PATIENCE)
        self.run()
        return ended

    @property
    def text(self) -> str:
        """Everything that can be read, a line for each piece, as it looks and not as it is written in Markdown."""
        return "\n".join([*map(read, self.markdown), *self.literal])

    @property
    def errors(self) -> list[str]:
        """The errors of the page itself; what the sidebar says of failed jobs is not among them."""
        return [read(one.value) for one in self.at.main.error]

    @property
    def markdown(self) -> list[str]:
        """Every text that Streamlit renders as Markdown."""
        found = [getattr(one.proto, name, "") for one in self._nodes() if one.type not in LITERAL for name in RENDERED]
        found += [option for one in self._nodes() if one.type in ("button_group", "radio") for option in one.options]
        found += [getattr(getattr(one.proto, kind), name) for one in self._nodes() if isinstance(one, Block)
                  for kind, name in (("popover", "label"), ("dialog", "title")) if hasattr(one.proto, kind)]
        found += [str(cell) for table in self.at.table for row in table.value.to_numpy() for cell in row]
        return [text for text in found if isinstance(text, str) and text]

    @property
    def literal(self) -> list[str]:
        """Every text that is shown letter for letter by its element: lines, code, cells, options, tiles, pictures."""
        found = [one.value for one in self._nodes() if one.type in ("text", "code")]
        found += [option for one in self.at.selectbox for option in one.options]
        found += [str(cell) for frame in self.at.dataframe for row in (frame.value.columns, *frame.value.to_numpy())
                  for cell in row]
        found += [text for tile in self.tiles("") for text in (tile["caption"], tile["note"]) if text]
        return found + [one.value for one in self.at.text_input if one.value]

    @property
    def links(self) -> dict[str, str]:
        """Label -> page of the links in the page, without the sidebar's; "overview" is the first page."""
        aside = {id(one) for one in self.at.sidebar.get("page_link")}
        return {read(one.proto.label): one.proto.page or "overview" for one in self.at.get("page_link")
                if id(one) not in aside}

    @property
    def title(self) -> str:
        return str(self.at.title[0].value)

    @property
    def _note_pages(self) -> Any:
        """What the navigation tells of its pages, noted on its way."""
        tell = PagesManager.set_pages_and_resolve

        def note(manager: PagesManager, pages: dict[Any, Any], *more: Any, **named: Any) -> Any:
            self._pages = pages
            return tell(manager, pages, *more, **named)

        return note

    def _buttons(self, label: str) -> list[Any]:
        return [one for one in self.at.button if label in (one.key, read(one.label))]

    def _nodes(self) -> Iterator[Any]:
        yield from _below(self.at._tree)


def read(markdown: str) -> str:
    """What a person sees of Markdown: escapes, and letters without width, are gone; emphasis and icons stay."""
    return re.sub(r"\\([!-/:-@[-`{-~])", r"\1", markdown).replace("\u2060", "")


def _below(block: Block) -> Iterator[Any]:
    for child in block.children.values():
        yield child
        if isinstance(child, Block):
            yield from _below(child)


def _is_gallery(node: Any) -> bool:
    return node.type == "bidi_component"
