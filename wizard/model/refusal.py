"""How a sign-in in the browser (OAuth 2.0) can end without a token that works."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """What became of it; each stands under `refusals` in the file of one cause (diagnosis/cause_file.py)."""

    CLIENT_ID_MISSING = "client-id-missing"
    DECLINED = "declined"
    CONSENT_MISSING = "consent-missing"
    BLOCKED_BY_POLICY = "blocked-by-policy"
    CLIENT_REFUSED = "client-refused"
    EXPIRED = "expired"
    WRONG_ACCOUNT = "wrong-account"
    WRONG_AUDIENCE = "wrong-audience"
    TIMED_OUT = "timed-out"
    NO_DEVICE_FLOW = "no-device-flow"
    PROVIDER_FAILED = "provider-failed"
