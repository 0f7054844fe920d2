"""The configuration of a Temporal server on one machine, whose store is a PostgreSQL of ours."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

INNER_PORTS = 7
"""Besides the one for clients: a service talks on one port and tells of itself on another."""
SHARDS = 4
"""Enough for one machine; what a store began with can never be changed."""
PLUGIN = "postgres12_pgx"
"""The driver that also connects to a Unix socket."""
ROLE = "temporal"
STORES = {"temporal": 20, "temporal_visibility": 10}
"""Each database, and the connections one service may have to it."""


def configuration(port: int, inner_ports: Sequence[int], socket_folder: Path) -> dict[str, Any]:
    """All four services in one process, reached on `port`, on the loopback interface only."""
    history, matching, worker, *rings = inner_ports
    listening = {"frontend": port, "history": history, "matching": matching, "worker": worker}
    here = {"enabled": True, "initialFailoverVersion": 1, "rpcName": "frontend"}
    return {
        "log": {"stdout": True, "level": "warn"},
        "persistence": {
            "defaultStore": "temporal",
            "visibilityStore": "temporal_visibility",
            "numHistoryShards": SHARDS,
            "datastores": {
                name: _store(name, most, socket_folder) for name, most in STORES.items()
            },
        },
        "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1"}},
        "services": {
            name: _service(grpc, ring)
            for (name, grpc), ring in zip(listening.items(), rings, strict=True)
        },
        "clusterMetadata": {
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": {"active": here | {"rpcAddress": f"127.0.0.1:{port}"}},
        },
        "dcRedirectionPolicy": {"policy": "noop"},
    }


def ui_configuration(port: int, server: str, namespace: str) -> dict[str, Any]:
    """The UI on `port`, over the server at this address."""
    return {
        "temporalGrpcAddress": server,
        "host": "127.0.0.1",
        "port": port,
        "enableUi": True,
        "defaultNamespace": namespace,
        # It would ask the internet.
        "disableNewsFetch": True,
    }


def _store(database: str, connections: int, socket_folder: Path) -> dict[str, Any]:
    return {
        "sql": {
            "pluginName": PLUGIN,
            "databaseName": database,
            "connectProtocol": "tcp",
            # The driver wants an address too; the socket wins.
            "connectAddr": "localhost",
            "connectAttributes": {"host": str(socket_folder)},
            "user": ROLE,
            "maxConns": connections,
            "maxIdleConns": connections,
            "maxConnLifetime": "1h",
        }
    }


def _service(grpc: int, ring: int) -> dict[str, Any]:
    return {"rpc": {"grpcPort": grpc, "membershipPort": ring, "bindOnLocalHost": True}}
