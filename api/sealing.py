"""The keys this process seals with; without any it neither takes nor opens what they seal."""

import json
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, SecretStr

from api.problems import Problem
from ledger.sealed_values import SealingKeys


def keys_of(secret: SecretStr | None) -> SealingKeys | None:
    """These keys of the settings; ValueError for what is none, so that the process won't start."""
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


async def _payout_keys(request: Request) -> SealingKeys:
    keys = request.app.state.payout_keys
    if not isinstance(keys, SealingKeys):
        raise Problem("payout_keys_missing")
    return keys


ThePayoutSealing = Annotated[SealingKeys, Depends(_payout_keys)]
"""What payout methods are sealed and opened with; 503 while this process has no keys."""
