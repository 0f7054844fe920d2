"""The part of Stripe's API that the stand-in has: paths, the SDK's types of their parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params as p
from stripe.params import checkout

from fakestripe import (
    accounts,
    balances,
    disputes,
    events,
    files,
    payments,
    payouts,
    refunds,
    sessions,
    transfers,
    webhooks,
)
from fakestripe.errors import Body, not_modelled

Act = Callable[..., Body]
PAGED = "created ending_before expand limit starting_after "


@dataclass(frozen=True)
class Endpoint:
    """What may be asked, what of it means something here, and who does it."""

    method: str
    path: str
    params: Any
    act: Act
    modelled: str = "expand"

    def refuse_unmodelled(self, given: Body) -> None:
        """A parameter is never taken and then forgotten."""
        for name in given:
            if name not in self.modelled.split():
                raise not_modelled(f"{name} in {self.method} {self.path}", name)


def _get(path: str, params: Any, act: Act, modelled: str = "expand") -> Endpoint:
    return Endpoint("GET", path, params, act, modelled)


def _list(path: str, params: Any, act: Act, filters: str = "") -> Endpoint:
    return Endpoint("GET", path, params, act, PAGED + filters)


def _post(path: str, params: Any, act: Act, modelled: str = "") -> Endpoint:
    return Endpoint("POST", path, params, act, f"expand metadata {modelled}")


SESSION = (
    "allowed_payment_method_types cancel_url client_reference_id currency customer_email "
    "expires_at line_items locale mode payment_intent_data submit_type success_url"
)
ACCOUNT = (
    "business_profile business_type capabilities controller country default_currency email "
    "external_account settings tos_acceptance type"
)
ENDPOINTS = [
    _post("/v1/checkout/sessions", checkout.SessionCreateParams, sessions.create, SESSION),
    _list(
        "/v1/checkout/sessions",
        checkout.SessionListParams,
        sessions.listing,
        "payment_intent status",
    ),
    _get("/v1/checkout/sessions/{id}", checkout.SessionRetrieveParams, sessions.retrieve),
    _post("/v1/checkout/sessions/{id}/expire", checkout.SessionExpireParams, sessions.expire),
    _get(
        "/v1/checkout/sessions/{id}/line_items",
        checkout.SessionListLineItemsParams,
        sessions.line_items,
        PAGED,
    ),
    _list("/v1/payment_intents", p.PaymentIntentListParams, payments.intents),
    _get("/v1/payment_intents/{id}", p.PaymentIntentRetrieveParams, payments.intent),
    _list("/v1/charges", p.ChargeListParams, payments.charges, "payment_intent transfer_group"),
    _get("/v1/charges/{id}", p.ChargeRetrieveParams, payments.charge),
    _post(
        "/v1/refunds", p.RefundCreateParams, refunds.create, "amount charge payment_intent reason"
    ),
    _list("/v1/refunds", p.RefundListParams, refunds.listing, "charge payment_intent"),
    _get("/v1/refunds/{id}", p.RefundRetrieveParams, refunds.retrieve),
    _post("/v1/refunds/{id}", p.RefundUpdateParams, refunds.update),
    _list("/v1/disputes", p.DisputeListParams, disputes.listing, "charge payment_intent"),
    _get("/v1/disputes/{id}", p.DisputeRetrieveParams, disputes.retrieve),
    _post("/v1/disputes/{id}", p.DisputeUpdateParams, disputes.update, "evidence submit"),
    _post("/v1/disputes/{id}/close", p.DisputeCloseParams, disputes.close),
    _get("/v1/account", p.AccountRetrieveCurrentParams, accounts.own),
    _post("/v1/accounts", p.AccountCreateParams, accounts.create, ACCOUNT),
    _list("/v1/accounts", p.AccountListParams, accounts.listing),
    _get("/v1/accounts/{id}", p.AccountRetrieveParams, accounts.retrieve),
    _post("/v1/accounts/{id}", p.AccountUpdateParams, accounts.update, ACCOUNT),
    _post(
        "/v1/account_links",
        p.AccountLinkCreateParams,
        accounts.link,
        "account collect collection_options refresh_url return_url type",
    ),
    _post(
        "/v1/transfers",
        p.TransferCreateParams,
        transfers.create,
        "amount currency description destination source_transaction transfer_group",
    ),
    _list("/v1/transfers", p.TransferListParams, transfers.listing, "destination transfer_group"),
    _get("/v1/transfers/{id}", p.TransferRetrieveParams, transfers.retrieve),
    _post(
        "/v1/transfers/{id}/reversals", p.TransferReversalCreateParams, transfers.reverse, "amount"
    ),
    _post(
        "/v1/payouts",
        p.PayoutCreateParams,
        payouts.create,
        "amount currency description destination method statement_descriptor",
    ),
    _list("/v1/payouts", p.PayoutListParams, payouts.listing, "destination status"),
    _get("/v1/payouts/{id}", p.PayoutRetrieveParams, payouts.retrieve),
    _post("/v1/payouts/{id}/cancel", p.PayoutCancelParams, payouts.cancel),
    _get("/v1/balance", p.BalanceRetrieveParams, balances.retrieve),
    _list(
        "/v1/balance_transactions",
        p.BalanceTransactionListParams,
        balances.lines,
        "currency payout source type",
    ),
    _get("/v1/balance_transactions/{id}", p.BalanceTransactionRetrieveParams, balances.line),
    _list("/v1/events", p.EventListParams, events.listing, "type types"),
    _get("/v1/events/{id}", p.EventRetrieveParams, events.retrieve),
    _post("/v1/files", p.FileCreateParams, files.create, "purpose _content _name"),
    _list("/v1/files", p.FileListParams, files.listing, "purpose"),
    _get("/v1/files/{id}", p.FileRetrieveParams, files.retrieve),
    _post(
        "/v1/webhook_endpoints",
        p.WebhookEndpointCreateParams,
        webhooks.create,
        "api_version connect description enabled_events url",
    ),
    _list("/v1/webhook_endpoints", p.WebhookEndpointListParams, webhooks.listing),
    _get("/v1/webhook_endpoints/{id}", p.WebhookEndpointRetrieveParams, webhooks.retrieve),
    _post(
        "/v1/webhook_endpoints/{id}",
        p.WebhookEndpointUpdateParams,
        webhooks.update,
        "description disabled enabled_events url",
    ),
    Endpoint(
        "DELETE", "/v1/webhook_endpoints/{id}", p.WebhookEndpointDeleteParams, webhooks.delete
    ),
]
