"""Labels may be marked a little; nothing in them can do harm."""

from __future__ import annotations

import pytest

from app.web.marking import marked_blocks, marked_inline, unmarked


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("住房 **很** _好_", "住房 <strong>很</strong> <em>好</em>"),
        ("a_b_c 2 * 3 * 4", "a_b_c 2 * 3 * 4"),
        ("**粗 _斜_**", "<strong>粗 <em>斜</em></strong>"),
        (r"\*不\* 斜", "*不* 斜"),
        ("一\n二 <", "一<br>二 &lt;"),
        ("plain\nlines", "plain<br>lines"),
        ("# 题\n字", '<span class="marked-heading">题</span>字'),
        ("- 一\n2. 二", '<span class="marked-item">一</span><span class="marked-number">2. 二</span>'),
        ('<span style="color:red">红</span>', "红"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        (
            "[看](https://a.cn/?a=1&b=2)",
            '<a href="https://a.cn/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">看</a>',
        ),
        ("[看](javascript:alert)", "看"),
        (
            '[看](https://a.cn/"onx=)',
            '<a href="https://a.cn/&#34;onx=" target="_blank" rel="noopener noreferrer">看</a>',
        ),
    ],
)
def test_a_label_is_phrasing_content(text: str, html: str) -> None:
    assert marked_inline(text) == html


def test_a_note_has_blocks() -> None:
    shown = marked_blocks("# 大\n## 小\n一\n二\n\n三\n- a\n- **b**\n1. c", heading=3)
    assert shown == (
        '<h3>大</h3><h4>小</h4><p>一<br>二</p><p>三</p><ul class="marked"><li>a</li>'
        '<li><strong>b</strong></li></ul><ol class="marked"><li>c</li></ol>'
    )
    assert marked_blocks("") == ""


def test_words_without_marks() -> None:
    assert unmarked("# **粗** & <\n[看](https://a.cn)") == "粗 & < 看"
    assert unmarked("a & b") == "a & b"


def test_a_text_that_is_all_marks_is_read_at_once() -> None:
    for sign in ("*", "[", "_a", "**a", "<span ", "[a]("):
        text = sign * 3000
        assert unmarked(text)
        assert marked_blocks(text)
