"""The keys this process seals tax forms with; without any it neither takes nor opens one."""

import json
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from api.problems import Problem
from ledger.sealed_values import SealingKeys
from settings import Settings


def keys_of(settings: Settings) -> SealingKeys | None:
    """The keys of the settings; ValueError when they are none, so that the process won't start."""
    secret = settings.tax_keys
    return SealingKeys(secret.get_secret_value()) if secret else None


def blinded(keys: SealingKeys, asked: BaseModel) -> dict[str, str]:
    """What stands for a request in its kept hash.

    A plain hash would tell whoever reads the books when a guess is right, and of a number whose
    last four are shown only a hundred thousand guesses are left.
    """
    content = json.dumps(asked.model_dump(mode="json"), sort_keys=True)
    return {"fingerprint": keys.fingerprint(content.encode())}


async def _keys(request: Request) -> SealingKeys:
    keys = request.app.state.sealing_keys
    if not isinstance(keys, SealingKeys):
        raise Problem("tax_keys_missing")
    return keys


TheSealing = Annotated[SealingKeys, Depends(_keys)]
"""What tax forms are sealed and opened with; 503 while this process has no keys."""
