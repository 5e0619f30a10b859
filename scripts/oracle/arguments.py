"""The arguments that every function of ODK's XPath is tried with, ordinary and odd ones."""

from __future__ import annotations

TEXTS = (
    "'abc'",
    "''",
    "'景德镇市'",
    "' a  b '",
    "/data/text",
    "/data/blank",
    "/data/han",
    "12",
    "-0.5",
    "true()",
)
TEXTS += (
    "/data/many",
    "/data/hidden",
    "/data/day",
    "/data/seven",
    "'e\u0301🙂'",
    "/data/moment",
    "/data/wide",
    "/data/spot",
    "/data/line",
    "/data/truth",
)
NUMBERS = ("0", "1", "-1", "2.5", "-2.5", "0.5", "7", "1000000", "12345678901", "0.0000001", "1 div 0")
NUMBERS += ("-1 div 0", "0 div 0", "'3'", "' 4.5 '", "'1,5'", "'abc'", "''", "'１２'", "'1e3'", "'+5'", "'-'")
NUMBERS += ("/data/half", "/data/minus", "/data/no_int", "/data/blank", "/data/digits", "/data/wide")
NUMBERS += ("true()", "/data/large", "/data/day", "/data/hidden", "'.5'", "'5.'", "'-.5'", "-0.0")
NUMBERS += ("'1.2.3'", "'--1'", "9007199254740993", "4294967296")
PLACES = ("0", "1", "2", "-1", "-2", "3.7", "''", "'x'", "31", "-31", "10")
TRUTHS = (
    "true()",
    "false()",
    "1",
    "0",
    "'a'",
    "''",
    "/data/truth",
    "/data/blank",
    "0 div 0",
    "/data/day",
    "'false'",
)
TRUTHS += ("0.0000000000001", "/data/row[position() = 1]/v", "/data/zero")
INDEXES = ("0", "1", "2", "3", "-1", "-2", "-9", "9", "1.9", "''", "'1'", "0 div 0", "1 div 0", "/data/half")
MOMENTS = (
    "'2020-02-29'",
    "'2021-03-04T05:06:07.089+08:00'",
    "'2020-12-31T23:30:00Z'",
    "'2020-12-31T23:30:00.000Z'",
)
MOMENTS += (
    "''",
    "'abc'",
    "'2020-13-01'",
    "'2021-02-29'",
    "'2020-1-2'",
    "18262",
    "18262.75",
    "-1",
    "-0.25",
    "0",
)
MOMENTS += ("0 div 0", "1 div 0", "/data/day", "/data/moment", "/data/night", "/data/no_date", "/data/blank")
MOMENTS += (
    "'2020-02-29T10:20'",
    "'2020-02-29T10:20:30'",
    "'2020-02-29T10:20:30.5-03:30'",
    "'10:20:30'",
    "true()",
)
MOMENTS += ("'2020-02-29T25:00:00'", "'20200229'", "' 2020-02-29 '", "'2020-02-29T'", "'1950-01-01'")
MOMENTS += (
    "date('2020-02-29')",
    "date-time('2020-12-31T23:30:00Z')",
    "'1968-05-05'",
    "9999999999",
    "'12020-01-01'",
)
PATTERNS = (
    "'%Y-%m-%d'",
    "'%Y/%n/%e %H:%M:%S.%3'",
    "'%y%b%a %h'",
    "'%d'",
    "''",
    "'年 %Y 月 %n'",
    "'%%'",
    "'%'",
    "'%q'",
)
PATTERNS += ("'%W'", "'%j'", "'%B %A'", "'%Y%'", "/data/text", "'%H%M'", "'%3'", "'%a'", "'%b'", "'%h'")
LISTS = (
    "/data/many",
    "/data/one",
    "/data/no_many",
    "'a b c'",
    "' a  b '",
    "''",
    "/data/text",
    "'a'",
    "'狗 b'",
    "5",
)
CHOSEN = ("'a'", "'b'", "'c'", "''", "' a '", "'a c'", "/data/one", "'d'", "'狗'", "1", "/data/blank")
NODES = (
    "/data/row",
    "/data/row/v",
    "/data/row/w",
    "/data/row/d",
    "/data/row/in/x",
    "/data/row/in",
    "/data/blank",
)
NODES += (
    "/data/seven",
    "/data/missing",
    "/data/row[v > 0]/v",
    "/data/row[v > 9]/v",
    "instance('animals')/root/item",
)
NODES += (
    "instance('nobody')/root/item",
    "instance('animals')/root/item/rank",
    "/data/hidden",
    "/data/group/*",
    "3",
    "'a'",
)
REGEXES = (
    "'[a-z]+'",
    "'abc'",
    "'.*'",
    "''",
    "'^abc$'",
    "'[0-9]{3}'",
    r"'\d+'",
    r"'\w+'",
    r"'\p{L}+'",
    r"'\s*a.*'",
)
REGEXES += (
    r"'[\u4e00-\u9fa5]+'",
    r"'\p{IsHan}+'",
    r"'[\p{L}\p{N} ]*'",
    "'(a|b)*c'",
    "'(?i)ABC'",
    "'a{2,1}'",
    "'['",
)
REGEXES += (
    "'1[3-9][0-9]{9}'",
    r"'\p{Alpha}+'",
    r"'[^\s]+'",
    "'(?<x>a)bc'",
    "'[a-z&&[^b]]+'",
    r"'\Qabc\E'",
    r"'\d{3}'",
)
REGEX_TEXTS = (
    "'abc'",
    "''",
    "'123'",
    "'１２３'",
    "'景德镇'",
    "'13812345678'",
    "/data/text",
    "/data/han",
    "' a'",
    "12",
    "'é'",
)
REGEX_TEXTS += ("/data/wide", "'ac'", "'AbC'")
ALGORITHMS = ("'MD5'", "'SHA-1'", "'SHA-256'", "'SHA-384'", "'SHA-512'", "'md5'", "'CRC32'", "'SHA'", "''")
ENCODINGS = ("'hex'", "'base64'", "'HEX'", "'x'", "''")
GEO = (
    "/data/spot",
    "/data/line",
    "/data/ring",
    "/data/row/p",
    "/data/blank",
    "/data/text",
    "/data/row[position() = 1]/p",
)
GEO += (
    "/data/missing",
    "/data/row[v > 5]/p",
    "'29.3 117.2;29.4 117.3'",
    "/data/no_date",
    "/data/seven",
    "/data/hidden",
)
BASE64 = (
    "'aGVsbG8='",
    "'aGVsbG8'",
    "'5pmv'",
    "''",
    "'***'",
    "'aGVs bG8='",
    "/data/text",
    "'/+8='",
    "'_-8='",
    "'QQ=='",
)
SIGNS = ("'a'", "'ab'", "''", "'景'", "' '", "'abc def'", "'.'", "/data/blank")

#: Name of the function → for each number of arguments, what each argument is tried with.
FUNCTIONS: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {
    "string": ((TEXTS + NUMBERS + MOMENTS,),),
    "number": ((NUMBERS + TEXTS + ("/data/moment", "date('2020-02-29')"),),),
    "boolean": ((TRUTHS + TEXTS,),),
    "not": ((TRUTHS,),),
    "boolean-from-string": ((("'true'", "'TRUE'", "'1'", "1", "'0'", "'yes'", "''", "true()", "/data/truth", "'1.0'"),),),
    "int": ((NUMBERS,),),
    "round": ((NUMBERS,), (NUMBERS, PLACES)),
    "abs": ((NUMBERS,),),
    "pow": ((NUMBERS, ("2", "0", "-1", "0.5", "''", "1 div 0", "1000")),),
    "sqrt": ((NUMBERS,),),
    "log": ((NUMBERS,),),
    "log10": ((NUMBERS,),),
    "exp": ((NUMBERS,),),
    "exp10": ((NUMBERS,),),
    "sin": ((NUMBERS,),),
    "cos": ((NUMBERS,),),
    "tan": ((NUMBERS,),),
    "asin": ((NUMBERS,),),
    "acos": ((NUMBERS,),),
    "atan": ((NUMBERS,),),
    "atan2": ((NUMBERS, ("1", "0", "-1", "''", "1 div 0")),),
    "pi": ((),),
    "true": ((),),
    "false": ((),),
    "concat": ((), (TEXTS + NODES,), (TEXTS, NUMBERS), (TEXTS, MOMENTS, TEXTS)),
    "join": ((SIGNS, NODES), (SIGNS, TEXTS, NUMBERS), (SIGNS,)),
    "substr": ((TEXTS, INDEXES), (TEXTS, INDEXES, INDEXES)),
    "substring-before": ((TEXTS, SIGNS),),
    "substring-after": ((TEXTS, SIGNS),),
    "contains": ((TEXTS, SIGNS),),
    "starts-with": ((TEXTS, SIGNS),),
    "ends-with": ((TEXTS, SIGNS),),
    "translate": ((TEXTS, ("'abc'", "''", "'aa'", "'景 '"), ("'ABC'", "'X'", "''", "'xy'")),),
    "normalize-space": (((*TEXTS, "'\u3000全\u3000角\u00a0'", "'a\tb\nc'"),), ()),
    "string-length": ((TEXTS,), ()),
    "selected": ((LISTS, CHOSEN),),
    "is-selected": ((LISTS, CHOSEN),),
    "selected-at": ((LISTS, INDEXES),),
    "count-selected": ((LISTS,),),
    "regex": ((REGEX_TEXTS, REGEXES),),
    "digest": ((TEXTS, ALGORITHMS), (TEXTS, ALGORITHMS, ENCODINGS)),
    "base64-decode": ((BASE64,),),
    "if": ((TRUTHS, ("'yes'", "1", "/data/day"), ("'no'", "''", "/data/half")),),
    "coalesce": ((TEXTS + NUMBERS, ("'other'", "5", "/data/seven", "''")), (("''",), ("''",), ("'c'",))),
    "once": ((("'new'", "5", "''"),),),
    "depend": ((("5", "'a'"),), (("5", "/data/text"), ("/data/seven",))),
    "checklist": ((("1", "0", "-1", "2"), ("1", "-1", "2", "''"), ("/data/row/on", "/data/row/v", "true()", "''")),
                  (("1", "2", "-1", "1.9"), ("2", "-1", "1"), ("true()", "''", "0"), ("'a'", "/data/blank"), ("1", "false()"))),
    "weighted-checklist": ((("1", "-1", "5", "''"), ("6", "2", "-1"), ("/data/row/on", "true()"), ("/data/row/weight", "2.5", "''")),
                           (("1", "3"), ("5", "7"), ("true()", "''"), ("2", "-1"), ("'a'", "false()"), ("3", "''"))),
    "count": ((NODES,),),
    "count-non-empty": ((NODES,),),
    "sum": ((NODES,),),
    "min": ((NODES,), (NUMBERS, NUMBERS), (NUMBERS, ("3", "''"), ("'2'", "/data/row[position() = 1]/v"))),
    "max": ((NODES,), (NUMBERS, NUMBERS), (NUMBERS, ("3", "''"), ("'2'", "/data/row[position() = 1]/v"))),
    "date": ((MOMENTS,),),
    "date-time": ((MOMENTS,),),
    "decimal-date-time": ((MOMENTS,),),
    "decimal-time": ((MOMENTS,),),
    "format-date": ((MOMENTS, PATTERNS),),
    "format-date-time": ((MOMENTS, PATTERNS),),
    "distance": ((GEO,), (GEO, GEO), (("/data/spot",), GEO, ("/data/line", "'29 117'"))),
    "area": ((GEO,),),
    "enclosed-area": ((GEO,),),
    "geofence": ((("/data/spot", "/data/row[position() = 1]/p", "/data/row[position() = 3]/p", "/data/blank", "/data/text", "'29.35 117.25'"),
                  ("/data/ring", "/data/line", "/data/blank", "/data/spot", "'29 117;29 118;30 118;30 117;29 117'")),),
    "position": ((), (("..", ".", "/data/row", "/data/row[position() = 2]", "/data/missing", "/data/seven", "/data/row/in", "../..", "../v"),)),
    "version": ((),),
    "decimal-time ": ((("/data/clock",),),),
    "format-date-time ": ((("/data/clock",), ("'%H:%M:%S.%3'", "'%h'")),),
    "jr:choice-name": ((("'a'", "/data/one", "'zz'", "''", "selected-at(/data/many, 1)", "'d2'"),
                        ("'/data/one'", "'/data/many'", "' /data/one '", "'/data/text'")),),
    "indexed-repeat": ((("/data/row/v", "/data/row/w", "/data/row/d"), ("/data/row",), INDEXES),
                       (("/data/row/in/x",), ("/data/row",), ("1", "2", "3", "9"), ("/data/row/in",), ("1", "2", "5"))),
}  # fmt: skip

#: Functions that only some engines know, and wrong numbers of arguments: JavaRosa's refusal is the expectation.
REFUSED = (
    "true(1)", "pi(1)", "int()", "round(1, 2, 3)", "if(true(), 1)", "coalesce('a')", "count()", "sum(1, 2)", "nothing()",
    "substr('a')", "translate('a', 'b')", "concat-all('a')", "regex('a')", "indexed-repeat(/data/row/v, /data/row)",
    "string()", "number()", "today(1)", "1 +", "'a", "(1", "/data/", "a b", "1 = = 2", "selected(/data/many, 1)", "@@",
    "weighted-checklist(1, 2, 3)", "checklist(1)", "uuid(1, 2)", "digest('a')", "base64-decode()", "position(1)", "$a",
    "instance('unknown')/root/item/name", "instance(/data/text)/root", "jr:choice-name('a')", "date()", "sqrt(1, 2)",
)  # fmt: skip

#: Seeds of randomize(), whose order is shown joined.
ORDERS = tuple(
    f"join(',', randomize({nodes}, {seed}))"
    for nodes in ("instance('animals')/root/item/name", "/data/row/v", "instance('animals')/root/item[rank > 1]/name")
    for seed in ("5", "-7.5", "0", "42", "2147483647", "2147483648", "1 div 0", "0 div 0", "''", "'5'", "'abc'", "true()",
                 "/data/seven", "/data/blank", "/data/day", "/data/han", "9999999999999999999999", "-9007199254740993")
)  # fmt: skip

OPERANDS = (
    "0",
    "1",
    "-1",
    "2.5",
    "'1'",
    "'01'",
    "''",
    "'abc'",
    "'2020-02-29'",
    "true()",
    "false()",
    "0 div 0",
    "1 div 0",
)
OPERANDS += (
    "/data/seven",
    "/data/minus",
    "/data/zero",
    "/data/half",
    "/data/digits",
    "/data/text",
    "/data/blank",
)
OPERANDS += (
    "/data/no_int",
    "/data/no_date",
    "/data/day",
    "/data/eve",
    "/data/moment",
    "/data/truth",
    "/data/one",
)
OPERANDS += (
    "/data/many",
    "/data/hidden",
    "/data/missing",
    "date('2020-02-29')",
    "/data/row[position() = 2]/v",
)
OPERANDS += (
    "/data/row/v",
    "0.1 + 0.2",
    "0.3",
    "/data/han",
    "/data/wide",
    "'true'",
    "18321",
    "/data/row[v > 9]/v",
)
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or")

#: Where a path is written: at the top, in a row, in a row inside a row.
PLACES_OF_PATHS = ("/data/out", "/data/group/inside", "/data/row[2]/v", "/data/row[1]/in[2]/x")
PATHS = (
    ".", "..", "../v", "../w", "../../row/v", "/data/row", "/data/row/in", "/data/row/v", "/data/row/in/x", "./../v", "../in/x", "../x",
    "/data/row[1]/v", "/data/row[position() = 2]/v", "/data/row[v = 6]/weight", "/data/row[v > 4][1]/v", "current()",
    "/data/row[v = current()/../v]/weight", "/data/row[weight > 2 and v < 6]/v", "/data/row[position() < 3]/v",
    "/data/row[w = '']/v", "/data/row[last()]/v", "/data/row[position() = count(/data/row)]/v", "/data/group/inside",
    "/data/group/*", "/data/*", "//v", "/data//x", "current()/../v", "current()/.", "instance('animals')/root/item[1]/name",
    "instance('animals')/root/item[name = 'b']/label", "instance('animals')/root/item[rank = 3]/name", "/data/row[2]",
    "instance('animals')/root/item[rank = '3']/name", "instance('animals')/root/item[kind = 'x' and rank > 1]/name",
    "instance('animals')/root/item[name = /data/one]/rank", "instance('animals')/root/item[selected(/data/many, name)][2]/name",
    "instance('animals')/root/item[position() = 2]/name", "instance('animals')/root/item[kind = '']/name",
    "instance('animals')/root/item[rank = '']/name", "instance('nobody')/root/item/name", "/data/@version", "/data/@id",
    "instance('animals')/root/item[name = current()/../w]/rank", "child::text", "self::node()", "parent::node()",
    "/data/row/in[1]/x", "/data/row[1]/in[2]/x", "/data/row[1]/in[x = 2]/x", "/data/row[in/x = 3]/v", "/data/meta/instanceID",
    "/data/row[3]/in/x", "/data/seven | /data/minus", "(/data/row/v)[2]", "/data/row[v = 5 or v = 6][2]/v", "/data/row[true()]/v",
    "/data/row['a']/v", "/data/row[/data/seven = 7]/v", "/data/row[position() = /data/half - 0.5]/v", "/data/row[.. = '']/v",
    "randomize(instance('animals')/root/item, 5)/name", "instance('animals')/root/item[rank = max(/data/row/weight) - 1]/name",
)  # fmt: skip
ROUND_PATHS = (
    "string({})",
    "count({})",
    "sum({})",
    "join('|', {})",
    "count-non-empty({})",
    "max({})",
    "{} = 6",
    "{}",
    "boolean({})",
)
