"""Every environment variable, once, typed, with its meaning.

The first block keeps the names, meanings and defaults that operators of the reference product already have
(FIELD §1), so that an existing env file works unchanged. Vitrail's own variables start with `VITRAIL_`.
`docs/configuration.md` is compared with this file by a test.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from vitrail.errors import InvalidInput

# Model providers other than Bedrock mean Anthropic (FIELD §1); `offline` and `openai` are ours and must be named.


class ModelProvider(StrEnum):
    OFFLINE = "offline"
    ANTHROPIC = "anthropic"
    BEDROCK = "bedrock"
    OPENAI = "openai"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _blank_is_unset(value: Any) -> Any:
    """An empty string in an env file means the same as no line at all, except where the field says otherwise."""
    return None if isinstance(value, str) and not value.strip() else value


def _prices(value: Any) -> Any:
    if isinstance(value, str):
        if not value.strip():
            return {}
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(
                f'is not JSON ({error.msg}); write it as {{"model name": {{"input": 3, "output": 15}}}}'
            ) from error
    return value


def _headers(value: Any) -> Any:
    if isinstance(value, str):
        if not value.strip():
            return {}
        try:
            value = json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f'is not JSON ({error.msg}); write it as {{"X-Header": "value"}}') from error
    return value


def _comma_list(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _origin(value: Any) -> Any:
    """`https://host[:port]`: these end up in policies and links, where one more word would change their meaning."""
    if not isinstance(value, str) or not value.strip():
        return None
    parts = urlsplit(value.strip())
    plain = re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?", parts.netloc)
    if parts.scheme not in ("http", "https") or plain is None or parts.path not in ("", "/") or parts.query:
        raise ValueError("is not an origin; write it as https://data.example.com, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _endpoint(value: Any) -> Any:
    """An address that secrets go to: https, or this machine itself."""
    if not isinstance(value, str) or not value.strip():
        return None
    parts = urlsplit(value.strip())
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in (("http", "https") if local else ("https",)) or not parts.hostname or "@" in parts.netloc:
        raise ValueError("is not an https address; write it as https://host.example.com/path")
    if parts.query or parts.fragment:
        raise ValueError("has more than a path; write it as https://host.example.com/path")
    return value.strip().rstrip("/")


class ModelPrice(BaseModel):
    """The operator's own price of a model, in US dollars for a million tokens. Tokens that are read from or written
    to a cache cost as much as others unless their prices are given."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    input: Decimal = Field(ge=0, le=100_000)
    output: Decimal = Field(ge=0, le=100_000)
    cache_read: Decimal | None = Field(default=None, ge=0, le=100_000)
    cache_write: Decimal | None = Field(default=None, ge=0, le=100_000)


Origin = Annotated[str | None, BeforeValidator(_origin)]
Text = Annotated[str | None, BeforeValidator(_blank_is_unset)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)]
Headers = Annotated[dict[str, str], NoDecode, BeforeValidator(_headers)]
Prices = Annotated[dict[str, ModelPrice], NoDecode, BeforeValidator(_prices)]
Names = Annotated[list[str], NoDecode, BeforeValidator(_comma_list)]


def _var(name: str, default: Any, meaning: str, **more: Any) -> Any:
    return Field(default=default, validation_alias=name, description=meaning, **more)


class Settings(BaseSettings):
    """What the operator set. Read once at start; nothing else reads the environment."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=True, frozen=True)

    # -- The instance
    data_dir: Path = _var(
        "VITRAIL_DATA_DIR",
        Path(".data"),
        "Folder for the embedded database, the local store and local sandboxes.",
    )
    projects_dir: Path | None = _var(
        "VITRAIL_PROJECTS_DIR",
        None,
        "Folder below which dbt projects and DuckDB files lie that administrators may connect in the page (servers "
        "across the network by their address). "
        "Default: `projects` in the data folder.",
    )
    host: str = _var("VITRAIL_HOST", "127.0.0.1", "Address the server listens on.")
    port: int = _var("PORT", 8080, "Port the server listens on.", ge=0, le=65535)
    site_url: Origin = _var("SITE_URL", None, "The host's own origin as people type it, e.g. https://data.example.com.")
    secret: Secret = _var(
        "LIGHTDASH_SECRET",
        None,
        "Secret that signs and encrypts. Without it one is made and kept in the data folder.",
    )
    database_url: Text = _var(
        "PGCONNECTIONURI",
        None,
        "Postgres to keep records in (postgresql://…). Without it: SQLite in the data folder.",
        repr=False,  # the address holds a password
    )
    log_level: LogLevel = _var("VITRAIL_LOG_LEVEL", LogLevel.INFO, "debug, info, warning or error.")
    trust_proxy: bool = _var(
        "TRUST_PROXY", False, "Take people's addresses from X-Forwarded-For, as set by one proxy before the server."
    )
    max_request_bytes: int = _var("VITRAIL_MAX_REQUEST_BYTES", 5_000_000, "Bytes at most in one request.", ge=1024)
    max_catalog_bytes: int = _var(
        "VITRAIL_MAX_CATALOG_BYTES", 200_000_000, "Bytes at most in an upload of a catalog.", ge=1024
    )
    session_idle_minutes: int = _var(
        "VITRAIL_SESSION_IDLE_MINUTES", 1440, "Minutes without a request after which a sign-in ends.", ge=1
    )
    session_max_hours: int = _var("VITRAIL_SESSION_MAX_HOURS", 336, "Hours after which a sign-in ends anyway.", ge=1)
    web_dir: Path | None = _var("VITRAIL_WEB_DIR", None, "Folder with the built pages. Default: web/dist beside src.")

    # -- Signing in
    password_sign_in_disabled: bool = _var(
        "AUTH_DISABLE_PASSWORD_AUTHENTICATION", False, "Single sign-on is the only way to sign in."
    )
    oidc_metadata_url: Annotated[str | None, BeforeValidator(_endpoint)] = _var(
        "AUTH_OIDC_METADATA_DOCUMENT_URL",
        None,
        "Metadata of the OpenID provider (…/.well-known/openid-configuration). With it, single sign-on is on.",
    )
    oidc_client_id: Text = _var("AUTH_OIDC_CLIENT_ID", None, "This instance's client id at the provider.")
    oidc_client_secret: Secret = _var("AUTH_OIDC_CLIENT_SECRET", None, "Its secret, where the provider gave one.")
    oidc_scopes: str = _var("AUTH_OIDC_SCOPES", "openid profile email", "What is asked of the provider.")
    oidc_name: str = _var("VITRAIL_OIDC_NAME", "single sign-on", "What the button says: “Continue with …”.")
    oidc_email_domains: Names = _var(
        "VITRAIL_OIDC_EMAIL_DOMAINS",
        [],
        "Whose verified addresses get an account at their first sign-on, comma-separated. Default: nobody's.",
    )
    oidc_trust_email: bool = _var(
        "VITRAIL_OIDC_TRUST_EMAIL", False, "Take addresses as verified though the provider does not say so."
    )
    group_sync_enabled: bool = _var(
        "AUTH_ENABLE_GROUP_SYNC", False, "Put people into the groups that their sign-on names, and take them out."
    )
    oidc_groups_claim: str = _var("VITRAIL_OIDC_GROUPS_CLAIM", "groups", "Claim that names a person's groups.")

    # -- Mail
    smtp_host: Text = _var(
        "EMAIL_SMTP_HOST", None, "Mail server. Without one, invitations and password resets are links to hand over."
    )
    smtp_port: int = _var("EMAIL_SMTP_PORT", 587, "Its port.", ge=1, le=65535)
    smtp_secure: bool = _var("EMAIL_SMTP_SECURE", True, "Encrypt: TLS on port 465, else STARTTLS, which must succeed.")
    smtp_user: Text = _var("EMAIL_SMTP_USER", None, "User at the mail server.")
    smtp_password: Secret = _var("EMAIL_SMTP_PASSWORD", None, "Password of that user.")
    smtp_sender: Text = _var("EMAIL_SMTP_SENDER_EMAIL", None, "Address that mail comes from; required with a server.")
    smtp_sender_name: str = _var("EMAIL_SMTP_SENDER_NAME", "Vitrail", "Name that mail comes from.")

    # -- Audit
    audit_retention_days: int = _var(
        "VITRAIL_AUDIT_RETENTION_DAYS", 400, "Days that the audit log is kept. 0: for ever.", ge=0, le=36_500
    )
    audit_query_retention_days: int = _var(
        "VITRAIL_AUDIT_QUERY_RETENTION_DAYS", 90, "Days that its entries of apps' queries are kept.", ge=0, le=36_500
    )
    audit_queries: bool = _var("VITRAIL_AUDIT_QUERIES", True, "Write each query of an app to the audit log.")
    audit_openings: bool = _var("VITRAIL_AUDIT_OPENINGS", True, "Write to the audit log who opened which app.")

    # -- Licence and data apps
    license_key: Secret = _var("LIGHTDASH_LICENSE_KEY", None, "Licence. Without a valid one, data apps are off.")
    license_public_key: Text = _var(
        "VITRAIL_LICENSE_PUBLIC_KEY",
        None,
        "Ed25519 key (hex) that licences are checked with, for operators who issue their own.",
    )
    license_certificate: Secret = _var(
        "LIGHTDASH_LICENSE_CERTIFICATE", None, "Licence file (`-----BEGIN LICENSE FILE-----` …), as text or in base64."
    )
    license_endpoint: Annotated[str | None, BeforeValidator(_endpoint)] = _var(
        "VITRAIL_LICENSE_ENDPOINT",
        None,
        "API of a Keygen-compatible licence server, e.g. https://licences.example.com/v1. Without it, licences are "
        "checked offline and nothing is asked over the network.",
    )
    license_account: Text = _var("VITRAIL_LICENSE_ACCOUNT", None, "Account at the licence server.")
    license_product: Text = _var("VITRAIL_LICENSE_PRODUCT", None, "Product at the licence server, where it wants one.")
    apps_runtime_enabled: bool = _var("APPS_RUNTIME_ENABLED", False, "Main switch of data apps.")
    custom_roles_enabled: bool = _var("CUSTOM_ROLES_ENABLED", True, "Custom roles, where the licence names them.")
    groups_enabled: bool = _var("GROUPS_ENABLED", True, "Groups of people, with any licence.")
    service_account_enabled: bool = _var(
        "SERVICE_ACCOUNT_ENABLED", True, "Service accounts, where the licence names them."
    )
    embedding_enabled: bool = _var("EMBEDDING_ENABLED", True, "Embedding, where the licence names it.")
    mcp_enabled: bool = _var("MCP_ENABLED", True, "The MCP server, with any licence.")

    # -- Object store
    s3_endpoint: Text = _var("S3_ENDPOINT", None, "S3 endpoint for stores other than AWS.")
    s3_region: Text = _var("S3_REGION", None, "S3 region.")
    s3_bucket: Text = _var("S3_BUCKET", None, "The instance's bucket. Without any bucket: a local folder.")
    s3_access_key: Secret = _var("S3_ACCESS_KEY", None, "S3 access key; without keys, the default credential chain.")
    s3_secret_key: Secret = _var("S3_SECRET_KEY", None, "S3 secret key.")
    s3_force_path_style: bool = _var("S3_FORCE_PATH_STYLE", False, "Address buckets by path, not by host name.")
    apps_s3_bucket: Text = _var("APPS_S3_BUCKET", None, "Bucket for app source and builds. Default: S3_BUCKET.")
    apps_s3_region: Text = _var("APPS_S3_REGION", None, "Default: S3_REGION.")
    apps_s3_access_key: Secret = _var("APPS_S3_ACCESS_KEY", None, "Default: S3_ACCESS_KEY.")
    apps_s3_secret_key: Secret = _var("APPS_S3_SECRET_KEY", None, "Default: S3_SECRET_KEY.")

    # -- Sandbox
    sandbox_provider: Text = _var(
        "SANDBOX_PROVIDER", None, "local or e2b. Default: e2b when E2B_API_KEY is set, else local."
    )
    e2b_api_key: Secret = _var("E2B_API_KEY", None, "E2B account.")
    e2b_template_name: Text = _var("E2B_TEMPLATE_NAME", None, "Sandbox image at E2B.")
    e2b_template_tag: str | None = _var(
        "E2B_TEMPLATE_TAG",
        None,
        "Pins the image. Unset: the running version. An empty string: the template's default tag.",
    )
    sandbox_idle_timeout_ms: int = _var(
        "SANDBOX_IDLE_TIMEOUT_MS", 1_800_000, "Idle time after which a sandbox is paused.", ge=1
    )
    sandbox_snapshot_retention_ms: int = _var(
        "SANDBOX_SNAPSHOT_RETENTION_MS", 604_800_000, "How long a paused sandbox is kept.", ge=1
    )
    sandbox_memory_mb: int = _var("VITRAIL_SANDBOX_MEMORY_MB", 2048, "Memory limit of one local sandbox.", ge=256)
    sandbox_max_processes: int = _var("VITRAIL_SANDBOX_MAX_PROCESSES", 256, "Process limit of one sandbox.", ge=16)

    toolchain_dir: Path | None = _var(
        "VITRAIL_TOOLCHAIN_DIR",
        None,
        "Folder for the app toolchain (about 350 MB a version). Default: .toolchain beside the sources.",
    )

    # -- The model
    ai_default_provider: Text = _var(
        "AI_DEFAULT_PROVIDER",
        None,
        "bedrock, anthropic, openai or offline. Default: anthropic when ANTHROPIC_API_KEY is set, else offline.",
    )
    anthropic_api_key: Secret = _var("ANTHROPIC_API_KEY", None, "Anthropic key.")
    anthropic_base_url: Text = _var("ANTHROPIC_BASE_URL", None, "A company's own gateway in place of Anthropic's API.")
    anthropic_model_name: str = _var("ANTHROPIC_MODEL_NAME", "claude-sonnet-5-5", "Model that writes apps.")
    anthropic_available_models: Names = _var(
        "ANTHROPIC_AVAILABLE_MODELS", [], "Models a builder may choose among, comma-separated."
    )
    anthropic_custom_headers: Headers = _var(
        "ANTHROPIC_CUSTOM_HEADERS", {}, "Extra headers of each model request, as JSON."
    )
    bedrock_region: Text = _var("BEDROCK_REGION", None, "AWS region; required with Bedrock.")
    bedrock_api_key: Secret = _var("BEDROCK_API_KEY", None, "Bearer token. Use this or the IAM pair, not both.")
    bedrock_access_key_id: Secret = _var("BEDROCK_ACCESS_KEY_ID", None, "IAM access key id.")
    bedrock_secret_access_key: Secret = _var("BEDROCK_SECRET_ACCESS_KEY", None, "IAM secret access key.")
    bedrock_session_token: Secret = _var("BEDROCK_SESSION_TOKEN", None, "IAM session token; optional.")
    bedrock_model_name: str = _var(
        "BEDROCK_MODEL_NAME", "anthropic.claude-sonnet-4-6", "Bedrock model that writes apps."
    )
    bedrock_inference_profile_prefix: Text = _var(
        "BEDROCK_INFERENCE_PROFILE_PREFIX", None, "us, eu, apac, …; derived from the region when unset."
    )
    bedrock_custom_headers: Headers = _var("BEDROCK_CUSTOM_HEADERS", {}, "Extra headers, as JSON.")
    bedrock_base_url: Text = _var("BEDROCK_BASE_URL", None, "A private endpoint in place of Bedrock's regional host.")
    openai_api_key: Secret = _var("OPENAI_API_KEY", None, "Key of an OpenAI-compatible endpoint, if it wants one.")
    openai_base_url: Text = _var(
        "OPENAI_BASE_URL", None, "OpenAI-compatible endpoint: a gateway, Ollama, vLLM. Default: OpenAI's own."
    )
    openai_model_name: Text = _var("OPENAI_MODEL_NAME", None, "Model that writes apps; required with openai.")
    openai_available_models: Names = _var(
        "OPENAI_AVAILABLE_MODELS", [], "Models a builder may choose among, comma-separated."
    )
    openai_custom_headers: Headers = _var("OPENAI_CUSTOM_HEADERS", {}, "Extra headers, as JSON.")
    agent_max_turns: int = _var("VITRAIL_AGENT_MAX_TURNS", 40, "Model requests at most in one build.", ge=1)
    agent_max_cost: float = _var("VITRAIL_AGENT_MAX_COST", 5.0, "US dollars at most in one build.", ge=0)
    model_prices: Prices = _var(
        "VITRAIL_MODEL_PRICES",
        {},
        'Own prices by model name, in US dollars a million tokens, as JSON: {"name": {"input": 3, "output": 15, '
        '"cacheRead": 0.3, "cacheWrite": 3.75}}. They come before the public list.',
    )
    sandbox_price_per_hour: Decimal = _var(
        "VITRAIL_SANDBOX_PRICE_PER_HOUR", Decimal(0), "US dollars for an hour of one sandbox, for the ledger.", ge=0
    )
    currency: str = _var(
        "VITRAIL_CURRENCY", "USD", "Currency that costs are shown in (ISO 4217).", pattern="^[A-Z]{3}$"
    )
    currency_per_usd: Decimal = _var(
        "VITRAIL_CURRENCY_PER_USD", Decimal(1), "How much of that currency one US dollar is.", gt=0
    )
    build_timeout_s: int = _var("VITRAIL_BUILD_TIMEOUT_S", 1800, "Wall-clock seconds at most for one build.", ge=10)

    warm_sandboxes: int = _var(
        "VITRAIL_WARM_SANDBOXES",
        2,
        "Sandboxes kept running after a build for the next prompt, and one spare for a new app. 0: every sandbox is "
        "paused at once.",
        ge=0,
        le=64,
    )
    builds_per_person: int = _var(
        "VITRAIL_BUILDS_PER_PERSON", 10, "Builds of one person that wait or run at once.", ge=1
    )
    builds_at_once: int = _var(
        "VITRAIL_BUILDS_AT_ONCE", 2, "Builds that this process runs at a time. 0: it only serves.", ge=0, le=64
    )

    # -- Running apps
    preview_origin: Origin = _var(
        "APP_RUNTIME_PREVIEW_ORIGIN", None, "Separate origin for the frame document. Default: the host's own."
    )
    cdn_origin: Origin = _var("APP_RUNTIME_CDN_ORIGIN", None, "CDN before the public vendor files.")
    chromium: Text = _var("VITRAIL_CHROMIUM", None, "Chromium program that checks apps. Default: looked up.")
    render_enabled: bool = _var("VITRAIL_RENDER_ENABLED", True, "Render each version in Chromium before it is ready.")

    # -- Queries
    query_default_limit: int = _var("LIGHTDASH_QUERY_DEFAULT_LIMIT", 500, "Rows when a query names no limit.", ge=1)
    query_max_limit: int = _var("LIGHTDASH_QUERY_MAX_LIMIT", 5000, "Rows at most.", ge=1)
    csv_cells_limit: int = _var("LIGHTDASH_CSV_CELLS_LIMIT", 100_000, "Cells at most in a CSV export.", ge=1)
    queries_per_person: int = _var(
        "VITRAIL_QUERIES_PER_PERSON", 10, "Queries of one person that run at once in a server process.", ge=1
    )
    results_cache_enabled: bool = _var(
        "RESULTS_CACHE_ENABLED", False, "Keep answers of a warehouse that changes (a DuckDB file's always are)."
    )
    cache_stale_time_s: float = _var(
        "CACHE_STALE_TIME_SECONDS", 86400, "Seconds for which an answer is kept with RESULTS_CACHE_ENABLED.", gt=0
    )
    start_of_week: Weekday = _var("VITRAIL_START_OF_WEEK", Weekday.MONDAY, "The day that weeks begin on.")
    query_timeout_s: float = _var("VITRAIL_QUERY_TIMEOUT_S", 60.0, "Seconds after which a query is stopped.", gt=0)

    @model_validator(mode="before")
    @classmethod
    def _blank_is_none(cls, values: dict[str, Any]) -> dict[str, Any]:
        """An empty line of an env file is the same as no line, for switches and numbers too."""
        return {
            name: value
            for name, value in values.items()
            if name == "E2B_TEMPLATE_TAG" or not isinstance(value, str) or value.strip()
        }

    @model_validator(mode="after")
    def _whole_licence_server(self) -> Settings:
        if self.license_endpoint and not self.license_account:
            raise ValueError("VITRAIL_LICENSE_ENDPOINT is set without VITRAIL_LICENSE_ACCOUNT; set both")
        return self

    @model_validator(mode="after")
    def _whole_sign_on(self) -> Settings:
        if self.oidc_metadata_url and not self.oidc_client_id:
            raise ValueError("AUTH_OIDC_METADATA_DOCUMENT_URL is set without AUTH_OIDC_CLIENT_ID; set both")
        if self.smtp_host and not self.smtp_sender:
            raise ValueError("EMAIL_SMTP_HOST is set without EMAIL_SMTP_SENDER_EMAIL; set both")
        if self.password_sign_in_disabled and not self.oidc_metadata_url:
            raise ValueError(
                "AUTH_DISABLE_PASSWORD_AUTHENTICATION is set without AUTH_OIDC_METADATA_DOCUMENT_URL; nobody could "
                "sign in"
            )
        return self

    @model_validator(mode="after")
    def _one_bedrock_credential(self) -> Settings:
        if self.bedrock_api_key and (self.bedrock_access_key_id or self.bedrock_secret_access_key):
            raise ValueError("BEDROCK_API_KEY and the BEDROCK_ACCESS_KEY_ID pair are both set; remove one of them")
        return self

    @cached_property
    def model_provider(self) -> ModelProvider:
        """Which provider writes apps. FIELD §1: anything but `bedrock` means Anthropic; with no key at all and
        nothing named, the built-in offline planner."""
        named = (self.ai_default_provider or "").lower()
        if named in (ModelProvider.BEDROCK, ModelProvider.OFFLINE, ModelProvider.OPENAI):
            return ModelProvider(named)
        if named or self.anthropic_api_key:
            return ModelProvider.ANTHROPIC
        return ModelProvider.OFFLINE

    @cached_property
    def sandbox(self) -> str:
        return (self.sandbox_provider or ("e2b" if self.e2b_api_key else "local")).lower()

    @cached_property
    def projects_folder(self) -> Path:
        """What the page may connect lies below it."""
        return self.projects_dir or self.data_dir / "projects"

    @cached_property
    def origin(self) -> str:
        """The host's own origin, without a trailing slash."""
        return (self.site_url or f"http://{self.host}:{self.port}").rstrip("/")


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment; `overrides` are given by variable name. Raises `InvalidInput` that names each
    variable that can't be used (never its value)."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = [
            {
                "variable": str(item["loc"][0]) if item["loc"] else "",
                "cause": item["msg"].removeprefix("Value error, "),
            }
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise InvalidInput(
            "; ".join(f"{w['variable']}: {w['cause']}".removeprefix(": ") for w in wrong),
            cure="Correct these environment variables; docs/configuration.md lists each with its meaning.",
            details=wrong,
        ) from None
