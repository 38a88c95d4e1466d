"""The warm toolchain in a sandbox: types, builds and references of the source as it is, by lines of JSON.

The process runs beside code that a model wrote and as the same user, so its answers are checked before they are used:
shapes, names and sizes, and vendor modules that exist.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from vitrail.errors import VitrailError
from vitrail.sandbox.provider import TOOLCHAIN, Sandbox, SandboxProcess

if TYPE_CHECKING:
    from vitrail.sandbox.toolchain import Toolchain

COMMAND = (f"{TOOLCHAIN}/bin/node", f"{TOOLCHAIN}/scripts/service.mjs")
TIMEOUT_S = 90.0
MAX_BUILD_BYTES = 8_000_000
MAX_FINDINGS = 200


class ToolchainFailed(VitrailError):
    """The toolchain itself failed, not the source it was given."""

    status = 500
    title = "The app toolchain failed"
    code = "toolchain-failed"


_Path = Annotated[str, StringConstraints(max_length=400)]
_Text = Annotated[str, StringConstraints(max_length=4000)]
_Id = Annotated[str, StringConstraints(min_length=1, max_length=300)]
_FileName = Annotated[str, StringConstraints(pattern=r"^(app|style)-[0-9a-f]{16}\.(js|css)$")]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_Shape = TypeVar("_Shape", bound=_Answer)


class Diagnostic(_Answer):
    """Something wrong in the source. `line` and `column` count from 1; `code` is `TS…` or the bundler's."""

    file: _Path
    line: int
    column: int
    code: Annotated[str, StringConstraints(max_length=60)]
    message: _Text

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.code}: {self.message}"


class Unresolved(_Answer):
    """A use of the SDK whose fields can't be told from the source; the server will refuse what it asks."""

    file: _Path
    line: int
    reason: _Text

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class _Fields(_Answer):
    fields: Annotated[list[_Id], Field(max_length=5000)]


class References(_Answer):
    """What the source asks: explore → fields (dimensions, metrics and filtered fields)."""

    explores: Annotated[dict[_Id, _Fields], Field(max_length=1000)]
    savedCharts: Annotated[list[_Id], Field(max_length=1000)]  # noqa: N815 - the stored shape
    unresolved: Annotated[list[Unresolved], Field(max_length=1000)]

    def as_json(self) -> dict[str, Any]:
        """`{"explores": {"orders": {"fields": [...]}}, "savedCharts": [], "unresolved": [...]}`."""
        return self.model_dump()


class BuildManifest(_Answer):
    """What a build is made of: `entry` and `styles` name its files, `vendor` what it imports, `bytes` their size."""

    entry: _FileName
    styles: Annotated[list[_FileName], Field(max_length=1)]
    vendor: Annotated[list[_Id], Field(max_length=100)]
    toolchain: _Id
    bytes: int

    def as_json(self) -> dict[str, Any]:
        return self.model_dump()


class _Build(_Answer):
    manifest: BuildManifest | None
    files: Annotated[dict[_FileName, str], Field(max_length=2)]
    diagnostics: Annotated[list[Diagnostic], Field(max_length=MAX_FINDINGS)]


@dataclass(frozen=True)
class BuildResult:
    """`manifest` is `None` when the source can't be built; `diagnostics` then say why."""

    manifest: BuildManifest | None
    files: dict[str, bytes] = field(repr=False)
    diagnostics: list[Diagnostic]


class ToolchainService:
    """A running service. Requests may be made at the same time. `close` ends it; a sandbox that pauses does so too."""

    def __init__(self, process: SandboxProcess, toolchain: Toolchain) -> None:
        self._process = process
        self._toolchain = toolchain
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._asked = 0
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, sandbox: Sandbox, toolchain: Toolchain) -> ToolchainService:
        """Start it, and let it load its libraries in the background. Raises `ToolchainFailed`."""
        process = await sandbox.spawn(COMMAND, env={"NODE_ENV": "production"})
        service = cls(process, toolchain)
        service._warm = asyncio.create_task(service._preload())
        return service

    _warm: asyncio.Task[None] | None = None

    async def _preload(self) -> None:
        # What it would tell is told to whoever asks for something.
        with contextlib.suppress(ToolchainFailed):
            await self._ask("preload")

    async def check_types(self) -> list[Diagnostic]:
        """What TypeScript finds wrong in `src/`, at most 200 findings."""
        found = await self._ask("check")
        if not isinstance(found, list):
            raise self._nonsense()
        return [self._valid(Diagnostic, one) for one in found[:MAX_FINDINGS]]

    async def build(self, mode: Literal["preview", "publish"]) -> BuildResult:
        """Build the app: `preview` is fast, `publish` is minified. Both leave the vendor libraries outside."""
        answer = self._valid(_Build, await self._ask("build", mode=mode))
        files = {name: text.encode() for name, text in answer.files.items()}
        manifest = answer.manifest
        if manifest is not None:
            wanted = {manifest.entry, *manifest.styles}
            known = self._toolchain.vendor.modules
            size = sum(map(len, files.values()))
            if wanted != files.keys() or not known.keys() >= set(manifest.vendor) or size > MAX_BUILD_BYTES:
                raise self._nonsense()
            manifest = manifest.model_copy(update={"toolchain": self._toolchain.tag, "bytes": size})
        return BuildResult(manifest, files, answer.diagnostics)

    async def references(self) -> References:
        """The explores and fields that the source asks."""
        return self._valid(References, await self._ask("references"))

    async def close(self) -> None:
        """End the process. Safe to repeat."""
        if self._warm is not None:
            self._warm.cancel()
        await self._process.kill()
        self._reader.cancel()
        await asyncio.gather(self._reader, *([self._warm] if self._warm else []), return_exceptions=True)
        self._fail(ToolchainFailed("It was closed while it worked.", cure="Start the build again."))

    # -- lines of JSON

    async def _ask(self, operation: str, **more: Any) -> Any:
        if self._reader.done():
            raise self._ended()
        self._asked += 1
        number = self._asked
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            line = json.dumps({"id": number, "op": operation, **more}) + "\n"
            try:
                self._process.stdin.write(line.encode())
                await self._process.stdin.drain()
            except (OSError, RuntimeError):
                raise self._ended() from None
            return await asyncio.wait_for(future, TIMEOUT_S)
        except TimeoutError:
            raise ToolchainFailed(
                f"{operation} did not end within {TIMEOUT_S:g} seconds.",
                cure="Start the build again; if it stays, give the sandbox more memory (VITRAIL_SANDBOX_MEMORY_MB).",
            ) from None
        finally:
            self._waiting.pop(number, None)

    async def _read(self) -> None:
        try:
            async for line in self._process.stdout:
                self._take(line)
        except (OSError, ValueError):  # a line beyond all limits
            pass
        finally:
            self._fail(self._ended())

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return
        future = self._waiting.get(message.get("id", -1)) if isinstance(message, dict) else None
        if future is None or future.done():
            return
        if "error" in message:
            reason = " ".join(str(message["error"])[:1000].split())
            future.set_exception(ToolchainFailed(reason, cure="Start the build again; if it stays, report it."))
        else:
            future.set_result(message.get("result"))

    def _fail(self, error: ToolchainFailed) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)

    def _ended(self) -> ToolchainFailed:
        last = " ".join(self._process.stderr_tail.split())[-600:]
        return ToolchainFailed(
            f"Its process ended{f': {last}' if last else '.'}",
            cure="Start the build again; if it stays, give the sandbox more memory (VITRAIL_SANDBOX_MEMORY_MB).",
        )

    def _valid(self, shape: type[_Shape], answer: Any) -> _Shape:
        try:
            return shape.model_validate(answer)
        except ValidationError:
            raise self._nonsense() from None

    @staticmethod
    def _nonsense() -> ToolchainFailed:
        return ToolchainFailed(
            "It gave an answer that it can't give.",
            cure="Start the build again in a new sandbox; if it stays, report it.",
        )
