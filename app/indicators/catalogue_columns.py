"""The sheets of a catalogue workbook: their names, columns, and what each column means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.indicators.models import (
    AGGREGATIONS,
    DIMENSION_KINDS,
    DIRECTIONS,
    ITEM_LEVELS,
    NATURES,
    OPERATORS,
    ORIGINS,
    RELATIONS,
    SOURCE_KINDS,
    STANDARD_KINDS,
)
from app.workbooks.table_content import ColumnKind, TableColumn


@dataclass(frozen=True)
class Column:
    """A column: its name in the file, its Chinese label, and the longest text it takes."""

    name: str
    label: str
    kind: ColumnKind = "text"
    filled: bool = True
    required: bool = True
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    longest: int = 5000

    @property
    def expected(self) -> TableColumn:
        """As the reading of tables wants it."""
        return TableColumn(
            self.name,
            (self.label,),
            self.required,
            self.kind,
            self.filled,
            self.minimum,
            self.maximum,
            self.choices,
        )


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, and whether a catalogue may come without it."""

    name: str
    columns: tuple[Column, ...]
    optional: bool = False


def _code(name: str, label: str, *, filled: bool = True, longest: int = 20) -> Column:
    return Column(name, label, "code", filled=filled, longest=longest)


def _names(longest: int) -> tuple[Column, Column]:
    return (
        Column("name_zh", "中文名称", longest=longest),
        Column("name_en", "英文名称", longest=longest + 40),
    )


def _free(name: str, label: str, *, required: bool = True, longest: int = 5000) -> Column:
    """A text that may stay blank; blank is unknown and is kept so."""
    return Column(name, label, filled=False, required=required, longest=longest)


_BOUND = (
    Column("op", "方向（>=、<=、range）", choices=OPERATORS),
    Column("value", "数值（range 时为下限）", "number"),
    Column("value_high", "上限（仅 range）", "number", filled=False),
)
_STATUS = Column("status", "核实状态（to_check 为待核）", longest=40)

SHEETS: Mapping[str, Sheet] = {
    "departments": Sheet("部门", (_code("code", "部门代码", longest=60), *_names(120)), optional=True),
    "dimensions": Sheet(
        "维度",
        (
            _code("code", "维度代码"),
            *_names(120),
            Column("kind", "类别（common 共性、special 特色）", choices=DIMENSION_KINDS),
        ),
    ),
    "indicators": Sheet(
        "指标",
        (
            _code("code", "指标代码"),
            Column("dimension", "维度（代码或中文名称）", longest=120),
            *_names(160),
            Column("unit", "单位", longest=40),
            Column(
                "direction", "方向（positive 越大越好、negative 越小越好、range 区间）", choices=DIRECTIONS
            ),
            Column("source_kinds", "数据来源，按优先顺序，用分号隔开", longest=200),
            _free("responsible_department_zh", "责任部门", longest=200),
            Column("spatial_level", "评价的最细层级", choices=ITEM_LEVELS),
            Column("formula", "指标口径（文字）"),
            Column("nature", "性质（guiding 导向、bottom_line 底线）", choices=NATURES),
            Column("origin", "出处（official 部委名录、proposal 自拟）", choices=ORIGINS),
            _free("official_years", "列入部委名录的年份", longest=200),
            _free("certainty", "口径可靠程度（空白为未知）", longest=60),
            _free("note", "备注"),
            # Stated here by some catalogues; they count only through their own sheets.
            _free("national_standard", "国家标准（请填在“标准”表）", required=False),
            _free("exemplary_standard", "优秀示范标准（请填在“标准”表）", required=False),
            _free("plan_target", "规划目标（请填在“规划目标”表）", required=False),
        ),
    ),
    "base_items": Sheet(
        "基础数据项",
        (
            _code("code", "数据项代码", longest=60),
            *_names(160),
            Column("unit", "单位", longest=40),
            Column("source_kind", "数据来源", choices=SOURCE_KINDS),
            _free("department_zh", "填报部门（大数据项留空）", longest=120),
            Column("collect_level", "采集层级", choices=ITEM_LEVELS),
            Column("value_type", "数值类型（ratio 等不可相加）", longest=20),
            Column("decimals", "小数位数", "integer", minimum=0, maximum=9),
            Column("min", "最小值", "number", filled=False),
            Column("max", "最大值", "number", filled=False),
            _free("definition_zh", "填报说明"),
        ),
    ),
    "formulas": Sheet(
        "公式",
        (
            _code("indicator_code", "指标代码"),
            Column("source_kind", "数据来源", choices=SOURCE_KINDS),
            _free("formula", "计算公式（数据项代码；问卷来源留空）", longest=2000),
            Column("aggregation", "向上汇总方式", choices=AGGREGATIONS),
            Column("level", "计算的最细层级", choices=ITEM_LEVELS),
            _free("survey_estimator", "问卷估计方式", longest=200),
            _free("note", "备注"),
        ),
    ),
    "standards": Sheet(
        "标准",
        (
            _code("indicator_code", "指标代码"),
            Column("kind", "标准类别", choices=STANDARD_KINDS),
            *_BOUND,
            Column("citation", "出处", longest=500),
            Column("valid_from", "生效日期（不详留空）", "date", filled=False),
            Column("valid_to", "失效日期", "date", filled=False),
            _STATUS,
            _free("note", "备注"),
        ),
        optional=True,
    ),
    "plan_targets": Sheet(
        "规划目标",
        (
            _code("indicator_code", "指标代码"),
            Column("exam_year", "体检年度", "integer", minimum=2000, maximum=2100),
            *_BOUND,
            _STATUS,
            _free("note", "备注"),
        ),
        optional=True,
    ),
    "benchmarks": Sheet(
        "对标",
        (
            Column("place", "对标城市", longest=120),
            _code("indicator_code", "指标代码"),
            Column("value", "数值", "number"),
            Column("year", "年份（不详留空）", "integer", filled=False, minimum=1900, maximum=2100),
            Column("source", "来源", longest=500),
            _STATUS,
        ),
        optional=True,
    ),
    "equivalences": Sheet(
        "年度对照",
        (
            Column("from_year", "原年度", "integer", minimum=2000, maximum=2100),
            _code("from_code", "原代码", filled=False, longest=60),
            Column("to_year", "新年度", "integer", minimum=2000, maximum=2100),
            _code("to_code", "新代码", filled=False, longest=60),
            Column("relation", "关系", choices=RELATIONS),
            Column("comparable", "是否可比（yes、no）", choices=("yes", "no")),
            _free("note", "备注"),
        ),
        optional=True,
    ),
}
