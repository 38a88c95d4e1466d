"""Why a single sign-on came to nothing. The person's browser is sent back to the sign-in page with the `kind`."""

from __future__ import annotations

from vitrail.errors import NotSignedIn, VitrailError


class SignOnFailed(NotSignedIn):
    """`kind` is a word for the page's address; `cause` and `cure` are for the log and the page."""

    title = "Single sign-on failed"
    code = "sign-on-failed"
    kind = "failed"


class NotStartedHere(SignOnFailed):
    """The answer belongs to no sign-on that this browser began, or came too late or twice."""

    kind = "expired"


class ProviderRefuses(SignOnFailed):
    """The provider did not let the person in, or the person turned back."""

    kind = "refused"


class ProviderUnusable(SignOnFailed):
    """The provider can't be reached, or what it answers can't be used."""

    kind = "unavailable"


class NotGenuine(SignOnFailed):
    """The ID token is not what the provider would have made for us, now, for this sign-on."""

    kind = "not-genuine"


class NoAccount(SignOnFailed):
    """The provider knows the person, and there is no account here for them."""

    kind = "no-account"


class AddressNotVerified(SignOnFailed):
    """The provider does not vouch for the e-mail address, so it can't be taken for that of an account here."""

    kind = "unverified"


class SwitchedOff(SignOnFailed):
    """The account was switched off."""

    kind = "switched-off"


def described(error: VitrailError) -> str:
    """One line for the log."""
    return f"{error.cause} {error.cure}"
