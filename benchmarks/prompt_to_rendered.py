"""Platform time around the model: from a prompt to an app that was rendered on real data, with the built-in planner as
a model that answers at once.

The server is a real one (`vitrail demo`) in a process of its own. `cold` is the first build of a server that was
started some seconds ago, as long as it takes to sign in and write a sentence; `warm` is the median of later first
builds, `follow-up` of second versions, each some seconds after the one before, as long as it takes to look at it. Each
ends when the version is ready: written, type-checked, built, drawn in Chromium with its queries answered, and stored.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import httpx
from benchmarks.demo_server import demo_server

PROMPT = "Monthly revenue by store, with a filter on customer type, and the top ten products"
FOLLOW_UP = "make the trend a line chart and add average order value"
ROUNDS = 5
THINKING_S = 4.0


def _build(client: httpx.Client, path: str, prompt: str) -> tuple[str, float]:
    """The app's id and the seconds until its new version was ready."""
    time.sleep(THINKING_S)
    started = time.perf_counter()
    answer = client.post(path, json={"prompt": prompt})
    answer.raise_for_status()
    app, number = answer.json()["app"]["id"], answer.json()["version"]["number"]
    with client.stream("GET", f"/apps/{app}/versions/{number}/events") as stream:
        for line in stream.iter_lines():
            if line == "event: done":
                break
    took = time.perf_counter() - started
    version = client.get(f"/apps/{app}/versions/{number}").json()
    if version["status"] != "ready" or not version["rendered"]["ok"]:
        raise RuntimeError(f"the version is {version['status']}: {version['error'] or version['rendered']}")
    return app, took


def run() -> list[dict[str, Any]]:
    """Cold, warm and follow-up times, in seconds."""
    with demo_server() as server:
        path = f"/projects/{server.project}/apps"
        with httpx.Client(
            base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {server.token}"}, timeout=120
        ) as client:
            _, cold = _build(client, path, PROMPT)
            firsts, follow_ups = [], []
            for _ in range(ROUNDS):
                app, took = _build(client, path, PROMPT)
                firsts.append(took)
                follow_ups.append(_build(client, f"/apps/{app}/versions", FOLLOW_UP)[1])
    warm, follow_up = statistics.median(firsts), statistics.median(follow_ups)
    return [
        {
            "name": "prompt_to_rendered.cold",
            "value": round(cold, 3),
            "unit": "s",
            "goal": 2.0,
            "meets": cold <= 2.0,
            "reference": "first build of a fresh server, instant model",
        },
        {
            "name": "prompt_to_rendered.warm",
            "value": round(warm, 3),
            "unit": "s",
            "goal": 2.0,
            "meets": warm <= 2.0,
            "reference": f"median of {ROUNDS} first versions, instant model",
        },
        {
            "name": "prompt_to_rendered.follow_up",
            "value": round(follow_up, 3),
            "unit": "s",
            "goal": 1.0,
            "meets": follow_up <= 1.0,
            "reference": f"median of {ROUNDS} second versions, instant model",
        },
    ]
