"""Texts of what the statistics refuse and no room tells in words of its own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

_SURVEYS: dict[str, LazyString] = {
    "arguments-invalid": _l("计算的参数不能使用。请检查设置。"),
    "bounds-invalid": _l("权重调整倍数的上下限 %(bounds)s 不能使用：下限应小于 1，上限应大于 1。"),
    "bounds-missing": _l("logit 加权必须给出权重调整倍数的上下限。请检查设置。"),
    "calibration-empty": _l("校准变量没有可用的类别。请检查边际表。"),
    "calibration-not-converged": _l("校准没有收敛。请合并人数少的类别，或放宽权重的上下限。"),
    "codes-repeat": _l("代码重复，无法计算。请检查名单。"),
    "column-length": _l("列“%(column)s”的行数与其他列不同。"),
    "column-shape": _l("数据列的形状不对，应为一列。"),
    "design-code-missing": _l("有样本缺少分层或抽样单元的代码。请检查抽样名单。"),
    "disposition-unknown": _l("访问结果的代码不认识。请检查样本名单。"),
    "domain-unknown": _l("没有这个分组，不能估计。"),
    "frame-code-double": _l("抽样框里有重复的代码。请检查抽样框。"),
    "frame-code-missing": _l("抽样框里有抽样单元没有代码。请检查抽样框。"),
    "frame-empty": _l("抽样框是空的。请先导入抽样框。"),
    "frame-method-unknown": _l("抽样方法不认识。请从列出的方法中选择。"),
    "frame-size-invalid": _l("抽样单元的规模 %(size)s 不能使用：应为大于 0 的数。"),
    "frame-strata-differ": _l("各层的设置与抽样框的层不一致。请检查分层。"),
    "indicator-not-binary": _l("比例的估计只能用于是否（0、1）变量。"),
    "interval-unknown": _l("区间的算法不认识。"),
    "lengths-differ": _l("各列的行数不同，无法计算。"),
    "level-out-of-range": _l("置信水平应在 0 与 1 之间。"),
    "lonely-psu": _l("有的层只有一个抽样单元，不能估计误差。请合并相邻的层，或选择其他处理办法。"),
    "lonely-rule-unknown": _l("对只有一个抽样单元的层，处理办法不认识。"),
    "method-unknown": _l("加权方法不认识。请从列出的方法中选择。"),
    "population-too-small": _l("总体数小于样本数。请检查抽样框的总体数。"),
    "population-varies": _l("同一层里的总体数不一致。请检查抽样框。"),
    "recipe-without-base": _l("加权方案缺少基础权重的步骤。"),
    "values-invalid": _l("数据里有不能计算的值。"),
    "weights-invalid": _l("权重里有空值、负值，或全部为零。"),
}

_INDICATORS: dict[str, LazyString] = {
    "potential-out-of-range": _l("更新潜力的分数应在 %(low)s 与 %(high)s 之间。"),
    "source-kind-repeats": _l("同一来源的值出现了两次，不能互相校核。"),
    "source-kind-unknown": _l("数据来源的类型不认识。"),
    "standard-empty-range": _l("标准的区间是空的：下限应小于上限。"),
    "standard-error-negative": _l("标准误不能为负。"),
    "too-few-draws": _l("模拟次数太少，不能给出区间。"),
    "weights-unfit": _l("权重不能使用：应为非负数且不全为零。"),
}

_PLACES: dict[str, LazyString] = {
    "cell-out-of-range": _l("网格编号超出范围。"),
    "cell-size-not-positive": _l("网格的边长应大于 0。"),
    "count-unusable": _l("人数里有空值或负值。"),
    "radius-not-positive": _l("服务半径应大于 0。"),
    "zones-empty": _l("没有可以计算的区域。请先上传边界。"),
}

ANALYSIS_TEXTS: dict[str, LazyString] = {**_SURVEYS, **_INDICATORS, **_PLACES}
