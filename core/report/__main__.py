"""`python -m core.report verify REPORT` and `python -m core.report replay REPORT --photos FOLDER`.

REPORT is the folder of a report, its zip, or what was downloaded of it from S3. Exit codes: 0 all is as it was made,
1 something differs, 2 it can not be told.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import RekolabError
from core.report import originals, replaying, verifying
from core.report.outcomes import Outcome

SAME, DIFFERS, UNTOLD = 0, 1, 2
_MARKS = {"same": "same        ", "differs": "DIFFERS     ", "not possible": "not possible"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "verify":
            return _verify(options.report, options.fingerprint)
        return _replay(options.report, options.photos)
    except RekolabError as error:
        sys.stderr.write(f"{error.message}\n")
        return UNTOLD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m core.report", description="Check a report, or make it again.")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check the hash of every file, and name what differs")
    verify.add_argument("report", type=Path, help="a report's folder or zip, or what was downloaded of it from S3")
    verify.add_argument("--fingerprint", metavar="HEX", help="the report's fingerprint, as the app's page showed it")
    replay = commands.add_parser("replay", help="make copies, split, manifests, figures and charts again")
    replay.add_argument("report", type=Path, help="a report's folder or zip, or what was downloaded of it from S3")
    replay.add_argument("--photos", type=Path, metavar="FOLDER", help="where the originals are, under whatever names")
    return parser


def _verify(report: Path, fingerprint: str | None) -> int:
    verdict = verifying.verify(report, fingerprint)
    sys.stdout.write(f"{verdict.sentence}\nFingerprint: {verdict.fingerprint}\n")
    return SAME if verdict.ok else DIFFERS


def _replay(report: Path, photos: Path | None) -> int:
    if photos is not None and not photos.is_dir():
        sys.stderr.write(f"{photos} is no folder. Name the one in which the original photos are.\n")
        return UNTOLD
    outcomes = replaying.replay(report, photos)
    for outcome in outcomes:
        sys.stdout.write(f"{_MARKS[outcome.state]}  {outcome.what}: {outcome.detail}\n")
    sys.stdout.write(f"{_summary(outcomes)}\n")
    if any(outcome.state == "differs" for outcome in outcomes):
        return DIFFERS
    looked_in_vain = photos is not None and any(
        outcome.state == "not possible" and outcome.what.startswith(originals.PIXELS) for outcome in outcomes)
    return UNTOLD if looked_in_vain else SAME


def _summary(outcomes: Sequence[Outcome]) -> str:
    apart = [outcome.what for outcome in outcomes if outcome.state == "differs"]
    left = [outcome.what for outcome in outcomes if outcome.state == "not possible"]
    if apart:
        return f"Not the same: {', '.join(apart)}."
    rest = f" Not made again: {', '.join(left)}." if left else ""
    return f"What could be made again is the same.{rest}"


if __name__ == "__main__":
    sys.exit(main())
