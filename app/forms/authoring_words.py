"""Texts of drafts, of what is to be looked at in a form, and of what the compilers say."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

DRAFTS: dict[str, LazyString] = {
    "version-is-draft": _l(
        "表单“%(form)s”的版本“%(version)s”已有草稿。请先在表单页发布或丢弃草稿，或换一个新的 version。"
    ),
    "version-published": _l("版本“%(version)s”已经发布，不能再替换或丢弃。要修改，请上传新的版本。"),
    "form-id-path-like": _l(
        "表单编号“%(found)s”像文件路径，不能使用。编号里不能有 / 和 \\，不能以点开头或结尾。"
        "请在 settings 表的 form_id（XForm 是主实例根节点的 id）里改名，例如 survey_2025。"
    ),
    "form-id-taken": _l("已有编号为“%(found)s”的表单。请换一个编号。"),
    "form-types-changed": _l(
        "有题目的类型与已发布的版本不同，没有保存任何内容：同一列里会混有两种答案，无法一起统计。"
        "请给下列题目换新的变量名，或恢复原来的题型。"
    ),
    "field-type-changed": _l(
        "题目“%(found)s”在版本“%(version)s”里是%(before)s，这里成了%(now)s。请换一个变量名，或改回原来的题型。"
    ),
    "form-files-missing": _l(
        "这些附件还没有上传：%(found)s。请先上传，或勾选“缺附件也发布”；缺附件时，用到它们的题目没有选项或图片。"
    ),
    "form-file-columns": _l(
        "附件“%(file)s”缺少表单要用的列：%(expected)s；文件里有：%(found)s。请补上这些列后重新上传。"
    ),
    "form-without-workbook": _l("这个版本不是由 XLSForm 生成的，没有工作簿可以下载。请下载 XForm。"),
    "versions-of-other-forms": _l("两个版本不属于同一张表单，不能比较。"),
    "test-link-exists": _l("这个版本已有测试链接。"),
}

#: What a form says that is to be looked at; the codes of :mod:`app.xforms.inspecting`.
FINDINGS: dict[str, LazyString] = {
    "form-label-missing-in": _l(
        "题目“%(found)s”没有“%(language)s”的题干，选这种语言的人会看到空白。请补上。"
    ),
    "form-translation-missing": _l(
        "“%(language)s”缺 %(count)s 处提示、说明或选项的文字：%(found)s。请补上，或删去这种语言的列。"
    ),
    "form-choice-value-twice": _l("题目“%(name)s”有值相同的选项：%(found)s，统计时分不开。请改成不同的值。"),
    "form-choices-before-answer": _l(
        "题目“%(found)s”的选项要看“%(asked)s”的回答，而“%(asked)s”在它后面才问，这时没有选项可选。请调换次序。"
    ),
    "form-reads-unknown": _l(
        "“%(name)s”的 %(attribute)s 引用了表单里没有的节点 %(found)s，它总是空的。请核对。"
    ),
    "form-list-unused": _l("选项表“%(found)s”没有题目使用。不需要的话请删去；如果漏了题目，请补上。"),
}

#: What pyxform says beside what stands among the messages of sheets.
COMPILER: dict[str, LazyString] = {
    "form-save-to": _l("save_to 列写错了。请核对实体（entities）表的名称和属性；不用实体的话请清空这一列。"),
    "form-entities-wrong": _l("entities 表写错了。请对照 XLSForm 说明修改；不用实体的话请删去这张表。"),
    "form-headings-missing": _l("表里缺少必需的列：%(found)s。请在第一行补上列名。"),
    "form-reference-list": _l("几个引用之间要用逗号隔开，例如 ${a}, ${b}。"),
    "form-range-parameter": _l(
        "范围题的参数“%(found)s”不对。start、end、step 应是数字，"
        "step 不能为 0，也不能超过 start 与 end 的差。"
    ),
    "form-parameters-unknown": _l("这种题型没有参数“%(found)s”。可以用的参数：%(expected)s。请改正或删去。"),
    "form-parameters-parsed": _l("parameters 列读不懂。请写成“名称=值”，多个之间用空格隔开，例如 rows=5。"),
    "form-list-file-kind": _l(
        "select_one_from_file 后面应写文件名，以 .csv、.xml 或 .geojson 结尾，例如 zones.csv。"
    ),
    "form-trigger-missing": _l("background-geopoint 要在 trigger 列写明由哪一题触发，例如 ${name}。"),
    "form-audit-name": _l("audit 行的 name 列请留空。"),
    "form-audit-parameters": _l(
        "audit 要记录位置时，location-priority、location-min-interval、location-max-age "
        "三个参数都要写，后两个应为整数。"
    ),
    "form-big-image-alone": _l("用 big-image 时，题目“%(found)s”还要有 image。请补上 image 列。"),
    "form-id-empty": _l("表单编号是空的。请在 settings 表里填写 form_id。"),
    "form-instance-id-kept": _l("加密的表单不能省去 instanceID。请删去 settings 表的 omit_instanceID。"),
    "form-id-of-file": _l(
        "settings 表没有写 form_id，表单编号取了文件名“%(found)s”；"
        "文件改名后会成为另一张表单。请写上 form_id。"
    ),
    "form-version-missing": _l(
        "settings 表没有写 version。有了它才分得清各个版本，修改后也才能再发布。请写上，例如 2026050101。"
    ),
    "form-repeat-unlabelled": _l("重复组没有名称，填写的人看不出每一份是什么。请在 label 列填写。"),
    "form-choice-unlabelled": _l("选项没有文字，填写的人会看到它的值。请在 label 列填写。"),
    "form-name-case": _l("变量名“%(found)s”与另一个只有大小写不同，有的统计软件分不清。请改名。"),
    "form-sheet-near": _l(
        "没有名为“%(found)s”的表；名称相近的有：%(expected)s。写错的话请改名，否则不用理会。"
    ),
    "form-translations-column": _l(
        "语言“%(language)s”在 %(list)s 表里缺少这些列：%(found)s。请补上，或删去这种语言。"
    ),
    "form-or-other": _l(
        "or_other 与多种语言同用时，“其他”只有英文。请在选项表里自己写“其他”，再加一道填空题。"
    ),
    "form-or-other-filter": _l(
        "or_other 不能与 choice_filter 同用。请在选项表里自己写“其他”，再加一道填空题。"
    ),
    "form-language-code": _l("这些语言没有写代码：%(found)s。请写成“中文 (zh)”“English (en)”的样子。"),
    "form-id-twice-set": _l("settings 表同时写了 form_id 和 id_string。请只留 form_id。"),
    "form-disabled-column": _l("disabled 列已不推荐。请改用 relevant。"),
    "form-max-pixels": _l(
        "图片题没有写 max-pixels，手机会传原图，费时费流量。请在 parameters 列写 max-pixels=1600。"
    ),
    "form-row-skipped": _l("这一行没有题型和变量名，没有编进表单。不需要的话请删去这一行。"),
    "form-type-old": _l("题型“%(found)s”在多数手机上已不能用。请换一种题型。"),
}

#: What ODK Validate says, which fills the form as phones do.
VALIDATOR: dict[str, LazyString] = {
    "form-validator-says": _l("ODK Validate（手机填写所用的程序）用英文提示：%(detail)s"),
    "form-validator-unfinished": _l(
        "ODK Validate 没有检查完（表单太大或机器太忙）。请在手机上用测试链接试填一遍。"
    ),
    "form-validator-expression": _l("手机不认“%(path)s”的 %(rule)s：%(found)s。请检查表达式。"),
    "form-validator-no-node": _l("题目指向不存在的节点“%(path)s”。"),
    "form-validator-text": _l("文字“%(found)s”没有默认语言“%(language)s”的内容，手机打不开表单。请补上。"),
    "form-validator-cycle": _l("显示条件和计算互相引用，形成了循环：%(found)s。请拆开其中一处。"),
    "form-validator-instance": _l("引用了不存在的选项表“%(found)s”。请核对名称。"),
    "form-validator-xml": _l("第 %(line)s 行的 XML 不完整或有语法错误。"),
}

TEXTS: dict[str, LazyString] = {**DRAFTS, **FINDINGS, **COMPILER, **VALIDATOR}
