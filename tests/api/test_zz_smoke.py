"""Smoke."""
from tests.life import Life
async def test_smoke(life: Life) -> None:
    """x."""
    await life.in_review()
    print(await life.shown())
    assert 1
async def test_smoke2(life: Life) -> None:
    """x."""
    await life.in_mediation()
    assert 1
