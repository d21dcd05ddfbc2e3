"""Destinations as Chromium itself reads them, beside the parser that tests/model/test_destination.py asks."""

from playwright.sync_api import Page

from chalicelib.model.destination import MACROS, BadDestination, Template, fill, template
from tests.model.test_destination import GOOD, HOSTILE, SPARKS

PARTS = """texts => texts.map(text => {
    const url = new URL(text);
    return [url.protocol, url.hostname, url.username + url.password, url.pathname];
})"""


def near_misses() -> dict[str, Template]:
    """Every accepted text that one spark makes of a good URL, put in before or in place of any of its first letters."""
    found = {}
    for good in GOOD:
        for spark in SPARKS:
            for at in range(min(len(good), 30)):
                for text in (good[:at] + spark + good[at:], good[:at] + spark + good[at + 1 :]):
                    try:
                        found[text] = template(text)
                    except BadDestination:
                        continue
    return found


def test_chromium_goes_to_the_host_of_every_accepted_near_miss(page: Page) -> None:
    accepted = near_misses()
    assert len(accepted) > 3_000
    read = page.evaluate(PARTS, list(accepted))
    assert [parts[:3] for parts in read] == [[f"{goal.scheme}:", goal.host, ""] for goal in accepted.values()]


def test_chromium_stays_on_the_host_and_path_whatever_the_values(page: Page) -> None:
    goals = [goal for goal in map(template, GOOD) for _ in HOSTILE]
    sent = [fill(goal, dict.fromkeys(MACROS, value)) for goal in map(template, GOOD) for value in HOSTILE]
    paths = ["/" + location.split("?")[0].split("#")[0].split("/", 3)[3] for location in sent]
    expected = [[f"{goal.scheme}:", goal.host, "", path] for goal, path in zip(goals, paths, strict=True)]
    assert page.evaluate(PARTS, sent) == expected
