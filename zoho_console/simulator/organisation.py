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
        "paid_expiry": "2030-01-01T00:00:00+01:00",
    },
    "privacy_settings": False,
    "hipaa_compliance_enabled": False,
    "translation_enabled": False,
    **dict.fromkeys(("alias", "description", "photo_id", "zia_portal_id")),
    **dict.fromkeys(("city", "fax", "mobile", "state", "street", "zip")),
    "phone": "+49 30 901820",
    "primary_zuid": "60099887",
    "ezgid": "1d5c6f0e7a",
    "zia_zgid": 60_012_346,
    "max_per_page": 200,
    "call_icon": "phone",
    "gapps_enabled": False,
    "lite_users_enabled": False,
    "deletable_org_account": False,
    "oauth_presence": True,
    "hierarchy_preferences": None,
    "checkin_preferences": None,
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
