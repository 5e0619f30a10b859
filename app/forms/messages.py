"""Texts of the room's codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.forms.authoring_words import TEXTS as AUTHORING_TEXTS

_PUBLISHING: dict[str, LazyString] = {
    "form-file-empty": _l("文件“%(filename)s”是空的。请重新选择文件。"),
    "form-file-kind": _l(
        "不支持“%(filename)s”这种文件。请上传 .xlsx、.xls、.csv、.md（XLSForm）或 .xml（XForm）。"
    ),
    "form-not-compiled": _l("问卷表格有错误，没有发布任何内容。请按下面的位置逐一修改后重新上传。"),
    "form-compiler-says": _l("问卷编译器用英文提示：%(detail)s"),
    "form-workbook-unreadable": _l("工作簿不能读取，没有发布任何内容。请按下面的说明处理后重新上传。"),
    "form-kind-unreadable": _l(
        "文件不能按 .%(kind)s 格式的 XLSForm 读取，没有发布任何内容。请确认文件里有 survey 表"
        "（CSV 的第一列写表名，用逗号分隔），或用 Excel 另存为 .xlsx 后重试。"
    ),
    "form-unusable": _l("这份表单不能使用，没有发布任何内容。请按下面的位置修改后重新上传。"),
    "form-id-differs": _l(
        "表单编号应为“%(expected)s”，文件里却是“%(found)s”。请修改 settings 表的 form_id。"
    ),
    "form-id-unusable": _l("表单编号“%(found)s”不能使用。编号最长 %(limit)s 个字符，不能含换行等控制字符。"),
    "form-version-too-long": _l("版本号“%(found)s…”过长，最多 %(limit)s 个字符。"),
    "form-version-unusable": _l("版本号“%(found)s”不能使用：里面有控制字符。"),
    "version-taken": _l(
        "表单“%(form)s”的版本“%(version)s”已发布，内容与此不同。请在 settings 表里换一个新的 version 再上传，"
        "否则手机不会更新。"
    ),
    "coarsening-impossible": _l("要模糊化的位置题在表单里找不到。表单中的位置题有：%(expected)s。"),
    "coarsen-path-unknown": _l("没有位置题“%(found)s”。"),
    "coarsening-without-places": _l("这份表单没有位置题，不能模糊化。请核对填写的路径和选择的文件。"),
    "consent-incomplete": _l(
        "同意题的路径和表示不同意的选项值要一起填写，现在只填了“%(found)s”。请补上另一项，或两项都留空。"
    ),
    "consent-question-unknown": _l("同意题“%(found)s”不存在，或没有选项“%(value)s”。"),
    "form-file-name": _l("附件名“%(found)s…”过长，最多 %(limit)s 个字符。"),
    "unknown-form-file": _l("表单没有名为“%(found)s”的附件。需要的附件有：%(expected)s。"),
    "form-file-filled": _l(
        "版本“%(version)s”的附件“%(found)s”已有内容。已发布的版本不能更改，否则已收到的答卷会失去当时的选项。"
        "请在 settings 表里换一个新的 version 重新发布，再给新版本上传附件。"
    ),
    "unknown-form-state": _l("没有状态“%(found)s”。"),
    "export-kind": _l("没有“%(found)s”这种导出。可以选择：%(expected)s。"),
    "export-day": _l("“%(found)s”不是日期。请按 2024-01-31 的样子填写，或留空。"),
    "export-days-reversed": _l("起始日期 %(first)s 晚于结束日期 %(last)s。请调换后重试。"),
    "form-without-city": _l("这份表单没有指明城市，不知道有哪些社区。"),
    "paper-language": _l("表单没有“%(found)s”这种语言。可以选择：%(expected)s。"),
    "paper-rows": _l("每个重复组的空白份数应为 1 到 %(limit)s。"),
    "export-without-places": _l("这份表单没有位置题，不能导出为 GeoJSON。请选择别的格式。"),
    "export-too-many-rows": _l("Excel 工作表最多 %(limit)s 行，容不下这些答卷，没有生成文件。请导出 CSV。"),
    "export-too-many-columns": _l(
        "Excel 工作表最多 %(limit)s 列，这份表单需要 %(found)s 列，没有生成文件。请导出 CSV。"
    ),
    "export-text-too-long": _l(
        "单元格 %(cell)s 的文字有 %(found)s 个字符，Excel 最多容纳 %(limit)s 个，没有生成文件。请导出 CSV。"
    ),
    "export-gone": _l("这份导出文件已过保留期，不能再下载。请重新导出。"),
    "unknown-form": _l("没有编号为“%(found)s”的表单。"),
    "unknown-form-version": _l("没有这个表单版本。"),
    "form-not-published": _l("表单“%(found)s”还没有发布任何版本。"),
}

#: Codes of the form's own reading, where the place says which node or line.
_XFORM: dict[str, LazyString] = {
    "form-malformed-xml": _l("XML 不完整或有语法错误。"),
    "form-doctype-not-allowed": _l("XML 里不能有 DOCTYPE。请删去后重试。"),
    "form-too-large": _l("表单文件过大。请拆分表单，或把选项放进附件。"),
    "form-too-deep": _l("表单嵌套过深。请减少分组的层数。"),
    "form-too-many-nodes": _l("表单的节点过多。请拆分表单，或把选项放进附件。"),
    "form-too-many-attributes": _l("一个节点的属性超过 %(limit)s 个，这不像普通的表单。"),
    "form-not-an-xform": _l("这不是 XForm 文件。请上传 XLSForm，或由它转换得到的 .xml。"),
    "form-no-primary-instance": _l("表单没有主实例（instance）。"),
    "form-no-form-id": _l("表单没有编号。请在 settings 表里填写 form_id。"),
    "form-duplicate-node": _l("题目“%(path)s”出现了两次。请改名。"),
    "form-control-without-node": _l("题目“%(path)s”在实例里没有对应的节点。"),
    "form-bind-without-node": _l("规则（bind）指向不存在的节点“%(path)s”。"),
    "form-unsupported-control": _l("不支持的题型：%(detail)s"),
    "form-slow-pattern": _l(
        "正则表达式“%(detail)s”对某些回答要算很久（重复里套着重复），会拖住填写页面。请改写后重新上传。"
    ),
    "form-expression-syntax": _l("表达式写错了：%(detail)s"),
    "form-unknown-function": _l("表达式用了不认识的函数：%(detail)s"),
    "form-wrong-argument-count": _l("函数的参数个数不对：%(detail)s"),
    "form-unknown-instance": _l("表达式引用了不存在的选项表：%(detail)s"),
    "form-circular-calculation": _l("计算题互相引用，形成了循环：%(detail)s"),
    "form-unknown-text": _l("缺少文字：%(detail)s"),
    "form-wrong-media-file": _l("附件内容与表单不符：%(detail)s"),
}

#: What is wrong in the sheets of an XLSForm: each says the cure, the place says where.
_SHEETS: dict[str, LazyString] = {
    "form-survey-missing": _l(
        "文件里没有名为 survey 的表；文件里有：%(found)s。工作簿请把题目放在名为 survey 的工作表里；"
        "CSV 请在第一列写表名（单独一行 survey），其下各行第一列留空，也可改用 .xlsx。"
    ),
    "form-survey-empty": _l("survey 表里没有题目。请在标题行下面每行写一题。"),
    "form-column-missing": _l("缺少这一列；现有的列：%(found)s。请在第一行补上列名。"),
    "form-type-missing": _l("这一行没有题型。请在 type 列填写，例如 text、integer、select_one 选项表名。"),
    "form-type-unknown": _l(
        "题型“%(found)s”不认识。常用题型：text、integer、decimal、date、note、geopoint、image、"
        "select_one 选项表名、select_multiple 选项表名。"
    ),
    "form-type-misspelt": _l("题型“%(found)s”不认识。是不是“%(near)s”？"),
    "form-list-unnamed": _l("“%(found)s”后面要写选项表的名称，例如 select_one yes_no。"),
    "form-list-missing": _l(
        "choices 表里没有选项表“%(found)s”。请改正名称，或在 choices 表加上它的选项；现有：%(expected)s。"
    ),
    "form-choices-empty": _l(
        "选项表“%(found)s”没有任何选项：没有 choices 表，或其中没有选项。请在 choices 表里每行写一个选项"
        "（list_name、name、label）。"
    ),
    "form-name-missing": _l("这一行没有变量名。请在 name 列填写，例如 age。"),
    "form-name-invalid": _l(
        "变量名“%(found)s”不能用：应以字母或下划线开头，其后只能是字母、数字、下划线、连字符或点，不能有空格。"
    ),
    "form-name-twice": _l("变量名“%(found)s”在第 %(first)s 行已经用过。同一组里的变量名不能重复，请改名。"),
    "form-name-twice-somewhere": _l("变量名“%(found)s”在同一组里出现了两次，请改名。"),
    "form-name-twice-repeat": _l("重复组的名称“%(found)s”与别处相同，请改名。"),
    "form-name-meta": _l("变量名 meta 是保留的，请改名。"),
    "form-label-missing": _l("题目“%(found)s”没有题干。请在 label 列填写（每种语言一列）。"),
    "form-choice-without-list": _l("选项“%(found)s”没有写明属于哪个选项表。请填写 list_name。"),
    "form-choice-unnamed": _l("选项没有值。请在 name 列填写。"),
    "form-choice-twice": _l("选项表“%(list)s”里的值“%(found)s”在第 %(first)s 行已经用过，请改成另一个值。"),
    "form-choice-spaces": _l(
        "多选题的选项值不能有空格：选项表“%(list)s”里的“%(found)s”。请改成没有空格的值。"
    ),
    "form-choice-heading": _l("choices 表的列名不能为空，也不能有空格。请改名。"),
    "form-reference-unknown": _l("引用了不存在的题目“%(found)s”。请核对 ${…} 里的变量名。"),
    "form-reference-ambiguous": _l("引用的变量名“%(found)s”出现了不止一次，不知道指哪一题。请改名。"),
    "form-reference-written": _l("引用的写法不对：应为 ${变量名}，例如 ${age}。"),
    "form-end-unmatched": _l("这里的 end 没有对应的 begin。请检查分组是否成对、次序是否正确。"),
    "form-begin-unmatched": _l("这里的 begin 没有对应的 end。请在组的末尾加上 end_group 或 end_repeat。"),
    "form-calculation-missing": _l("计算题没有算式。请在 calculation 列填写。"),
    "form-heading-twice": _l("列名“%(found)s”与另一列重复或同义，只能保留一列。"),
    "form-headings-invalid": _l("表的第一行列名不对。请对照 XLSForm 的列名修改，例如 type、name、label。"),
    "form-parameters-invalid": _l("parameters 列的写法不对。请按“名称=值”填写，例如 start=1 end=10 step=1。"),
}

_COLLECTING: dict[str, LazyString] = {
    "submission-too-large": _l("答卷超过了 %(limit)s 字节的上限，没有收下。"),
    "submission-part-missing": _l("请求里没有答卷（xml_submission_file）。"),
    "submission-malformed-xml": _l("答卷的 XML 不完整或有语法错误，没有收下。"),
    "submission-encoding-unknown": _l("答卷的 XML 用的编码是 %(found)s，没有收下。请改用 UTF-8。"),
    "submission-doctype-not-allowed": _l("答卷的 XML 里不能有 DOCTYPE。"),
    "submission-too-deep": _l("答卷嵌套过深，没有收下。"),
    "submission-too-many-nodes": _l("答卷的节点过多，没有收下。"),
    "submission-too-many-attributes": _l("答卷有一个节点的属性超过 %(limit)s 个，没有收下。"),
    "submission-not-a-submission": _l("这不是一份答卷：%(detail)s"),
    "submission-no-form-id": _l("答卷没有写明属于哪个表单。"),
    "instance-id-missing": _l("答卷没有编号（instanceID），或编号超过 %(limit)s 个字符。"),
    "instance-changed": _l(
        "编号相同、内容不同的答卷已经收到过。此前那份有效；这一份已另存，供工作人员核对。"
    ),
    "instance-outdated": _l("您修改的答卷已被别的修改取代。这一份已另存，供工作人员核对。"),
    "unknown-instance-edited": _l("找不到您要修改的那份答卷。这一份已另存，供工作人员核对。"),
    "unknown-submission": _l("没有这份答卷。"),
    "unknown-submission-file": _l("没有这个附件。"),
    "unknown-quarantine": _l("没有这份待核对的答卷。"),
    "quarantine-resolved": _l("这份待核对的答卷已经处理过了，没有再改动。请刷新后查看。"),
    "quarantine-not-adoptable": _l("编号相同的答卷已经收下，这一份不能再收。请核对后写明理由，不予采用。"),
    "dismissal-reason-missing": _l("请写明不予采用的理由。"),
    "dismissal-reason-too-long": _l("理由有 %(found)s 个字，最多 %(limit)s 个。请缩短。"),
    "unknown-review-state": _l("没有审核状态“%(found)s”。"),
}

_LINKS: dict[str, LazyString] = {
    "unknown-link": _l("这个链接不存在。请检查地址是否完整，或向发给您的人索取新链接。"),
    "revoked-link": _l("这个链接已停用。请向发给您的人索取新链接。"),
    "link-used": _l("这个链接的答卷已经提交过了，谢谢！每个链接只能提交规定的份数。"),
    "unknown-link-kind": _l("没有链接类型“%(found)s”。"),
    "link-exists": _l("已有同类、同备注（%(label)s）的有效链接，没有再生成。要多一条链接，请写不同的备注。"),
    "posters-without-links": _l("没有可以印的有效链接。请先生成公开链接，或选择还有待访住户的社区。"),
    "posters-too-many": _l("一次最多印 %(limit)s 页，这里有 %(found)s 页。请分批打印。"),
    "poster-purpose": _l("说明最多 %(limit)s 个字。请缩短后重试。"),
    "link-limit": _l("份数上限应为 1 或更大的整数。"),
    "personal-link-limit": _l("“一人一链接”只能提交一份，份数上限不能是 %(found)s。请留空。"),
    "survey-not-open": _l("这份问卷还没有开放。请稍后再来。"),
    "survey-closed": _l("这份问卷已经结束，谢谢您的关心。"),
    "draft-missing": _l("找不到您填写的内容：可能换了设备或清除了浏览器数据。请从头开始。"),
}

#: What staff meet who edit a submission.
_EDITING: dict[str, LazyString] = {
    "edit-superseded": _l("这份答卷已被修改件取代，没有开始修改。请打开最新的一份再修改。"),
    "edit-of-refusal": _l("居民没有同意参加，没有留下回答，不能修改。"),
    "edit-of-encrypted": _l("这份答卷是加密的，回答读不出来，不能在网页上修改。"),
    "edit-missing": _l("找不到这次修改：可能已被放弃，或是别人的。请从答卷页面重新开始。"),
    "edit-sent": _l("这次修改已经提交，不能再放弃。"),
    "edit-outdated": _l(
        "您修改期间，别人已经改过这份答卷，您的修改没有提交。您填写的内容都还在；请看过别人的修改，再接着改。"
    ),
    "edit-reason-missing": _l("请写明修改的理由。"),
    "edit-reason-too-long": _l("理由有 %(found)s 个字，最多 %(limit)s 个。请缩短。"),
    "edit-unfit": _l("还有 %(count)s 处要改好，修改没有提交。"),
    "edit-changes-nothing": _l("回答没有任何改动，没有提交。"),
    "edit-refuses-consent": _l("这样修改会变成“不同意参加”，没有提交。是否同意只能由居民自己回答。"),
}

#: What a device sends as a whole.
_DELIVERING: dict[str, LazyString] = {
    "answers-unfit": _l("还有 %(count)s 处需要您看一下，答卷没有提交。"),
    "answers-changed": _l("这份答卷此前已经提交，内容与这次不同。此前那份有效，这次没有收下。"),
    "draft-sent": _l("这份答卷已经从别的页面或设备提交了，这次没有收下。"),
    "resume-code-unknown": _l(
        "没有这个续填码，或那份答卷已经提交。请核对后重新输入；再次生成续填码后，以前的续填码不能再用。"
    ),
    "device-limit": _l("这台设备已经提交了规定的份数（%(limit)s 份），不能再提交。谢谢您的参与！"),
    "device-missing": _l("这份问卷限制每台设备的份数，请求里却没有设备编号（device）。"),
    "device-limit-unusable": _l("每台设备的份数上限应为 1 至 %(limit)s 的整数；不限制请留空。"),
    "answers-missing": _l("请求里没有回答（answers）。"),
    "answers-not-utf-8": _l("回答的文字应为 UTF-8 编码。"),
    "answers-malformed-json": _l("回答不是有效的 JSON：%(detail)s"),
    "answers-too-large": _l("回答的文字超过 %(limit)s 个字符的上限，没有收下。"),
    "answers-too-deep": _l("回答的 JSON 嵌套超过 %(limit)s 层，没有收下。"),
    "answers-too-many-nodes": _l("回答的 JSON 超过 %(limit)s 个值，没有收下。"),
    "answers-half-characters": _l("回答里有不完整的字符（%(found)s），没有收下。请删去后重试。"),
    "instance-unusable": _l("答卷编号“%(found)s”不能使用，应为 uuid: 加 36 位的 UUID。"),
    "device-unusable": _l("设备编号“%(found)s”不能使用：最多 100 个字母、数字或 : . _ -。"),
    "moment-unreadable": _l(
        "时间 %(field)s“%(found)s”不能读取，应写成 2024-01-31T08:30:00+08:00 的样子，"
        "年份在 1970 至 2099 之间。"
    ),
}

#: Words beside a question on the residents' page.
_ANSWERING: dict[str, LazyString] = {
    "answer-required": _l("请回答这道题。"),
    "answer-unchecked": _l("这个回答用时太长，没能核对完。回答已保留；请写得简短些，或换一种写法。"),
    "answer-too-large-form": _l(
        "这份问卷现在要列出的行太多（最多 %(limit)s 行）。回答已保留；请把前面填写的数量改小。"
    ),
    "answer-constraint": _l("这个回答不在允许的范围内，请检查。"),
    "answer-type": _l("“%(found)s”看不懂，请按要求的样子填写。"),
    "answer-not-an-integer": _l("请填写整数，例如 45。"),
    "answer-not-a-decimal": _l("请填写数字，例如 3.5。"),
    "answer-not-a-date": _l("请填写日期，例如 2024-01-31。"),
    "answer-not-a-time": _l("请填写时间，例如 08:30。"),
    "answer-not-a-datetime": _l("请填写日期和时间，例如 2024-01-31T08:30。"),
    "answer-not-a-geopoint": _l("请填写纬度（-90 到 90）和经度（-180 到 180），或两个都留空。"),
    "answer-not-a-place": _l(
        "第 %(line)s 行“%(found)s”不是一个点。每行写一个点：纬度，经度，例如 29.29, 117.20。"
    ),
    "answer-too-few-points": _l("请至少填 %(expected)s 个不同的点，现在有 %(found)s 个。"),
    "answer-ranked-twice": _l("“%(found)s”排了两次。每个选项只能占一个名次。"),
    "answer-choice-not-offered": _l("这个选项现在不能选，请重新选择。"),
    "answer-out-of-range": _l("请填写 %(start)s 到 %(end)s 之间的数。"),
    "answer-too-few-rows": _l("条目太少，请添加。"),
    "answer-file-too-large": _l("文件过大，没有收下：最大 %(limit)s MB。"),
    "answer-file-missing": _l("这道题的文件没有收到，请重新选择。"),
    "answer-shape": _l("这个回答的格式不对（%(found)s）。"),
    "answer-unknown-node": _l("表单里没有这一项。"),
    "answer-too-long": _l("文字最多 %(limit)s 个字符。"),
    "answer-too-many-rows": _l("条目太多：这份问卷最多 %(limit)s 条。"),
    "answer-file-kind": _l("这不是可用的图片，没有收下。请选择 JPEG、PNG、WebP 或 HEIC 图片。"),
}

#: What programs made for ODK Central meet.
_EXCHANGE: dict[str, LazyString] = {
    "no-such-city": _l("没有编号为 %(found)s 的项目（城市）。"),
    "form-exists": _l("编号为“%(found)s”的表单已经存在。要更新它，请给它建草稿；要另建，请换一个 form_id。"),
    "form-without-draft": _l("表单“%(found)s”没有草稿。请先上传草稿。"),
    "form-without-workbook": _l("表单“%(found)s”的这个版本不是由这种工作簿生成的。请下载 .xml。"),
    "form-content-type": _l("内容的类型“%(found)s”不是表单。可以发送：%(expected)s。"),
    "comment-empty": _l("评论是空的。请写下内容。"),
    "comment-too-long": _l("评论有 %(found)s 个字符，最多 %(limit)s 个。"),
    "edit-without-deprecated": _l(
        "修改的答卷要写明它取代哪一份（deprecatedID）。现在有效的是 %(expected)s。"
    ),
    "app-user-name": _l("请给手机用户起名，最多 %(limit)s 个字符。"),
    "app-user-given": _l("手机用户“%(found)s”已经可以填写这份表单。"),
    "app-user-not-given": _l("手机用户“%(found)s”本来就不能填写这份表单。"),
    "unknown-app-user": _l("没有这个手机用户，或它已停用。"),
    "unknown-webhook": _l("没有这个通知地址或消息。"),
    "webhook-there": _l("这份表单已经有通知地址“%(found)s”。"),
    "webhook-too-many": _l("一份表单最多 %(limit)s 个通知地址。请先删除不用的。"),
    "webhook-not-failed": _l("这条消息没有失败，不用重新发送。"),
    "webhook-off": _l("发送之前，通知地址已关闭。"),
    "webhook-address": _l(
        "这不是可用的地址。请填写完整的网址，例如 https://example.cn/hook，不含用户名和密码。"
    ),
    "webhook-not-https": _l("地址要以 https:// 开头。内部网络的地址要由运维人员在设置里允许。"),
    "webhook-internal": _l("这个地址在内部网络里，没有发送。要发送，请运维人员在设置里允许。"),
    "webhook-name": _l("找不到这个地址的主机名。"),
    "webhook-timeout": _l("对方没有在规定的时间内回答。"),
    "webhook-certificate": _l("对方的 HTTPS 证书不可信或已过期。"),
    "webhook-unreachable": _l("连不上对方，或对方的回答不是 HTTP。"),
    "odata-table": _l("没有表“%(found)s”。可以读取：%(expected)s。"),
    "odata-option": _l("不支持选项“%(found)s”。可以使用：%(expected)s。"),
    "odata-expand": _l("$expand 只能是 *，不能是“%(found)s”。"),
    "odata-order": _l("不支持排序“%(found)s”。数据总是从最新的答卷排起。"),
    "odata-number": _l("%(option)s 应为整数，不能是“%(found)s”。"),
    "odata-token": _l("$skiptoken 不能读取。请从第一页重新开始。"),
    "odata-column": _l("没有列“%(found)s”。可以选择：%(expected)s。"),
    "odata-field": _l("筛选里不能用“%(found)s”。可以用：%(expected)s。"),
    "odata-filter": _l(
        "筛选条件在“%(found)s”处不能读取。例如：__system/submissionDate ge 2024-01-01T00:00:00Z。"
    ),
}

TEXTS: dict[str, LazyString] = {
    **_PUBLISHING,
    **_SHEETS,
    **_XFORM,
    **_COLLECTING,
    **_LINKS,
    **_EDITING,
    **_DELIVERING,
    **_ANSWERING,
    **_EXCHANGE,
    **AUTHORING_TEXTS,
}
