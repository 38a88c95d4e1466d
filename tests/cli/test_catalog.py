"""`vitrail catalog`: check, diff, export, upload."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.catalog.ossie_models import dataset, document, field, metric, written
from tests.catalog.projects import write_project
from vitrail.catalog.ossie_document import valid
from vitrail.cli import app

SCHEMA = """
models:
  - name: sales
    meta: {sql_filter: "${TABLE}.region in (${ld.attr.region})"}
    columns:
      - {name: region, data_type: varchar, meta: {dimension: {label: Region}}}
      - {name: amount, data_type: int, meta: {metrics: {total: {type: sum, label: Total}}}}
"""
BAD = "  - {name: bad, meta: {joins: [{join: sale, sql_on: x}]}, columns: [{name: a}]}\n"


@pytest.fixture
def dbt(tmp_path: Path) -> Path:
    return write_project(tmp_path / "dbt", SCHEMA)


def catalog(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(app, ["catalog", *map(str, arguments)], env=environment)


def error(result: Result) -> dict[str, Any]:
    assert result.exit_code == 1
    found: dict[str, Any] = json.loads(result.stdout)["error"]
    assert set(found) == {"title", "cause", "cure"}
    return found


class TestCheck:
    def test_lists_explores_and_fields(self, dbt: Path) -> None:
        for arguments in (["--dbt", dbt], [dbt]):
            result = catalog("check", *arguments, "--json")
            assert result.exit_code == 0
            body = json.loads(result.stdout)
            assert [e["name"] for e in body["explores"]] == ["sales"]
            assert (body["problems"], body["source"]) == ([], "dbt target")
        shown = catalog("check", dbt).stdout
        assert "sales_total   metric     sum" in shown
        assert "1 explores (dbt target), 0 problems" in shown

    def test_tells_problems_with_their_place_and_goes_on_unless_strict(self, tmp_path: Path) -> None:
        write_project(tmp_path, SCHEMA + BAD)
        result = catalog("check", tmp_path)
        assert result.exit_code == 0
        assert "models/schema.yml:8: Join left out" in result.stdout
        assert "did you mean 'sales'" in result.stdout
        assert catalog("check", tmp_path, "--strict").exit_code == 1
        body = json.loads(catalog("check", tmp_path, "--json").stdout)
        assert body["problems"][0]["model"] == "bad" and body["problems"][0]["fatal"]
        assert (body["problems"][0]["file"], body["problems"][0]["line"]) == ("models/schema.yml", 8)
        assert {e["name"] for e in body["explores"]} == {"sales", "bad"}

    def test_strict_is_not_about_warnings(self, tmp_path: Path) -> None:
        written(tmp_path, document(dataset("t", "id"), custom_extensions=[{"vendor_name": "X", "data": "{}"}]))
        result = catalog("check", tmp_path, "--strict")
        assert (result.exit_code, "Extensions passed over" in result.stdout) == (0, True)

    def test_fails_when_nothing_can_be_asked(self, tmp_path: Path) -> None:
        write_project(tmp_path, "models: [{name: empty}]")
        result = catalog("check", tmp_path)
        assert result.exit_code == 1
        assert "Nothing to ask" in result.stdout

    def test_without_anything_to_read(self, tmp_path: Path) -> None:
        assert "target/manifest.json" in error(catalog("check", tmp_path, "--json"))["cause"]

    def test_reads_a_checkout_and_an_ossie_file(self, tmp_path: Path) -> None:
        (tmp_path / "models").mkdir()
        (tmp_path / "dbt_project.yml").write_text("name: shop\n")
        (tmp_path / "models" / "t.yml").write_text("models: [{name: t, columns: [{name: id}]}]")
        (tmp_path / "models" / "t.sql").write_text("select * from {{ ref('away') }}")
        result = catalog("check", tmp_path)
        assert result.exit_code == 0
        assert "1 explores (dbt checkout)" in result.stdout
        assert "models/t.sql:1: Reference not found" in result.stdout
        file = written(tmp_path / "other", document(dataset("u", "id"))) / "shop.ossie.yaml"
        assert "1 explores (Ossie)" in catalog("check", file).stdout


class TestDiff:
    def test_says_what_differs(self, tmp_path: Path, dbt: Path) -> None:
        after = write_project(tmp_path / "after", SCHEMA.replace("total:", "sum:").replace("type: sum", "type: sum"))
        result = catalog("diff", dbt, after)
        assert result.exit_code == 0
        assert result.stdout.splitlines() == ["metric sales_total is now sales_sum in sales", "1 renamed."]
        body = json.loads(catalog("diff", dbt, after, "--json").stdout)
        assert body["counts"] == {"renamed": 1}
        assert (body["changes"][0]["before"], body["changes"][0]["after"]) == ("sales_total", "sales_sum")
        assert catalog("diff", dbt, dbt).stdout == "Nothing changed.\n"


class TestExport:
    def test_writes_a_valid_model_and_is_loud_about_access(self, dbt: Path, tmp_path: Path) -> None:
        result = catalog("export", "--format", "ossie", "--project", dbt)
        assert result.exit_code == 0
        assert valid(yaml.safe_load(result.stdout))
        assert "ACCESS RULE NOT EXPORTED" in result.stderr and "row filter of sales" in result.stderr
        file = tmp_path / "out.ossie.yaml"
        assert catalog("export", "--project", dbt, "-o", file).exit_code == 0
        assert file.read_text() == result.stdout
        assert "sales" in catalog("check", file).stdout
        assert valid(json.loads(catalog("export", "--project", dbt, "--json").stdout))

    def test_other_formats_and_places_are_refused(self, dbt: Path, tmp_path: Path) -> None:
        assert "--format ossie" in error(catalog("export", "--format", "x", "--project", dbt, "--json"))["cure"]
        nowhere = tmp_path / "no" / "out.yaml"
        assert "can't be written" in error(catalog("export", "--project", dbt, "-o", nowhere, "--json"))["cause"]


ANSWER = {"version": "abc", "explores": 1, "fields": 2, "counts": {}, "changes": [], "problems": []}


class _Server(BaseHTTPRequestHandler):
    """Notes what it is sent, and answers what it is told to."""

    seen: ClassVar[list[tuple[str, str, bytes]]] = []
    answer: tuple[int, bytes] = (200, json.dumps(ANSWER).encode())

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.answer[0])
        self.send_header("Content-Length", str(len(self.answer[1])))
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(_Server, "seen", [])
    listening = HTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()


class TestUpload:
    def test_sends_what_dbt_wrote_with_a_token_from_the_environment(self, dbt: Path, server: str) -> None:
        (dbt / "target" / "catalog.json").write_text('{"nodes": {}}')
        (dbt / "lightdash.config.yml").write_text("parameters: {}")
        result = catalog("upload", dbt, "--project", "p1", "--url", server, "--token-env", "CI", CI="s3cret")
        assert result.exit_code == 0, result.stdout + result.stderr
        assert "In use: version abc, 1 explores, 2 fields." in result.stdout
        [(path, token, body)] = _Server.seen
        assert (path, token) == ("/api/v1/projects/p1/catalog", "Bearer s3cret")
        for name in (b'name="manifest"', b'name="catalog"', b'name="config"', b'"adapter_type"'):
            assert name in body
        assert b'name="semantic_manifest"' not in body

    def test_sends_an_ossie_model(self, tmp_path: Path, server: str) -> None:
        model = document(dataset("t", field("id")), metrics=[metric("n", "COUNT(*)")])
        written(tmp_path, model)
        result = catalog("upload", tmp_path, "--project", "p1", "--url", server, VITRAIL_TOKEN="t")
        assert result.exit_code == 0
        assert b'name="ossie"; filename="shop.ossie.yaml"' in _Server.seen[0][2]

    def test_says_what_the_server_refused_with_every_problem(
        self, dbt: Path, server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        problem = {"title": "The catalog can't be used", "cause": "Nothing.", "cure": "Correct it.",
                   "details": [{"cause": "Model t: no column.", "where": "models/t.yml:3"}]}  # fmt: skip
        monkeypatch.setattr(_Server, "answer", (422, json.dumps(problem).encode()))
        found = error(catalog("upload", dbt, "--project", "p", "--url", server, "--json", VITRAIL_TOKEN="t"))
        assert found["title"] == "The catalog can't be used"
        assert "models/t.yml:3 Model t: no column." in found["cause"]

    def test_what_is_missing_is_told_before_anything_is_sent(self, tmp_path: Path, dbt: Path, server: str) -> None:
        there = ["--url", server, "--json"]
        assert "TOKEN_X" in error(catalog("upload", dbt, "--project", "p", "--token-env", "TOKEN_X", *there))["cure"]
        assert (
            "no project's id" in error(catalog("upload", dbt, "--project", "a/b", *there, VITRAIL_TOKEN="t"))["cause"]
        )
        (tmp_path / "dbt_project.yml").write_text("name: x")
        assert "dbt parse" in error(catalog("upload", tmp_path, "--project", "p", *there, VITRAIL_TOKEN="t"))["cure"]
        assert _Server.seen == []
        away = ["--url", "http://127.0.0.1:9", "--json"]
        assert "No server answers" in error(catalog("upload", dbt, "--project", "p", *away, VITRAIL_TOKEN="t"))["cause"]

    def test_the_token_is_no_argument(self) -> None:
        assert "--token " not in catalog("upload", "--help").stdout
