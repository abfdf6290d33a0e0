"""A real authorization server on loopback: oauthlib's server side over HTTPS for programs, over HTTP for Dovecot.

It knows authorization codes with PKCE, refresh, device codes, revocation and introspection, and can be told to fail.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from oauthlib.oauth2 import DeviceApplicationServer, OAuth2Error, RequestValidator, Server

from tests.lab.certificates import Authority
from tests.lab.web import Page, Request

CLIENT_ID = "mailwright-lab"
SCOPES = ("mail", "openid", "email")
USER_CODE = "WDJB-MJHT"
TOKEN_BYTES = 1500  # 2000 characters: Microsoft's are as long, and longer than some lines may be


@dataclass(slots=True)
class Issued:
    """An access token and what became of it."""

    user: str
    scopes: tuple[str, ...]
    expires_at: float
    revoked: bool = False


@dataclass(slots=True)
class Book:
    """All that the server remembers."""

    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    access: dict[str, Issued] = field(default_factory=dict)
    refresh: dict[str, Issued] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)  # device code -> authorization_pending, authorized, ...


class _Rules(RequestValidator):  # type: ignore[misc]  # oauthlib ships no types
    """What oauthlib's server asks its owner; PKCE is required of every client."""

    def __init__(self, provider: IdentityProvider) -> None:
        self._provider = provider
        self._book = provider.book

    def client_authentication_required(self, request: Any, *_: Any, **__: Any) -> bool:
        # Programs are public clients and name themselves; a mail server that asks about a token does not even that.
        return urlsplit(request.uri).path in ("/introspect", "/revoke")

    def authenticate_client(self, request: Any, *_: Any, **__: Any) -> bool:
        return True  # who may revoke or introspect: only the lab is here

    def authenticate_client_id(self, client_id: str, request: Any, *_: Any, **__: Any) -> bool:
        request.client = _Client(client_id)
        return client_id == CLIENT_ID

    def validate_client_id(self, client_id: str, request: Any, *_: Any, **__: Any) -> bool:
        request.client = _Client(client_id)
        return client_id == CLIENT_ID

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *_: Any, **__: Any) -> bool:
        # RFC 8252 §7.3: any port of the loopback address.
        parts = urlsplit(redirect_uri)
        return parts.scheme == "http" and parts.hostname == "127.0.0.1"

    def validate_response_type(self, client_id: str, response_type: str, *_: Any, **__: Any) -> bool:
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], *_: Any, **__: Any) -> bool:
        return set(scopes) <= {*SCOPES, "calendar"}

    def get_default_scopes(self, *_: Any, **__: Any) -> list[str]:
        return ["mail"]

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return True

    def save_authorization_code(
        self, client_id: str, code: Mapping[str, str], request: Any, *_: Any, **__: Any
    ) -> None:
        self._book.codes[code["code"]] = {
            "redirect_uri": request.redirect_uri,
            "challenge": request.code_challenge,
            "method": request.code_challenge_method,
            "user": request.user,
            "scopes": request.scopes,
        }

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        return str(self._book.codes[code]["challenge"])

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        return str(self._book.codes[code]["method"])

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *_: Any, **__: Any) -> bool:
        known = self._book.codes.get(code)
        if known is None:
            return False
        request.user, request.scopes = known["user"], known["scopes"]
        return True

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, request: Any, *_: Any, **__: Any
    ) -> bool:
        return bool(self._book.codes[code]["redirect_uri"] == redirect_uri)

    def invalidate_authorization_code(self, client_id: str, code: str, *_: Any, **__: Any) -> None:
        del self._book.codes[code]

    def validate_grant_type(self, client_id: str, grant_type: str, *_: Any, **__: Any) -> bool:
        return grant_type in (
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        )

    def save_bearer_token(self, token: dict[str, Any], request: Any, *_: Any, **__: Any) -> None:
        provider = self._provider
        scopes = provider.grants if provider.grants is not None else tuple(request.scopes)
        token["scope"] = " ".join(scopes)
        issued = Issued(request.user, scopes, time.time() + token["expires_in"])
        self._book.access[token["access_token"]] = issued
        if "refresh_token" in token:
            self._book.refresh[token["refresh_token"]] = Issued(request.user, scopes, time.time() + 86400)
        if "openid" in scopes:
            token["id_token"] = _unsigned({"sub": "1", "email": request.user, "aud": CLIENT_ID})

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *_: Any, **__: Any) -> bool:
        known = self._book.refresh.get(refresh_token)
        if known is None or known.revoked or known.expires_at < time.time():
            return False
        request.user = known.user
        return True

    def get_original_scopes(self, refresh_token: str, request: Any, *_: Any, **__: Any) -> list[str]:
        return list(self._book.refresh[refresh_token].scopes)

    def rotate_refresh_token(self, request: Any) -> bool:
        return self._provider.rotates

    def revoke_token(self, token: str, *_: Any, **__: Any) -> None:
        for shelf in (self._book.access, self._book.refresh):
            if token in shelf:
                shelf[token].revoked = True

    def introspect_token(self, token: str, *_: Any, **__: Any) -> dict[str, Any] | None:
        known = self._book.access.get(token)
        if known is None or known.revoked or known.expires_at < time.time():
            return None
        scopes = self._provider.good_for or known.scopes
        return {"username": known.user, "scope": " ".join(scopes), "exp": int(known.expires_at)}

    def validate_device_code(self, client_id: str, device_code: str, request: Any) -> str | None:
        provider = self._provider
        if provider.polls:
            return provider.polls.pop(0)
        status = self._book.devices.get(device_code)
        if status == "authorized":
            request.user, request.scopes = provider.user, list(SCOPES)
        return status


@dataclass(slots=True)
class _Client:
    client_id: str


class IdentityProvider:
    """`with IdentityProvider(authority) as identity:`; whoever opens the page is signed in as `user` at once.

    What a test may change is listed in `refresh`, which puts it back.
    """

    def __init__(self, authority: Authority, hostname: str = "login.example.org", address: str = "127.0.0.1") -> None:
        self.hostname = hostname
        self.book = Book()
        self.refresh()
        self._lock = threading.Lock()
        context = authority.issue(hostname).server_context()
        self._secure = _listener(self, address)
        self._secure.socket = context.wrap_socket(self._secure.socket, server_side=True, do_handshake_on_connect=False)
        self._plain = _listener(self, address)  # Dovecot asks here whether a token is good
        self._threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            for server in (self._secure, self._plain)
        ]
        self._rules = _Rules(self)
        self._server = Server(self._rules, lambda _: self.lasts_s, token_generator=lambda _: token_urlsafe(TOKEN_BYTES))

    def refresh(self) -> None:
        """As new: nobody was here, nothing is out of order."""
        self.user = "ada@example.org"  # who is signed in
        self.grants: tuple[str, ...] | None = None  # other scopes than were asked for
        self.good_for: tuple[str, ...] | None = None  # what mail servers are told that tokens are for, if not that
        self.denies: tuple[str, str] | None = None  # the error and description the browser comes back with
        self.device_status = "authorization_pending"  # how a device code begins
        self.polls: list[str] = []  # what a device hears before that
        self.interval_s = 5.0  # how often a device may ask
        self.lasts_s = 3600  # how long a token is good
        self.client_secret: str | None = None  # what it wants to see beside the client id, as Google does
        self.rotates = True  # each refresh token is used once
        self.answers: dict[str, Page] = {}  # other pages, by path
        self.requests: list[Request] = []  # what came
        for shelf in (self.book.codes, self.book.access, self.book.refresh, self.book.devices):
            shelf.clear()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server, thread in zip((self._secure, self._plain), self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()

    @property
    def issuer(self) -> str:
        """Its name and address."""
        return f"https://{self.hostname}:{self.port}"

    @property
    def port(self) -> int:
        """Where programs reach it."""
        return int(self._secure.server_address[1])

    @property
    def introspection_url(self) -> str:
        """Where a mail server asks about a token (RFC 7662)."""
        return f"http://127.0.0.1:{self._plain.server_address[1]}/introspect"

    def expire(self) -> None:
        """Every access token has reached its end."""
        for issued in self.book.access.values():
            issued.expires_at = 0.0

    def revoke(self) -> None:
        """Every permission is withdrawn, as on the provider's security page."""
        for shelf in (self.book.access, self.book.refresh):
            for issued in shelf.values():
                issued.revoked = True

    def allow_device(self, status: str = "authorized") -> None:
        """The person typed the code on the other device."""
        self.book.devices = dict.fromkeys(self.book.devices, status)

    def answer(self, request: Request) -> Page:
        """The answer to one request."""
        with self._lock:
            self.requests.append(request)
            path, _, _ = request.path.partition("?")
            if path in self.answers:
                return self.answers[path]
            pages: dict[str, Callable[[Request], Page]] = {
                "/authorize": self._authorize,
                "/token": self._token,
                "/device_authorization": self._device,
                "/revoke": self._revoke,
                "/introspect": self._introspect,
                "/.well-known/oauth-authorization-server": self._metadata,
            }
            page = pages.get(path)
            return page(request) if page is not None else Page(status=404)

    def _authorize(self, request: Request) -> Page:
        url = self.issuer + request.path
        if self.denies is not None:
            query = parse_qs(urlsplit(url).query)
            error, description = self.denies
            told = {"error": error, "error_description": description, "state": query["state"][0]}
            return Page(status=302, headers={"Location": f"{query['redirect_uri'][0]}?{urlencode(told)}"})
        try:
            scopes, credentials = self._server.validate_authorization_request(url, "GET")
        except OAuth2Error as error:
            return Page(error.json.encode(), status=400)
        credentials["user"] = self.user
        headers, body, status = self._server.create_authorization_response(
            url, "GET", scopes=scopes, credentials=credentials
        )
        return _page(headers, body, status)

    def _token(self, request: Request) -> Page:
        shown = parse_qs(request.body.decode()).get("client_secret", [None])[0]
        if shown != self.client_secret:
            return Page(json.dumps({"error": "invalid_request", "error_description": "client_secret"}).encode(), 400)
        return self._made(self._server.create_token_response, request)

    def _device(self, request: Request) -> Page:
        devices = DeviceApplicationServer(
            self._rules,
            f"{self.issuer}/device",
            interval=self.interval_s,
            verification_uri_complete=f"{self.issuer}/device?user_code={{user_code}}",
            user_code_generator=lambda: USER_CODE,
        )
        page = self._made(devices.create_device_authorization_response, request)
        document = json.loads(page.body)
        if "device_code" in document:
            self.book.devices[document["device_code"]] = self.device_status
        return page

    def _revoke(self, request: Request) -> Page:
        return self._made(self._server.create_revocation_response, request)

    def _introspect(self, request: Request) -> Page:
        return self._made(self._server.create_introspect_response, request)

    def _made(self, make: Callable[..., tuple[Mapping[str, str], Any, int]], request: Request) -> Page:
        headers = {"Content-Type": request.headers.get("content-type", "")}
        try:
            return _page(*make(self.issuer + request.path, "POST", request.body.decode(), headers))
        except OAuth2Error as error:  # a client it will not even answer by redirect
            return Page(error.json.encode(), 400)

    def _metadata(self, _: Request) -> Page:
        document = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "device_authorization_endpoint": f"{self.issuer}/device_authorization",
            "code_challenge_methods_supported": ["S256"],
        }
        return Page(json.dumps(document).encode(), headers={"Content-Type": "application/json"})


def _page(headers: Mapping[str, str], body: Any, status: int) -> Page:
    text = json.dumps(body) if isinstance(body, dict) else body or ""
    return Page(text.encode(), status, dict(headers))


def _unsigned(claims: Mapping[str, str]) -> str:
    """A token as OpenID Connect has them, with a signature nobody checks."""
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".x"


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that leaves is no error here."""


def _listener(provider: IdentityProvider, address: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            host = headers.get("host", "").partition(":")[0]
            page = provider.answer(Request(self.command, host, self.path, headers, body))
            self.close_connection = True
            self.send_response(page.status)
            for name, value in {"Connection": "close", "Content-Length": str(len(page.body)), **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return _Listener((address, 0), Handler)
