"""Addresses of warehouses: what is missing or wrong is named, and nothing of a password ever is."""

from __future__ import annotations

import base64
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from vitrail.errors import InvalidInput
from vitrail.warehouse import address
from vitrail.warehouse.connect import KINDS, connect, reaches_into_machine
from vitrail.warehouse.errors import WarehouseUnavailable


def private_key(passphrase: str) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
    return base64.urlsafe_b64encode(pem).decode().replace("-", "%2B").replace("_", "/")


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("postgres://u:secret@h/db", "postgres"),
        ("POSTGRESQL://u:secret@h:5433/db?sslmode=require", "postgres"),
        ("redshift://u:secret@h/db", "redshift"),
        ("bigquery://p/d?api_endpoint=http://127.0.0.1:1&anonymous=true", "bigquery"),
        ("snowflake://u:secret@account.eu/db/schema?warehouse=W&role=R", "snowflake"),
        ("snowflake://u@account/db?warehouse=W&token=secret", "snowflake"),
        ("databricks://token:secret@h/catalog/schema?http_path=/sql/1.0/warehouses/x", "databricks"),
        ("trino://u:secret@h/catalog", "trino"),
        ("trino://u@h/catalog?token=secret", "trino"),
        ("clickhouse://u:secret@h", "clickhouse"),
    ],
)
async def test_an_address_opens_its_kind_and_asks_nobody_yet(url: str, dialect: str) -> None:
    opened = connect(url)
    assert opened.dialect.name == dialect
    assert not opened.unchanging
    await opened.close()


async def test_a_snowflake_key_with_its_passphrase() -> None:
    key = private_key("pass phrase")
    url = f"snowflake://u@a/db?warehouse=W&private_key_base64={key}&private_key_passphrase=pass%20phrase"
    await connect(url).close()
    with pytest.raises(InvalidInput, match="private key can't be read") as refused:
        connect(url.replace("pass%20phrase", "other"))
    assert "other" not in str(refused.value.problem())


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("redshift://u:secret@h", "no database"),
        ("redshift://u:secret@h/db?options=x", "no option 'options'"),
        ("snowflake://u@account/db?warehouse=W", "no password"),
        ("snowflake://u:secret@account/db", "no warehouse"),
        ("snowflake://u:secret@account?warehouse=W", "no database"),
        ("snowflake://u:secret@/db?warehouse=W", "no account"),
        ("snowflake://u:secret@account/db/s/t?warehouse=W", "more than a database and a schema"),
        ("snowflake://u:secret@account/db?warehouse=W&authenticator=externalbrowser", "no option 'authenticator'"),
        ("snowflake://u@account/db?warehouse=W&private_key_base64=secret", "private key can't be read"),
        ("databricks://token:secret@h/catalog", "no http path"),
        ("databricks://token@h/catalog?http_path=/x", "no token"),
        ("databricks://me:secret@h/catalog?http_path=/x", "Only an access token"),
        ("databricks://token:secret@h?http_path=/x", "no catalog"),
        ("oracle://u:secret@h/db", "no warehouses of the kind 'oracle'"),
        ("athena://u:secret@h/db", "not supported yet"),
        ("motherduck://secret", "MotherDuck"),
        ("md:secret", "MotherDuck"),
        ("duckdb://md:secret?motherduck_token=secret", "MotherDuck"),
        ("", "No warehouse was named"),
        ("   ", "No warehouse was named"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(url: str, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause) as refused:
        connect(url)
    assert refused.value.cure
    assert "secret" not in str(refused.value.problem()).replace("secret key", "")


@pytest.mark.parametrize(
    ("url", "module"),
    [
        ("bigquery://p/d", "google.cloud"),
        ("snowflake://u:secret@a/db?warehouse=W", "snowflake.connector"),
        ("databricks://token:secret@h/c?http_path=/x", "databricks"),
        ("trino://u:secret@h/c", "trino"),
        ("clickhouse://u:secret@h", "clickhouse_connect"),
    ],
)
def test_a_missing_driver_is_named_with_what_installs_it(
    url: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = url.partition(":")[0]
    monkeypatch.delitem(sys.modules, f"vitrail.warehouse.{kind}", raising=False)
    for name in [name for name in sys.modules if name == module or name.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidInput, match="driver") as refused:
        connect(url)
    assert f"pip install 'vitrail[{kind}]'" in refused.value.cure


def test_every_kind_is_named_in_the_cure() -> None:
    with pytest.raises(InvalidInput) as refused:
        connect("nothing://x")
    assert all(kind in refused.value.cure for kind in KINDS)
    assert set(KINDS) == {
        *("duckdb", "postgresql", "redshift", "bigquery", "snowflake", "databricks", "trino", "clickhouse"),
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:s%2Fecret@h:1/db?sslmode=require", "postgresql://u@h:1/db?sslmode=require"),
        ("snowflake://u:secret@a/db/s?warehouse=W&role=R", "snowflake://u@a/db/s?warehouse=W&role=R"),
        ("snowflake://u@a/db?warehouse=W&token=secret", "snowflake://u@a/db?warehouse=W"),
        (
            "snowflake://u@a/db?warehouse=W&private_key_base64=secret&private_key_passphrase=secret",
            "snowflake://u@a/db?warehouse=W",
        ),
        ("bigquery://p/d?location=EU&credentials_base64=secret", "bigquery://p/d?location=EU"),
        ("databricks://token:secret@h/c?http_path=/sql/x", "databricks://token@h/c?http_path=/sql/x"),
        ("postgresql://u:sec/ret@h/db", "postgresql://…"),
        ("postgresql://u:sec#ret@h/db", "postgresql://…"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert address.shown(url) == shown


def test_a_message_is_shown_without_the_addresss_secrets() -> None:
    read = address.read("snowflake://u:s%2Fecret@a/db?token=t0ken&warehouse=W")
    assert read.without_password("no: s/ecret and t0ken on W") == "no: … and … on W"
    assert "s/ecret" not in repr(read) and "t0ken" not in repr(read)


@pytest.mark.parametrize(
    ("url", "reach"),
    [
        ("postgresql://u:p@h/db?sslmode=require", None),
        ("postgresql://u:p@/db", "a socket"),
        ("postgresql://u:p@h/db?host=/var/run/postgresql", "the option host"),
        ("postgresql://u:p@h/db?sslcert=/x", "the option sslcert"),
        ("postgresql://u:p@h/db?sslrootcert=/x", "the option sslrootcert"),
        ("trino://u:p@h/c?sslrootcert=/x", "the option sslrootcert"),
        ("bigquery://p/d", "the account of the machine"),
        ("bigquery://p/d?credentials_file=/x", "the option credentials_file"),
        ("bigquery://p/d?credentials_base64=x", None),
        ("bigquery://p/d?credentials_base64=x&api_endpoint=http://h", "the option api_endpoint"),
    ],
)
def test_what_only_the_operator_may_say(url: str, reach: str | None) -> None:
    found = reaches_into_machine(url)
    assert found is None if reach is None else reach in str(found)


@pytest.mark.parametrize(
    "url",
    [
        "redshift://u:hunter22@127.0.0.1:1/db",
        "databricks://token:hunter22@127.0.0.1/c?http_path=/x",
    ],
)
async def test_nobody_there_is_told_without_the_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from vitrail.warehouse import databricks

    monkeypatch.setattr(databricks, "ATTEMPTS", 1)
    opened = connect(url)
    with pytest.raises(WarehouseUnavailable) as away:
        await opened.execute("SELECT 1 AS i", timeout_s=30)
    assert "hunter22" not in str(away.value.problem())
    await opened.close()
