"""The doctor's checks of what data apps are built with (sandbox, toolchain, browser, model), each tried for real, and
of who may build them; with what can be said of each without trying."""

from __future__ import annotations

from dataclasses import dataclass

from vitrail import doctor
from vitrail.doctor import Probe
from vitrail.errors import Unavailable
from vitrail.identity.person import Person
from vitrail.services import Services


async def sandbox(services: Services, _person: Person | None) -> str:
    """Starts a sandbox of its own and runs a command in it."""
    import asyncio

    from vitrail.sandbox.local import LocalProvider
    from vitrail.sandbox.providers import make_provider

    provider = make_provider(services.settings)
    try:
        await provider.check()
        by = {"v2": "control groups v2", "v1": "control groups v1", "rlimits": "rlimits"}
        limits = (
            by[await asyncio.to_thread(provider.limits_by)] if isinstance(provider, LocalProvider) else "its provider"
        )
    finally:
        await provider.aclose()
    return f"a sandbox ({provider.name}) started and ran a command; limits are held by {limits}"


async def toolchain(services: Services, _person: Person | None) -> str:
    """Looks for the toolchain of this version; building it takes too long for a check."""
    import asyncio

    from vitrail.sandbox.toolchain import open_toolchain
    from vitrail.sandbox.toolchain_build import sources, tag_of

    tag = await asyncio.to_thread(lambda: tag_of(sources()))
    if await asyncio.to_thread(open_toolchain, services.settings, tag) is None:
        raise Unavailable(
            "The app toolchain of this version is not built yet.",
            cure="Run `make setup` (or python -m vitrail.sandbox.toolchain); the server also builds it when it starts.",
        )
    return f"version {tag} is ready"


async def browser(services: Services, _person: Person | None) -> str:
    """Starts the Chromium that apps are checked with."""
    from vitrail.apps.renderer import Renderer

    if not services.settings.render_enabled:
        return "switched off by VITRAIL_RENDER_ENABLED: versions are not rendered before they are ready"
    renderer = Renderer(services.settings.chromium)
    try:
        started = await renderer.start()
        return f"{renderer.program()} {started.version} started"
    finally:
        await renderer.aclose()


async def model(services: Services, person: Person | None) -> str:
    """Asks the model for one token; the call goes into the ledger like any other. The offline planner needs no
    asking."""
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest
    from pydantic_ai.settings import ModelSettings

    from vitrail.agent.classify import classify
    from vitrail.agent.metering import MeteredModel
    from vitrail.agent.models import make_model
    from vitrail.apps.check_meter import CheckMeter

    choice = make_model(services.settings)
    if choice.offline:
        return f"{choice.label} is built in"
    metered = MeteredModel(choice.model, CheckMeter(services, person), choice.provider, choice.name)
    try:
        await model_request(
            metered, [ModelRequest.user_text_prompt("Answer: ok")], model_settings=ModelSettings(max_tokens=1)
        )
    except Exception as error:
        raise classify(error, choice.provider, choice.name) from error
    return f"{choice.label} answered"


async def scope(services: Services, person: Person | None) -> str:
    """Counts who may create data apps: at least somebody must."""
    from vitrail.apps.holders import CREATE, holders, organization_of, projects_of
    from vitrail.projects import repository as projects

    async with services.db.session() as session:
        organization_id = await organization_of(session, person)
        if organization_id is None:
            raise Unavailable(
                "Nobody can sign in yet: the instance has not been set up.",
                cure="Start the server, open its page, and set up the administrator.",
            )
        found = await holders(session, organization_id)
        mine = projects_of(person, list(await projects.all_visible(session, person))) if person else None
    if not found.people:
        raise Unavailable(
            f"Nobody holds the scope {CREATE}, so “Data apps” is in nobody's New menu.",
            cure=f"Give somebody the role editor (or a higher one) in a project, or a custom role with {CREATE}.",
        )
    counted = f"{found.people:,} of {found.everyone:,} people may create data apps"
    if mine is None:
        return counted
    if not mine:
        return f"{counted}; you may not, because no role of yours holds {CREATE}"
    return f"{counted}; you may, in {', '.join(mine[:5])}" + (" and others" if len(mine) > 5 else "")


PROBES: tuple[tuple[str, str, Probe], ...] = (
    ("sandbox", "Sandbox", sandbox),
    ("toolchain", "App toolchain", toolchain),
    ("browser", "Browser", browser),
    ("model", "Model", model),
    ("scope", "Scope", scope),
)


# -- without trying


async def sandbox_settings(services: Services, _person: Person | None) -> str:
    from vitrail.sandbox.providers import make_provider

    await make_provider(services.settings).aclose()
    return ""


async def browser_settings(services: Services, person: Person | None) -> str:
    return "" if services.settings.render_enabled else await browser(services, person)


async def model_settings(services: Services, _person: Person | None) -> str:
    from vitrail.agent.models import make_model

    choice = make_model(services.settings)
    return f"{choice.label} is built in" if choice.offline else ""


@dataclass(frozen=True, slots=True)
class About:
    """A part of data apps on the page. `at_once` raises what is wrong by itself, gives what is right by itself, and an
    empty text for what only trying (`live`) tells; `note` says what trying does, None where there is nothing to."""

    title: str
    live: Probe
    at_once: Probe | None = None
    note: str | None = None
    costly: bool = False


CHECKS: dict[str, About] = {
    "switch": About("Switch", doctor.switch, doctor.switch),
    "licence": About("Licence", doctor.licence_asked_again, doctor.licence, "Asks the licence server now."),
    "scope": About("Scope", scope, scope),
    "store": About("Object store", doctor.store, None, "Writes, reads and deletes a small object."),
    "sandbox": About("Sandbox", sandbox, sandbox_settings, "Starts a sandbox, runs a command in it and removes it."),
    "toolchain": About("App toolchain", toolchain, None, "Looks for this version's toolchain."),
    "browser": About("Browser", browser, browser_settings, "Starts the browser that checks apps."),
    "model": About(
        "Model", model, model_settings, "Sends one short request for one token, which the provider bills.", costly=True
    ),
}
"""The parts in the page's order."""
