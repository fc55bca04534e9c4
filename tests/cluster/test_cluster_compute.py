"""`each` on a real scheduler with worker processes."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cluster_work
import pytest
from ports import reserved_port
from running_cluster import Cluster

from core import clustering, compute
from core.compute import each
from core.errors import Cancelled, ClusterError, NotAllowed
from core.jobs import Progress

if TYPE_CHECKING:
    from distributed import LocalCluster


def test_work_is_done_by_the_workers_and_not_here(cluster: Cluster, tmp_path: Path) -> None:
    seen: list[int] = []
    done = dict(each(partial(cluster_work.meet, folder=tmp_path), range(40),
                     Progress(lambda **change: seen.append(change["done"]))))
    assert {number: square for number, (square, _) in done.items()} == {n: n * n for n in range(40)}
    makers = {process for _, process in done.values()}
    assert os.getpid() not in makers
    assert len(makers) == 2
    assert sorted(seen) == list(range(1, 41))


def test_work_that_needs_this_computer_stays_here(cluster: Cluster) -> None:
    assert {process for _, (_, process) in each(cluster_work.square, range(3), Progress(), threads=1)} == {os.getpid()}


def test_only_a_few_items_are_taken_ahead(cluster: Cluster) -> None:
    taken: list[int] = []
    items = (taken.append(number) or number for number in range(1000))
    next(each(cluster_work.square, items, Progress()))
    assert len(taken) <= clustering.LEAST + 2


def test_the_error_of_an_item_comes_back_as_it_was_raised(cluster: Cluster) -> None:
    with pytest.raises(NotAllowed, match="may not read it") as caught:
        list(each(cluster_work.refuse, range(8), Progress()))
    assert (caught.value.code, caught.value.operation, caught.value.said) == ("AccessDenied", "GetObject", "no")


def test_a_job_is_cancelled_while_no_item_comes_back(cluster: Cluster, tmp_path: Path) -> None:
    cancelled = threading.Event()
    threading.Timer(0.1, cancelled.set).start()
    try:
        with pytest.raises(Cancelled):
            list(each(partial(cluster_work.wait_for, file=tmp_path / "go"), range(4), Progress(cancelled=cancelled)))
    finally:
        (tmp_path / "go").touch()


@pytest.fixture
def lone(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCluster]:
    """A cluster of one worker, which can be taken away; the settings name it."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1",
                      dashboard_address="127.0.0.1:0") as cluster:
        monkeypatch.setenv("REKOLAB_CLUSTER", cluster.scheduler_address)
        monkeypatch.setattr(compute, "TICK", 0.05)
        monkeypatch.setattr(clustering, "PATIENCE", 120.0)
        yield cluster


def leaving(cluster: LocalCluster, said: list[str], again: int) -> Progress:
    """Takes the workers away at the third item, and has `again` of them come once that is said."""
    def update(**change: Any) -> None:
        said.extend([change["message"]] if "message" in change else [])
        if change.get("done") == 3:
            cluster.scale(0)
            while cluster.scheduler.workers:
                time.sleep(0.01)
        elif "Waiting" in change.get("message", ""):
            cluster.scale(again)

    return Progress(update)


def test_work_waits_for_a_worker_when_all_are_gone_and_says_so(lone: LocalCluster) -> None:
    said: list[str] = []
    done = dict(each(cluster_work.square, range(40), leaving(lone, said, again=1)))
    assert {number: square for number, (square, _) in done.items()} == {n: n * n for n in range(40)}
    assert said[0] == "All workers of the cluster are gone. Waiting 60 s more for one."
    assert said[-1] == "A worker of the cluster is there again."


def test_work_that_no_worker_comes_for_ends_with_a_way_on(
    lone: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clustering, "WORKERLESS", 0.3)
    done = []
    ended = r"All workers .* are gone\. What was finished is kept\. Start one with .*alone"
    with pytest.raises(ClusterError, match=ended):
        for number, _ in each(cluster_work.square, range(40), leaving(lone, [], again=0)):
            done.append(number)
    assert 3 <= len(done) < 40


def test_a_cluster_that_is_not_there_is_named_with_a_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "PATIENCE", 0.3)
    with reserved_port() as port:
        for address in (f"tcp://127.0.0.1:{port}", "no address"):
            monkeypatch.setenv("REKOLAB_CLUSTER", address)
            with pytest.raises(ClusterError, match=r"can not be reached.*REKOLAB_CLUSTER.*alone"):
                list(each(cluster_work.square, [1], Progress()))


def test_workers_with_another_copy_of_rekolab_are_named(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    here = clustering.edition()
    monkeypatch.setattr(clustering, "edition", cluster_work.other_edition)
    assert cluster_work.other_edition() != here
    with pytest.raises(ClusterError, match=r"runs another version of Rekolab"):
        list(each(cluster_work.square, [1], Progress()))


def test_without_dask_the_way_on_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOLAB_CLUSTER", "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install -r requirements-cluster\.txt"):
        list(each(cluster_work.square, [1], Progress()))
