"""What an older Rekolab has left in a project's catalogue, carried over into the tables of today. Nothing is lost.

Each function brings a catalogue from one version to the next; the tables of today are there already.
"""

from __future__ import annotations

import sqlite3


def carry_over(rows: sqlite3.Connection, version: int) -> None:
    """Bring a catalogue of that version to today's."""
    if version < 1:
        _know_by_content(rows)
    if version < 2:
        _annotate(rows)
    if version < 3:
        _know_what_was_asked_about(rows)


def _know_by_content(rows: sqlite3.Connection) -> None:
    """Version 1 keeps what is known of a photo by its content; the next scan looks at everything once more."""
    rows.execute("ALTER TABLE photo ADD COLUMN sha256 TEXT")
    rows.execute(
        "INSERT OR IGNORE INTO content SELECT json_extract(facts, '$.sha256'), 0, facts, NULL, NULL, "
        "(SELECT json_group_array(json(value)) FROM json_each(problems) "
        "WHERE json_extract(value, '$[0]') IN ('truncated', 'bomb')) FROM photo WHERE facts IS NOT NULL")
    rows.execute("UPDATE photo SET sha256 = json_extract(facts, '$.sha256'), problems = "
                 "CASE WHEN size = -1 THEN problems WHEN facts IS NOT NULL THEN '[]' END")  # -1: the file is gone
    for column in ("facts", "quality", "fingerprint"):
        rows.execute(f"ALTER TABLE photo DROP COLUMN {column}")


def _annotate(rows: sqlite3.Connection) -> None:
    """Version 2 has several labels and boxes a photo, coloured classes, and a history of whole states."""
    rows.execute("ALTER TABLE class ADD COLUMN colour TEXT")
    rows.execute("INSERT INTO annotation SELECT photo_id, json_array(name), '[]' FROM label")
    rows.execute("INSERT INTO step SELECT step, MIN(at), CASE WHEN MAX(excluded) IS NOT NULL THEN "
                 "iif(MAX(excluded), 'Left out', 'Took in again') WHEN MAX(after) IS NULL THEN 'Took the label away' "
                 "WHEN COUNT(DISTINCT after) = 1 THEN 'Labelled ' || MAX(after) ELSE 'Labelled by folder' END, "
                 "MAX(undone) FROM label_change GROUP BY step")
    # A photo that a step did not leave out or take in was, then, what the steps about it had made of it before.
    rows.execute("CREATE INDEX label_change_photo ON label_change (photo_id, id)")
    was = ("COALESCE((SELECT earlier.excluded FROM label_change AS earlier WHERE earlier.photo_id = now.photo_id "
           "AND earlier.id < now.id AND earlier.excluded IS NOT NULL ORDER BY earlier.id DESC LIMIT 1), 0)")
    before, after = _state("before", f"COALESCE(NOT excluded, {was})"), _state("after", f"COALESCE(excluded, {was})")
    rows.execute("INSERT INTO change (id, step, photo_id, before, after) "  # noqa: S608
                 f"SELECT id, step, photo_id, {before}, {after} FROM label_change AS now")
    rows.execute("DROP TABLE label")
    rows.execute("DROP TABLE label_change")


def _know_what_was_asked_about(rows: sqlite3.Connection) -> None:
    """Version 3 keeps with each prediction the hash of its photo; of older ones it is found out when it is needed."""
    if "sha256" not in [row["name"] for row in rows.execute("PRAGMA table_info(prediction)")]:
        rows.execute("ALTER TABLE prediction ADD COLUMN sha256 TEXT")


def _state(label: str, out: str) -> str:
    """SQL that makes a state as the history keeps it, of a column with a label and of whether the photo is out."""
    labels = f"iif({label} IS NULL, json_array(), json_array({label}))"
    return f"json_object('labels', json({labels}), 'boxes', json('[]'), 'out', json(iif({out}, 'true', 'false')))"
