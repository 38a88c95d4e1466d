"""The demo instance: where its files are, its settings, and its two sign-ins."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from vitrail.demo.credentials import DemoCredentials, load_or_make
from vitrail.demo.seed import PEOPLE
from vitrail.errors import Unavailable, VitrailError
from vitrail.secret import make_data_dir

WAREHOUSE = "demo.duckdb"


class DemoMissing(Unavailable):
    """The demo's project or its data can't be had."""

    title = "The demo can't be made"
    code = "demo-missing"


def demo_folder() -> Path:
    """The folder with the demo's dbt project and generator: `VITRAIL_DEMO_DIR`, else `demo/` of the repository."""
    folder = Path(os.environ.get("VITRAIL_DEMO_DIR") or Path(__file__).parents[3] / "demo").absolute()
    if not (folder / "dbt").is_dir() or not (folder / "generate.py").is_file():
        raise DemoMissing(
            f"{folder} does not hold the demo's dbt project.",
            cure="Run `vitrail demo` from a clone of the repository, or set VITRAIL_DEMO_DIR to its demo folder.",
        )
    return folder


def prepare(data_dir: Path, progress: Callable[[str], None]) -> tuple[DemoCredentials, Path]:
    """The data folder with its credentials and its warehouse, made if missing; the answer names the warehouse."""
    make_data_dir(data_dir)
    credentials = load_or_make(data_dir, tuple(person.email for person in PEOPLE))
    warehouse = data_dir.absolute() / WAREHOUSE
    if not warehouse.is_file():
        progress("Making three years of demo orders …")
        _generate(warehouse)
    return credentials, warehouse


def settings_overrides(data_dir: Path, port: int | None, credentials: DemoCredentials) -> dict[str, Any]:
    """By variable name: what a demo sets over the environment. Store, model and sandbox stay as they are set."""
    overrides: dict[str, Any] = {
        "VITRAIL_DATA_DIR": str(data_dir.absolute()),
        "APPS_RUNTIME_ENABLED": True,
        "LIGHTDASH_LICENSE_KEY": credentials.license_key,
        "VITRAIL_LICENSE_PUBLIC_KEY": credentials.public_key,
    }
    if port is not None:
        overrides["PORT"] = port
    return overrides


def _generate(warehouse: Path) -> None:
    script = demo_folder() / "generate.py"
    spec = spec_from_file_location("vitrail_demo_generate", script)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
        module.generate(warehouse)
    except VitrailError:
        raise
    except Exception as error:
        raise DemoMissing(
            f"The demo's data could not be made: {type(error).__name__}: {str(error).splitlines()[0]}.",
            cure="See that the disk has 100 MB free and that the data folder can be written.",
        ) from error
