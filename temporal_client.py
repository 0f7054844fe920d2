"""The one way to the Temporal cluster of the settings: where it is, by TLS or not, by which key."""

from collections.abc import Sequence

from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter

from settings import Settings


async def connect(
    our: Settings, *, interceptors: Sequence[Interceptor] = (), lazy: bool = False
) -> Client:
    """A client of that cluster; RuntimeError when nobody answers there, a `lazy` one never."""
    key = our.temporal_api_key.get_secret_value() if our.temporal_api_key else ""
    return await Client.connect(
        our.temporal_address,
        namespace=our.temporal_namespace,
        # A key that travelled in the clear would be everybody's.
        tls=our.temporal_tls or bool(key),
        api_key=key or None,
        data_converter=pydantic_data_converter,
        interceptors=interceptors,
        lazy=lazy,
    )
