"""The local sandbox keeps pydantic-ai's contract of a workspace: its own suite, with every optional rule on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceBackend
from pydantic_ai.workspaces.conformance import WorkspaceBackendSuite

from tests.sandbox.conftest import SMALL
from vitrail.sandbox.local import LocalProvider, LocalSandbox

pytestmark = pytest.mark.sandbox


class TestLocalSandbox(WorkspaceBackendSuite):
    # the suite's own mark is for the anyio plugin; here pytest-asyncio runs everything
    pytestmark = pytest.mark.sandbox

    @pytest.fixture
    def backend(self, sandbox: LocalSandbox) -> WorkspaceBackend:
        return sandbox

    @pytest.fixture
    def fresh_backend(self, provider: LocalProvider) -> Callable[[], WorkspaceBackend]:
        return lambda: provider.new(SMALL)

    @pytest.fixture
    def attach_backend(self, provider: LocalProvider) -> Callable[[WorkspaceRef], WorkspaceBackend]:
        return lambda ref: LocalSandbox(provider, ref=ref)

    @pytest.fixture
    def destroy_environment(self) -> Callable[[WorkspaceBackend], Awaitable[None]]:
        async def destroy(backend: WorkspaceBackend) -> None:
            assert isinstance(backend, LocalSandbox)
            await backend.kill()

        return destroy
