"""Where files lie: a folder of this machine, or a bucket of an S3-compatible store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from obstore.store import LocalStore, ObjectStore, S3Store

from settings import Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

PATIENCE: ClientConfig = {
    # Of a request as a whole, which lasts as long as somebody's slow download.
    "timeout": timedelta(days=1),
    "read_timeout": timedelta(seconds=30),
    "connect_timeout": timedelta(seconds=5),
}
AGAIN: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}
"""A store that is away is told to people, rather than waited for."""


def open_store(our: Settings) -> ObjectStore:
    """The store of the settings; a folder is made if it is missing, nothing is asked of a bucket.

    Raises ValueError when it is neither.
    """
    parts = urlsplit(our.files_url)
    if parts.scheme == "s3" and parts.netloc:
        return _bucket(our)
    if parts.scheme != "file":
        raise ValueError("PEEROK_FILES_URL is file:///folder or s3://bucket/prefix")
    folder = Path(unquote(parts.path))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)


def _bucket(our: Settings) -> S3Store:
    secret = our.files_secret_access_key
    config: S3Config = {}
    if our.files_endpoint:
        config["endpoint"] = our.files_endpoint
    if our.files_region:
        config["region"] = our.files_region
    if our.files_access_key_id and secret:
        config["access_key_id"] = our.files_access_key_id
        config["secret_access_key"] = secret.get_secret_value()
    client: ClientConfig = {**PATIENCE, "allow_http": _plain(our.files_endpoint)}
    return S3Store.from_url(our.files_url, config=config, client_options=client, retry_config=AGAIN)


def _plain(endpoint: str | None) -> bool:
    """Whether somebody chose a store that is reached without TLS."""
    return endpoint is not None and endpoint.startswith("http://")
