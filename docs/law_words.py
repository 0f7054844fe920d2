"""The words for what the tables of the law only name: people, states and beginnings."""

from collections.abc import Mapping

from domain.cases import Role

ABOUT = """
# The law of jobs, disputes, projects, contests, baskets, listings, and of money in and out

This page is written from the tables in `domain/` by `python -m docs.generate`; nobody edits it. The
same tables decide what the running system allows, so the page cannot promise anything else.

Every state that waits says whose turn it is, what each person may do, and what happens by itself if
nobody acts. The numbers are those for new contracts; a contract keeps the numbers it was signed
under. A decision names what its maker saw: if that has changed, the decision is refused and nothing
happens. Whatever is decided, both parties are told.

**Time.** Days are periods of 24 hours. Business days are those of New York, without Saturdays,
Sundays and public holidays of the United States; they keep the time of day there. While staff have
paused the clock of a job, all its due times move alike, and the parties may still act.

**Payments that are taken back.** A job in whose escrow a disputed payment, or a check that bounced,
had gone stands still with all its clocks. Deliveries and refunds stay possible, an approval is
recorded and waits, and nothing is released. When the money is back, everything goes on where it
stood.

**People go before the clock.** A decision that reached the server before an automatic step was
written wins over that step.

**Proof of notice.** Where silence moves money, it does so only when the person whose silence counts
was provably told: by mails that their mail server accepted (how many, is among the numbers below),
by one notice opened in the app, or by a permanent refusal of their own mailbox. Otherwise the end
moves, again and again, the reminders go out again, and a staff task stays open that is escalated
every day.
"""

NUMBERS = "What new contracts get. Running contracts keep the numbers they were signed under."

STATES: Mapping[str, Mapping[str, str]] = {
    "job": {
        "draft": "the client has written the job down, nobody else sees it",
        "refused": "the offer could not be made, and nobody else sees it",
        "offered": "the freelancer has been offered the job",
        "awaiting_funds": "both agree, and the price is not in escrow yet",
        "in_progress": "the price is in escrow and the freelancer works, or revises",
        "in_review": "a delivery waits for the client",
        "rejection_open": "a dispute over the job runs",
        "completed": "the work was approved and paid; it belongs to the client",
        "cancelled": "the client has everything back; the work stays with the freelancer",
        "settled": "the escrow was divided, by agreement, proposal or ruling",
        "declined": "the freelancer did not take the job",
        "lapsed": "the offer ended before any money moved",
    },
    "dispute": {
        "open": "rejection was requested and the parties can settle it",
        "appointing": "a mediator is being asked",
        "in_mediation": "the mediator hears both sides",
        "proposed": "the mediator has proposed an end and the parties answer",
        "staff_review": "staff rule on it",
        "ruled": "staff have ruled and a second person has to confirm it",
        "accepted": "the freelancer agreed to the rejection",
        "not_settled_in_time": "nobody settled the rejection in time",
        "dismissed": "the client approved the work after all, or it was released",
        "withdrawn": "the client took the rejection back and the job goes on",
        "settled": "the parties agreed to divide the escrow",
        "executed": "a proposal or a ruling was carried out",
    },
    "deposit": {
        "draft": "the client has asked for it, and nothing has happened",
        "refused": "it could not begin when its turn came, and nothing has happened",
        "created": "the processor is asked for a page to pay on",
        "checkout": "the client can pay on the processor's page",
        "closing": "the page is being closed; only the processor knows whether it was paid",
        "ending": "staff want it ended, and the processor has a last chance to answer",
        "credited": "what was paid is in the client's wallet",
        "expired": "nothing was paid, and the page is closed",
        "ended": "two people of staff ended it, because the processor never answered",
        "failed": "the processor makes no such page",
    },
    "remittance": {
        "draft": "it was written down, and nothing has happened",
        "refused": "it could not begin when its turn came, and nothing has happened",
        "announced": "the client has sent money, or is about to",
        "received": "the money is at the bank, and a second person has to see it there",
        "suspense": "the money is at the bank, and its owner is searched for",
        "booked": "it is in the wallet, and what was typed of it can be corrected",
        "provisional": "it can be spent, and the bank can still take it back",
        "correcting": "another sum is said to have arrived, and a second person has to see it",
        "clearing": "it has cleared, and an escrow still holds some of it as provisional",
        "bouncing": "the bank took it back, and an escrow may still hold some of it",
        "refilling": "the bank took it back, and the client may fill the escrows again",
        "cleared": "it is final",
        "bounced": "the bank took it back, and so did we",
        "returned": "it went back to whoever sent it",
        "lapsed": "no money came by the notice",
    },
    "withdrawal": {
        "draft": "the freelancer has asked for it, and nothing has happened",
        "refused": "it could not begin when its turn came, and nothing has happened",
        "requested": "it waits for its payment date; the money has left the wallet",
        "sent": "its payment run was approved, and the bank is asked to pay it",
        "paid": "the bank has paid it, and might still send it back",
        "closed": "it was paid, and too long ago to come back",
        "failed": "it was not paid, and the money is back in the wallet",
        "returned": "the bank sent it back, and the money is in the wallet again",
        "cancelled": "the freelancer took it back before the payment run was approved",
    },
    "refund": {
        "draft": "the client has asked for it, and nothing has happened",
        "refused": "it could not begin when its turn came, and nothing has happened",
        "requested": "the credits have left the wallet, and staff decide",
        "sending": "the processor gives it back to the card or account that paid",
        "to_send": "a second person sends it at the bank to whoever paid",
        "paid": "it was given back, and might still not be taken",
        "closed": "it was given back, and too long ago to come again",
        "declined": "staff did not send it, and the credits are in the wallet",
        "withdrawn": "the client kept the credits",
        "failed": "it could not be given back, and the credits are in the wallet",
        "returned": "it was not taken, and the credits are in the wallet",
    },
    "chargeback": {
        "draft": "the processor has told of it, and nothing has happened",
        "refused": "it could not be booked, and the comparison with the processor tells of it",
        "opened": "the money was taken back, and the evidence waits for its day",
        "answering": "the evidence is on its way to the card network",
        "answered": "the card network has the evidence, and decides",
        "unbooked": "it is won, and accounting say whose another sum is that came back",
        "refilling": "it is lost, and the client may fill the escrows again that are short",
        "owing": "it is lost, and the client owes what was not in the wallet",
        "won": "the payment was upheld, and the money is back",
        "lost": "the money is gone, and nothing is owed for it any more",
    },
    "project": {
        "draft": "the client has written the project down, nobody else sees it",
        "refused": "it could not be posted, and nobody else sees it",
        "open": "freelancers bid, and the client awards bids; each becomes a job",
        "closed": "no more bids; the jobs that were awarded go on by themselves",
    },
    "contest": {
        "draft": "the client has written the contest down, nobody else sees it",
        "refused": "it could not be posted, and nobody else sees it",
        "awaiting_funds": "the prizes are not in escrow yet, and nobody else sees it",
        "open": "freelancers enter",
        "judging": "no more entries; the client awards the prizes, each to a job of its own",
        "distributing": "the prizes can be awarded still, before they are shared",
        "handing_over": "no prize can be awarded any more, and winners hand over still",
        "closed": "all prizes are settled, and all handovers have ended",
        "lapsed": "it ended before any money moved",
    },
    "basket": {
        "draft": "the client has chosen, and nothing has happened",
        "refused": "too little was still there, or in the wallet; nothing was paid or reserved",
        "bought": "what was still there is paid; each listing is a job in review",
    },
    "listing": {
        "draft": "its freelancer writes it, nobody else sees it",
        "listed": "everybody finds it, and one buys it",
        "sold": "it is a job's, whose client has its files",
    },
    "profile": {
        "draft": "its freelancer writes it, nobody else sees it",
        "published": "everybody finds its freelancer, and reads all of it",
    },
}
"""What each state means to the people in it."""

BEGINS: Mapping[tuple[str, str], str] = {
    ("offer_lapses", "offered"): "the offer",
    ("funding_lapses", "awaiting_funds"): "the offer was accepted",
    ("late", "in_progress"): "the due date, when nothing was ever delivered",
    ("abandoned", "in_progress"): "the due date, when nothing was ever delivered",
    ("revision_overdue", "in_progress"): "the due date of a revision",
    ("mediation_opens", "in_progress"): "the first delivery",
    ("mediation_opens", "in_review"): "the first delivery",
    ("review_over", "in_review"): "the last delivery",
    ("not_settled", "open"): "the request",
    ("appointment_over", "appointing"): "the mediator was asked",
    ("veto_closes", "appointing"): "the mediator was asked, while the client has a veto",
    ("mediation_over", "in_mediation"): "the first mediator took the case",
    ("mediation_over_again", "in_mediation"): "the second mediator took the case",
    ("proposal_over", "proposed"): "the proposal",
    ("escalate", "staff_review"): "the case came to staff",
    ("escalate", "ruled"): "the ruling",
    ("creation_over", "created"): "the deposit was begun",
    ("checkout_over", "checkout"): "the page was opened",
    ("unanswered", "closing"): "the processor was asked to close the page",
    ("notice_lapses", "announced"): "the notice",
    ("alarm_first", "received"): "the receipt",
    ("alarm_second", "received"): "the receipt",
    ("alarm_last", "received"): "the receipt",
    ("search_over", "suspense"): "the receipt",
    ("corrections_end", "booked"): "the money was credited",
    ("unconfirmed", "correcting"): "the correction was asked for",
    ("clears", "provisional"): "the money was credited",
    ("clears_more", "clearing"): "the last look",
    ("recovers", "bouncing"): "the last look",
    ("unapproved", "requested"): "noon of the banking day before the payment date",
    ("unanswered", "sent"): "the payment run was approved",
    ("return_over", "paid"): "it was paid",
    ("last_chance_over", "ending"): "the first person's decision",
    ("unconfirmed", "ending"): "the first person's decision",
    ("undecided", "requested"): "the request",
    ("unanswered", "sending"): "the approval",
    ("unsent", "to_send"): "the approval",
    ("evidence", "opened"): "two days before the card network's deadline",
    ("unsent", "answering"): "the evidence was to go out",
    ("undecided", "answered"): "the payment was disputed",
    ("unbooked", "unbooked"): "it was won",
    ("refill_over", "refilling"): "the money was lost, or bounced",
    ("project_ends", "open"): "the posting, or the end it was extended from",
    ("unfunded", "awaiting_funds"): "the posting",
    ("entries_end", "open"): "the end that was chosen with the posting",
    ("no_award", "judging"): (
        "the end of entries, if there are none, or if it is neither guaranteed nor has a finalist"
    ),
    ("judging_over", "judging"): (
        "the end of entries or the last handover that failed, if it is guaranteed or has a finalist"
    ),
    ("distribution", "distributing"): "the end of judging",
    ("handovers_run", "handing_over"): "the last prize was awarded, or the last look",
    ("debt_over", "owing"): "it was lost, and the escrows were settled",
}
"""When the period of each row of silence begins."""


def who(role: Role) -> str:
    """The person, as a sentence names them."""
    return (
        role.value
        if role in (Role.STAFF, Role.ACCOUNTING)
        else f"the {role.value.replace('_', ' ')}"
    )
