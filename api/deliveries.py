"""What was delivered, all of it at once."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from api import access
from api.callers import TheCaller
from api.files import look_at_all, readable
from api.ids import DeliveryId, JobId
from api.problems import Problem
from api.state import Engine, Files
from api.zips import served_as_zip
from ledger import files

router = APIRouter(prefix="/jobs", tags=["files"])


@router.get("/{job_id}/deliveries/{delivery_id}/zip", response_class=StreamingResponse)
async def download_all(
    job_id: JobId, delivery_id: DeliveryId, caller: TheCaller, engine: Engine, store: Files
) -> StreamingResponse:
    """All files of a delivery in one ZIP, for whoever may download each of them."""
    async with engine.begin() as c:
        await access.entitled(c, caller, job_id)
        handed = await files.of_delivery(c, job_id, delivery_id)
        allowed = await readable(c, caller, [job_id])
        if not handed or not allowed.issuperset(one["id"] for one in handed):
            raise Problem("not_found")
        await look_at_all(c, caller, handed)
    return await served_as_zip(store, handed, f"delivery-{handed[0]['number']}.zip")
