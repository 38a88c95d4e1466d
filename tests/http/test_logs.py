"""The server's log: one line an event, its moment in UTC."""

from __future__ import annotations

import re
import subprocess
import sys

CODE = (
    "import logging; from vitrail.serving import set_up_logs; from vitrail.settings import LogLevel; "
    "set_up_logs(LogLevel.INFO); logging.getLogger('vitrail.x').info('hello')"
)


def test_lines_bear_the_moment_in_utc_wherever_the_machine_stands() -> None:
    from datetime import UTC, datetime, timedelta

    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env={"TZ": "Asia/Tokyo"}
    )
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) INFO vitrail\.x: hello\n", done.stderr)
    assert found, done.stderr
    assert abs(datetime.fromisoformat(found[1]) - datetime.now(UTC)) < timedelta(minutes=5)
