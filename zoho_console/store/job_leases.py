"""The lease of a job: one console has it at a time, for as long as it renews it; all by the database's clock."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text

from zoho_console.domain.changes import Lease
from zoho_console.errors import JobHeld, LeaseLost
from zoho_console.store.journal_states import unknown
from zoho_console.store.tables import Words

# Times are the database's clock, not the transaction's start: a statement may have waited for a lock.
_HOLDER = text(
    """
    select owner, concat(epoch, '/', lease_until) as lease,
        coalesce(extract(epoch from lease_until - clock_timestamp()), 0) as left_s
    from change_sets where id = :id for update
    """
)
_LEASE = text(
    """
    update change_sets set epoch = epoch + 1, owner = :owner,
        lease_until = clock_timestamp() + :lease_s * interval '1 s'
    where id = :id returning epoch
    """
).bindparams(bindparam("owner", type_=Words()))
_RENEW = text(
    """
    update change_sets set lease_until = clock_timestamp() + :lease_s * interval '1 s'
    where id = :id and epoch = :epoch and lease_until > clock_timestamp()
    """
)
_RUNS = text(
    """
    select count(*) from change_sets
        join connections on connections.id = change_sets.connection_id
        join connections mine on mine.id = (select connection_id from change_sets where id = :id)
    where change_sets.lease_until > clock_timestamp()
        and (connections.id = mine.id or connections.organisation ->> 'id' = mine.organisation ->> 'id')
    """
)
# A share lock: a taker waits for this transaction, so nothing is committed under a lease that somebody else has.
# An intent that a power cut takes back after its bytes left would be sent again, whatever the server's default is.
_FENCE = text(
    """
    select change_sets.module, coalesce(connections.organisation ->> 'id', concat('connection ', connections.id)) as
        organisation, set_config('synchronous_commit', 'on', true)
    from change_sets join connections on connections.id = change_sets.connection_id
    where change_sets.id = :id and epoch = :epoch and lease_until > clock_timestamp()
    for share of change_sets
    """
)


def insist_on_free(connection: Connection, change_set_id: int) -> None:
    """Go on if nobody holds the job; until this transaction ends nobody else can take it.

    Errors: JobHeld; ZohoConfigError if there is no such job.
    """
    holder = connection.execute(_HOLDER, {"id": change_set_id}).one_or_none()
    if holder is None:
        raise unknown(change_set_id)
    if holder.left_s > 0:
        raise JobHeld(change_set_id, holder.owner, lease=holder.lease, left_s=float(holder.left_s))


def taken(connection: Connection, change_set_id: int, owner: str, lease_s: float) -> Lease:
    """The lease of a job that is free; whatever an earlier holder still writes changes nothing."""
    values = {"id": change_set_id, "owner": owner, "lease_s": lease_s}
    return Lease(change_set_id, int(connection.execute(_LEASE, values).scalar_one()))


def renewed(connection: Connection, lease: Lease, lease_s: float) -> None:
    """Hold it for so many seconds from now. Errors: LeaseLost."""
    values = {"id": lease.change_set_id, "epoch": lease.epoch, "lease_s": lease_s}
    if not connection.execute(_RENEW, values).rowcount:
        raise LeaseLost(lease.change_set_id)


def runs_beside(connection: Connection, lease: Lease) -> int:
    """How many jobs of this one's organisation are held now, this one too."""
    return int(connection.execute(_RUNS, {"id": lease.change_set_id}).scalar_one())


def fenced(connection: Connection, lease: Lease) -> dict[str, str]:
    """Hold the lease until this transaction ends; module and organisation of the job come out. Errors: LeaseLost."""
    held = connection.execute(_FENCE, {"id": lease.change_set_id, "epoch": lease.epoch}).one_or_none()
    if held is None:
        raise LeaseLost(lease.change_set_id)
    return {"module": held.module, "organisation": held.organisation}
