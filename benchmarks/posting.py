"""Clients that post submissions as phones do, many at once, each over a connection of its own."""

from __future__ import annotations

import http.client
import itertools
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.forms.compiling import compile_form
from app.forms.links import make_link
from app.forms.models import Link
from app.forms.publishing import publish

BOUNDARY = "cityexam-benchmark-5f2c1b7e"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
_FORM = "satisfaction_36.xlsx"
_PLACE = (
    "<place><place_name>昌江广场东门</place_name><place_geo>29.29321 117.21035 31.0 4.5</place_geo>{}</place>"
)
_SATISFACTION = ("eco", "health", "traffic", "utility", "safety", "style")
_SATISFACTION += ("diverse", "order", "innov", "culture", "open", "tour")


@dataclass
class Answered:
    """What became of the posts: instance id → status, and how long each took (seconds)."""

    statuses: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    broken: int = 0


@dataclass(frozen=True)
class Post:
    """One submission, ready to send; ``photo`` is the content of its file."""

    instance_id: str
    body: bytes
    xml: bytes
    photo: bytes | None


def publish_survey() -> Link:
    """The survey of 36 questions, published and open, and a phones' link to it.

    Its form is part of the reference material (``CITYEXAM_SHARED``, by default beside the repository).
    """
    shared = Path(os.environ.get("CITYEXAM_SHARED", Path(__file__).parent.parent.parent / "shared"))
    path = shared / "reference" / "forms" / _FORM
    if not path.is_file():
        raise SystemExit(f"{_FORM} must be beside the repository (CITYEXAM_SHARED): {path}")
    xform = compile_form(path.read_bytes(), "xlsx", path.stem).xform
    return make_link(form=publish(content=xform.encode(), filename="survey.xml").form, kind="openrosa")


def post_of(*, photo: int, form_id: str, version: str) -> Post:
    """A filled-in survey of a resident, with a photograph of so many bytes where that is not 0."""
    instance_id = f"uuid:{uuid.uuid4()}"
    image, content = "", None
    if photo:
        image = "<place_img>1709251200000.jpg</place_img>"
        content = b"\xff\xd8\xff\xe0" + os.urandom(photo - 4)
    satisfied = "".join(
        f"<s_{name}>{1 + number * 7 % 5}</s_{name}>" for number, name in enumerate(_SATISFACTION)
    )
    body = (
        "<start>2024-03-01T08:00:00.000+08:00</start><end>2024-03-01T08:06:40.000+08:00</end>"
        "<today>2024-03-01</today><consent>OK</consent><basic><district>zhushan</district>"
        "<community>zhushan0</community><age>45</age><gender>f</gender><tenure>own</tenure>"
        "<tenure_other/><moved>2012-06-01</moved><area>89.5</area><hh_size>3</hh_size><area_pc>29.8</area_pc></basic>"
        f"<sat>{satisfied}<bad_reason>老小区停车难，晚上九点以后没有车位；雨天路面积水，老人出门不便，希望先修排水，再铺路面，也请别再开挖两次。</bad_reason><mean_sat>3.0</mean_sat></sat>"
        "<prob><problems>parking lift flood</problems><commute>35</commute><prio>old park bus kiln</prio>"
        f"<n_kids>1</n_kids>{_PLACE.format(image)}<follow>yes</follow>"
        "<problem_other/><phone>13800000000</phone></prob><bye/>"
    )
    xml = (
        f'<?xml version=\'1.0\' ?><data xmlns:orx="http://openrosa.org/xforms" id="{form_id}"'
        f' version="{version}">{body}<orx:meta><orx:instanceID>{instance_id}</orx:instanceID></orx:meta>'
        "</data>"
    ).encode()
    parts = [(b'name="xml_submission_file"; filename="s.xml"\r\nContent-Type: text/xml', xml)]
    if content is not None:
        head = b'name="1709251200000.jpg"; filename="1709251200000.jpg"\r\nContent-Type: image/jpeg'
        parts.append((head, content))
    mark = BOUNDARY.encode()
    joined = b"".join(
        b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (mark, head, part)
        for head, part in parts
    )
    return Post(instance_id, joined + b"--%b--\r\n" % mark, xml, content)


def send_all(host: str, port: int, path: str, posts: list[Post], *, clients: int) -> Answered:
    """Send each post once, ``clients`` at a time; a connection that breaks counts as unanswered."""
    answered, waiting, lock = Answered(), iter(posts), threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection(host, port, timeout=60)
        for post in _one_by_one(waiting, lock):
            begun = time.perf_counter()
            try:
                status = send(connection, path, post)
            except (OSError, http.client.HTTPException):
                connection.close()
                with lock:
                    answered.broken += 1
                continue
            with lock:
                answered.statuses[post.instance_id] = status
                answered.seconds.append(time.perf_counter() - begun)
        connection.close()

    together([work] * clients)
    return answered


def send(connection: http.client.HTTPConnection, path: str, post: Post) -> int:
    """Post once; the status. OSError or HTTPException where the connection breaks."""
    headers = {"Content-Type": CONTENT_TYPE, "X-OpenRosa-Version": "1.0"}
    connection.request("POST", path, body=post.body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def together(works: list[Callable[[], None]]) -> None:
    """Run each in a thread of its own until all have ended."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _one_by_one(waiting: Iterator[Post], lock: threading.Lock) -> Iterator[Post]:
    while True:
        with lock:
            following = list(itertools.islice(waiting, 1))
        if not following:
            return
        yield following[0]
