"""CleanVision's checks on a folder, in the Python that has it: `python cleanvision_run.py FOLDER` prints one JSON line.

seconds: of the checks, with two processes, and without the start of Python and the imports. found: by file, relative to
the folder, the names of the issues that it reports.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import cleanvision
from cleanvision import Imagelab

PROCESSES = 2


def main(folder: str) -> None:
    output, sys.stdout = sys.stdout, Path(os.devnull).open("w")  # noqa: SIM115 - it reports there as it goes
    began = time.perf_counter()
    lab = Imagelab(data_path=folder)
    lab.find_issues(n_jobs=PROCESSES)
    seconds = time.perf_counter() - began
    flags = lab.issues.filter(regex="^is_.*_issue$")
    found = {str(Path(path).relative_to(Path(folder).resolve())): [name[3:-6] for name in flags.columns if row[name]]
             for path, row in flags.iterrows()}
    print(json.dumps({"seconds": seconds, "version": cleanvision.__version__, "found": found}), file=output)


if __name__ == "__main__":
    main(sys.argv[1])
