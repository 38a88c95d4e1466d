"""Bodies and names as an attacker writes them: too large, too deep, of another kind, in another spelling; and what only
a socket can send."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.apps import platform
from tests.e2e.demo import Demo, running
from tests.http.things import dump
from tests.kit.instance import Instance

sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ORGANIZATION = "/api/v1/organization"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def variables() -> dict[str, str]:
    return platform.licensed()


def _nested(depth: int) -> str:
    return '{"name":' + "[" * depth + "]" * depth + "}"


@sqlite
class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            _nested(100_000), '{"name":' * 50_000 + "1" + "}" * 50_000, "[" * 100_000, '{"name":' + "9" * 6000 + "}",
            '{"name": 1e999}', '{"name": NaN}', '{"name": -Infinity}', '{"name": "\\ud800"}', '{"name": "a\\u0000b"}',
            '{"name": "x",}', "{'name': 'x'}", '{"name": "x"} {"name": "y"}', "", " ", "null", "true", "1", '"x"', "[]",
            '[{"name": "x"}]', '{"name": {"$ne": null}}', '{"name": ["x"]}', '{"": "x"}',
            json.dumps({"name": "x" * 201}), json.dumps({"name": "x", "description": "x" * 2001}),
            json.dumps({f"field{n}": n for n in range(20_000)}),
        ],
    )  # fmt: skip
    async def test_what_is_no_group_makes_none(self, instance: Instance, ada: httpx.AsyncClient, body: str) -> None:
        before = await dump(instance)
        answer = await ada.post(f"{ORGANIZATION}/groups", content=body.encode(), headers=JSON)
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["cause"]
        assert len(answer.content) < 200_000 or len(body) > 200_000
        assert await dump(instance) == before

    @pytest.mark.parametrize("depth", [20, 300, 3000])
    async def test_filters_within_filters(self, instance: Instance, vera: httpx.AsyncClient, depth: int) -> None:
        text = '{"exploreName":"orders","metrics":["orders_order_count"],"filters":{"dimensions":%s}}'
        nested = '{"id":"g","and":[' * depth + "]}" * depth
        answer = await vera.post(f"/api/v1/projects/{instance.project_id}/query", content=text % nested, headers=JSON)
        assert 400 <= answer.status_code < 500, answer.text[:500]

    @pytest.mark.parametrize(
        "kind",
        [
            "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
            "application/xml", "application/octet-stream", "application/jsonp", "json", "*/*", "",
        ],
    )  # fmt: skip
    async def test_json_that_does_not_say_so(self, instance: Instance, ada: httpx.AsyncClient, kind: str) -> None:
        """Forms of another site's page can send these kinds without asking: none of them is taken for JSON."""
        before = await dump(instance)
        headers = {"Content-Type": kind}
        answer = await ada.post(f"{ORGANIZATION}/groups", content=b'{"name": "Mine"}', headers=headers)
        assert answer.status_code in (400, 415, 422), answer.text
        assert await dump(instance) == before

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
    async def test_json_in_another_encoding(self, ada: httpx.AsyncClient, encoding: str) -> None:
        body = '{"name": "Zoë"}'.encode(encoding)
        headers = {"Content-Type": f"application/json; charset={encoding}"}
        answer = await ada.post(f"{ORGANIZATION}/groups", content=body, headers=headers)
        if answer.is_success:  # JSON tells its encoding by its first bytes (RFC 4627)
            assert answer.json()["name"] == "Zoë"
        else:
            assert answer.status_code in (400, 422), answer.text

    async def test_a_compressed_body_is_not_unpacked(self, ada: httpx.AsyncClient) -> None:
        bomb = gzip.compress(b'{"name": "' + b"x" * 50_000_000 + b'"}')
        headers = {**JSON, "Content-Encoding": "gzip"}
        answer = await ada.post(f"{ORGANIZATION}/groups", content=bomb, headers=headers)
        assert answer.status_code in (400, 415, 422)

    async def test_too_much_at_once(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        before = await dump(instance)
        body = json.dumps({"name": "x", "description": "y" * instance.services.settings.max_request_bytes})
        answer = await ada.post(f"{ORGANIZATION}/groups", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        lies = {**JSON, "Content-Length": "10"}
        answer = await ada.post(f"{ORGANIZATION}/groups", content=body, headers=lies)
        assert answer.status_code in (400, 413)
        assert await dump(instance) == before


NAMES = [
    "قسم المبيعات", "מכירות", "売上分析", "Zoë Ångström", "Zoë", "\N{WOMAN}\u200d\N{GIRL}", "a\u200bb", "a\u202eb",
    "\u2066x\u2069", "'; DROP TABLE groups; --", "' OR '1'='1", '" OR ""="', "Robert'); --", "100 %", "under_score",
    "back\\slash", "%_%", "{{7*7}}", "${7*7}", "#{7*7}", "%(name)s", "%s%n", "{0}", ":name", "?", "$1", "NULL",
    "<script>alert(1)</script>", "=HYPERLINK(1)", "undefined", "true", "0", "-1", "../../etc/passwd", "a/b", "a&b=c",
    "Zoe\u0308", "\U0001d54f" * 200,
]  # fmt: skip


class TestNames:
    """On both engines: what a name may hold is theirs to keep, and to look for."""

    async def test_come_back_as_they_were_and_are_found(self, ada: httpx.AsyncClient) -> None:
        for name in NAMES:
            made = await ada.post(f"{ORGANIZATION}/groups", json={"name": name, "description": name})
            assert made.status_code == 201, (name, made.text)
            again = (await ada.get(f"{ORGANIZATION}/groups/{made.json()['id']}")).json()
            assert (again["name"], again["description"]) == (name, name)
        for name in NAMES:
            found = (await ada.get(f"{ORGANIZATION}/groups", params={"q": name, "limit": 200})).json()
            names = [each["name"] for each in found["items"]]
            assert name in names
            assert names == [each for each in names if name.lower() in each.lower()], name
        assert (await ada.get(f"{ORGANIZATION}/groups")).json()["total"] == len(NAMES)

    async def test_of_people_spaces_roles_and_tokens(self, instance: Instance, ada: httpx.AsyncClient) -> None:
        project = f"/api/v1/projects/{instance.project_id}"
        for number, name in enumerate(NAMES):
            for path, body in (
                (f"{project}/spaces", {"name": name}),
                (f"{ORGANIZATION}/roles", {"name": name, "level": "project", "scopes": []}),
                ("/api/v1/auth/tokens", {"name": name}),
                (f"{ORGANIZATION}/invitations", {"email": f"n{number}@example.com", "name": name}),
            ):
                answer = await ada.post(path, json=body)
                assert answer.status_code == 201, (path, name, answer.text)
        spaces = {each["name"] for each in (await ada.get(f"{project}/spaces")).json()}
        roles = {each["name"] for each in (await ada.get(f"{ORGANIZATION}/roles")).json()}
        tokens = {each["name"] for each in (await ada.get("/api/v1/auth/tokens")).json()}
        people = {each["name"] for each in (await ada.get(f"{ORGANIZATION}/people?limit=200")).json()["items"]}
        for kept in (spaces, roles, tokens, people):
            assert set(NAMES) <= kept

    @pytest.mark.parametrize("q", ["%", "_", "\\", "'", "%27", "a%", "🙈", "\u202e\u202e", "' UNION SELECT 1 --"])
    async def test_what_is_looked_for_is_text_and_no_pattern(self, ada: httpx.AsyncClient, q: str) -> None:
        for path in ("people", "groups", "tokens"):
            answer = await ada.get(f"{ORGANIZATION}/{path}", params={"q": q})
            assert (answer.status_code, answer.json()["total"]) == (200, 0), (path, q)

    @sqlite
    @pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x1bb", "\t", "a\x7fb", "   ", "\u00a0", "x" * 201])
    async def test_what_is_no_name(self, ada: httpx.AsyncClient, name: str) -> None:
        assert (await ada.post(f"{ORGANIZATION}/groups", json={"name": name})).status_code == 422


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A real server."""
    with running(tmp_path_factory.mktemp("socket") / "data", VITRAIL_BUILDS_AT_ONCE="0") as demo:
        yield demo


class TestAtTheSocket:
    """What a client library would not send, to a real server."""

    @pytest.mark.parametrize(
        ("head", "body"),
        [
            ("GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\nX-Long: " + "x" * 200_000, ""),
            ("GET /api/v1/auth/me HTTP/1.1\r\nHost: x" + "".join(f"\r\nX-{n}: y" for n in range(20_000)), ""),
            ("GET /" + "x" * 200_000 + " HTTP/1.1\r\nHost: x", ""),
            ("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1", "{}"),
            ("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 40", "{}"),
            ("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2x", "{}"),
            (
                "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked",
                "0\r\n\r\nGET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n",
            ),
            ("POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"),
            ("GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \x00\xff", ""),
            ("GET /api/v1/auth/me HTTP/1.1\r\nHost : x\r\n Folded: y", ""),
            ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ""),
        ],
        ids=lambda text: ascii(text[:40]) if text else "-",
    )
    def test_is_refused_and_the_server_goes_on(self, demo: Demo, head: str, body: str) -> None:
        answer = _raw(demo, f"{head}\r\n\r\n{body}")
        status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 400
        assert 400 <= status < 500, answer[:300]
        assert answer.count(b"HTTP/1.1 2") == 0, answer[:600]
        with demo.client() as client:
            assert client.get("/health").status_code == 200


def _raw(demo: Demo, text: str) -> bytes:
    """What a server answers to these bytes, until it closes or has nothing more to say for a second."""
    where = urlsplit(demo.url)
    answer = b""
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=5) as connection:
        try:
            connection.sendall(text.encode("latin-1"))
            connection.settimeout(1)
            while part := connection.recv(65536):
                answer += part
        except (TimeoutError, ConnectionError):
            pass
    return answer
