"""What can go wrong between us and the object store, in words of cause and cure."""

from __future__ import annotations

import errno

from obstore.exceptions import NotFoundError

from vitrail.errors import NotFound, Unavailable, VitrailError


class ObjectMissing(NotFound):
    """No object has this key."""

    title = "The stored file is missing"
    code = "object-missing"


class StoreUnusable(Unavailable):
    """The object store can't be reached, written or read."""

    title = "The object store can't be used"
    code = "store-unusable"


FULL = "Nothing was stored: the disk that holds the store is full."

# What S3 says → cause and cure. The first match wins; nothing of the answer itself is repeated.
S3_SYMPTOMS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("nosuchbucket", "bucket does not exist"),
        "The bucket does not exist.",
        "Create it, or correct S3_BUCKET (or APPS_S3_BUCKET).",
    ),
    (
        ("signaturedoesnotmatch", "invalidaccesskeyid", "accessdenied", "403 forbidden", "401 unauthorized"),
        "The store refused the credentials, or they may not do this.",
        "Check S3_ACCESS_KEY and S3_SECRET_KEY (or APPS_S3_…): they must allow listing, reading, writing and deleting "
        "objects of the bucket.",
    ),
    (
        ("permanentredirect", "authorizationheadermalformed", "301 moved"),
        "The bucket is in another region than the one that is set.",
        "Set S3_REGION (or APPS_S3_REGION) to the bucket's region.",
    ),
    (
        ("credential", "169.254.169.254", "metadata"),
        "No credentials were found for the store.",
        "Set S3_ACCESS_KEY and S3_SECRET_KEY, or give this machine a role that may use the bucket.",
    ),
    (
        ("insufficientstorage", "xminiostoragefull", "quotaexceeded", "507 "),
        "The store is full.",
        "Free some space in the store, then try again.",
    ),
)


def classified(error: Exception, where: str) -> VitrailError:
    """An error of the store as the reader should see it; `where` names the store without its secrets."""
    if isinstance(error, NotFoundError | FileNotFoundError) and "nosuchbucket" not in str(error).lower():
        return ObjectMissing(
            "It is not in the object store.",
            cure="Put back a backup of the store, or build a new version of what it belongs to.",
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreUnusable(FULL, cure=f"Free some space for {where}, then try again.")
    if isinstance(error, PermissionError):
        return StoreUnusable(
            f"{where} can't be written or read by the server's user.", cure="Give that user the right to it."
        )
    words = str(error).lower().replace(" ", "")
    if "nospaceleft" in words:
        return StoreUnusable(FULL, cure=f"Free some space for {where}, then try again.")
    for symptoms, cause, cure in S3_SYMPTOMS:
        if any(symptom.replace(" ", "") in words for symptom in symptoms):
            return StoreUnusable(f"{cause} ({where})", cure=cure)
    return StoreUnusable(
        f"{where} did not answer as expected ({type(error).__name__}).",
        cure="See that it can be reached from here and that S3_ENDPOINT is right; `vitrail doctor` tries it.",
    )
