"""Texts of the room's codes: problems, and the flags of answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

TEXTS: dict[str, LazyString] = {
    "form-field-missing": _l("请填写“%(field)s”。"),
    "survey-text-too-long": _l("“%(field)s”不能超过 %(limit)s 个字符。"),
    "survey-form-id": _l(
        "表单编号“%(found)s”不能用：应以英文字母开头，"
        "只用英文字母、数字、下划线、连字符和点，如 resident_survey_2024。"
    ),
    "survey-number-unreadable": _l("“%(field)s”应为整数，现在是“%(found)s”。"),
    "unknown-wave": _l("没有编号为 %(found)s 的问卷调查。"),
    "unknown-settings-version": _l("调查“%(wave)s”没有第 %(found)s 版设置。"),
    "wave-settings-moved": _l(
        "打开页面之后，调查设置已从第 %(found)s 版改到第 %(present)s 版。请重新打开页面再改。"
    ),
    "wave-settings-invalid": _l("设置有 %(count)s 处问题，没有作任何修改。请返回逐一改正。"),
    "setting-whole-invalid": _l("“%(label)s”应为 %(low)s 到 %(high)s 的整数，现在是“%(found)s”。"),
    "setting-number-invalid": _l("“%(label)s”应在 %(low)s 到 %(high)s 之间，现在是“%(found)s”。"),
    "setting-score-invalid": _l("选项 %(code)s 的分数应在 0 到 100 之间，现在是“%(found)s”。"),
    "setting-question-unknown": _l("问卷里没有可用的题目“%(found)s”。"),
    "setting-code-invalid": _l("选项代码“%(found)s”不能用在这里。"),
    "setting-flag-unknown": _l("标记“%(found)s”不认识。"),
    "wave-exists": _l("%(year)s 年度已经有名为“%(found)s”的调查。请换一个名称。"),
    "wave-groups-invalid": _l("分组有 %(count)s 处问题。"),
    "group-question-unknown": _l("分组“%(group)s”所用的题目“%(found)s”不在问卷里。"),
    "question-list-invalid": _l(
        "题目表有 %(count)s 处问题，没有发布任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "question-name-invalid": _l(
        "变量名“%(found)s”不能用：只能由英文字母、数字和下划线组成，且不能以数字开头。"
    ),
    "question-name-too-long": _l("变量名不能超过 %(limit)s 个字符。"),
    "question-twice": _l("变量名“%(found)s”出现了两次。"),
    "question-type-unknown": _l("题型“%(found)s”不认识；可用的有：%(expected)s。"),
    "question-text-missing": _l("题目“%(found)s”没有题干。"),
    "question-indicator-unknown": _l("题目“%(question)s”所连的指标“%(found)s”不在本年度的指标库里。"),
    "question-without-community": _l(
        "题目“%(question)s”要选社区，而这座城市的区域表里没有进入抽样框的社区。"
        "请先在“区域”页导入社区，或把这一题改为 select_one street（只选街道），或删去。"
    ),
    "question-without-street": _l(
        "题目“%(question)s”要选街道，而这座城市的区域表里没有进入抽样框的街道。"
        "请先在“区域”页导入街道，或在选项表里自带 street 的选项，或删去这一题。"
    ),
    "question-expression-unreadable": _l(
        "题目“%(question)s”的表达式“%(found)s”不能读取。"
        "应是 XLSForm 的条件，如 ${age} >= 18 and ${sex} = '1'；"
        "请检查括号、引号和运算符（可用 = != < <= > >= and or）。"
    ),
    "scored-unknown": _l("计分方式“%(found)s”不认识；应为 dimension、overall 或留空。"),
    "scored-not-five-point": _l("计分题“%(found)s”必须是五级单选（1–5，9 为不了解）。"),
    "choice-list-missing": _l("选项表“%(found)s”没有给出。"),
    "choice-twice": _l("选项表“%(list)s”里的值“%(found)s”出现了两次。"),
    "unknown-bank-question": _l("题库里没有编号为 %(found)s 的题目。"),
    "unknown-bank-upload": _l("这份待确认的题目表已经导入或放弃了。请重新上传。"),
    "bank-list-large": _l(
        "题目表有 %(questions)s 题，各题的选项合计 %(choices)s 个。题库一次最多收 %(most)s 题、"
        "%(most_choices)s 个选项，请分几份上传，或把过长的选项表（如小区名单）改成填空题。"
    ),
    "bank-list-invalid": _l("题目表有 %(count)s 处问题，题库没有变化。请改正后重新上传。"),
    "bank-year-earlier": _l(
        "题目“%(question)s”的现行版本自 %(present)s 年度起用，新版本不能早于它（所填为 %(found)s 年度）。"
        "请把起用年度改为 %(present)s 或更晚。"
    ),
    "bank-moved": _l("打开页面之后，题库已有变化，没有作任何修改。请重新打开页面，看过现在的内容再改。"),
    "bank-none-chosen": _l("没有选中 %(year)s 年度可用的题目。请至少勾选一题。"),
    "frame-invalid": _l("抽样框有 %(count)s 处问题，没有导入任何内容。请按下面的位置逐一修改后重新上传。"),
    "frame-drawn": _l("已经按现有抽样框抽取了样本，不能再更换抽样框。"),
    "frame-empty-wave": _l("还没有抽样框。请先上传社区、户数、人口表。"),
    "area-outside-frame": _l("“%(name)s”（%(found)s）不进入抽样框，已略去。"),
    "sample-drawn": _l("样本已经抽取。要重抽，请先在调查页上撤销这次抽样（还没有人作答时可以）。"),
    "sample-used": _l(
        "已有 %(used)s 个住户的链接有人作答或开始作答，不能再撤销抽样：那些回答会失去所属的住户。"
    ),
    "sample-too-large": _l(
        "这样会抽中 %(found)s 户，超过一次调查最多 %(limit)s 户的上限，没有抽取"
        "（抽样框共 %(available)s 户）。请减少社区数或每个社区的户数。"
    ),
    "frame-psus-invalid": _l("要抽的社区数应为 1 到 %(most)s，现在是 %(found)s。"),
    "strata-invalid": _l("分层总体不能登记：设计为“%(design)s”，共 %(count)s 层；各层人口必须大于零。"),
    "strata-table-invalid": _l(
        "各层人口表有 %(count)s 处问题，没有登记任何内容。请按下面的位置逐一修改后重新上传。"
    ),
    "stratum-code-too-long": _l("层的代码“%(found)s”不能超过 %(limit)s 个字符。"),
    "stratum-population-invalid": _l("层的人口“%(found)s”必须大于零。"),
    "wave-design-unknown": _l("抽样设计“%(found)s”不认识；应为 two_stage、strata 或 open。"),
    "wave-language-unknown": _l("表单语言“%(found)s”不认识；应为 zh、en，或留空表示双语。"),
    "no-sample": _l("调查“%(wave)s”还没有样本。请先抽取样本或登记各层人口。"),
    "no-usable-answers": _l("调查“%(wave)s”还没有可用的答卷。"),
    "unknown-cases": _l("答卷范围“%(found)s”不认识；应为 used、all 或 unflagged。"),
    "margins-missing": _l("人口边际表“%(table)s”里没有可用于加权的变量。"),
    "margin-variable-missing": _l("人口边际表“%(table)s”里没有变量“%(found)s”。"),
    "not-weighted": _l("还没有权数。请先加权，再估计。"),
    "weights-stale": _l("加权之后，调查“%(wave)s”的答卷或样本有了变化。请重新加权。"),
    "weights-differ": _l("按保存的配方重算“%(wave)s”的权数，结果与保存的不同。请重新加权。"),
    "estimator-unreadable": _l(
        "问卷估计方式“%(found)s”不能读取；应为 mean(题目)、share(题目 in 代码, …) 或 score(题目, …)。"
    ),
    # Codes of the statistics that pass through this room.
    "nonresponse-cell-empty": _l(
        "无应答调整的单元“%(cell)s”里没有一份答卷，无法代表它的样本。请合并单元或补充调查。"
    ),
    "cell-code-missing": _l("第 %(row)s 个样本缺少划分单元所需的信息（%(columns)s）。"),
    "margin-category-empty": _l(
        "加权变量“%(margin)s”的类别“%(category)s”没有答卷，而人口表里有人。请合并类别或补充调查。"
    ),
    "margin-category-unknown": _l("加权变量“%(margin)s”的类别“%(category)s”在人口表里没有。"),
    "margin-code-missing": _l("有答卷缺少加权变量“%(margin)s”。"),
    "margin-empty": _l("人口边际表里变量“%(margin)s”的人数合计为零，不能用于加权。请检查这张表。"),
    "margin-total-not-positive": _l("加权变量“%(margin)s”的类别“%(category)s”人口必须大于零。"),
    "margin-totals-disagree": _l("各加权变量的人口合计不一致。"),
    "raking-not-converged": _l("加权没有收敛：变量“%(margin)s”的类别“%(category)s”还相差 %(gap)s。"),
    "trim-impossible": _l("权数的上下限无法满足，请放宽。"),
    "recipe-step-invalid": _l("加权配方不能读取，请检查第 %(step)s 步的“%(field)s”。"),
    "probability-out-of-range": _l("第 %(row)s 个样本的入样概率 %(value)s 不在 0 到 1 之间。"),
    "frame-allocation-impossible": _l(
        "要抽 %(total)s 个社区，而这个抽样框只能抽 %(least)s 到 %(most)s 个："
        "每层至少两个（或该层的全部），最多是抽样框里的全部。请调整社区数。"
    ),
    "frame-units-invalid": _l("每个社区抽取的户数必须至少为 1。"),
    "frame-seed-invalid": _l("随机种子必须是 0 到 2147483647 之间的整数。"),
    # Flags of answers.
    "flag-too-fast": _l("作答过快"),
    "flag-straight-lining": _l("各题答案全部相同"),
    "flag-longstring": _l("连续多题答案相同"),
    "flag-attention-failed": _l("核对题答错"),
    "flag-duplicate": _l("同一设备重复作答"),
    "flag-near-duplicate": _l("同一设备答案几乎相同"),
    "flag-too-many-dont-knows": _l("“不了解”过多"),
    "flag-wrong-area": _l("所填社区与样本不符"),
    "flag-duplicate-unit": _l("同一样本重复作答"),
    "flag-no-unit": _l("不属于样本"),
    "flag-no-area": _l("居住地不明"),
    "flag-no-category": _l("缺少加权所需的人口属性"),
    "flag-no-answers": _l("没有回答任何计分题"),
    "flag-refused": _l("拒绝参加"),
    "flag-ineligible": _l("不符合调查对象条件"),
}
