"""An issuer of OpenID Connect as a test needs it: keys that it publishes, tokens that it signs."""

import hmac
import json
from base64 import urlsafe_b64encode
from time import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ALGORITHMS = {"rsa": "RS256", "ec": "ES256", "ed": "Ed25519"}


class Issuer:
    """Signs tokens, and counts how often its keys are asked for."""

    def __init__(self) -> None:
        """Make a key of each kind."""
        self.url = ""
        self.keys: dict[str, Key] = {
            "rsa": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}),
            "ec": ECKey.generate_key("P-256", {"kid": "ec"}),
            "ed": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
        }
        self.published = dict(self.keys)
        self.fetches = 0
        self.is_away = False
        self.named: str | None = None
        """What it calls itself, where that is not its address."""
        self.keys_url: str | None = None
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
            ]
        )

    def claims(self, subject: str, **more: Any) -> dict[str, Any]:
        """Give the claims of a good token for a person."""
        now = int(time())
        usual = {
            "iss": self.url,
            "aud": "voronka-tests",
            "sub": subject,
            "iat": now,
            "exp": now + 600,
        }
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def token(self, subject: str, key: str = "rsa", **more: Any) -> str:
        """Sign a token for a person; claims that are None are left out."""
        return self.signed(self.claims(subject, **more), key)

    def signed(self, claims: dict[str, Any], key: str, **header: Any) -> str:
        """Sign any claims."""
        algorithm = ALGORITHMS[key]
        return jwt.encode(
            {
                name: value
                for name, value in {"alg": algorithm, "kid": key, **header}.items()
                if value is not None
            },
            claims,
            self.keys[key],
            algorithms=[algorithm],
            registry=JWSRegistry(algorithms=[algorithm], strict_check_header=False),
        )

    def forged_by_public_key(self, claims: dict[str, Any]) -> str:
        """Sign with the published RSA key as if it were a shared secret."""
        key = self.keys["rsa"]
        assert isinstance(key, RSAKey)
        secret = key.as_pem(private=False)
        parts = [{"alg": "HS256", "kid": "rsa"}, claims]
        text = b".".join(_coded(json.dumps(part).encode()) for part in parts)
        signature = hmac.new(secret, text, "sha256").digest()
        return b".".join([text, _coded(signature)]).decode()

    async def _configuration(self, _request: Request) -> JSONResponse:
        if self.is_away:
            return JSONResponse({}, 503)
        return JSONResponse(
            {"issuer": self.named or self.url, "jwks_uri": self.keys_url or f"{self.url}/keys"}
        )

    async def _keys(self, _request: Request) -> JSONResponse:
        self.fetches += 1
        keys = [key.as_dict(private=False) for key in self.published.values()]
        return JSONResponse({"keys": keys})


def _coded(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")
