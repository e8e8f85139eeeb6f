"""What granted permissions cover."""

from __future__ import annotations

import pytest

from zoho_console.domain.connections import DEFAULT_SCOPES
from zoho_console.domain.scopes import FEATURES, covers, features_without, lacking


@pytest.mark.parametrize(
    ("granted", "needed", "is_covered"),
    [
        ("ZohoCRM.modules.ALL", "ZohoCRM.modules.ALL", True),
        ("ZohoCRM.modules.ALL", "ZohoCRM.modules.READ", True),
        ("zohocrm.MODULES.all", "ZohoCRM.modules.accounts.UPDATE", True),
        ("ZohoCRM.modules.WRITE", "ZohoCRM.modules.accounts.UPDATE", True),
        ("ZohoCRM.modules.WRITE", "ZohoCRM.modules.READ", False),
        ("ZohoCRM.modules.READ", "ZohoCRM.modules.ALL", False),
        ("ZohoCRM.modules.accounts.ALL", "ZohoCRM.modules.ALL", False),
        ("ZohoCRM.mod.ALL", "ZohoCRM.modules.ALL", False),
        ("ZohoFiles.files.ALL", "ZohoCRM.files.ALL", False),
        ("nonsense", "ZohoCRM.org.READ", False),
    ],
)
def test_a_wider_group_or_right_covers_a_narrower_one(granted: str, needed: str, is_covered: bool) -> None:
    assert covers([granted], needed) is is_covered


def test_what_is_lacking_is_named_with_the_features_that_need_it() -> None:
    missing = lacking(["ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL"], ["ZohoCRM.bulk.ALL", "ZohoCRM.modules.READ"])

    assert missing == ("ZohoCRM.bulk.ALL",)
    assert features_without(missing) == ["Large exports and imports"]
    assert features_without([]) == []


def test_every_permission_that_is_asked_for_belongs_to_a_feature() -> None:
    assert sorted(scope for feature in FEATURES for scope in feature.scopes) == sorted(DEFAULT_SCOPES)
