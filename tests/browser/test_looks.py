"""Readable in light and dark, on narrow screens, by keyboard, by a screen reader, and on paper."""
import pytest

from harness.origin import busy, command, pool

# Every text that is shown, with its contrast to what lies behind it; WCAG 2.2, 1.4.3.
CONTRAST = """
const channel = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const rgba = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
const ground = e => { for (; e; e = e.parentElement) {
  const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
const low = [];
for (const e of document.querySelectorAll("body *")) {
  const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join("");
  const style = getComputedStyle(e);
  if (!own || !e.checkVisibility({checkVisibilityCSS: true}) || e.closest("svg, .unseen, .skip")) continue;
  const [a, b] = [light(rgba(style.color)), light(ground(e))].sort((x, y) => y - x);
  const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < (large ? 3 : 4.5)) low.push(`${own.slice(0, 30)}: ${ratio.toFixed(2)} (${style.color})`);
}
return low;
"""
# What sticks out of the window, or lies over its neighbour on a card.
OUTSIDE = """
const box = e => e.getBoundingClientRect();
const out = [...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && !e.closest(".unseen, .skip")
  && box(e).right > arguments[0] + 1).map(e => e.id || e.className || e.tagName);
for (const card of document.querySelectorAll(".card .face")) {
  const [left, right] = [card.querySelector(".error"), card.querySelector(".rates")];
  if (left && box(left.querySelector(".percent")).right > box(right).left) out.push("error over rates");
}
return out;
"""
# What can be operated must have a name.
NAMELESS = """
return [...document.querySelectorAll("a, button, input, select, summary, [role=region]")]
  .filter(e => e.checkVisibility() && !(e.innerText || "").trim() && !e.ariaLabel && !e.labels?.length)
  .map(e => e.outerHTML.slice(0, 80));
"""
FOUR = (busy("coffeeMember", 1, failure=20, timeout=4, rollingCountShortCircuited=17,
             isCircuitBreakerOpen=True),
        busy("coffeeOrder", 640, failure=12, rejected=30),
        busy("coffeeStatus", 0, failure=20, isCircuitBreakerOpen=True, currentConcurrentExecutionCount=1),
        busy("msa-service-coffee-order", 2100, rollingCountBadRequests=4, group="RibbonCommand"),
        command("idle", group="Quiet"))


@pytest.fixture
def full(browser, dashboard, origin):
    """full(width, height) shows circuits in every state."""
    def show(width=1280, height=1000):
        browser.size(width, height)
        origin.hosts = [{"instance": "order:8080", "cluster": "default",
                         "url": "http://h:1/actuator/hystrix.stream", "state": "LIVE", "problem": "",
                         "skewMs": 0, "skippedEvents": 0}]
        origin.show(*FOUR, pool("coffee", rollingCountThreadsExecuted=120, currentQueueSize=25))
        browser.open(dashboard.url("/"))
        browser.until("return document.querySelectorAll('#circuits .card').length === 5", "five cards")
        browser.until("return document.querySelector('#hosts-summary')?.textContent", "the instances")
        browser.run("document.querySelector('#circuits details').open = true")
    return show


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(browser, full, picture, scheme):
    browser.prefer(color_scheme=scheme)
    full(1280, 1500)
    assert browser.run("return document.documentElement.dataset.theme") == scheme
    browser.until("return document.getAnimations().length === 0", "the end of fading")
    picture("cards")
    assert browser.run(CONTRAST) == []
    browser.open(browser.run("return location.origin") + "/hystrix")
    browser.until("return document.querySelector('#landing-form')", "the form")
    picture("landing")
    assert browser.run(CONTRAST) == []


def test_the_theme_is_chosen_and_remembered(browser, full):
    browser.prefer(color_scheme="light")
    full()
    browser.click("#theme")
    browser.click("#theme")
    assert browser.text("#theme") == "Theme: dark"
    full()
    assert browser.run("return document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("width", [320, 390, 768, 1920])
def test_no_width_scrolls_sideways(browser, full, picture, width):
    full(width, 1400)
    picture("cards")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    clipped = browser.run("return [...document.querySelectorAll('.card *')].filter(e => "
                          "e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 &&"
                          "!e.closest('svg') && getComputedStyle(e).display !== 'inline')"
                          ".map(e => e.className || e.tagName)")
    assert clipped == []
    assert browser.run(OUTSIDE, width) == []


def test_names_for_a_screen_reader(browser, full):
    full()
    assert browser.run(NAMELESS) == []
    assert browser.run("return document.documentElement.lang") == "en"
    cards = browser.run("return [...document.querySelectorAll('.card')]"
                        ".map(card => document.getElementById(card.getAttribute('aria-labelledby')).textContent)")
    assert "coffeeMember" in cards and "coffee" in cards
    assert browser.run("return document.querySelectorAll('h1').length") == 1
    ids = browser.run("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_state_is_a_word_and_a_sign(browser, full):
    full()
    signs = browser.run("return Object.fromEntries([...document.querySelectorAll('#circuits .card')].map(card =>"
                        "[card.querySelector('[data-slot=word]').textContent,"
                        " card.querySelector('[data-slot=sign]').getAttribute('d')]))")
    assert set(signs) == {"OPEN", "HALF-OPEN", "CLOSED"}
    assert len(set(signs.values())) == 3 and all(signs.values())


def test_by_keyboard_alone(browser, full):
    full()
    browser.press("Tab")
    assert browser.run("return document.activeElement.className") == "skip"
    browser.press("Enter")
    assert browser.run("return document.activeElement.id") == "main"
    browser.press("?")
    browser.until("return document.querySelector('#help').open", "the list of keys")
    browser.press("Escape")
    browser.until("return !document.querySelector('#help').open", "the list to go")
    browser.press("j")
    focused = "return document.activeElement.dataset.name"
    first = browser.run(focused)
    browser.press("j", "k")
    assert browser.run(focused) == first == "coffeeMember"
    outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_reduced_motion(browser, full):
    browser.prefer(reduced_motion="reduce")
    full()
    assert browser.run("return getComputedStyle(document.querySelector('.health')).transitionDuration") in (
        "0s", "")


def test_case_86_88_89_scales(browser, dashboard):
    browser.open(dashboard.url("/"))
    assert browser.run("return import('/js/colour.js').then(m => [0, 5, 10, 17.5, 25, 30, 45, 80]"
                       ".map(m.circleColour))") == ["#004d00", "#006700", "#008000", "#80a600", "#ffcc00",
                                                    "#ffbb00", "#ff4d00", "#ff0000"]
    radii = browser.run("return import('/js/colour.js').then(m => [0, 1, 12.1, 100, 400, 1000]"
                        ".map(r => m.circleRadius(r)))")
    assert [round(r, 2) for r in radii] == [5, 11, 25.87, 65, 125, 125]


def test_reading_a_stream_cut_anywhere(browser, dashboard):
    browser.open(dashboard.url("/"))
    seen = browser.run("""
        return import('/js/stream.js').then(({EventReader}) => {
          const text = ': ping\\r\\nid: 7\\r\\nevent: x\\r\\ndata: a\\r\\ndata:b\\r\\n\\r\\ndata\\n\\n: c\\ndata: é\\n\\n';
          const results = new Set();
          for (let cut = 1; cut < text.length; cut += 1) {
            const events = [];
            const reader = new EventReader((...event) => events.push(event));
            reader.feed(text.slice(0, cut));
            reader.feed(text.slice(cut));
            results.add(JSON.stringify(events));
          }
          return [...results];
        });
    """)
    assert seen == ['[["x","a\\nb","7"],["message","","7"],["message","é","7"]]']
