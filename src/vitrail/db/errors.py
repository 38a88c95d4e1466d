"""What can go wrong between us and the database, in words of cause and cure."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError

from vitrail.errors import Conflict, Unavailable, VitrailError


class DatabaseUnusable(Unavailable):
    """The database can't be opened or asked."""

    title = "The database can't be used"
    code = "database-unusable"


class AlreadyThere(Conflict):
    """A constraint of the database refused a row: one like it exists, or what it points to is gone."""

    title = "This conflicts with what is there"
    code = "constraint"


# What drivers say → cause and cure. The first match wins.
SYMPTOMS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("database is locked", "database table is locked"),
        "Another process is writing to the database and did not finish in time.",
        "Stop the other server or tool that uses the same data folder, then try again.",
    ),
    (
        ("malformed", "not a database", "corrupt"),
        "The database file is damaged.",
        "Stop the server, move vitrail.db aside and put back a backup of the data folder.",
    ),
    (
        ("database or disk is full", "no space left", "disk full", "could not extend file"),
        "The disk that holds the database is full; nothing of this request was stored.",
        "Free some space, then try again.",
    ),
    (
        ("readonly", "read-only", "unable to open database file"),
        "The database file can't be written.",
        "Let the server's user write to the data folder (VITRAIL_DATA_DIR), or choose another one.",
    ),
    (
        ("certificate", "sslmode", "ssl error", "[ssl"),
        "No connection to the database server could be made that is as safe as sslmode in PGCONNECTIONURI asks.",
        "Correct sslmode or sslrootcert (a file with the authority's certificate), or the server's certificate: it "
        "must be of that authority and for the host that the address names.",
    ),
    (
        ("password authentication failed", "no pg_hba.conf entry", "invalidpassword"),
        "The database server refused the user or the password in PGCONNECTIONURI.",
        "Correct the user and the password in PGCONNECTIONURI.",
    ),
    (
        ("does not exist",),
        "The database server answers, but something that PGCONNECTIONURI names does not exist there.",
        "Create the database, or correct the name in PGCONNECTIONURI.",
    ),
)


def classified(error: BaseException) -> VitrailError:
    """The error as the reader should see it. Holds no SQL and no value of the statement."""
    if isinstance(error, IntegrityError):
        return AlreadyThere(
            "Something with the same identity exists already, or what this refers to is gone.",
            cure="Load the page again and repeat the change on what is there now.",
        )
    words = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    for symptoms, cause, cure in SYMPTOMS:
        if any(symptom in words for symptom in symptoms):
            return DatabaseUnusable(cause, cure=cure)
    return DatabaseUnusable(
        f"The database did not answer as expected ({type(error).__name__}).",
        cure="See that the database runs and can be reached from here; `vitrail doctor` tells more.",
    )
