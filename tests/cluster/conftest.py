"""One cluster on loopback for the whole session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ports import reserved_port
from running_cluster import Cluster, commands

from core import clustering

PATIENCE = 120.0  # seconds that a cluster may take on a busy machine


@pytest.fixture(scope="session", autouse=True)
def dask() -> None:
    """Skips what is in here where Dask is not installed."""
    pytest.importorskip("distributed", reason="needs Dask: pip install -r requirements-cluster.txt")


@pytest.fixture(scope="session")
def started(dask: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster of the documentation, with both its workers there."""
    from distributed import Client

    with reserved_port() as port:
        running = Cluster(port)
        try:
            for command in commands()[:3]:
                running.start(command, DASK_TEMPORARY_DIRECTORY=str(tmp_path_factory.mktemp("dask")))
            with Client(running.address, timeout=PATIENCE, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=PATIENCE)
            yield running
        finally:
            running.end()


@pytest.fixture
def cluster(started: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, which the settings name."""
    monkeypatch.setenv("REKOLAB_CLUSTER", started.address)
    monkeypatch.setattr(clustering, "PATIENCE", PATIENCE)
    return started
