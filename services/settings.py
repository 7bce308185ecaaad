"""What the environment says; every variable of the interfaces is named here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class OwnVariables(PydanticBaseSettingsSource):
    """Each setting by its own variable alone: by its field's name HOME would say where the database lies. Empty is unset."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = str(field.validation_alias)
        return os.environ.get(name) or None, name, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in found if value is not None}


class Settings(BaseSettings):
    """Read once at start; empty means that the part is not set up."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, OwnVariables(settings_cls)

    home: Path = Field(default=Path("var"), validation_alias="ANYDOOR_HOME")
    database_address: str = Field(default="", validation_alias="ANYDOOR_DATABASE_URL")
    public_url: str = Field(default="http://127.0.0.1:8000", validation_alias="ANYDOOR_PUBLIC_URL")
    secret: SecretStr = Field(default=SecretStr(""), validation_alias="ANYDOOR_SECRET_KEY")
    data_keys: SecretStr = Field(default=SecretStr(""), validation_alias="ANYDOOR_DATA_KEYS")
    now: str = Field(default="", validation_alias="ANYDOOR_NOW")
    demo: bool = Field(default=False, validation_alias="ANYDOOR_DEMO")
    turns_apart: bool | None = Field(default=None, validation_alias="ANYDOOR_TURNS_APART")
    nlu_url: str = Field(default="", validation_alias="NLU_URL")
    nlu_token: SecretStr = Field(default=SecretStr(""), validation_alias="NLU_TOKEN")
    twilio_account_sid: str = Field(default="", validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: SecretStr = Field(default=SecretStr(""), validation_alias="TWILIO_AUTH_TOKEN")
    twilio_messaging_service_sid: str = Field(default="", validation_alias="TWILIO_MESSAGING_SERVICE_SID")
    twilio_from: str = Field(default="", validation_alias="TWILIO_FROM")
    twilio_api_url: str = Field(default="https://api.twilio.com", validation_alias="TWILIO_API_URL")
    sms_a_day: int = Field(default=0, ge=0, validation_alias="ANYDOOR_SMS_A_DAY")
    sms_pence: float = Field(default=0, ge=0, le=100, validation_alias="ANYDOOR_SMS_PENCE")
    telegram_bot_token: SecretStr = Field(default=SecretStr(""), validation_alias="TELEGRAM_BOT_TOKEN")
    telegram_webhook_secret: SecretStr = Field(default=SecretStr(""), validation_alias="TELEGRAM_WEBHOOK_SECRET")
    telegram_api_url: str = Field(default="https://api.telegram.org/bot", validation_alias="TELEGRAM_API_URL")
    smtp_url: SecretStr = Field(default=SecretStr(""), validation_alias="SMTP_URL")
    calendar_loopback: bool = Field(default=False, validation_alias="ANYDOOR_CALENDAR_LOOPBACK")
    hook_loopback: bool = Field(default=False, validation_alias="ANYDOOR_HOOK_LOOPBACK")
    oidc_issuer: str = Field(default="", validation_alias="ANYDOOR_OIDC_ISSUER")
    oidc_client_id: str = Field(default="", validation_alias="ANYDOOR_OIDC_CLIENT_ID")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), validation_alias="ANYDOOR_OIDC_CLIENT_SECRET")
    oidc_name: str = Field(default="your organisation", validation_alias="ANYDOOR_OIDC_NAME")
    oidc_claim: str = Field(default="email", validation_alias="ANYDOOR_OIDC_CLAIM")
    oidc_mfa: str = Field(default="", validation_alias="ANYDOOR_OIDC_MFA")
    oidc_loopback: bool = Field(default=False, validation_alias="ANYDOOR_OIDC_LOOPBACK")
    watch_token: SecretStr = Field(default=SecretStr(""), validation_alias="ANYDOOR_WATCH_TOKEN")
    from_email: str = Field(default="", validation_alias="ANYDOOR_FROM_EMAIL")
    traces_url: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    @property
    def database_url(self) -> str:
        """The database to use, as SQLAlchemy writes it; a SQLite file in the home folder unless set."""
        if not self.database_address:
            return f"sqlite:///{self.home.resolve() / 'anydoor.db'}"
        scheme, _, rest = self.database_address.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else self.database_address

    def takes_turns_apart(self, cores: int) -> bool:
        """Whether turns get a process of their own: as set, else where there is a second core for it."""
        return cores > 1 if self.turns_apart is None else self.turns_apart

    @property
    def has_sms(self) -> bool:
        """Whether everything that SMS needs is set."""
        sender = self.twilio_messaging_service_sid or self.twilio_from
        return bool(self.twilio_account_sid and self.twilio_auth_token.get_secret_value() and sender)

    @property
    def has_oidc(self) -> bool:
        """Whether staff may sign in by an organisation's own provider."""
        return bool(self.oidc_issuer and self.oidc_client_id)

    @property
    def oidc_second_factors(self) -> frozenset[str]:
        """The words of a token's `amr` that stand for our one-time code; none unless set."""
        return frozenset(word.strip() for word in self.oidc_mfa.split(",") if word.strip())

    @property
    def has_mail(self) -> bool:
        """Whether everything that mail needs is set."""
        return bool(self.smtp_url.get_secret_value() and self.from_email)

    @property
    def has_telegram(self) -> bool:
        """Whether everything that Telegram needs is set."""
        return bool(self.telegram_bot_token.get_secret_value())


def load() -> Settings:
    """The settings of this process; pydantic's ValidationError names a variable that makes no sense."""
    return Settings()
