"""A file's content in the database: copied in once, whole or not at all, never changed; jobs are made from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from sqlalchemy import func, insert, select, text, update

from zoho_console.domain.changes import ChangeSetState, Problem, Row
from zoho_console.errors import ZohoConfigError
from zoho_console.store.database import FOR_MANY_ROWS, Database, copy_in
from zoho_console.store.journal_states import state_now
from zoho_console.store.tables import file_rows, files

BLOCK = 1000

# A console that died between its file and its job left a file behind that no job will ever name.
_CLEAN_UP = text(
    """
    delete from files where staged_at < now() - interval '1 day'
        and not exists (select from change_sets where file_id = files.id)
    """
)
# The first six rows of each record are named, less the row itself.
_REFUSE_TWINS = text(
    """
    update change_rows set state = 'invalid', code = :code, advice = :advice,
        reason = format(cast(:sentence as text), case when many > 2 then 's' else '' end,
            array_to_string((array_remove(first, number))[1:5], ', ')
            || case when many > 6 then concat(' and ', many - 6, ' more') else '' end)
    from (
        select record_id, (array_agg(number order by number))[1:6] as first, count(*) as many
        from change_rows where change_set_id = :id and record_id <> '' group by record_id having count(*) > 1
    ) as twins
    where change_rows.change_set_id = :id and change_rows.record_id = twins.record_id
    """
)


class Staging:
    """Writes and reads the content of files. Errors of every method: ZohoDatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection_id: int, name: str, rows: Iterable[Row], on_rows: Callable[[int], None]) -> int:
        """Copy a file's rows in; the id of the file comes out.

        One transaction: what `rows` or `on_rows` (told the rows so far, each 1,000) raise leaves nothing behind. Memory
        does not grow with the rows; 1,000,000 of 20 cells take about half a minute.
        """
        with self._database.begin() as connection:
            connection.execute(_CLEAN_UP)
        with self._database.begin() as connection:
            # Reading a slow disk is no idling, and nobody waits for these rows.
            connection.execute(text("set local idle_in_transaction_session_timeout = '10min'"))
            values = {"connection_id": connection_id, "name": name, "rows": 0}
            file_id = int(connection.execute(insert(files).values(**values).returning(files.c.id)).scalar_one())
            count = 0
            for block in _blocks(rows):
                lines = "".join(f"{file_id}\t{row.number}\t{_as_json(row.texts)}\n" for row in block)
                copy_in(connection, "file_rows (file_id, number, texts)", lines)
                count += len(block)
                on_rows(count)
            connection.execute(update(files).where(files.c.id == file_id).values(rows=count))
        return file_id

    def count(self, file_id: int) -> int:
        """How many rows a file has."""
        with self._database.begin() as connection:
            return int(connection.execute(select(files.c.rows).where(files.c.id == file_id)).scalar_one())

    def count_matching(self, file_id: int, column: int, pattern: str) -> int:
        """How many rows have a cell in this column that is matched whole, blanks around it apart; 1 s for 500,000."""
        cell = func.btrim(file_rows.c.texts.op("->>")(column), " \t\r\n")
        query = select(func.count()).where(file_rows.c.file_id == file_id, cell.op("~")(f"^({pattern})$"))
        with self._database.begin() as connection:
            return int(connection.execute(query).scalar_one())

    def rows(self, file_id: int, after: int = 0) -> list[Row]:
        """Up to 1,000 rows of a file after row number `after`, in its order."""
        query = select(file_rows).where(file_rows.c.file_id == file_id, file_rows.c.number > after)
        with self._database.begin() as connection:
            found = connection.execute(query.order_by(file_rows.c.number).limit(BLOCK))
            return [Row(row.number, tuple(row.texts)) for row in found]

    def refuse_twins(self, change_set_id: int, problem: Problem) -> None:
        """Rows of a draft that mean the same record become INVALID, all of them.

        The problem's sentence has two gaps (`%s`): an s if there are several others, and the numbers of the others.
        """
        with self._database.begin() as connection:
            if state_now(connection, change_set_id) is not ChangeSetState.DRAFT:
                raise ZohoConfigError(f"Job {change_set_id} is a plan already; its rows stay as they are.")
            values = {"code": problem.code, "sentence": problem.sentence, "advice": problem.advice}
            connection.execute(FOR_MANY_ROWS)
            connection.execute(_REFUSE_TWINS, {"id": change_set_id, **values})


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    coming = iter(rows)
    while block := list(islice(coming, BLOCK)):
        yield block


def _as_json(texts: tuple[str, ...]) -> str:
    """The cells for COPY, in which a backslash is written twice; JSON leaves no tab or line end as it is."""
    text = json.dumps(texts, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which only JSON's own spelling can carry
        text = json.dumps(texts)
    return text.replace("\\", "\\\\")
