"""`make run` and `make cluster`: everything on this machine, as developers or operators run it."""

import os
from pathlib import Path

from local.cluster import Cluster, ClusterPorts
from local.places import data_folder, passable
from local.stack import Ports, Stack
from local.supervisor import supervise


def main(*, once: bool = False, folder: Path | None = None, ports: Ports | None = None) -> int:
    """Run this clone's stack; with TEMPORAL_ADDRESS, on the Temporal server there."""
    where, external = folder or data_folder(), os.environ.get("TEMPORAL_ADDRESS", "")

    def make() -> Stack:
        return Stack(where, ports or Ports(), durable=True, inherit=True, temporal_address=external)

    return supervise("make run", where, make, once=once)


def cluster(
    *, once: bool = False, folder: Path | None = None, ports: ClusterPorts | None = None
) -> int:
    """Run this clone's cluster, which has data of its own."""
    where = folder or passable(data_folder()) / "cluster"

    def make() -> Stack:
        return Cluster(where, ports or ClusterPorts(), durable=True, inherit=True)

    return supervise("make cluster", where, make, once=once)
