"""What the agent's tests share: a small app folder, recorded progress, tasks over the demo's catalog."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic_ai.workspaces import LocalWorkspaceBackend

from vitrail.agent.task import AgentTask, StepKind
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog

DEMO = Path(__file__).parents[2] / "demo" / "dbt"
EMPTY_APP = "export default function App() {\n  return null;\n}\n"


@cache
def demo_catalog() -> Catalog:
    return load_catalog(DEMO)


class Steps:
    """Progress, kept."""

    def __init__(self) -> None:
        self.all: list[tuple[StepKind, str, str]] = []

    async def step(self, kind: StepKind, title: str, detail: str = "") -> None:
        self.all.append((kind, title, detail))

    def titles(self, kind: StepKind | None = None) -> list[str]:
        return [title for k, title, _ in self.all if kind in (None, k)]


def app_folder(root: Path) -> LocalWorkspaceBackend:
    """A workspace as the toolchain leaves it, as far as the agent may see it."""
    (root / "src").mkdir(exist_ok=True)
    (root / "src" / "App.tsx").write_text(EMPTY_APP)
    (root / "package.json").write_text("{}")
    return LocalWorkspaceBackend(root)


def task(workspace: LocalWorkspaceBackend, prompt: str = "Revenue by month", **more: Any) -> AgentTask:
    return AgentTask(prompt=prompt, catalog=demo_catalog(), workspace=workspace, guide="# Guide", **more)
