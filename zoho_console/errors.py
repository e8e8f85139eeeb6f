"""The error tree. Facts and advice travel with each error; words for the window are made in `screens.notices`.

ZohoError                     everything this package raises on purpose
├─ ZohoConfigError            a setting, an address or a usage is wrong
│  ├─ PortTaken               another program holds the sign-in port
│  ├─ JobHeld                 another console runs this job (left_s)
│  ├─ LeaseLost               this console ran a job and no longer may
│  └─ Guarded                 the connection's guard keeps changes back
├─ FileProblem                a file cannot be used (path, line)
├─ SecretError                the keyring refused, or lacks a secret
│  ├─ NoPasswordStore         there is no keyring that may be used
│  └─ PasswordStoreLocked     the keyring is locked or does not answer
├─ ZohoDatabaseError          the database cannot be reached, is too new, or refused
├─ ZohoAuthError              Zoho does not accept who we are
│  ├─ SignInNeeded            the sign-in is missing, expired or revoked
│  ├─ UnexpectedSignIn         the sign-in is not the one the connection is for (may_keep)
│  ├─ SignInCancelled         the person or the clock ended a sign-in
│  ├─ WrongClient             client id or secret is unknown in this data centre
│  ├─ ScopeMissing            the sign-in lacks a permission (scope)
│  ├─ NotEnrolled             this desktop may not read the team's sign-ins yet (code)
│  │  └─ UntrustedKey          a workspace key is offered that no approved desktop vouches for
│  ├─ UntrustedToken          a stored sign-in was altered or restored from an old copy
│  └─ TokenThrottled          too many tokens asked for (retry_after)
└─ ZohoAPIError               Zoho refused or could not answer a call (status, code)
   ├─ ZohoRateLimitError      too many calls or no credits left (retry_after)
   ├─ BadQuery                a COQL text is wrong (position)
   ├─ NotFound                there is no such record
   ├─ BulkJobFailed           a bulk job ended without doing its work
   ├─ NotReachable            no answer; `sent` says whether Zoho may have acted
   └─ UnreadableAnswer        an answer that is not what Zoho sends; `sent` is always True
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

EXIT_BAD_INPUT = 2
EXIT_SIGN_IN = 3
EXIT_NOT_REACHABLE = 4


class ZohoError(Exception):
    """Something the program foresaw.

    `str(error)` is one plain sentence, `advice` one remedy (may be empty), `details` facts for scripts and logs.
    `exit_code` is what the command line ends with.
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(self, message: str, *, advice: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.advice = advice
        if advice:
            self.add_note(advice)  # a script that does not catch it shows the remedy under the sentence
        self.details: dict[str, Any] = dict(details or {})


class ZohoConfigError(ZohoError):
    """A setting, an address or a usage is wrong."""


class PortTaken(ZohoConfigError):
    """Another program holds the port that the browser is to come back to."""

    def __init__(self, port: int, reason: str = "", *, program: str = "") -> None:
        super().__init__(
            f"Port {port} on this computer is used by {program or 'another program'}, so Zoho's answer could not "
            "arrive.",
            advice="Close that program and try again, or choose another port that is registered for this client.",
            details={"port": port, "reason": reason, "program": program},
        )
        self.port = port
        self.reason = reason


class JobHeld(ZohoConfigError):
    """Another console runs this job. Its lease ends in `left_s` seconds; `lease` changes whenever it is renewed."""

    def __init__(self, change_set_id: int, owner: str, *, lease: str, left_s: float) -> None:
        where = f" ({owner})" if owner else ""
        super().__init__(
            f"Job {change_set_id} is being applied by another console{where}.", advice="Wait until it is done there."
        )
        self.lease = lease
        self.left_s = left_s


class LeaseLost(ZohoConfigError):
    """This console was too slow or cut off while it ran a job; it sends nothing more, another one may go on."""

    def __init__(self, change_set_id: int) -> None:
        super().__init__(
            f"This console lost the right to run job {change_set_id}, so it sends nothing more.",
            advice="Resume the job; what was sent is read back first.",
        )


class Guarded(ZohoConfigError):
    """The guard of a connection lets nothing be sent, or not yet; nothing was sent."""


class FileProblem(ZohoError):
    """A file cannot be used; `line` is the first line that is wrong, counted from 1, where one is."""

    def __init__(
        self, message: str, *, path: Path | str | None = None, line: int | None = None, advice: str = ""
    ) -> None:
        super().__init__(message, advice=advice, details={"path": str(path or ""), "line": line})
        self.line = line


class SecretError(ZohoError):
    """The system's password store is missing, locked or not one the console may use."""

    exit_code = EXIT_SIGN_IN


class NoPasswordStore(SecretError):
    """This computer has no password store that encrypts."""


class PasswordStoreLocked(SecretError):
    """The password store is locked, refused, or gave no answer in time."""


class ZohoDatabaseError(ZohoError):
    """The database cannot be reached, has a newer schema, or refused."""

    exit_code = EXIT_NOT_REACHABLE


class ZohoAuthError(ZohoError):
    """Zoho does not accept who we are."""

    exit_code = EXIT_SIGN_IN


class SignInNeeded(ZohoAuthError):
    """The sign-in is missing, expired or revoked; only a person can renew it."""


class SignInCancelled(ZohoAuthError):
    """The person declined or cancelled, or the time for it ran out."""


class UnexpectedSignIn(ZohoAuthError):
    """Somebody signed in, but not as this connection needs it; nothing is stored.

    `what` says in which way: data centre, organisation, user or permissions. `may_keep`: a person may keep it as it is.
    """

    def __init__(self, what: str, message: str, *, advice: str, may_keep: bool = False) -> None:
        super().__init__(message, advice=advice, details={"what": what})
        self.what = what
        self.may_keep = may_keep


class WrongClient(ZohoAuthError):
    """Zoho does not know this client id and secret in this data centre."""


class ScopeMissing(ZohoAuthError):
    """The sign-in lacks a permission."""


class NotEnrolled(ZohoAuthError):
    """A colleague has not approved this desktop yet; `code` is what they enter on theirs."""

    def __init__(
        self,
        code: str,
        message: str = "This desktop is not yet allowed to read the team's connections.",
        *,
        more_advice: str = "",
    ) -> None:
        super().__init__(
            message,
            advice=f"Ask a colleague to approve the code {code} on an approved desktop.{more_advice}",
            details={"code": code},
        )
        self.code = code


class UntrustedKey(NotEnrolled):
    """The database offers a workspace key that no approved desktop vouches for; it is never used."""

    def __init__(self, code: str) -> None:
        super().__init__(
            code,
            "The database offers this desktop a key that no approved desktop vouches for, so it is not used.",
            more_advice=" If nobody removed a desktop, tell your database administrator.",
        )


class UntrustedToken(ZohoAuthError):
    """A stored sign-in does not open, or is older than one that was seen; it is never used."""

    def __init__(self) -> None:
        super().__init__(
            "The stored sign-in was altered or restored from an old copy, so it is not used.",
            advice="Sign in again; if nobody restored a backup, tell your database administrator.",
        )


class TokenThrottled(ZohoAuthError):
    """Zoho gives 10 access tokens in 10 minutes and no more; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float, details: dict[str, Any] | None = None) -> None:
        super().__init__(message, advice="Wait; the present token goes on working.", details=details)
        self.retry_after = retry_after


class ZohoAPIError(ZohoError):
    """Zoho refused a call, or could not answer it.

    `status` is the HTTP status (0 if none came), `code` Zoho's own code (such as `INVALID_DATA`) or "".
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str = "",
        advice: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, advice=advice, details=details)
        self.status = status
        self.code = code


class ZohoRateLimitError(ZohoAPIError):
    """Too many calls at once, or the day's credits are spent; `retry_after` is in seconds."""

    exit_code = EXIT_NOT_REACHABLE

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        status: int = 429,
        code: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        advice = f"Wait {retry_after:.0f} seconds and try again."
        super().__init__(message, status=status, code=code, advice=advice, details=details)
        self.retry_after = retry_after


class BadQuery(ZohoAPIError):
    """A COQL text is wrong; `line` and `column` count from 1 where they are known."""

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        code: str = "",
        status: int = 0,
        advice: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code, advice=advice, details=details)
        self.line = line
        self.column = column


class NotFound(ZohoAPIError):
    """There is no such record, or this user may not see it."""


class BulkJobFailed(ZohoAPIError):
    """A bulk job ended without doing its work; some of it may be done."""


class NotReachable(ZohoAPIError):
    """No answer came. `sent` is False only if no byte of the request can have reached Zoho."""

    exit_code = EXIT_NOT_REACHABLE

    def __init__(self, message: str, *, sent: bool, advice: str = "", details: dict[str, Any] | None = None) -> None:
        if not sent:
            advice = advice or "Check the network and try again; nothing was changed."
        super().__init__(message, advice=advice, details=details)
        self.sent = sent


class UnreadableAnswer(ZohoAPIError):
    """An answer that Zoho does not send: a proxy's page, cut JSON, a missing part. Zoho may have acted."""

    exit_code = EXIT_NOT_REACHABLE
    sent = True
