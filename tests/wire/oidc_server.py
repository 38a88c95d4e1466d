"""An OpenID provider as OpenID Connect Core 1.0 and Discovery 1.0 describe it: metadata, keys, authorization code with
PKCE, signed ID tokens, user info. Whoever comes is signed in as `user` at once.

Written from the standards, apart from the code under test: it signs with joserfc, we verify with PyJWT."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "vitrail"
CLIENT_SECRET = "a client secret: 50% & more"


class OidcServer:
    """`user` holds the claims of whoever signs in; `change` may alter an ID token's claims before it is signed, and
    `forge` replaces the whole token."""

    def __init__(self, user: dict[str, Any], *, in_body: bool = False, public: bool = False) -> None:
        self.user = user
        self.in_body, self.public = in_body, public
        self.change: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.metadata_changes: dict[str, Any] = {}
        self.only_in_user_info: frozenset[str] = frozenset()
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})]
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner._get(self)

            def do_POST(self) -> None:
                owner._post(self, self.rfile.read(int(self.headers.get("content-length") or 0)))

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def metadata_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    def rotate(self) -> None:
        """From now on tokens are signed with a new key."""
        self.keys.insert(0, RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"}))

    def id_token(self, claims: dict[str, Any], *, key: RSAKey | None = None) -> str:
        signer = key or self.keys[0]
        return jwt.encode({"alg": "RS256", "kid": signer.kid or "first"}, claims, signer)

    # -- answering

    def _get(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        self.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            self._json(handler, 200, self._metadata())
        elif parts.path == "/keys":
            self._json(handler, 200, {"keys": [key.as_dict(private=False) for key in self.keys]})
        elif parts.path == "/authorize":
            self._authorize(handler, {name: values[0] for name, values in parse_qs(parts.query).items()})
        elif parts.path == "/userinfo" and handler.headers.get("authorization", "").startswith("Bearer "):
            self._json(handler, 200, self.user)
        else:
            self._json(handler, 404, {"error": "not_found"})

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": [
                "none" if self.public else "client_secret_post" if self.in_body else "client_secret_basic"
            ],
            "code_challenge_methods_supported": ["S256"],
            **self.metadata_changes,
        }

    def _authorize(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        wrong = (
            asked.get("client_id") != CLIENT_ID
            or asked.get("response_type") != "code"
            or asked.get("code_challenge_method") != "S256"
            or "openid" not in asked.get("scope", "").split()
        )
        if wrong:
            self._json(handler, 400, {"error": "invalid_request"})
            return
        answer = {"state": asked["state"], "iss": self.issuer}
        if "refuse" in self.user:
            answer["error"] = self.user["refuse"]
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self._codes[answer["code"]] = asked
        handler.send_response(302)
        handler.send_header("location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        handler.send_header("content-length", "0")
        handler.end_headers()

    def _post(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        self.asked.append(handler.path)
        form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        if not self._is_client(handler.headers.get("authorization", ""), form):
            self._json(handler, 401, {"error": "invalid_client"})
            return
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge"] != challenge.rstrip(b"=").decode()
        ):
            self._json(handler, 400, {"error": "invalid_grant"})
            return
        at = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": at, "exp": at + 300, "nonce": asked["nonce"]}
        claims |= {name: value for name, value in self.user.items() if name not in self.only_in_user_info}
        claims = self.change(claims)
        token = self.forge(claims) if self.forge else self.id_token(claims)
        self._json(handler, 200, {"access_token": "access", "token_type": "Bearer", "id_token": token})

    def _is_client(self, authorization: str, form: dict[str, str]) -> bool:
        if self.public:
            return form.get("client_id") == CLIENT_ID and "client_secret" not in form
        if self.in_body:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)

    def _json(self, handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
