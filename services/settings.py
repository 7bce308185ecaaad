"""What the environment says; every variable of the interfaces is named here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from services.errors import SettingsError

MOST_SECRET = 65_536  # bytes of a file


class OwnVariables(PydanticBaseSettingsSource):
    """Each setting by its own variable alone: by its field's name HOME would say where the database lies. Empty is unset.

    A secret may stand in a file instead, which a vault's agent or systemd writes (`file_of`).
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = str(field.validation_alias)
        value, file = os.environ.get(name) or None, file_of(name) if is_secret(field) else None
        if value and file:
            raise SettingsError(f"{name} is given twice: by itself and by {file}. Take one of them away.")
        return _read(name, file) if file else value, name, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in found if value is not None}


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting may come from a file; the address of the database holds a password."""
    return field.annotation is SecretStr or field.validation_alias == "ANYDOOR_DATABASE_URL"


def file_of(name: str) -> Path | None:
    """The file a secret is read from: what NAME_FILE says, or NAME among the credentials that systemd hands over."""
    handed_over = os.environ.get("CREDENTIALS_DIRECTORY")
    credential = Path(handed_over, name) if handed_over else None
    found = credential if credential and credential.exists() else None
    if not (said := os.environ.get(f"{name}_FILE")):
        return found
    if found:
        raise SettingsError(f"{name} is given twice: by {name}_FILE and by {found}. Take one of them away.")
    return Path(said)


def files() -> dict[str, Path]:
    """The secrets of this process that come from files."""
    secrets = [str(field.validation_alias) for field in Settings.model_fields.values() if is_secret(field)]
    return {name: file for name in secrets if (file := file_of(name))}


def _read(name: str, file: Path) -> str:
    """What the file holds, less the end of its line. Empty is no secret: whoever writes it has not done so yet."""
    try:
        with file.open("rb") as opened:
            held = opened.read(MOST_SECRET + 1).decode().rstrip("\r\n")
    except OSError as error:
        raise SettingsError(f"{name} cannot be read from {file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name} cannot be read from {file}: it is not text.") from None
    if not held.strip() or len(held) > MOST_SECRET:
        raise SettingsError(f"{name} cannot be read from {file}: it is {'too long' if held.strip() else 'empty'}.")
    return held


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
    logs: Literal["plain", "json"] = Field(default="plain", validation_alias="ANYDOOR_LOGS")
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
    """The settings of this process; pydantic's ValidationError or SettingsError names what makes no sense."""
    return Settings()
