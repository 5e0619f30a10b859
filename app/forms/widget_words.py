"""What the scripts of the residents' page say, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask import has_request_context, request
from flask_babel import lazy_gettext as _l

# The keys are the names by which each script asks; "{n}" and the like are filled by the script.
_WORDS: Mapping[str, Mapping[str, object]] = {
    "filter": {
        "seek": _l("输入几个字查找"),
        "found": _l("找到 {n} 项"),
        "none": _l("没有找到，请换几个字"),
        "chosen": _l("已选：{name}"),
    },
    "rank": {
        "up": _l("把“{name}”上移"),
        "down": _l("把“{name}”下移"),
        "moved": _l("“{name}”现在排第 {n} 位"),
        "confirm": _l("就按这个顺序"),
        "clear": _l("取消排序"),
        "untouched": _l("还没有排序。用箭头调整，或直接确认。"),
    },
    "range": {
        "slide": _l("拖动选择"),
        "none": _l("还没有选择"),
        "clear": _l("清除"),
    },
    "point": {
        "here": _l("使用我的位置"),
        "waiting": _l("正在定位……"),
        "found": _l("已定位，精度约 {n} 米"),
        "denied": _l("没有得到定位许可。可以在浏览器里允许，或手工填写。"),
        "failed": _l("现在定不了位，请稍后再试，或手工填写。"),
        "insecure": _l("这个页面不是加密连接（HTTPS），浏览器不允许定位，请手工填写。"),
    },
    "places": {
        "map": _l("在图上点选"),
        "help": _l("点一下图就加一个点。用箭头键移动图，按回车在中心加点。"),
        "add": _l("在图中心加点"),
        "undo": _l("撤销上一个点"),
        "bigger": _l("放大"),
        "smaller": _l("缩小"),
        "here": _l("移到我的位置"),
        "points": _l("已有 {n} 个点"),
        "sketch": _l("边界为示意，不是准确界线。"),
    },
    "picture": {
        "chosen": _l("选好的图片"),
        "clear": _l("不要这张图片"),
        "shrunk": _l("图片已缩小到约 {n} KB"),
    },
    "sketch": {
        "draw": _l("在方框里画"),
        "sign": _l("请在方框里签名"),
        "undo": _l("撤销一笔"),
        "clear": _l("重画"),
        "done": _l("已记下"),
        "empty": _l("还没有画"),
        "file": _l("或选择一张图片"),
    },
    "barcode": {
        "scan": _l("拍条码"),
        "none": _l("没有认出条码，请拍清楚些，或手工填写。"),
        "found": _l("已认出条码"),
    },
}


def words_of(script: str) -> dict[str, str]:
    """What a script says; what it says where the page came unencrypted only there."""
    encrypted = has_request_context() and request.is_secure
    return {
        name: str(text) for name, text in _WORDS[script].items() if not (encrypted and name == "insecure")
    }
