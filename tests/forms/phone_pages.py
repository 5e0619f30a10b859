"""Somebody with a phone at a survey's page: fills screens in a real browser as the script draws them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from playwright.sync_api import Browser, Page, Route

#: Puts [place, values] into the inputs of the screen that is shown; tells which places it has.
_TYPE = """answers => Object.keys(answers).filter(place => {
  // The lists of an order stay where its script shows rows with buttons instead.
  const shown = input => !input.disabled && input.closest("#sheet") && !input.closest("[hidden]:not(.ranks)");
  const inputs = Array.from(document.getElementsByName(place)).filter(shown);
  const values = [].concat(answers[place]);
  const tell = (input, name) => input.dispatchEvent(new Event(name, {bubbles: true}));
  inputs.forEach((input, number) => {
    if (/radio|checkbox/.test(input.type)) {
      if (values.includes(input.value) !== input.checked) input.click();
    } else if (input.isConnected) {
      input.value = values[input.matches("select") && inputs.length > 1 ? number : 0] || "";
      ["input", "change"].forEach(name => tell(input, name));
    }
  });
  return inputs.length;
})"""


class PhonePage:
    """A survey's page in a phone's browser. ``complaints``: errors of scripts, and what was blocked."""

    def __init__(self, browser: Browser, address: str, *, locale: str = "zh-CN", **context: Any) -> None:
        self.context = browser.new_context(viewport={"width": 390, "height": 844}, locale=locale, **context)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda told: self._hear(told.type, told.text))
        self.address = address
        self.open()

    def _hear(self, kind: str, text: str) -> None:
        # What a server refuses, or a network, is told too; the tests look at what the page makes of it.
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def open(self) -> None:
        """Open the link and wait until the script has taken over."""
        self.page.goto(self.address)
        self.page.wait_for_selector("#sheet:not([hidden])")
        self.page.wait_for_selector("#saved:not(:empty)")

    def type(self, answers: Mapping[str, str | Sequence[str]]) -> list[str]:
        """Answer what the screen asks of these; the places that it asks."""
        found: list[str] = self.page.evaluate(_TYPE, answers)
        return found

    def next(self) -> None:
        """Go on."""
        self.page.click("#sheet .page-actions [type=submit]")

    def fill(self, answers: Mapping[str, Any], *, most: int = 40) -> None:
        """Answer screen after screen up to the summary; whatever was not asked in the end is told."""
        left = dict(answers)
        for _ in range(most):
            if not self.page.is_visible("#sheet"):
                break
            for _round in range(3):
                for name in [each for each in left if each.startswith("add:") and self.offers(each)]:
                    for _row in range(left.pop(name)):
                        self.page.click(f'[value="{name}"]')
                for place in self.type(left):
                    del left[place]
            self.next()
            told = self.errors()
            assert told == [], told
        assert left == {}

    def offers(self, action: str) -> bool:
        """Whether the screen has a button for a row more (``add:``) or less (``remove:``)."""
        return self.page.is_visible(f'#sheet [value="{action}"]')

    def errors(self) -> list[str]:
        """What the top of the page says is wrong."""
        return [
            f"{each.get_attribute('href')} {each.inner_text()}"
            for each in self.page.locator("#error-summary a").all()
        ]

    def send(self) -> None:
        """Send from the summary."""
        self.page.click("#summary [data-action=send]")


def part(body: str, name: str) -> str:
    """One field of a multipart body."""
    found = re.search(rf'name="{re.escape(name)}"\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
    assert found is not None, name
    return found[1]


class Endpoint:
    """Stands in for the server's end of sending, for what only a server that is away or refuses can show."""

    def __init__(self, phone: PhonePage, status: int, answer: Mapping[str, Any]) -> None:
        self.bodies: list[str] = []
        self.status, self.answer = status, answer
        phone.context.route(re.compile(r"/answers(\?|$)"), self._answer)

    def _answer(self, route: Route) -> None:
        self.bodies.append((route.request.post_data_buffer or b"").decode("utf-8", "replace"))
        route.fulfill(status=self.status, content_type="application/json", body=json.dumps(self.answer))
