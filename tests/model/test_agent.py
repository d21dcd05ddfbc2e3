"""An agent is a person's browser or some robot; names that only look like a robot's stay a person's."""

import time

import pytest

from chalicelib.model import agent, robots

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
SOME: dict[str, agent.Mark] = {"curl": "bot", "compatible": "bot"}
MOBILE = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}", ""),
        (f"{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1", ""),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", ""),
        ("Opera/9.80 (Android; Opera Mini/12.0/37.7; U; pl) Presto/2.12.423 Version/12.16", ""),
        (f"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {MOBILE}", ""),
        (f"Mozilla/5.0 (Linux; Android 13; XBot_Senior Build/O11019) {MOBILE}", ""),
        (f"Mozilla/5.0 (Linux; Android 12; rubyplus) {MOBILE}", ""),
        (f"Mozilla/5.0 (Linux; Android 6.0; Phantom6 Build/MRA58K) {MOBILE}", ""),
        (
            f"Mozilla/5.0 (Linux; Android 14; I2208; wv) {MOBILE} YandexSearch/8.11 YandexSearchBrowser/8.11",
            "",
        ),
        (f"{IPHONE} Mobile/15E148 Safari/604.1 (Ecosia ios@9.2.3.1367)", ""),
        (f"Mozilla/5.0 (Linux; Android 10; K) {MOBILE} com.example.app/4.4", ""),
        (f"Mozilla/5.0 (Linux; Android 13; SM-S918B; wv) {MOBILE} CamScanner/4.8.5", ""),
        ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)", ""),
        ("Mozilla/5.0 (compatible; Exemplary/2.1; +http://search.example/)", "bot"),
        (f"{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1 (Exemplary; crawling@search.example)", "bot"),
        ("Mozilla/5.0 (compatible; Exemplary/1.0)", "bot"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME.replace('Chrome', 'HeadlessChrome')}", "bot"),
        (f"Mozilla/5.0 (Windows NT 10.0) {CHROME} ExemplaryBot/1.0", "bot"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME.replace('Gecko', 'Gecko; Exemplary')}", "bot"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Exemplary", "unknown_agent"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/141.0.0.0", ""),
        ("curl/8.5.0", "bot"),
        ("python-requests/2.32.3", "bot"),
        ("Java/17.0.2", "bot"),
        ("Go-http-client/2.0", "bot"),
        ("Googlebot/2.1 (+http://www.google.com/bot.html)", "bot"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "link_preview"),
        (f"{IPHONE} facebookexternalhit/1.1 Facebot Twitterbot/1.0", "link_preview"),
        ("WhatsApp/2.23.20.0 A", "link_preview"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "link_preview"),
        ("TelegramBot (like TwitterBot)", "link_preview"),
        ("LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)", "link_preview"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", "link_preview"),
        ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "link_preview"),
        ("Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:map_codes)", "scanner"),
        ("Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", "scanner"),
        ("", "unknown_agent"),
        ("Mozilla/5.0", "unknown_agent"),
        ("somebody", "unknown_agent"),
        ("Dalvik/2.1.0 (Linux; U; Android 9; SM-G965U Build/PPR1)", "unknown_agent"),
    ],
)
def test_an_agent_is_what_it_says(text: str, found: str) -> None:
    assert agent.mark(text) == found


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "(",
            "compatible; ",
            "android ",
            "android;",
            "http",
            "a@a",
            "bot",
            "cubot",
            ".com",
            "A",
            "a.",
            "(linux; android ;",
        ),
        *(
            "mozilla/5.0 (",
            "\ud800",
            "é",
            " ",
            "a-",
            "@",
            "check@",
            "like gecko;",
            " safari/1 ",
            "mozilla/5.0 (x11 safari/1 a",
        ),
    ],
)
def test_an_agent_made_to_be_slow_is_not(piece: str) -> None:
    hostile = (piece * 256)[:256]
    start = time.process_time()
    for _ in range(100):
        agent.judged(hostile, agent.table(SOME))
    for longer in (hostile * 16,):
        agent.judged(longer, agent.table(SOME))
    assert time.process_time() - start < 0.5


def test_the_names_are_made_ready_to_be_found() -> None:
    names = robots.names()
    assert len(names) > 1000
    assert all(name == name.lower() and name.removeprefix(agent.FIRST)[0].isalnum() for name in names)
    for name, kind in names.items():
        assert agent.judged(name.removeprefix(agent.FIRST), agent.table({name: kind})) == kind


def test_a_name_that_counts_only_at_the_beginning_is_none_elsewhere() -> None:
    known = agent.table({"^java": "bot"})
    assert agent.judged("Java/17.0.2", known) == "bot"
    assert agent.judged(f"Mozilla/5.0 (Linux; Android 6.0; ECHO JAVA) {MOBILE}", known) == ""


def test_a_short_name_is_a_whole_word() -> None:
    known = agent.table({"dlc": "bot", "exemplary": "bot"})
    assert agent.judged("Mozilla/5.0 (X11) Gecko/1 Dlc/2.0", known) == "bot"
    assert agent.judged("Mozilla/5.0 (X11) Gecko/1 Dlcx/2.0", known) == ""
    assert agent.judged("Mozilla/5.0 (X11) Gecko/1 ExemplaryTwo/2.0", known) == "bot"
    assert agent.judged("Mozilla/5.0 (X11) Gecko/1 UnExemplary/2.0", known) == ""
