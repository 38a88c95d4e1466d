"""An instance under test: the real application with its demo people, driven over ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from fastapi import FastAPI

from vitrail.access.roles import Role
from vitrail.access.tables import OrganizationGrantRow, ProjectGrantRow
from vitrail.app import create_app
from vitrail.db.base import new_id, now
from vitrail.demo.credentials import DemoCredentials, DemoSignIn
from vitrail.demo.seed import seed
from vitrail.identity import repository
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow, TokenRow
from vitrail.secret import digest
from vitrail.services import Services
from vitrail.settings import Settings

SITE = "http://vitrail.test"
CREDENTIALS = DemoCredentials(
    organization_id="11111111-1111-4111-8111-111111111111",
    private_key="",
    public_key="",
    license_key="",
    people=(
        DemoSignIn("ada@jaffle.example", "ada-has-a-password", "vt_ada"),
        DemoSignIn("vera@jaffle.example", "vera-has-a-password", "vt_vera"),
    ),
)
ADA, VERA = CREDENTIALS.people


@dataclass(frozen=True)
class Instance:
    """A running application. `project_id` is the demo's project."""

    app: FastAPI
    project_id: str

    @property
    def services(self) -> Services:
        services = self.app.state.services
        assert isinstance(services, Services)
        return services

    def client(self, **more: object) -> httpx.AsyncClient:
        """Nobody: no cookie, no token."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=SITE, **more)  # type: ignore[arg-type]

    def by_token(self, token: str) -> httpx.AsyncClient:
        """Someone who sends a personal access token."""
        return self.client(headers={"Authorization": f"Bearer {token}"})

    @asynccontextmanager
    async def signed_in(self, sign_in: DemoSignIn) -> AsyncIterator[httpx.AsyncClient]:
        """Someone in the page: signed in with the password, with cookie and CSRF header."""
        async with self.client() as client:
            body = {"email": sign_in.email, "password": sign_in.password}
            answer = await client.post("/api/v1/auth/login", json=body)
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
            yield client

    async def person(self, email: str) -> Person:
        async with self.services.db.session() as session:
            row = await repository.row_by_email(session, email)
            assert row is not None
            person = await repository.load(session, row.id)
            assert person is not None
            return person

    async def add_person(
        self, name: str, *, organization_role: Role | None = None, project_role: Role | None = None
    ) -> str:
        """Another person of the organisation; the answer is their token. Their address is `{name}@jaffle.example`."""
        token = f"vt_{name}"
        async with self.services.db.session() as session:
            row = PersonRow(
                id=new_id(),
                organization_id=CREDENTIALS.organization_id,
                email=f"{name}@jaffle.example",
                email_verified=True,
                name=name.title(),
                password_hash=None,
                active=True,
                created_at=now(),
            )
            session.add(row)
            await session.flush()
            session.add(
                TokenRow(
                    id=new_id(),
                    person_id=row.id,
                    name="test",
                    token_hash=digest(token),
                    prefix=token[:8],
                    created_at=now(),
                    expires_at=None,
                    last_used_at=None,
                    revoked_at=None,
                )
            )
            if organization_role:
                session.add(OrganizationGrantRow(person_id=row.id, role=organization_role.value))
            if project_role:
                session.add(ProjectGrantRow(project_id=self.project_id, person_id=row.id, role=project_role.value))
        return token


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Instance]:
    """The application with its lifespan, seeded once (a second call with the same settings finds what is there)."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        project_id = await seed(
            app.state.services,
            CREDENTIALS,
            dbt_dir=Path("/demo/dbt"),
            warehouse=Path("/demo/demo.duckdb"),
        )
        yield Instance(app, project_id)
