"""An OpenID Connect provider as a process of its own, which insists on PKCE; its people have the groups of their names."""

import sys

from authlib.oauth2.rfc7636 import CodeChallenge
from oidc_provider_mock import User
from oidc_provider_mock import _app as provider
from werkzeug.serving import make_server

CHALLENGES: dict[str, str] = {}
PEOPLE = {
    "s-rita": {
        "preferred_username": "rita",
        "name": "Rita Mok",
        "groups": ["concord-rm", "staff"],
        "rm_id": "RM01",
    },
    "s-norman": {"preferred_username": "norman", "name": "Norman Lee", "groups": ["staff"]},
    "s-mallory": {"preferred_username": "amy", "name": "Not Amy", "groups": ["concord-admins"]},
    "s-norm": {"preferred_username": "norm", "name": "No Number", "groups": ["concord-rm"]},
    "s-role": {
        "preferred_username": "rolf",
        "name": "Rolf Ho",
        "groups": "administrator",
        "role": "administrator",
    },
}


class Grant(provider.AuthorizationCodeGrant):  # type: ignore[misc]
    def save_authorization_code(self, code, request):
        CHALLENGES[code] = request.payload.data["code_challenge"]
        super().save_authorization_code(code, request)


class Challenge(CodeChallenge):  # type: ignore[misc]
    def get_authorization_code_challenge(self, authorization_code):
        return CHALLENGES[authorization_code.code]

    def get_authorization_code_challenge_method(self, authorization_code):
        return "S256"


class OpenID(provider.OpenIDCode):  # type: ignore[misc]
    def __call__(self, grant):
        super().__call__(grant)
        Challenge(required=True)(grant)


if __name__ == "__main__":
    provider.AuthorizationCodeGrant, provider.OpenIDCode = Grant, OpenID
    people = [User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    server = make_server("127.0.0.1", 0, provider.app(user_claims=people), threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.port}\n")
    sys.stdout.flush()
    server.serve_forever()
