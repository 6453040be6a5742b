"""The phone in the browser, in real Chromium, against the running service and its worker."""

import base64
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.common.print_page_options import PrintOptions
from selenium.webdriver.support.ui import WebDriverWait

from sms_triage.service.service import Service
from sms_triage.triage.proofs.card import card
from sms_triage.triage.wording.load import load_locale
from sms_triage.web.app import create_app
from tests.servers import serving

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium and ChromeDriver are not installed"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=900,900",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Driver(DRIVER))
    yield browser
    browser.quit()


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    """The service with its worker at work."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            service.drain()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        with serving(create_app(service)) as url:
            yield url
    finally:
        over.set()
        worker.join()


def bubbles(browser: webdriver.Chrome, who: str) -> list[str]:
    return [item.text for item in browser.find_elements(By.CSS_SELECTOR, f"#messages li.{who}:not(.cost)")]


def say(browser: webdriver.Chrome, text: str, replies: int) -> None:
    browser.find_element(By.ID, "text").send_keys(text, Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda _: len(bubbles(browser, "theirs")) >= replies)


def test_a_triage_on_the_phone(browser: webdriver.Chrome, address: str, service: Service) -> None:
    browser.get(f"{address}/phone")
    browser.execute_script("sessionStorage.clear()")
    browser.refresh()
    for place, text in enumerate(["hi", "1", "5", "1", "3", "1", "1", "7", "7"], 1):
        say(browser, text, place)
    assert bubbles(browser, "mine") == ["hi", "1", "5", "1", "3", "1", "1", "7", "7"]
    WebDriverWait(browser, 10).until(lambda _: len(bubbles(browser, "theirs")) == 10)
    assert bubbles(browser, "theirs")[-2].startswith("Light spotting once is common")
    costs = [item.text for item in browser.find_elements(By.CSS_SELECTOR, "#messages .cost.theirs")]
    assert costs[0] == "130 characters, 1 segment, about $0.01"
    assert "2 segments, about $0.02" in costs[-2]
    WebDriverWait(browser, 10).until(lambda _: service.store.counts().get("report:delivered", 0) == 10)


def test_two_phones_keep_apart_and_a_reload_keeps_the_talk(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/phone")
    browser.execute_script("sessionStorage.clear()")
    browser.refresh()
    say(browser, "hi", 1)
    browser.find_element(By.ID, "new-number").send_keys("+254 711 000 000", Keys.ENTER)
    assert bubbles(browser, "theirs") == []
    say(browser, "he forced me", 2)
    assert bubbles(browser, "theirs")[0].startswith("You are not to blame.")
    first = browser.find_elements(By.CSS_SELECTOR, "#phones button")[1]
    first.click()
    assert [text[:18] for text in bubbles(browser, "theirs")] == ["Free private check"]
    browser.refresh()
    assert len(browser.find_elements(By.CSS_SELECTOR, "#phones button")) == 3


def test_a_quote_or_a_devanagari_letter_shows_what_it_costs(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/phone")
    box = browser.find_element(By.ID, "text")
    box.send_keys("नमस्ते")
    WebDriverWait(browser, 5).until(
        lambda _: "6 UCS-2 units, 1 segment" in browser.find_element(By.ID, "draft-cost").text
    )


def test_weeks_pass_in_seconds(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/phone")
    browser.execute_script("sessionStorage.clear()")
    browser.refresh()
    for place, text in enumerate(["hi", "1", "1"], 1):
        say(browser, text, place)
    WebDriverWait(browser, 10).until(
        lambda _: bubbles(browser, "theirs")[-1].startswith(
            "Delete these messages if someone else may see this phone. Shall we"
        )
    )
    for place, text in enumerate(["3", "1", "1"], 5):
        say(browser, text, place)
    browser.find_element(By.CSS_SELECTOR, "#later button[value='1814400']").click()
    WebDriverWait(browser, 10).until(lambda _: len(bubbles(browser, "theirs")) >= 9)
    assert bubbles(browser, "theirs")[-1].startswith("Hello, your check-in from 22384. OK to talk?")
    assert browser.find_element(By.ID, "now").text.startswith("It is ")


def key_in(browser: webdriver.Chrome, keys: str, said: str) -> None:
    """Keys in an answer and waits for the next page."""
    box = browser.find_element(By.ID, "keys")
    WebDriverWait(browser, 10).until(lambda _: box.is_displayed())
    box.send_keys(keys, Keys.ENTER)
    wait_for_page(browser, said)


def wait_for_page(browser: webdriver.Chrome, said: str) -> None:
    WebDriverWait(browser, 10).until(lambda _: said in browser.find_element(By.ID, "page").text)


def dial(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/phone")
    browser.execute_script("sessionStorage.clear()")
    browser.refresh()
    browser.find_element(By.CSS_SELECTOR, "#dial button").click()
    wait_for_page(browser, "Free private check")


def test_a_ussd_dialog_to_its_last_page_and_the_result_by_sms(browser: webdriver.Chrome, address: str) -> None:
    dial(browser, address)
    key_in(browser, "1", "Any of these NOW?")
    key_in(browser, "1", "EMERGENCY")
    key_in(browser, "9", "Get this by SMS")
    key_in(browser, "3", "We will text it to you")
    assert not browser.find_element(By.ID, "keys").is_displayed()
    browser.find_element(By.ID, "cancel").click()
    assert not browser.find_element(By.ID, "ussd").is_displayed()
    WebDriverWait(browser, 10).until(lambda _: bubbles(browser, "theirs"))
    assert bubbles(browser, "theirs")[0].startswith("EMERGENCY")


@pytest.mark.parametrize("how", ["lost signal", "nobody answers"])
def test_a_ussd_dialog_that_ends_too_soon(browser: webdriver.Chrome, address: str, how: str) -> None:
    dial(browser, address)
    for keys, said in (("1", "NOW?"), ("5", "cut off"), ("1", "pregnant"), ("3", "How much blood")):
        key_in(browser, keys, said)
    if how == "lost signal":
        browser.find_element(By.ID, "drop").click()
    else:
        browser.execute_script("session.left = 0")
    wait_for_page(browser, "Connection problem or invalid MMI code.")
    browser.find_element(By.ID, "cancel").click()
    WebDriverWait(browser, 10).until(lambda _: bubbles(browser, "theirs"))
    assert bubbles(browser, "theirs")[0].startswith("You stopped part-way.")
    browser.find_element(By.CSS_SELECTOR, "#dial button").click()
    wait_for_page(browser, "You have a check that is not finished.")


def test_a_phone_of_a_health_worker(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/phone")
    browser.execute_script("sessionStorage.clear()")
    browser.refresh()
    browser.find_element(By.ID, "worker").click()
    WebDriverWait(browser, 5).until(lambda _: "Done" in browser.find_element(By.ID, "worker").text)
    say(browser, "menu", 1)
    assert bubbles(browser, "theirs")[0].startswith("Whom is it for?")


@pytest.mark.parametrize("language", ["en", "fr", "hi"])
def test_the_card_of_the_shorthand_is_one_page(browser: webdriver.Chrome, tmp_path: Path, language: str) -> None:
    page = tmp_path / "card.html"
    page.write_text(card([load_locale(language, "sms", {"emergency_number": "112"})]), encoding="utf-8")
    browser.get(page.as_uri())
    assert "D" in [item.text for item in browser.find_elements(By.CSS_SELECTOR, "h2 b")]
    options = PrintOptions()
    options.page_width, options.page_height, options.orientation = 14.8, 21.0, "landscape"
    printed = base64.b64decode(browser.print_page(options))
    assert len(re.findall(rb"/Type */Page[^s]", printed)) == 1
