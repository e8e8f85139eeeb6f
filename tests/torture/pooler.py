"""PgBouncer in transaction mode before a database, with fewer connections than consoles want."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from zoho_console.app.hands import free_port


@contextmanager
def pooled(database_url: str, parent: Path) -> Iterator[str]:
    """The address of the same database through a pooler, whose files go below `parent`."""
    own = make_url(database_url)
    folder = parent / f"pgbouncer-{own.database}"
    folder.mkdir(mode=0o777)
    port = free_port()
    where = f"host={own.query['host']} port={own.query['port']} user={own.username} password={own.password}"
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{own.database} = {where}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 400\nlogfile = {folder}/log\n"
    )
    folder.chmod(0o777)
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "pgbouncer is missing: dev.py test installs it"
    owner = Path(str(own.query["host"])).stat().st_uid
    as_owner = {"user": owner, "group": owner, "extra_groups": []} if os.geteuid() == 0 else {}
    pooler = subprocess.Popen([program, "-q", str(settings)], stderr=subprocess.DEVNULL, **as_owner)  # type: ignore[call-overload]
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    try:
        yield f"postgresql://{own.username}@127.0.0.1:{port}/{own.database}"
    finally:
        pooler.terminate()
        pooler.wait()
