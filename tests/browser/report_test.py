#!/usr/bin/env python3
"""The page of `cache report --html`, as a browser shows it. Needs Chromium (`./dev browser` installs it) and skips without.

usage: report_test.py --bin PATH [--screenshots DIR]       the pictures are for people to look at
"""
import os
import pathlib
import random
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "store"))
import chromium  # noqa: E402
import sandbox  # noqa: E402

SKIPPED = 77
MARKUP = "<img src=x onerror=window.pwned=1>"
# A file name holds no slash, a path in a bucket does.
CLOSING = "a</script><script>window.pwned=2</script><script>"
HOSTILE_WORD = "\"'><svg onload=window.pwned=3>&amp;</script><script>window.pwned=4</script>"
SIZES = {"desktop": (1280, 900), "tablet": (768, 1024), "phone": (360, 740)}

# Wherever tiles lie, they fill the place and do not overlap; nothing is wider or higher than its frame.
FAULTS_OF_THE_MAP = """(() => {
    const faults = [];
    const edges = (item) => { const box = item.getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom].map(Math.round); };
    for (const area of document.querySelectorAll('#map .area')) {
        const [left, top, right, bottom] = edges(area);
        const boxes = [...area.children].map(edges);
        let covered = 0;
        for (const box of boxes) {
            covered += (box[2] - box[0]) * (box[3] - box[1]);
            if (box[0] < left || box[1] < top || box[2] > right || box[3] > bottom) faults.push(`sticks out: ${box} of ${edges(area)}`);
        }
        boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
            if (Math.min(a[2], b[2]) > Math.max(a[0], b[0]) && Math.min(a[3], b[3]) > Math.max(a[1], b[1])) faults.push(`overlap: ${a} and ${b}`);
        }));
        if (covered !== (right - left) * (bottom - top)) faults.push(`covers ${covered} of ${(right - left) * (bottom - top)}`);
    }
    return faults.slice(0, 5);
})()"""

# Contrast of each text with what is painted behind it (WCAG 2.2, 1.4.3), the worst one.
WORST_CONTRAST = """(() => {
    const channels = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
    const behind = (item) => item ? over(channels(getComputedStyle(item).backgroundColor), behind(item.parentElement)) : [255, 255, 255, 1];
    const light = (color) => { const [r, g, b] = color.slice(0, 3).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    let worst = [99, ''];
    for (const item of document.querySelectorAll('h1, h2, p, th, td, td span, dt, dd, .what, .value, .note, .tile .name, .tile .size, .head .name, .head .size, #trail button, summary, .tag')) {
        if (!item.checkVisibility() || !item.textContent.trim()) continue;
        const back = behind(item), style = getComputedStyle(item);
        const front = over(channels(style.color), back);
        const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < worst[0]) worst = [contrast, `${item.className || item.tagName}: ${item.textContent.slice(0, 30)} ${style.color} on ${back.map(Math.round)}`];
    }
    return worst;
})()"""

WIDER_THAN_THE_WINDOW = """(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')].filter((item) => item.getBoundingClientRect().right > width + 1).map((item) => item.outerHTML.slice(0, 80)).slice(0, 5);
})()"""


class ReportTest(sandbox.StoreTestCase):
    browser = None
    screenshots = None

    def setUp(self):
        super().setUp()
        self.page = self.box.base / "report.html"

    def report(self):
        self.box.run("cache", "report", "--html", self.page)
        return self.page

    def tab(self, size="desktop", scheme="light", scripts=True):
        width, height = SIZES[size]
        tab = chromium.Tab(self.browser, width, height, scheme, scripts)
        self.addCleanup(tab.close)
        return tab.open(self.page)

    def show(self, tab, name):
        if self.screenshots:
            tab.screenshot(self.screenshots / f"{name}.png")

    def assert_sound(self, tab):
        self.assertEqual(tab.complaints(), [])
        self.assertEqual(tab.run(FAULTS_OF_THE_MAP), [])
        self.assertEqual(tab.run(WIDER_THAN_THE_WINDOW), [])
        contrast, where = tab.run(WORST_CONTRAST)
        self.assertGreaterEqual(contrast, 4.5, where)

    def bucket_file(self, path, size):
        """A file without blocks: what it says of its size is all that counts."""
        path = self.box.cache / "cache-v1" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            file.truncate(size)

    def make_store(self):
        self.box.run("run", "--with", "hello", "hello")

    def fill(self, count):
        """As many things, of sizes as they are in life: few large ones, many small ones."""
        self.make_store()
        numbers = random.Random(7)
        for index in range(count):
            bucket = ("wheels", "metadata", "pages")[index % 3]
            self.bucket_file(f"{bucket}/package-{index // 3}/name-{index}.{bucket}", int(numbers.paretovariate(0.7) * 1000))

    # --- what it shows

    def test_an_empty_store(self):
        self.report()
        for size in SIZES:
            tab = self.tab(size)
            self.assertEqual(tab.run("document.querySelector('h1').textContent"), "The store is empty")
            self.assertFalse(tab.run("document.getElementById('map-card').checkVisibility()"))
            self.assert_sound(tab)
            self.show(tab, f"empty-{size}")

    def test_two_thousand_things(self):
        self.fill(2000)
        self.report()
        for scheme in ("light", "dark"):
            for size in SIZES:
                with self.subTest(size=size, scheme=scheme):
                    tab = self.tab(size, scheme)
                    self.assertGreater(tab.run("document.querySelectorAll('#map .tile').length"), 30)
                    self.assert_sound(tab)
                    self.show(tab, f"many-{size}-{scheme}")
        self.assertGreater(tab.run("document.querySelectorAll('table.things tbody tr').length"), 2000)
        back = tab.run("getComputedStyle(document.body).backgroundColor")
        self.assertEqual(back, "rgb(19, 19, 18)")

    def test_it_loads_nothing_but_itself(self):
        self.make_store()
        self.report()
        tab = self.tab()
        self.assertEqual(tab.requests(), [self.page.as_uri()])

    def test_a_new_width(self):
        self.fill(200)
        self.report()
        tab = self.tab()
        before = tab.run("document.getElementById('map').clientWidth")
        tab.resize(500, 900)
        tab.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        self.assertLess(tab.run("document.getElementById('map').clientWidth"), before)
        self.assert_sound(tab)

    def test_without_scripts(self):
        self.fill(30)
        self.report()
        tab = self.tab(scripts=False)
        self.show(tab, "without-scripts")
        self.assertFalse(tab.run("document.getElementById('map-card').checkVisibility()"))
        self.assertTrue(tab.run("[...document.querySelectorAll('details')].every((item) => item.checkVisibility())"))
        self.assertGreater(tab.run("document.querySelectorAll('table.things tbody tr').length"), 30)
        self.assertIn("needs JavaScript", tab.run("document.querySelector('noscript').textContent"))

    # --- who is at the mouse and at the keys

    def trail(self, tab):
        return tab.run("[...document.querySelectorAll('#trail button')].map((step) => step.textContent.replace(/ \\(.*/, ''))")

    def test_mouse(self):
        self.fill(300)
        self.report()
        tab = self.tab()
        tab.run("document.getElementById('map').scrollIntoView()")
        x, y = tab.run("(() => { const box = document.querySelector('.head').getBoundingClientRect(); return [box.left + 9, box.top + 9]; })()")
        tab.point(x, y)
        self.assertTrue(tab.run("document.getElementById('tip').checkVisibility()"))
        self.assertRegex(tab.run("document.getElementById('tip').textContent"), r"^Cached files.*iB, .* % of the store")
        self.show(tab, "tip")
        tab.point(x, y, click=True)
        self.assertEqual(self.trail(tab), ["The store", "Cached files"])
        self.assert_sound(tab)
        # A thing that cannot be opened opens its group.
        x, y = tab.run("(() => { const box = document.querySelector('.group .tile').getBoundingClientRect(); return [box.left + 9, box.top + 9]; })()")
        tab.point(x, y, click=True)
        self.assertEqual(len(self.trail(tab)), 3)
        self.assert_sound(tab)
        self.show(tab, "opened")
        tab.run("document.querySelector('#trail button').click()")
        self.assertEqual(self.trail(tab), ["The store"])

    def test_keys(self):
        self.fill(300)
        self.report()
        tab = self.tab()
        focused = "document.activeElement.getAttribute('aria-label')"
        self.assertEqual(tab.run("document.querySelectorAll('#map [tabindex=\"0\"]').length"), 1)
        for _ in range(10):
            tab.press("Tab")
            if tab.run("document.getElementById('map').contains(document.activeElement)"):
                break
        self.assertRegex(tab.run(focused), r"^Cached files, .*, opens$")
        self.assertTrue(tab.run("document.getElementById('tip').checkVisibility()"))
        tab.press("Enter")
        self.assertEqual(self.trail(tab), ["The store", "Cached files"])
        first = tab.run(focused)
        tab.press("ArrowRight")
        self.assertNotEqual(tab.run(focused), first)
        tab.press("ArrowDown")
        tab.press("Home")
        self.assertEqual(tab.run(focused), first)
        tab.press("Escape")
        self.assertEqual(self.trail(tab), ["The store"])
        self.assertRegex(tab.run(focused), r"^Cached files, .*, opens$")
        tab.press("Escape")
        self.assertEqual(self.trail(tab), ["The store"])
        self.assert_sound(tab)

    # --- who wants to be markup

    def test_hostile_names_are_text(self):
        script = self.box.script(f"{MARKUP}.py", start="import sys\ndel sys.argv[1]\n" + sandbox.START_PACKAGE)
        helper = self.box.helper("server", "run", script, HOSTILE_WORD)
        self.bucket_file(f"wheels/{CLOSING}", 10_000_000)
        self.bucket_file("pages/\x1b[31m\u202ered", 5_000_000)
        page = self.report().read_text()
        self.assertEqual(page.count("<script"), 2)
        for size in ("desktop", "phone"):
            tab = self.tab(size)
            tab.run("document.querySelectorAll('details').forEach((item) => { item.open = true; })")
            tab.run("document.querySelectorAll('#map button').forEach((item) => item.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))")
            self.assert_sound(tab)
            self.assertIsNone(tab.run("window.pwned"))
            self.assertEqual(tab.run("document.querySelectorAll('img, svg, iframe, object').length"), 0)
            self.assertEqual(tab.run("document.scripts.length"), 2)
            self.assertIn(f"{MARKUP}.py", tab.run("document.querySelector('.users').textContent"))
            self.assertIn(HOSTILE_WORD, tab.run("document.querySelector('.users').textContent"))
            things = tab.run("[...document.querySelectorAll('.things')].map((item) => item.textContent).join()")
            self.assertIn(CLOSING.rpartition("/")[0], things)
            self.assertIn(f"{MARKUP}.py", things)
            self.assertTrue(tab.run(f"[...document.querySelectorAll('#map .tile')].some((item) => item.ariaLabel.includes({CLOSING.rpartition('/')[0]!r}))"))
            self.show(tab, f"hostile-{size}")
        helper.finish()

    def test_what_is_in_use(self):
        helpers = [self.box.helper("tool", "tool", "run", "lazy-server"), self.box.helper("with", "run", "--with", "lazy-server", "lazy-server")]
        self.box.run("cache", "clean")
        self.report()
        for size in ("desktop", "phone"):
            tab = self.tab(size)
            rows = tab.run("[...document.querySelectorAll('.users tbody tr')].map((row) => row.innerText)")
            self.assertGreaterEqual(len(rows), 2)
            for helper in helpers:
                self.assertTrue(any(str(helper.pid) in row and "lazy-server" in row for row in rows), rows)
            self.assertTrue(all("goes when its programs end" in row for row in rows), rows)
            self.assertGreaterEqual(tab.run("document.querySelectorAll('#map .tile.used').length"), 1)
            self.assert_sound(tab)
            self.show(tab, f"in-use-{size}")
        for helper in helpers:
            self.assert_works(helper)


def main():
    program = chromium.find()
    if program is None:
        print("skipped: no Chromium is installed; `./dev browser` installs it and runs this test")
        return SKIPPED
    if "--screenshots" in sys.argv:
        at = sys.argv.index("--screenshots")
        ReportTest.screenshots = pathlib.Path(sys.argv[at + 1]).resolve()
        ReportTest.screenshots.mkdir(parents=True, exist_ok=True)
        del sys.argv[at:at + 2]
    ReportTest.browser = chromium.Chromium(program)
    try:
        sandbox.main()
    finally:
        ReportTest.browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
