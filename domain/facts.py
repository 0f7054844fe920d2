"""What a step must know besides its cases, and what the books told it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.accounts import Account, Wallet
from domain.basket_case import Listing
from domain.calendar import Calendar
from domain.cases import Dispute, Job
from domain.contest_case import ContestEntry, Entrant
from domain.ids import CaseId, UserId
from domain.payee import Payee
from domain.project_case import Bid
from domain.source import Source
from domain.standing import Standing


class Need(StrEnum):
    """What a row must know besides its cases; the books look it up under lock."""

    WALLETS = "wallets"
    MEDIATORS = "mediators"
    STANDING = "standing"
    LOTS = "lots"
    BANK_REFERENCE = "bank_reference"
    PAYEE = "payee"
    RUN = "run"
    RUNS = "runs"
    SOURCE = "source"
    CHARGEBACKS = "chargebacks"
    ESCROWS = "escrows"
    BIDS = "bids"
    CROWD = "crowd"
    ENTRIES = "entries"
    ENTERED = "entered"
    ENTRANTS = "entrants"
    SHARERS = "sharers"
    HANDOVERS = "handovers"
    LISTINGS = "listings"


@dataclass(frozen=True)
class Place:
    """A job, locked, in whose escrow money is, or was, that somebody takes back."""

    job: Job
    dispute: Dispute | None = None
    """Its open dispute."""
    minor: int = 0
    """How much of that money is there now, in minor units."""
    title: str = ""


@dataclass(frozen=True)
class Facts:
    """What the books know at this moment, under lock."""

    calendar: Calendar
    wallets: Mapping[UserId, Wallet] = field(default_factory=dict)
    mediators: tuple[UserId, ...] = ()
    """Who could be asked to mediate, the best choice first."""
    standing: Standing | None = None
    """The standing of the person who acts."""
    waiting_longer: tuple[int, ...] = ()
    """What the client's jobs that wait for money longer lack, less what is meant for each alone."""
    meant_minor: int = 0
    """What was paid in for this job alone."""
    meant_for_others_minor: int = 0
    """What was paid in for other jobs that wait for money still."""
    payee: Payee | None = None
    """Whoever is paid out."""
    in_run: bool = False
    """Whether the withdrawal is in a payment run that was approved."""
    runs_approved: frozenset[date] = frozenset()
    """Payment dates whose runs were approved, as far as the withdrawal could be meant for them."""
    source: Source | None = None
    """The deposit a refund gives back."""
    places: tuple[Place, ...] = ()
    """The escrows that a payment that is taken back went to, the newest job first."""
    charged_back: bool = False
    """Whether a payment of the client's is disputed with the card network."""
    proven: frozenset[UserId] = frozenset()
    """Who has proof of notice in the present wait."""
    lots: Mapping[Account, int] = field(default_factory=dict)
    """Where the provisional money of this deposit is now, in minor units."""
    bounced_minor: int = 0
    """How much of a contest's escrow is money of its client's that has bounced, and is owed."""
    lent_minor: int = 0
    """What a contest's client owes for mediators who are not paid yet: it may come back."""
    repaid: bool = False
    """Whether its client has owed nothing at some time since this deposit was taken back."""
    reference_known: bool = False
    """Whether the bank's name for a receipt is that of another one already."""
    bids: tuple[Bid, ...] = ()
    """The bids that are chosen, locked."""
    crowd: tuple[UserId, ...] = ()
    """Everybody who has a row beside the case, and hears when its state changes."""
    entries: tuple[ContestEntry, ...] = ()
    """The contest entries that are chosen, locked."""
    entered: int = 0
    """How many contest entries there are."""
    entrants: tuple[Entrant, ...] | None = None
    """Who may share a contest's prizes, each person once; None: nobody has looked."""
    nobody_shares: bool = False
    """Whether somebody has looked, and nobody may share them."""
    handovers: Mapping[CaseId, Job] = field(default_factory=dict)
    """The jobs in which a contest's prizes are handed over."""
    listings: tuple[Listing, ...] = ()
    """The listings that are wanted, as far as there are any, locked."""
    rivals: tuple[str, ...] = ()
    """Listings that offer work which may become a client's by this step, locked."""
    refunded_purchases: int = 0
    """How many purchases of the client's were refunded in the time for which that counts."""
