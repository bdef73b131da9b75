"""A learning platform on loopback: its own RSA keys, key set, token endpoint, people and gradebook."""

import json
import threading
import time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from jwcrypto.jwk import JWK

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER, INSTRUCTOR = f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}#Instructor"
ASSISTANT = f"{MEMBERSHIP}/Instructor#TeachingAssistant"
CLIENT_ID, DEPLOYMENT = "client-1", "deployment-1"


def rsa_key(kid):
    return JWK.generate(kty="RSA", size=2048, kid=kid)


def pem(key):
    return key.export_to_pem(private_key=True, password=None).decode()


FRAME = '<h1>Networks 101</h1><iframe src="{url}" width="900" height="700" title="Classroom"></iframe>'
POSTED = (
    '<form id="launch" method="post" action="{url}">{inputs}</form>'
    '<script>document.getElementById("launch").submit()</script>'
)
KEY, OTHER_KEY = rsa_key("platform-key"), rsa_key("platform-key")


class FakePlatform(ThreadingHTTPServer):
    """Serves what a platform serves; `members` and `answers` are set by tests, `posted` is looked at."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.keys = [json.loads(KEY.export_public()) | {"alg": "RS256", "use": "sig"}]
        self.asked = []  # paths
        self.posted = []  # (path, content type, JSON)
        self.assertions = []  # what the tool signed for tokens
        self.refusal = b"try again later"
        self.answers = []  # statuses for the next scores; then 200
        self.tool_keys = None  # where the tool's keys are had from, for checks of what it signed
        self.members = []
        self.page_size = 2
        self.lineitems = []
        self.host = "127.0.0.1"
        self.tool = "http://127.0.0.1:8000"
        self.launch = {}  # changes of the claims for a browser that comes to /auth
        self.registered = []
        self.answer = {}  # changes of the answer to a registration
        self.told = {}  # changes of the configuration
        self.chosen = []  # signed answers of the content dialogue

    @property
    def url(self):
        return f"http://{self.host}:{self.server_port}"

    def fields(self):
        return {
            "name": "Moodle",
            "issuer": self.url,
            "client_id": CLIENT_ID,
            "deployment_ids": [DEPLOYMENT],
            "auth_login_url": f"{self.url}/auth",
            "auth_token_url": f"{self.url}/token",
            "jwks_url": f"{self.url}/jwks",
        }

    def configuration(self):
        addresses = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "registration_endpoint": f"{self.url}/register",
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {"product_family_code": "moodle"},
        }
        return {name: value for name, value in (addresses | self.told).items() if value is not None}

    def claims(self, nonce, **changes):
        now = int(time.time())
        body = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "user-7",
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "http://127.0.0.1:8000/lti/launch/",
            f"{CLAIM}roles": [LEARNER],
            f"{CLAIM}context": {"id": "context-1", "title": "Networks 101"},
            f"{CLAIM}resource_link": {"id": "link-1", "title": "The quiz"},
            f"{AGS}claim/endpoint": {
                "scope": [f"{AGS}scope/lineitem", f"{AGS}scope/score"],
                "lineitems": f"{self.url}/lineitems",
                "lineitem": f"{self.url}/lineitems/1?type=7",
            },
            f"{NRPS}claim/namesroleservice": {
                "context_memberships_url": f"{self.url}/members?Limit=AbC",
                "service_versions": ["2.0"],
            },
        }
        body |= changes
        return {name: value for name, value in body.items() if value is not None}

    def token(self, body, *, key=KEY, algorithm="RS256", kid="platform-key"):
        secret = pem(key) if algorithm == "RS256" else None
        return jwt.encode(body, secret, algorithm=algorithm, headers={"kid": kid})


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        self.server.asked.append(self.path)
        answers = {
            "/jwks": lambda: self._json({"keys": self.server.keys}),
            "/elsewhere": lambda: self._send(302, b"", Location="http://127.0.0.1:1/"),
            "/huge": lambda: self._send(200, b"x" * (3 * 1024 * 1024)),
            "/members": lambda: self._members(query),
            "/lineitems": lambda: self._json(self.server.lineitems),
            "/course": lambda: self._page(FRAME.format(url=escape(query["url"][0]))),
            "/auth": lambda: self._authenticate(query),
            "/configuration": lambda: self._json(self.server.configuration()),
        }
        answers.get(path, lambda: self._send(404, b"nothing here"))()

    def _authenticate(self, query):
        token = self.server.token(self.server.claims(query["nonce"][0], **self.server.launch))
        fields = {"state": query["state"][0], "id_token": token}
        inputs = "".join(f'<input type="hidden" name="{n}" value="{v}">' for n, v in fields.items())
        self._page(POSTED.format(url=escape(query["redirect_uri"][0]), inputs=inputs))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = urlsplit(self.path).path
        if path == "/register":
            return self._register(json.loads(body))
        if path == "/back":
            self.server.chosen += parse_qs(body.decode())["JWT"]
            return self._page("<h1>Linked</h1>")
        if path == "/token":
            fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.server.assertions.append(fields)
            return self._json({"access_token": "a-token", "token_type": "bearer", "expires_in": 3600})
        if self.headers.get("Authorization") != "Bearer a-token":
            return self._send(401, b"no token")
        document = json.loads(body)
        self.server.posted.append((self.path, self.headers["Content-Type"], document))
        if path == "/lineitems":
            document["id"] = f"{self.server.url}/lineitems/{len(self.server.lineitems) + 1}"
            self.server.lineitems.append(document)
            return self._json(document, 201)
        status = self.server.answers.pop(0) if self.server.answers else 200
        return self._send(status, b"{}" if status == 200 else self.server.refusal)

    def _register(self, document):
        if self.headers["Authorization"] != "Bearer registration-token":
            return self._send(401, b"missing_registration_token")
        self.server.registered.append(document)
        tool = {"deployment_id": "17"} | document["https://purl.imsglobal.org/spec/lti-tool-configuration"]
        answer = {
            "client_id": "made-by-moodle",
            "https://purl.imsglobal.org/spec/lti-tool-configuration": tool,
        }
        return self._json(answer | self.server.answer)

    def _members(self, query):
        if self.headers.get("Authorization") != "Bearer a-token":
            return self._send(401, b"no token")
        page = int(query.get("Page", ["0"])[0])
        size = self.server.page_size
        found = self.server.members[page * size : (page + 1) * size]
        headers = {}
        if (page + 1) * size < len(self.server.members):
            headers["Link"] = f'<{self.server.url}/members?Limit=AbC&Page={page + 1}>; rel="next"'
        if query.get("Limit") != ["AbC"]:
            return self._send(400, b"the page's mark was changed")
        return self._json({"id": "x", "context": {"id": "context-1"}, "members": found}, **headers)

    def _json(self, document, status=200, **headers):
        self._send(status, json.dumps(document).encode(), **{"Content-Type": "application/json"} | headers)

    def _page(self, body):
        page = f'<!doctype html><html lang="en"><title>Moodle</title>{body}</html>'
        self._send(200, page.encode(), **{"Content-Type": "text/html; charset=utf-8"})

    def _send(self, status, content, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        pass


def serving():
    """Start a platform; used as a context manager by the fixture."""
    server = FakePlatform()
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    return server
