"""Texts of what the workbooks room refuses; every room that takes a table or a workbook lets them through."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

#: What is wrong in one cell, row or column.
_CELLS: dict[str, LazyString] = {
    "column-missing-by-name": _l("缺少列“%(expected)s”。文件里有的列：%(found)s。"),
    "column-missing": _l("缺少列：%(expected)s（任一写法即可）。文件里有的列：%(found)s。"),
    "column-twice": _l("列“%(found)s”与另一列的意思相同，只能保留一列。"),
    "heading-twice": _l("列名“%(found)s”出现了两次，请改名或删去一列。"),
    "value-missing": _l("这里必须填写。"),
    "text-too-long": _l("文字过长，最多 %(limit)s 个字符。"),
    "not-a-number": _l("“%(found)s”不是数字。"),
    "not-an-integer": _l("“%(found)s”不是整数。"),
    "not-finite": _l("“%(found)s”不是有限的数。"),
    "boolean-not-number": _l("这里应填数字，不是“是/否”（%(found)s）。"),
    "date-not-number": _l("这里应填数字，单元格里却是日期（%(found)s）。请检查单元格格式。"),
    "number-with-unit": _l("“%(found)s”带有单位，请只填数字。"),
    "percent": _l("“%(found)s”是百分数，请按列名要求的单位填写数字。"),
    "ambiguous-mark": _l("“%(found)s”的含义不明确：没有数据请留空，确为零请填 0。"),
    "bad-grouping": _l("“%(found)s”的千位分隔不对，请检查数字。"),
    "not-a-date": _l("“%(found)s”不是日期，应写成 2024-01-31 的样子。"),
    "not-a-code": _l("“%(found)s”不是代码，请按文本填写。"),
    "code-lost-digits": _l("代码“%(found)s”在表格软件里丢失了数字。请把整列设为文本后重新填写。"),
    "below-minimum": _l("%(found)s 小于允许的最小值 %(expected)s。"),
    "above-maximum": _l("%(found)s 大于允许的最大值 %(expected)s。"),
    "not-a-choice": _l("“%(found)s”不在可选内容中：%(expected)s。"),
    "formula-error": _l("单元格的公式出错（%(found)s）。请改正公式，或粘贴为数值。"),
    "formula-not-computed": _l("单元格的公式还没有计算结果。请用表格软件打开并保存一次，或粘贴为数值。"),
}

#: Why a file as a whole cannot be read.
_FILES: dict[str, LazyString] = {
    "file-empty": _l("文件是空的。请重新选择文件。"),
    "file-too-large": _l("文件过大，超过了上限。请拆分后再传。"),
    "not-a-workbook": _l("这不是 Excel 工作簿（.xlsx）。请用表格软件另存为 .xlsx 后重试。"),
    "not-a-table": _l("这不是可以读取的表格文件。请上传 CSV 或 Excel 文件。"),
    "old-format": _l("旧格式（.xls）不能在这里使用。请另存为 .xlsx 后重试。"),
    "password-protected": _l("文件有密码保护。请去掉密码后重试。"),
    "damaged-archive": _l("文件已损坏，不能打开。请重新导出或另存后重试。"),
    "too-many-entries": _l("文件内部的部件过多，不像普通的工作簿。请另存为新文件后重试。"),
    "unsafe-entry-name": _l("文件内部有不安全的名称。请用表格软件另存为新文件后重试。"),
    "duplicate-entry": _l("文件内部有重复的部件。请用表格软件另存为新文件后重试。"),
    "encrypted-entry": _l("文件内部有加密的部件。请去掉加密后重试。"),
    "unknown-compression": _l("文件的压缩方式不认识。请用表格软件另存为新文件后重试。"),
    "too-much-data": _l("文件解压后过大。请拆分后再传。"),
    "suspicious-ratio": _l("文件的压缩比异常，已拒绝。请用表格软件另存为新文件后重试。"),
    "forbidden-doctype": _l("文件内部含有 DOCTYPE，已拒绝。请用表格软件另存为新文件后重试。"),
    "xml-malformed": _l("文件内部的内容不完整。请用表格软件另存为新文件后重试。"),
    "xml-too-deep": _l("文件内部的嵌套过深。请用表格软件另存为新文件后重试。"),
    "xml-token-too-long": _l("文件内部有过长的内容。请用表格软件另存为新文件后重试。"),
    "too-many-sheets": _l("工作表过多，最多 %(limit)s 张。请删去不需要的工作表。"),
    "too-many-rows": _l("行数过多，最多 %(limit)s 行。请拆分后再传。"),
    "too-many-features": _l("文件里有 %(found)s 个要素，最多 %(limit)s 个。请拆分后再传。"),
    "json-text-unusable": _l(
        "文件里“%(found)s”处的文字含有不能保存的字符（U+0000 或不成对的代理字符）。请改正后重新上传。"
    ),
    "too-many-columns": _l("列数过多，最多 %(limit)s 列。请删去不需要的列。"),
    "too-many-cells": _l("单元格过多，最多 %(limit)s 个。请拆分后再传。"),
    "too-many-merged-cells": _l("合并单元格过多，最多 %(limit)s 个。请取消合并后重试。"),
    "too-many-formula-errors": _l("出错的公式过多，最多 %(limit)s 个。请改正后重试。"),
    "cell-outside-sheet": _l("有单元格在工作表的范围之外。请用表格软件另存为新文件后重试。"),
    "scan-too-slow": _l("文件检查用时过长。请拆分或另存为新文件后重试。"),
    "time-limit": _l("文件读取用时过长，已停止。请拆分或简化后重试。"),
    "memory-limit": _l("文件读取需要的内存过多，已停止。请拆分或简化后重试。"),
    "crashed": _l("文件不能读取。请用表格软件另存为新文件后重试。"),
    "binary-content": _l("文件里有不是文字的内容。请确认上传的是 CSV 或 Excel 文件。"),
    "encoding-unknown": _l("文件的文字编码不认识。请另存为 UTF-8 编码的 CSV 后重试。"),
    "malformed-text": _l("CSV 文件第 %(row)s 行的格式有误（引号或分隔符）。请检查后重试。"),
    "no-header": _l("没有找到列名所在的行。请把列名放在表格的前几行。"),
    "no-sheets": _l("工作簿里没有工作表。"),
    "sheet-missing": _l("没有找到工作表“%(sheet)s”。"),
    "table-unreadable": _l("表格不能读取。请用表格软件另存为新文件后重试。"),
    "workbook-unreadable": _l("工作簿不能读取。请用表格软件另存为新文件后重试。"),
    "unsupported-column-type": _l("列“%(column)s”的数据类型不能读取。请转换为文字、数字或日期。"),
    "metadata-missing": _l("这不是由本系统生成的模板。请下载模板后填写。"),
    "metadata-altered": _l("模板的标识已被改动。请重新下载模板后填写。"),
}

TABLE_TEXTS: dict[str, LazyString] = {**_CELLS, **_FILES}
