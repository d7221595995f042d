"""Writes docs/pictures/*.webp: the dashboard's pages on the shipped month, as Chromium shows them.

`make screenshots` runs it.

The clock stands, so that another run gives the same pictures where Chromium and its fonts are the same.
"""

from __future__ import annotations

import base64
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from ims_fsm import IMS, Kind, RecipientDesk, Role, SettableClock, TaxPeriod, Where, diagram
from ims_fsm.resources import samples_folder
from tests.conftest import FLAGS
from tests.test_house import ROOT
from tests.web.conftest import BUYER
from tests.web.screens.visits import served

PICTURES = ROOT / "docs" / "pictures"
NARROW, WIDE, TALL = 390, 1280, 860
SUPPLIER = "21ZXKCK4821M1ZG"
AT = f"/recipients/{BUYER}"
OCTOBER = TaxPeriod("2024-10")
Shade = Literal["light", "dark"]
#: What a link to the site looks like where it is sent to somebody: 1200 by 630, as such previews are.
CARD = """<style>
body { margin: 0; height: 616px; display: grid; grid-template-columns: 450px 1fr; align-items: center;
  font-family: 'DejaVu Sans', sans-serif; color: #1b2b34; background: #fff; border-bottom: 14px solid #009485 }
main { padding-left: 56px } h1 { font-size: 58px; margin: 0 0 12px } svg { width: 690px; height: auto }
p { font-size: 25px; line-height: 1.4; margin: 0 0 28px }
em { font-style: normal; font-weight: bold; color: #00796b; font-size: 34px; line-height: 1.3 }
</style><main><h1>ims_fsm</h1><p>India's GST Invoice Management System as a workflow engine</p>
<p><em>Which guard refused,<br>and why</em></p></main>"""


class Camera:
    """Takes pictures of pages, as somebody who is signed in sees them."""

    def __init__(self, chromium: Browser, url: str, secret: str, width: int = WIDE, shade: Shade = "light") -> None:
        context = chromium.new_context(
            viewport={"width": width, "height": TALL}, base_url=url, color_scheme=shade, reduced_motion="reduce"
        )
        self.page: Page = context.new_page()
        self.page.goto("/login")
        self.page.fill("#token", secret)
        self.page.click("main button")

    def take(
        self, name: str, path: str = "", before: Callable[[Page], object] = lambda _page: None, begin: str = "body"
    ) -> None:
        """Take a picture of a page, from its top or where something begins, to its end or for a screen's height."""
        if path:
            self.page.goto(path)
        before(self.page)
        # A picture further down is loaded when it is needed, which is now.
        self.page.evaluate("document.images.length && [...document.images].forEach(i => { i.loading = 'eager' })")
        self.page.wait_for_function("() => [...document.images].every(i => i.complete)")
        self.page.evaluate("document.activeElement.blur()")
        width = self.page.viewport_size["width"]  # type: ignore[index]  # it has one
        self.page.evaluate(f"document.querySelector('{begin}').scrollIntoView()")
        top = int(self.page.evaluate("scrollY"))
        height = min(TALL, int(self.page.evaluate("document.body.scrollHeight")) - top)
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        how = {"format": "webp", "quality": 80, "clip": clip}
        taken = self.page.context.new_cdp_session(self.page).send("Page.captureScreenshot", how)
        (PICTURES / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))


def before_the_14th(camera: Camera, ims: IMS) -> None:
    """Show what is to be done with the records of October."""
    camera.take("home", "/")
    camera.take("inward", f"{AT}/inward")
    note = credit_notes(ims.recipient(BUYER, actor="asha"))[0]
    camera.take("record", f"{AT}/records/{note}", lambda page: page.click("details.reject summary"))
    camera.take("confirm", f"{AT}/inward?kind=credit_note&amended=false", _reject_all)
    camera.take("files", f"{AT}/files")


def credit_notes(desk: RecipientDesk) -> list[int]:
    """Return the ids of a recipient's credit notes."""
    return [row.record.id for row in desk.listed(Where(kinds=[Kind.CREDIT_NOTE]))]


def _reject_all(page: Page) -> None:
    page.check("#every")
    page.click("#do-reject")
    page.wait_for_selector("#yes")


def after_the_14th(signed_in: Callable[[], Camera], ims: IMS, clock: SettableClock) -> None:
    """Show the returns of October, and what happened; a session of before has ended by then."""
    desk = ims.recipient(BUYER, actor="asha")
    desk.act_on("accept")
    desk.act_on("reject", ids=credit_notes(desk))
    clock.set("2024-11-14 06:00")
    ims.sweep()
    clock.set("2024-11-15 11:30")
    camera = signed_in()
    camera.take("gstr-2b", f"{AT}/2b/{OCTOBER}")
    camera.take("gstr-3b", f"{AT}/3b/{OCTOBER}")
    desk.file_3b(OCTOBER, consent=True)
    camera.take("happened", f"{AT}/events")
    camera.take("outward", f"/suppliers/{SUPPLIER}/outward")
    camera.take("liabilities", f"/suppliers/{SUPPLIER}/liabilities")


def the_law(camera: Camera) -> None:
    """Show the machines and the rules."""
    camera.take("lifecycle", "/law/machines/credit_note?rule_set=IMS-2025-10")
    camera.take("trigger", "/law/machines/credit_note/triggers/keep_pending?rule_set=IMS-2024-10")
    camera.take("rule", "/law/rules/faq.11")


@contextmanager
def leaves(clock: SettableClock) -> Iterator[tuple[IMS, int]]:
    """Give an IMS on a database of its own, with leave requests as cases, and the number of a long one."""
    law = ROOT / "docs" / "examples" / "leave_request"
    with TemporaryDirectory() as folder, IMS(f"sqlite:///{Path(folder) / 'ims.db'}", clock=clock, machines=law) as ims:
        asha, ravi = (ims.cases("leave_request", actor=name) for name in ("asha", "ravi"))
        short, long, late = (asha.open(f"LR-{n}", days=days) for n, days in ((17, "few"), (18, "many"), (19, "few")))
        clock.set("2024-11-11 09:30")
        ravi.fire(short.id, "approve")
        ravi.fire(late.id, "decline", remarks="the month ends")
        ravi.fire(long.id, "escalate", balance="short")
        yield ims, long.id


def the_card(chromium: Browser) -> None:
    """Make the picture that social previews show."""
    page = chromium.new_page(viewport={"width": 1200, "height": 630})
    page.set_content(CARD + diagram("credit_note", edition="IMS-2024-10", notes=False).svg)
    page.screenshot(path=PICTURES / "card.png")


def of_cases(chromium: Browser, clock: SettableClock) -> None:
    """Show the cases of a law of one's own."""
    with leaves(clock) as (ims, case):
        secret = ims.tokens.issue("meera", roles=["recipient"], gstins=["*"], days=30).secret
        with served(ims) as url:
            camera = Camera(chromium, url, secret)
            camera.take("cases", "/cases/leave_request")
            camera.take("case", f"/cases/leave_request/{case}")


def of_the_books(chromium: Browser, clock: SettableClock) -> None:
    """Show the register of docs/matching.md beside the shipped month."""
    books = (ROOT / "docs" / "matching.md").read_text("utf-8").partition("# books.csv\n")[2].partition("```")[0]
    with TemporaryDirectory() as folder, IMS(f"sqlite:///{Path(folder) / 'ims.db'}", clock=clock) as ims:
        ims.import_download(samples_folder() / "ims_2024-11.json", actor="asha")
        desk = ims.recipient(BUYER, actor="asha")
        register = Path(folder) / "books.csv"
        register.write_text(books, "utf-8")
        desk.match(register, period=OCTOBER)
        (alone,) = (of.document.id for of in desk.matches(classes=["books_only"]) if of.document)
        secret = ims.tokens.issue("asha", roles=["recipient"], gstins=[BUYER]).secret
        with served(ims) as url:
            camera = Camera(chromium, url, secret)
            camera.take("register", f"{AT}/register")
            camera.take("chase", f"{AT}/chase")
            camera.take("matched", f"{AT}/inward?take=true")
            camera.take("pair", f"{AT}/register/pair?document_id={alone}")
            camera.take("settings", f"{AT}/settings", _try_a_rule)


def _try_a_rule(page: Page) -> None:
    page.fill("#text-matching", '[[match]]\nname = "same_number_another_date"\ndays = 0\n')
    page.click("#preview")
    page.wait_for_selector("#banner")


def main() -> None:
    """Take every picture."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("no chromium is installed (Debian: apt-get install chromium fonts-dejavu-core fonts-lohit-deva)")
    PICTURES.mkdir(exist_ok=True)
    clock = SettableClock("2024-11-09 10:00")
    with TemporaryDirectory() as folder, IMS(f"sqlite:///{Path(folder) / 'ims.db'}", clock=clock) as ims:
        ims.import_download(samples_folder() / "ims_2024-11.json", actor="asha")
        tokens: Any = ims.tokens
        gstins = [BUYER, SUPPLIER]
        secret = tokens.issue("asha", roles=tuple(Role), gstins=gstins, days=30).secret
        with served(ims) as url, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True)
            camera = Camera(chromium, url, secret)
            before_the_14th(camera, ims)
            Camera(chromium, url, secret, shade="dark").take("home.dark", "/")
            Camera(chromium, url, secret, NARROW).take("phone", f"{AT}/inward?limit=25", begin="#list")
            the_law(camera)
            after_the_14th(lambda: Camera(chromium, url, secret), ims, clock)
            of_the_books(chromium, SettableClock("2024-11-12 10:00"))
            of_cases(chromium, SettableClock("2024-11-10 10:00"))
            the_card(chromium)
            chromium.close()


if __name__ == "__main__":
    main()
