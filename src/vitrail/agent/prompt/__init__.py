"""What the model is told: a system prompt that never changes within a version of the toolchain (so that it is cached),
and one message a prompt with the part of the catalog that matters to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from vitrail.agent.describe import catalog_index
from vitrail.agent.errors import redact
from vitrail.agent.fence import fence, line
from vitrail.agent.task import AgentTask

MAX_FINDINGS = 25

_TEMPLATES = {
    "dashboard": "The builder chose a dashboard: one page, or tabs where the request names several subjects.",
    "slides": "The builder chose a slide show: one message a slide, large type, arrows to move.",
    "report": "The builder chose a report that prints well: headings, short texts, static charts and tables.",
    "custom": "The builder chose no form: take the one that serves the request.",
}


@cache
def rules() -> str:
    return files(__package__).joinpath("rules.md").read_text(encoding="utf-8").strip()


def instructions(guide: str, template: str) -> str:
    """The system prompt: the rules, the template's form, the toolchain's guide."""
    parts = [rules(), "# The form\n\n" + _TEMPLATES.get(template, _TEMPLATES["custom"])]
    if guide.strip():
        parts.append("# The guide to the template and the SDK\n\n" + guide.strip())
    return "\n\n".join(parts)


def task_message(task: AgentTask, *, index: bool = True) -> str:
    """One prompt of the builder with what belongs to it; `index` is the part of the catalog that matters to it."""
    if task.follow_up:
        about = f" (“{line(task.app_name, 80)}”)" if task.app_name else ""
        known = "" if task.history else " You have not seen its source yet: read it first."
        head = f"Change the app in src/{about} as follows; leave the rest as it is.{known}"
    else:
        head = "Build this app."
    request = f"{head}\n\n<request>\n{task.prompt.strip()}\n</request>"
    return f"{request}\n\n{catalog_index(task.catalog, task.prompt)}" if index else request


def findings_message(findings: Sequence[str]) -> str:
    """What the check found, for one more round."""
    shown = [f"- {line(redact(finding), 600)}" for finding in findings[:MAX_FINDINGS]]
    if len(findings) > MAX_FINDINGS:
        shown.append(f"- … {len(findings) - MAX_FINDINGS} more")
    return (
        "The app was checked and is not ready. Mend the causes (not the messages), run `check`, then answer.\n\n"
        + fence("\n".join(shown), "check")
    )
