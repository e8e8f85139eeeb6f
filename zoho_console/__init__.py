"""Zoho Console: bulk change without fear for Zoho CRM, as a window, a command line and a library.

The library's names are here: `from zoho_console import ZohoSDKClient, ZohoSDKConfig`. They are loaded when first asked
for, so that neither the window nor a command waits for what it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zoho_console.version import __version__

if TYPE_CHECKING:
    from zoho_console.errors import (
        BadQuery,
        NotFound,
        ZohoAPIError,
        ZohoAuthError,
        ZohoConfigError,
        ZohoDatabaseError,
        ZohoError,
        ZohoRateLimitError,
    )
    from zoho_console.sdk.async_client import AsyncZohoClient
    from zoho_console.sdk.client import ZohoSDKClient
    from zoho_console.sdk.config import ZohoSDKConfig
    from zoho_console.store.token_store import TokenStore

__all__ = [
    "AsyncZohoClient",
    "BadQuery",
    "NotFound",
    "TokenStore",
    "ZohoAPIError",
    "ZohoAuthError",
    "ZohoConfigError",
    "ZohoDatabaseError",
    "ZohoError",
    "ZohoRateLimitError",
    "ZohoSDKClient",
    "ZohoSDKConfig",
    "__version__",
]

_ERRORS = "zoho_console.errors"
_PLACES = dict.fromkeys(__all__, _ERRORS) | {
    "AsyncZohoClient": "zoho_console.sdk.async_client",
    "TokenStore": "zoho_console.store.token_store",
    "ZohoSDKClient": "zoho_console.sdk.client",
    "ZohoSDKConfig": "zoho_console.sdk.config",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
