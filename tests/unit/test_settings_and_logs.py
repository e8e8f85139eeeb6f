"""Preferences on disk, and what never reaches the log."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from urllib.parse import quote

import pytest

from zoho_console import logs, settings
from zoho_console.errors import ZohoConfigError
from zoho_console.settings import Settings


def test_settings_survive_the_way_to_disk(tmp_path: Path) -> None:
    chosen = Settings(database_url='postgresql://u:p"\\@h/db', appearance="dark", redirect_port=8765, quarantine_s=60)
    settings.save(tmp_path / "new", chosen)
    assert settings.load(tmp_path / "new", {}) == chosen


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert settings.load(tmp_path, {}) == Settings()


def test_the_environment_stands_above_the_file(tmp_path: Path) -> None:
    settings.save(tmp_path, Settings(database_url="postgresql://file/db"))
    assert settings.load(tmp_path, {"DATABASE_URL": "postgresql://env/db"}).database_url == "postgresql://env/db"


@pytest.mark.parametrize(
    "text",
    ['appearance = "pink"', "redirect_port = 80", "quarantine_s = 1",
     "quarantine_s = 1.5", 'redirect_port = "x"', 'database_url = "mysql://x"', "nonsense",
     'unknown = "x"'],
)  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(ZohoConfigError):
        settings.load(tmp_path, {})


@pytest.mark.parametrize(
    "text",
    [
        "token 1000.aaaabbbbccccdddd.eeeeffff00001111 used",
        "POST https://x/oauth/v2/token?refresh_token=topsecret123&client_secret=topsecret123",
        '{"access_token": "topsecret123", "expires_in": 3600}',
        "postgresql://user:topsecret123@host/db",
        "code=topsecret123&state=x",
        "Authorization: Zoho-oauthtoken topsecret123",
        "curl -H 'Authorization: Bearer topsecret123'",
    ],
)
def test_secrets_are_blanked(text: str) -> None:
    blanked = logs.redacted(text)
    assert "topsecret123" not in blanked
    assert "aaaabbbbccccdddd" not in blanked


@pytest.mark.parametrize("before", ["", "x", "an-id:"])
def test_a_hidden_value_is_blanked_however_it_is_written(before: str) -> None:
    secret = f"quite/ordinary+words?{before}~"
    logs.hide(secret)
    encoded = base64.b64encode(f"{before}{secret} and more".encode()).decode()
    for spelling in (secret, quote(secret, safe=""), encoded, encoded.replace("+", "-").replace("/", "_")):
        blanked = logs.redacted(f"said {spelling} aloud")
        assert logs.BLANK in blanked
        assert spelling not in blanked
        assert len(blanked) < len(f"said {logs.BLANK} aloud") + len(encoded) / 2


def test_the_oldest_of_very_many_hidden_values_are_forgotten() -> None:
    values = [f"{number}-is-a-secret-word" for number in range(logs.MOST_HIDDEN + 1)]
    for value in values:
        logs.hide(value)
    assert logs.redacted(values[0]) == values[0]
    assert logs.redacted(values[-1]) == logs.BLANK


def test_a_value_in_use_is_hidden_however_many_come_after_its_first_time() -> None:
    logs.hide("the-client-secret")
    for number in range(2 * logs.MOST_HIDDEN):
        logs.hide(f"{number}-is-a-later-token")
        logs.hide("the-client-secret")
    assert logs.redacted("the-client-secret") == logs.BLANK


def test_of_two_hidden_values_that_begin_alike_nothing_stays() -> None:
    logs.hide("begins-alike")
    logs.hide("begins-alike-and-goes-on")
    assert logs.redacted("begins-alike-and-goes-on") == logs.BLANK


def test_short_words_are_never_hidden() -> None:
    logs.hide("rows")
    assert logs.redacted("40 rows") == "40 rows"


def test_the_log_file_holds_no_secret_even_in_a_traceback(tmp_path: Path) -> None:
    root = logging.getLogger()
    former, level = root.handlers[:], root.level
    try:
        logs.set_up(tmp_path)
        try:
            raise ValueError("client_secret=topsecret123")
        except ValueError:
            logging.getLogger("x").exception("failed with refresh_token=%s", "topsecret123")
        written = (tmp_path / "logs" / "console.log").read_text()
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = former
        root.setLevel(level)
    assert "failed with" in written
    assert "topsecret123" not in written
