"""Every environment variable the product reads, read once."""

from datetime import timedelta
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Queue = Literal["jobs", "money", "rewards"]


class Settings(BaseSettings):
    """One process's settings: each field is the variable `PEEROK_<FIELD>`, or what it says."""

    model_config = SettingsConfigDict(env_prefix="PEEROK_", frozen=True, populate_by_name=True)

    database_url: str = "postgresql://peerok_app@localhost/peerok"
    """The application's role: it can neither change nor delete what the ledger has recorded."""
    migration_database_url: str = "postgresql://peerok_owner@localhost/peerok"
    """The owner of the schema, used by `python -m cli migrate` alone."""
    database_pool: Annotated[int, Field(ge=9, le=200)] = 12
    """Connections of one process; a worker keeps eight for its loops, its steps share the rest."""

    temporal_address: str = Field(
        "127.0.0.1:7233",
        validation_alias=AliasChoices("temporal_address", "TEMPORAL_ADDRESS"),
    )
    temporal_namespace: str = Field(
        "default",
        validation_alias=AliasChoices("temporal_namespace", "TEMPORAL_NAMESPACE"),
    )
    temporal_tls: bool = Field(False, validation_alias=AliasChoices("temporal_tls", "TEMPORAL_TLS"))
    """By TLS, to a server whose certificate this machine trusts."""
    temporal_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("temporal_api_key", "TEMPORAL_API_KEY")
    )
    """What Temporal Cloud asks for; it travels by TLS alone, whatever `TEMPORAL_TLS` says."""
    temporal_ui_url: str = "http://127.0.0.1:8233"
    build_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$")] | None = None
    """Turns worker versioning on when set; `python -m cli deploy current` sends it the work."""
    task_queues: Annotated[tuple[Queue, ...], NoDecode, Field(min_length=1)] = get_args(Queue)
    """The queues a worker serves, such as `jobs,money`; by default all."""
    task_queue_prefix: str = ""
    """Before the name of each queue, for workers and an API that share a namespace with others."""

    worker_cached_workflows: Annotated[int, Field(ge=1)] = 1000
    """Workflows a worker keeps in memory for each queue; one that is not there is replayed."""
    worker_workflow_tasks: Annotated[int, Field(ge=2)] = 100
    """Workflow tasks a worker has in hand at once for each queue."""
    worker_workflow_pollers: Annotated[int, Field(ge=2)] = 5
    worker_activity_pollers: Annotated[int, Field(ge=1)] = 5
    """Requests for work that are open at the Temporal server, for each queue."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    """`starttls` and `tls` hand nothing over to a server that does not prove its name."""
    mail_from: str = "PeerOK <no-reply@peerok.example>"
    public_url: str = "http://127.0.0.1:8000"

    files_url: str = "file:///var/lib/peerok/files"
    """A folder, or `s3://bucket/prefix`, for every API and worker the same one."""
    files_endpoint: str | None = None
    """Where an S3-compatible store is, when it is not Amazon's."""
    files_region: str | None = None
    files_access_key_id: str | None = None
    files_secret_access_key: SecretStr | None = None
    """Without them, what Amazon's machines know of themselves."""
    max_upload_bytes: Annotated[int, Field(ge=1)] = 256 * 1024 * 1024
    """How much one request may bring: a file, or a part of one."""
    least_part_bytes: Annotated[int, Field(ge=1)] = 5 * 1024**2
    """How long a part of a file is at least, unless it is the last one or the only one."""
    max_file_bytes: Annotated[int, Field(ge=1)] = 10 * 1024**3
    """How long a file may be that arrives in parts."""
    upload_period: Annotated[timedelta, Field(gt=timedelta())] = timedelta(days=1)
    """How long the parts of a file may take to arrive; then they are forgotten."""
    person_bytes: Annotated[int, Field(ge=0)] = 50 * 1024**3
    person_files: Annotated[int, Field(ge=0)] = 10_000
    """How much one person may store."""
    delivery_bytes: Annotated[int, Field(ge=0)] = 10 * 1024**3
    delivery_files: Annotated[int, Field(ge=0)] = 1_000
    """How much that is handed over nowhere, whatever else they store, if they have a job to do."""
    unreferenced_period: Annotated[timedelta, Field(ge=timedelta(days=1))] = timedelta(days=30)
    """How long a file is kept that is handed over nowhere."""

    preview_limit: str = "600/hour"
    """How many previews one person may ask for."""
    preview_bytes: Annotated[int, Field(ge=1)] = 512 * 1024 * 1024
    """How large a file may be that a preview is made of; it is copied to the temporary folder."""

    login_limit: str = "10/minute;60/hour"
    """How often an email may be tried from one address."""
    login_address_limit: str = "60/minute;600/hour"
    """How often one address may try, whichever emails; behind a proxy, whom it forwards for."""
    login_email_limit: str = "30/minute;200/hour"
    """How often an email may be tried, from wherever."""
    signup_limit: str = "120/hour"
    """How many accounts may be opened from one address."""

    signing_key: SecretStr | None = None
    """Signs case files: 64 hexadecimal digits, of `python -m cli signing-key`; without it, 503."""
    link_key: SecretStr | None = None
    """Signs links to files: 64 hexadecimal digits, of `python -m cli link-key`; without it, 503."""
    link_period: Annotated[timedelta, Field(gt=timedelta())] = timedelta(minutes=15)
    """How long a link opens its file."""
    tax_keys: SecretStr | None = None
    """Seal tax forms: `id:64 hexadecimal digits`, as `python -m cli tax-key` prints; 503 without.

    With several, commas between, the first seals and all open, so that keys can be replaced.
    """
    payout_keys: SecretStr | None = None
    """Seal where people are paid; written like `tax_keys`, and others: workers have these alone."""
    payer: dict[str, Any] = {}
    """Whose account payment runs are paid from, as JSON: `name` and `account`; without it, 503."""
    case_file_limit: str = "30/hour"
    """How many case files one person may ask for."""
    case_file_bytes: Annotated[int, Field(ge=1)] = 20_000_000
    """About how long a case may be that is made into a file; it takes several times the memory."""
    feed_limit: str = "120/hour"
    """How often calendar programs may ask for one person's deadlines."""

    stripe_key: SecretStr | None = None
    """The secret key of the Stripe account; without it nobody can pay by card (503)."""
    stripe_url: str | None = None
    """Where Stripe's API is, when not where it usually is."""
    stripe_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """What webhooks are signed with; two while one replaces the other."""

    processor_pause: timedelta = timedelta(minutes=1)
    """How often a worker asks Stripe for what no webhook told."""
    payout_pause: Annotated[timedelta, Field(ge=timedelta(seconds=1))] = timedelta(hours=6)
    """How often Stripe is asked what became of a payout, of which it keeps no list for us."""

    bank: dict[str, str] = {}
    """Where clients send money, as JSON: each line's name and text; without it, nobody can (503).

    Such as `{"beneficiary": "PeerOK", "bank": "…", "routing": "…", "account": "…"}`.
    """

    outcome_wait: timedelta = timedelta(seconds=5)
    """How long a decision's request waits for its outcome before it answers 202."""
    sweep_after: timedelta = timedelta(seconds=10)
    """How old an instruction without outcome is when the sweeper signals it again."""
    policy: dict[str, Any] = {}
    """Overrides of `domain.policy.Policy` for new contracts, as JSON (rehearsals and tests)."""
    metrics: bool = True
    """Whether the API answers `GET /metrics`, which the outside must not reach."""
    metrics_token: SecretStr | None = None
    """What `GET /metrics` then asks for, as a bearer token."""
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Where a worker answers Prometheus; nowhere when it is not set."""
    temporal_metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Where a worker shows the metrics of Temporal's SDK; nowhere when it is not set."""
    otlp_endpoint: str | None = Field(
        None, validation_alias=AliasChoices("otlp_endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT")
    )
    """The OTLP/HTTP collector that traces go to; none are made when it is not set."""
    fail_at: str | None = None
    """Where this process kills itself (`failpoints.PLACES`); for tests alone."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("stripe_key")
    @classmethod
    def _there(cls, value: SecretStr | None) -> SecretStr | None:
        """An empty secret is one that somebody forgot."""
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("it is empty")
        return value

    @field_validator("stripe_webhook_secrets", mode="before")
    @classmethod
    def _secrets(cls, value: object) -> object:
        """As an operator writes them, with a comma between; an empty one would verify anything."""
        found = value.replace(" ", "").split(",") if isinstance(value, str) else value
        if isinstance(found, list) and not all(found):
            raise ValueError("one of them is empty")
        return found

    @field_validator("task_queues", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        """Names in a row, as an operator writes them."""
        return value.replace(" ", "").split(",") if isinstance(value, str) else value


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
