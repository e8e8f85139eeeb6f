"""`ZohoSDKConfig`: what a script tells the library, from arguments, the environment or a `.env` file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from zoho_console.domain.connections import (
    CUSTOM,
    DATA_CENTRES,
    DEFAULT_REDIRECT_PORT,
    Environment,
    Origins,
    custom_origins,
    origins_for,
    redirect_uri,
)
from zoho_console.errors import ZohoConfigError

PREFIX = "ZOHO_SDK_"


class ZohoSDKConfig(BaseSettings):
    """Client id, secret and refresh token of a Zoho app, with the data centre and the environment they belong to.

    What is not given is read from `ZOHO_SDK_CLIENT_ID` and so on, then from `.env` of the working folder; None counts
    as not given. `region` is a data centre's code, or `custom` with servers of your own. `database_url` is read from
    `DATABASE_URL`. Secrets never show in `repr`. Errors: ZohoConfigError naming the first setting that is wrong.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    refresh_token: SecretStr = Field(min_length=1)
    redirect_url: str = redirect_uri(DEFAULT_REDIRECT_PORT)
    region: str = "us"
    environment: Environment = Environment.PRODUCTION
    accounts_url: str = ""
    api_url: str = ""
    upload_url: str = ""
    database_url: str = Field("", validation_alias=AliasChoices("database_url", "DATABASE_URL"), repr=False)

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            # Not chained: a traceback must show no input, for that may be a secret.
            raise _in_our_words(error) from None

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str) -> str:
        code = region.strip().lower()
        if code not in DATA_CENTRES and code != CUSTOM:
            raise ValueError(f"there is no region “{region}”; choose one of {', '.join([*DATA_CENTRES, CUSTOM])}")
        return code

    @field_validator("redirect_url")
    @classmethod
    def _web_address(cls, address: str) -> str:
        if urlsplit(address).scheme not in ("http", "https"):
            raise ValueError("the redirect address must begin with http:// or https://")
        return address

    @property
    def origins(self) -> Origins:
        """The servers these settings lead to; servers of your own go before those of the region.

        Errors: ZohoConfigError for servers of your own that cannot be used.
        """
        if self.region == CUSTOM or self.accounts_url or self.api_url:
            return custom_origins(self.accounts_url, self.api_url, self.upload_url)
        return origins_for(self.region, self.environment)


def _in_our_words(error: ValidationError) -> ZohoConfigError:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "configuration"
    if first["type"] in ("missing", "string_too_short", "too_short"):
        return ZohoConfigError(
            f"The setting “{name}” is missing.",
            advice=f"Give it as {name}=…, or set {PREFIX}{name.upper()} in the environment or in .env.",
            details={"setting": name},
        )
    reason = first["msg"].removeprefix("Value error, ")
    return ZohoConfigError(
        f"The setting “{name}” cannot be used: {reason}.", advice="Correct it.", details={"setting": name}
    )
