"""Looks at the images of a training: facts for the rules and features for the learner, from one read of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import limits
from core.engine.service import Objects
from core.errors import BadImage
from core.images.embedding import embed
from core.images.reading import open_upright, read_facts
from core.manifest.images import Absent
from core.manifest.lines import split_uri
from core.types import Facts

DETAIL = 320  # pixels of the longest side; the network sees 224 x 224
THREADS = 2

Features = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """One image: its facts, or why there are none. No features: it is one that training refuses anyhow."""

    facts: Facts | Absent
    features: Features | None = None


def observe_all(
    objects: Objects, source_refs: Iterable[str], region: str, check: Callable[[], None]
) -> dict[str, Observed]:
    """Every image once, by its s3:// URI; `check` is called before each and may raise to end it.

    A bucket in another region than the model's counts as one that can't be read.
    """
    refs = list(dict.fromkeys(source_refs))

    def one(ref: str) -> Observed:
        check()
        return observe(objects, ref, region)

    with ThreadPoolExecutor(THREADS, thread_name_prefix="observing") as pool:
        try:
            return dict(zip(refs, pool.map(one, refs), strict=True))
        finally:
            pool.shutdown(cancel_futures=True)


def observe(objects: Objects, source_ref: str, region: str) -> Observed:
    """Read one image of S3. An image beyond the limits is not decoded, because nobody will train with it."""
    bucket, key = split_uri(source_ref)
    if objects.region(bucket) not in (region, None):
        return Observed(Absent.ELSEWHERE)
    try:
        data = objects.read(bucket, key)
        facts = read_facts(data)
        if len(data) > limits.MAX_FILE_BYTES or max(facts.width, facts.height) > limits.MAX_SIDE:
            return Observed(facts)
        return Observed(facts, features(open_upright(data, DETAIL)))
    except KeyError:
        return Observed(Absent.MISSING)
    except PermissionError:
        return Observed(Absent.DENIED)
    except (ValueError, BadImage):
        return Observed(Absent.UNREADABLE)


def features(image: Image.Image) -> Features:
    """The 1280 numbers that the learner knows an image by."""
    return np.asarray(embed([image])[0])
