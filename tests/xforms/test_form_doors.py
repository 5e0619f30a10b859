"""OpenRosa texts and the coarsening of home points."""

from __future__ import annotations

import base64
import json
import math
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.xforms.coarsening import METRES_PER_DEGREE, coarsen, coarsen_point
from app.xforms.openrosa import (
    ListedFile,
    ListedForm,
    collect_settings,
    form_list,
    manifest,
    response,
)
from app.xforms.problems import XFormProblem

HASH = "md5:9dd4e461268c8034f5c8564e155c67a6"
LIST = "{http://openrosa.org/xforms/xformsList}"


def test_the_form_list_has_what_clients_need() -> None:
    forms = [
        ListedForm("a", "满意度 <2026>", "3", HASH, "https://h/k/T/a.xml", "https://h/k/T/a/manifest"),
        ListedForm("b", "B", "", HASH, "https://h/k/T/b.xml?x=1&y=2"),
    ]
    root = etree.fromstring(form_list(forms))
    assert root.tag == f"{LIST}xforms"
    first, second = root
    assert [child.tag.removeprefix(LIST) for child in first] == [
        "formID",
        "name",
        "version",
        "hash",
        "downloadUrl",
        "manifestUrl",
    ]
    assert first.findtext(f"{LIST}name") == "满意度 <2026>"
    assert first.findtext(f"{LIST}hash") == HASH
    assert second.findtext(f"{LIST}downloadUrl") == "https://h/k/T/b.xml?x=1&y=2"
    assert second.find(f"{LIST}manifestUrl") is None


def test_an_entry_that_would_void_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="incomplete"):
        form_list([ListedForm("a", "", "1", HASH, "https://h/a")])


def test_the_manifest_names_the_files() -> None:
    root = etree.fromstring(manifest([ListedFile("地图.png", HASH, "https://h/m/1")]))
    namespace = "{http://openrosa.org/xforms/xformsManifest}"
    assert root.tag == f"{namespace}manifest"
    assert [child.text for child in root[0]] == ["地图.png", HASH, "https://h/m/1"]


def test_the_response_carries_a_message() -> None:
    root = etree.fromstring(response("已收到\x00，谢谢 & 再见", nature="submit_success"))
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    assert root[0].text == "已收到，谢谢 & 再见"
    assert root[0].get("nature") == "submit_success"


def test_the_settings_of_collect_are_deflated_json() -> None:
    settings = json.loads(zlib.decompress(base64.b64decode(collect_settings("https://h/k/T", "体检"))))
    assert settings == {
        "general": {
            "server_url": "https://h/k/T",
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": "体检"},
    }


SENT = """<?xml version='1.0' encoding="utf-8"?>
<!-- <home>29.1 117.1</home> -->
<data id='x' note="a > b"><name>29.2931574 117.2074123 0 0</name>
<g><home>29.2931574 117.2074123 33.0 4.5</home>
<rep><spot>29.2 117.2</spot></rep><rep><spot/></rep>
<rep><spot><![CDATA[29.3 117.3 1 1]]></spot></rep></g></data>
"""


def test_only_the_named_points_are_moved() -> None:
    coarse = coarsen(SENT.encode(), ["/data/g/home"])
    before, after = SENT.encode().split(b"29.2931574 117.2074123 33.0 4.5")
    assert coarse.startswith(before)
    assert coarse.endswith(after)
    moved = coarse[len(before) : -len(after)].decode().split()
    assert moved[2:] == ["0", "0"]
    distance_north = abs(float(moved[0]) - 29.2931574) * METRES_PER_DEGREE
    assert 0 < distance_north <= 50.1
    assert coarsen(coarse, ["/data/g/home"]) == coarse


def test_points_in_rows_and_in_cdata_are_moved_too() -> None:
    coarse = coarsen(SENT.encode(), {"/other-root/g/rep/spot"}).decode()
    assert "<spot>29.2 117.2</spot>" not in coarse
    assert "CDATA" not in coarse
    assert "<spot/>" in coarse
    assert "<home>29.2931574 117.2074123 33.0 4.5</home>" in coarse


@pytest.mark.parametrize(
    ("content", "left"),
    [
        ("29.29,117.20", ""),
        ("at home", "at home"),
        ("29&#46;2931574 117.2074", None),
        ("29.2931574<!-- --> 117.2074", None),
        ("<p:x>29.2931574</p:x> 117.2074123", None),
        ("95.0 117.0", ""),
    ],
)
def test_no_exact_place_slips_through_in_disguise(content: str, left: str | None) -> None:
    xml = f'<d id="x" xmlns:p="urn:p"><h>{content}</h></d>'
    coarse = coarsen(xml.encode(), ["/d/h"]).decode()
    inside = coarse.partition("<h>")[2].partition("</h>")[0]
    if left is None:
        assert inside.endswith(" 0 0")
        assert "29.2931574" not in inside
    else:
        assert inside == left


def test_utf_16_is_coarsened_as_well() -> None:
    xml = '<?xml version="1.0" encoding="utf-16"?><d id="x"><h>29.2931574 117.2074123</h></d>'.encode(
        "utf-16"
    )
    coarse = coarsen(xml, ["/d/h"]).decode("utf-16")
    assert "29.2931574" not in coarse
    assert coarse.endswith("</h></d>")


def test_hostile_xml_is_not_coarsened() -> None:
    with pytest.raises(XFormProblem):
        coarsen(b"<!DOCTYPE a><a/>", ["/a/b"])


@given(st.floats(-85, 85), st.floats(-179.9, 179.9))
def test_a_point_moves_less_than_a_cell_and_only_once(lat: float, lon: float) -> None:
    moved = coarsen_point(lat, lon)
    north = (moved[0] - lat) * METRES_PER_DEGREE
    east = (moved[1] - lon) * METRES_PER_DEGREE * math.cos(math.radians(moved[0]))
    assert abs(north) <= 50.001
    assert abs(east) <= 50.001
    assert coarsen_point(*moved) == pytest.approx(moved, abs=1e-9)
