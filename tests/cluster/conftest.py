"""One cluster on loopback for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from running_cluster import Cluster, commands


@pytest.fixture(scope="session", autouse=True)
def dask() -> None:
    """Skips what is in here where Dask is not installed."""
    pytest.importorskip("distributed", reason="needs Dask: pip install -r requirements-cluster.txt")


@pytest.fixture(scope="session")
def started(dask: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster of the documentation, with both its workers there."""
    from distributed import Client

    running = Cluster()
    try:
        for command in commands()[:3]:
            running.start(command, DASK_TEMPORARY_DIRECTORY=str(tmp_path_factory.mktemp("dask")))
        with Client(running.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield running
    finally:
        running.end()


@pytest.fixture
def cluster(started: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, which the settings name."""
    monkeypatch.setenv("REKOLAB_CLUSTER", started.address)
    return started
