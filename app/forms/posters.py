"""Posters and letters with the QR code of a link, in both languages of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from app.errors import Invalid
from app.forms.links import link_address, qr_rows
from app.forms.models import Form, Link
from app.forms.queries import asking_area
from app.i18n import LANGUAGES
from app.printing.notices import Notice, print_letters, print_posters
from app.printing.questionnaire import Texts

LONGEST_PURPOSE = 120
#: A request makes this many pages in a few seconds.
MOST_PAGES = 200


def poster_parts(count: int) -> list[int]:
    """The numbers of the files that so many posters are printed in."""
    return list(range(1, -(-count // MOST_PAGES) + 1))


def posters_of_part(links: Sequence[Link], part: int) -> Sequence[Link]:
    """The links of one file, counted from 1."""
    return links[(part - 1) * MOST_PAGES : part * MOST_PAGES]


def make_posters(form: Form, links: Sequence[Link], *, purpose: str = "") -> bytes:
    """Bytes of a PDF with a poster for each open link; a link's label says where it hangs.

    ``purpose``: a sentence instead of the house's own. Raises Invalid ``posters-without-links``,
    ``posters-too-many``, ``poster-purpose``.
    """
    if len(purpose) > LONGEST_PURPOSE:
        raise Invalid("poster-purpose", limit=LONGEST_PURPOSE)
    _refuse_count(len(links))
    own = (purpose,) if purpose else _both(lambda: _("请扫描二维码填写问卷。您的意见将用于改进我们的城市。"))
    closing = _both(lambda: _("用微信或手机相机扫描；也可以在浏览器里输入上面的地址。"))
    notices = [
        Notice(_sender(form), _title(form), each.label, own, qr_rows(each), link_address(each), closing)
        for each in links
    ]
    return print_posters(notices, title=form.title)


def make_letters(form: Form, links: Sequence[tuple[Link, str]]) -> bytes:
    """Bytes of a PDF with a letter for each personal link and the words of the dwelling it is for.

    Raises Invalid ``posters-without-links``, ``posters-too-many``.
    """
    _refuse_count(len(links))
    purpose = _both(
        lambda: _(
            "您好！您家被随机抽中参加这次调查。请由一位家庭成员用手机扫描下面的二维码，或在浏览器里输入地址，"
            "填写问卷。回答只用于统计，不会公开任何一户的回答。"
        )
    )
    closing = _both(lambda: _("这个二维码只供您家使用，只能提交一份答卷，请勿转给他人。"))
    notices = [
        Notice(_sender(form), _title(form), place, purpose, qr_rows(each), link_address(each), closing)
        for each, place in links
    ]
    return print_letters(notices, title=form.title)


def _refuse_count(count: int) -> None:
    if not count:
        raise Invalid("posters-without-links")
    if count > MOST_PAGES:
        raise Invalid("posters-too-many", found=count, limit=MOST_PAGES)


def _sender(form: Form) -> Texts:
    city = asking_area(form)
    return () if city is None else _once((city.name_zh, city.name_en))


def _title(form: Form) -> Texts:
    return _once((form.title, form.title_en))


def _once(names: Sequence[str | None]) -> Texts:
    return tuple(dict.fromkeys(name for name in names if name))


def _both(words: Callable[[], str]) -> Texts:
    found = []
    for locale in LANGUAGES.values():
        with force_locale(locale):
            found.append(words())
    return _once(found)
