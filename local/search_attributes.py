"""The search attributes that operators filter on, and their registration on a cluster."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client

SEARCH_ATTRIBUTES = {
    "CaseState": "Keyword",
    "ClientId": "Keyword",
    "FreelancerId": "Keyword",
    "NextDeadline": "Datetime",
    "Owner": "Keyword",
    "StaffTask": "Keyword",
    "Stuck": "Bool",
}


async def register(client: Client) -> list[str]:
    """Register those the client's namespace lacks; their names."""
    operator = client.operator_service
    known = await operator.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
        for name, kind in SEARCH_ATTRIBUTES.items()
        if name not in known.custom_attributes
    }
    if missing:
        await operator.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    return list(missing)
