"""How much is measured: everything, or a look that takes three minutes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The amounts of one run."""

    quick: bool
    rounds: int
    seconds: float
    """How long one side of a round takes where time is what ends it."""
    lifecycles: int
    """Jobs that one side of a round lives through."""
    decisions: int
    """Decisions, or receipts, that one side of a round takes."""
    decided_jobs: int
    """Jobs that they decide on: at least as many as there are callers."""
    waiting: tuple[int, ...]
    """How many jobs wait when the worker's memory is read."""
    few_cases: int
    many_cases: int
    pages: int
    """Pages that one side of a round asks for."""
    payments: tuple[int, int]
    """Withdrawals in a small payment run, and in those that are timed."""
    listings: tuple[int, int]
    """Listings of the two markets that are searched."""
    searches: int
    """Searches that one side of a round makes."""
    entrants: tuple[int, int]
    """Who has entered the two contests."""
    tpcb_scale: int
    """Branches, which a transaction updates one of: pgbench tries no more clients than that."""


FULL = Sizes(
    quick=False,
    rounds=5,
    seconds=8.0,
    lifecycles=120,
    decisions=600,
    decided_jobs=150,
    waiting=(1_000, 2_000, 4_000, 7_000, 10_000),
    few_cases=1_000,
    many_cases=1_000_000,
    pages=300,
    payments=(10_000, 100_000),
    listings=(10_000, 1_000_000),
    searches=400,
    entrants=(100, 10_000),
    tpcb_scale=100,
)
QUICK = Sizes(
    quick=True,
    rounds=3,
    seconds=1.0,
    lifecycles=10,
    decisions=50,
    decided_jobs=50,
    waiting=(20, 60),
    few_cases=200,
    many_cases=2_000,
    pages=40,
    payments=(500, 3_000),
    listings=(1_000, 20_000),
    searches=60,
    entrants=(20, 500),
    tpcb_scale=8,
)
