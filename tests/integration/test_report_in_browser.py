"""The report in a real browser: it works, at two widths, in both modes, and asks the network for nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.report_folder import SYSTEMS, write_folder

from mtsum.evaluation.report import write_report

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
)
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a window, its console and its requests recorded."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs Debian's chromium and chromium-driver: apt-get install chromium chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium: pip install -e '.[dev]'")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, *QUIET, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    """A function: the address of the report on this number of segments and four systems."""
    written: dict[int, str] = {}

    def address(segments: int) -> str:
        if segments not in written:
            folder = write_folder(tmp_path_factory.mktemp("report"), segments, [*SYSTEMS, "nllb-600m"])
            written[segments] = write_report(folder).as_uri()
        return written[segments]

    return address


@pytest.fixture
def page(browser: Any, report: Callable[[int], str], request: pytest.FixtureRequest) -> Iterator[Any]:
    """The report (on 90 segments or the parameter's), opened anew at a desk's width; at the end it must have been quiet."""
    address = report(getattr(request, "param", 90))
    view(browser, 1280)
    browser.get_log("performance")
    browser.get(address)
    yield browser
    assert browser.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith("data:")} == {address}


def view(browser: Any, width: int, mode: str = "light") -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": mode}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def texts(page: Any, selector: str) -> list[str]:
    return page.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.trim())", selector
    )


def choose(page: Any, **values: str) -> None:
    from selenium.webdriver.support.ui import Select

    for name, value in values.items():
        Select(page.find_element("name", name)).select_by_value(value)


def ids(page: Any) -> list[str]:
    return page.execute_script(
        "return [...document.querySelectorAll('.segment h3')].map((one) => one.firstChild.textContent)"
    )


def disagreements(page: Any) -> list[float]:
    return [float(text.split()[-1]) for text in texts(page, ".segment h3 span:last-child")]


def test_a_click_on_a_heading_sorts_the_table_and_a_second_one_turns_it(page: Any) -> None:
    table = "#scores table.sortable:first-of-type"
    values = f"{table} > tbody > tr:first-child > td:nth-child(3) .value"
    button = page.find_element("css selector", f"{table} th:nth-child(3) button")
    for state in ("descending", "ascending"):
        # The Enter key does what a click does.
        button.send_keys("\ue007")
        shown = [float(text) for text in texts(page, values)]
        assert len(shown) == 7
        first = shown[:4]
        assert first == sorted(first, reverse=state == "descending")
        assert texts(page, f"{table} th[aria-sort={state}]") == ["chrF"]


def test_segments_are_sorted_by_score_and_by_disagreement(page: Any) -> None:
    assert ids(page)[:2] == ["news-1-0000", "news-1-0001"]
    choose(page, sort="disagree")
    shown = disagreements(page)
    assert len(shown) == 25
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 50
    choose(page, sort="worst", system="0")
    assert ids(page)[0] == "news-1-0005"
    assert texts(page, ".segment:first-child .empty") == ["(empty)"]
    choose(page, sort="agree")
    assert disagreements(page)[0] < 5


def test_segments_are_filtered_by_text_set_document_and_flag(page: Any) -> None:
    field = page.find_element("name", "text")
    field.send_keys("MUZEU HAP dyert me 5")
    assert texts(page, "#found") == ["9 of 90 segments"]
    assert all("Muzeu hap dyert më 5 maj." in text for text in texts(page, ".segment dd:nth-of-type(1)"))
    choose(page, testset="news-2")
    assert set(texts(page, ".segment h3 span:nth-of-type(1)")) == {"news-2"}
    documents = texts(page, "[name=document] option")
    assert "article-0" not in documents
    page.find_element("css selector", "#clear").click()
    assert texts(page, "#found") == ["90 segments"]
    choose(page, document="article-1")
    assert texts(page, "#found") == ["8 of 90 segments"]
    choose(page, document="", flag="repetition")
    assert ids(page) == ["news-1-0011"]


@pytest.mark.parametrize("page", [2000], indirect=True)
def test_of_many_segments_a_page_is_drawn_and_pages_are_turned(page: Any) -> None:
    step = "#pages button[data-step={}]"
    assert texts(page, "#place") == ["Page 1 of 80"]
    assert not page.find_element("css selector", step.format("previous")).is_enabled()
    page.find_element("css selector", step.format("next")).click()
    assert ids(page)[0] == "news-1-0025"
    assert len(ids(page)) == 25
    page.find_element("css selector", step.format("last")).click()
    assert ids(page)[-1] == "news-2-1999"
    assert not page.find_element("css selector", step.format("next")).is_enabled()


def test_differences_are_marked_and_hostile_text_is_shown_as_text(page: Any) -> None:
    page.find_element("css selector", "a[data-id=news-1-0005]").click()
    assert texts(page, "#found") == ["Only segment news-1-0005 of news-1. Show all"]
    assert ids(page) == ["news-1-0005"]
    assert texts(page, ".segment dd:nth-of-type(3) del") == [
        "The price of bread has risen by 12.5 percent since January. (5)"
    ]
    page.find_element("name", "missing").click()
    assert not page.find_element("css selector", ".segment del").is_displayed()
    page.find_element("css selector", "#found button").click()
    assert any("</script><script>window.broken = true</script>" in text for text in texts(page, ".segment dd"))
    assert page.execute_script("return window.broken === undefined")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_page(page: Any, width: int) -> None:
    view(page, width)
    page.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    assert page.execute_script("return window.innerWidth") == width


def test_the_page_follows_the_mode_of_the_system(page: Any) -> None:
    colours = []
    for mode in ("light", "dark"):
        view(page, 1280, mode)
        colours.append(page.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(251, 250, 248)", "rgb(22, 23, 26)"]


def test_labels_of_plots_keep_clear_of_each_other(page: Any) -> None:
    overlapping = page.execute_script("""
      const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      return [...document.querySelectorAll("svg")].filter((plot) => {
        const boxes = [...plot.querySelectorAll("text")].map((one) => one.getBoundingClientRect());
        return boxes.some((a, at) => boxes.slice(at + 1).some((b) => meet(a, b)));
      }).map((plot) => plot.getAttribute("aria-label"));
    """)
    assert overlapping == []
    assert len(page.find_elements("css selector", "svg")) == 4
