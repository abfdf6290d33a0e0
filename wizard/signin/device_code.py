"""Sign-in on another device (RFC 8628): a short code is typed into a page there while this program asks again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from wizard.errors import FetchError
from wizard.model.refusal import Refusal
from wizard.model.secret import Secret
from wizard.model.text import inert
from wizard.net.fetch import Fetched
from wizard.signin.oauth import FORM, MAX_TOKEN, POST_TIMEOUT_S, OAuthClient, Tokens, seconds
from wizard.signin.refusals import refusal_of

USUAL_INTERVAL_S: Final = 5.0  # RFC 8628 §3.2
SLOWER_S: Final = 5.0  # §3.5: slow_down adds five seconds for good
LONGEST_WAIT_S: Final = 900.0
LONGEST_INTERVAL_S: Final = 60.0

Sleep = Callable[[float], Awaitable[None]]


class DeviceCode(Struct, frozen=True):
    """What the person types and where; `direct_url` already holds the code, where the provider has such a page."""

    user_code: str
    url: str
    direct_url: str | None
    device_code: Secret
    expires_in_s: float
    interval_s: float


async def begin(client: OAuthClient) -> DeviceCode:
    """A code to show; raises SignInRefused where the provider knows no such sign-in."""
    from oauthlib.oauth2 import DeviceClient

    if client.endpoints.device is None:
        raise client.refused(Refusal.NO_DEVICE_FLOW)
    uri = DeviceClient(client.client_id).prepare_request_uri(
        client.endpoints.device, scope=list(client.endpoints.scopes)
    )
    # oauthlib puts the form behind the address; RFC 8628 §3.1 wants it in the body.
    answer = await client.post(client.endpoints.device, urlsplit(uri).query)
    document = _document(answer)
    code, device, url = (document.get(name) for name in ("user_code", "device_code", "verification_uri"))
    url = url or document.get("verification_url")  # Google's older name for it
    if answer.status != 200 or not (isinstance(code, str) and _is_plain(device) and _is_page(url)):
        error, description = str(document.get("error", "")), str(document.get("error_description", ""))
        raise client.refused(refusal_of(error, description), said=f"{error}: {description}" if error else "")
    direct = document.get("verification_uri_complete")
    return DeviceCode(
        user_code=inert(code, 40),
        url=str(url),
        direct_url=direct if _is_page(direct) else None,
        device_code=Secret(str(device)),
        expires_in_s=seconds(document.get("expires_in"), LONGEST_WAIT_S) or LONGEST_WAIT_S,
        interval_s=seconds(document.get("interval"), LONGEST_INTERVAL_S) or USUAL_INTERVAL_S,
    )


async def wait(
    client: OAuthClient, code: DeviceCode, *, sleep: Sleep = asyncio.sleep, clock: Callable[[], float] = monotonic
) -> Tokens:
    """The tokens once the person has signed in there; raises SignInRefused when that was declined or too late."""
    from oauthlib.oauth2 import DeviceClient

    body = DeviceClient(client.client_id).prepare_request_body(
        code.device_code.reveal(), include_client_id=True, **client.proof
    )
    interval_s, until = code.interval_s, clock() + code.expires_in_s
    while True:
        if clock() + interval_s > until:
            raise client.refused(Refusal.TIMED_OUT)
        await sleep(interval_s)
        try:
            answer = await client.http.post(
                client.endpoints.token, body.encode("ascii"), FORM, timeout_s=POST_TIMEOUT_S
            )
        except FetchError:
            interval_s = min(interval_s * 2, LONGEST_INTERVAL_S)  # §3.5: back off when the line does not hold
            continue
        error = str(_document(answer).get("error", "")) if answer.status != 200 else ""
        if error == "slow_down":
            interval_s += SLOWER_S
        elif error != "authorization_pending":
            return client.tokens(answer, secrets=(code.device_code,))


def _document(answer: Fetched) -> dict[str, Any]:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _is_page(url: object) -> bool:
    return _is_plain(url) and str(url).startswith("https://") and len(str(url)) < 2000


def _is_plain(text: object) -> bool:
    """Whether it is text of visible ASCII: all that a device code may hold (RFC 6749, appendix A), or a URL."""
    return isinstance(text, str) and text.isascii() and text.isprintable() and 0 < len(text) <= MAX_TOKEN
