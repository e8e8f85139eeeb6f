"""The stand-in organisation and its people, as `GET /org` and `GET /users` show them."""

from __future__ import annotations

from typing import Any

TIME_ZONE = "Europe/Berlin"
ORGANISATION: dict[str, Any] = {
    "id": "777000000000020005",
    "zgid": "60012345",
    "company_name": "Acme Ltd",
    "domain_name": "org60012345",
    "country_code": "DE",
    "country": "Germany",
    "time_zone": TIME_ZONE,
    "currency": "Euro - EUR",
    "iso_code": "EUR",
    "currency_symbol": "€",
    "currency_locale": "EUR",
    "mc_status": False,
    "type": "production",
    "primary_email": "mina.vogel@acme.example",
    "license_details": {
        "paid": True,
        "paid_type": "enterprise",
        "users_license_purchased": 10,
        "trial_type": None,
        "paid_expiry": None,
    },
    "privacy_settings": False,
    "hipaa_compliance_enabled": False,
    "translation_enabled": False,
}


def user(number: int, first: str, last: str, role: str) -> dict[str, Any]:
    return {
        "id": str(777_000_000_000_301_000 + number),
        "full_name": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@acme.example".lower(),
        "status": "active",
        "confirm": True,
        "role": {"name": role, "id": str(777_000_000_000_026_004 + number)},
        "profile": {"name": "Administrator", "id": "777000000000026011"},
        "time_zone": TIME_ZONE,
        "locale": "de_DE",
        "country_locale": "de_DE",
        "date_format": "dd.MM.yyyy",
        "time_format": "HH:mm",
        "language": "en_US",
        "zuid": str(60_099_886 + number),
        "type__s": "Regular User",
        "Isonline": number == 1,
        "Reporting_To": None,
        "created_time": "2024-01-10T09:00:00+01:00",
        "Modified_Time": "2025-11-02T08:00:00+01:00",
    }
