// The functions that expressions call, as app/xforms/xpath has them on the server (evaluate.js comes first).
(function (x) {
  "use strict";

  const LISTED = / +/;
  const items = found => x.asText(found).split(LISTED).filter(Boolean);
  const numbers = found => found.map(x.asNumber).filter(number => !Number.isNaN(number));
  const offset = (place, length) => Math.min(Math.max(0, place < 0 ? place + length : place), length);
  const whole = round => found => round(x.asNumber(found));

  // Halves go up, towards positive infinity; NaN beyond 30 digits. The digits are those that the number is written with.
  function round(found, digits) {
    const number = x.asNumber(found), places = digits === undefined ? 0 : x.wholeNumber(x.asNumber(digits));
    if (!Number.isFinite(number)) return number;
    if (Math.abs(places) > 30) return NaN;
    if (places < 0) return Number(BigInt(Math.trunc(number * Number("1e" + places) + 0.5)) + "e" + -places);
    const written = Math.abs(number).toExponential().replace(".", "").split("e");
    const kept = Number(written[1]) + 1 + places;
    if (kept >= written[0].length) return number;
    const rest = kept < 0 ? "0" : written[0].slice(kept);
    const up = rest[0] > "5" || (rest[0] === "5" && (rest.length > 1 || number > 0));
    const head = BigInt(kept > 0 ? written[0].slice(0, kept) : 0) + BigInt(up ? 1 : 0);
    return Number((number < 0 ? "-" : "") + head + "e" + -places);
  }

  // Half of a sign outside the basic plane is written as a question mark.
  function substr(found, start, end) {
    const text = x.asText(found), length = text.length;
    const last = end === undefined ? length : offset(x.wholeNumber(x.asNumber(end)), length);
    return text.slice(offset(x.wholeNumber(x.asNumber(start)), length), last)
      .replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, sign => sign.length > 1 ? sign : "?");
  }

  function after(found, mark) {
    const text = x.asText(found), sign = x.asText(mark), place = text.indexOf(sign);
    return place < 0 ? "" : text.slice(place + sign.length);
  }

  const selected = (chosen, wanted) =>
    (" " + x.asText(chosen) + " ").indexOf(" " + x.trimmed(x.asText(wanted)) + " ") >= 0;

  // Regular expressions are written for Java; see app/xforms/xpath/java_patterns.py.

  const CLASSES = {
    L: "a-zA-Z\u00aa-\u02af\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufdff\uff21-\uffdc",
    IsHan: "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}",
    N: "0-9", Nd: "0-9", Alpha: "a-zA-Z", Digit: "0-9", Alnum: "a-zA-Z0-9", Upper: "A-Z", Lower: "a-z",
    Lu: "A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f", Ll: "a-z\u00df-\u00ff\u03b1-\u03c9\u0430-\u044f",
    Punct: "!-\\/:-@\\[-`\\{-~", Space: "\\s"
  };
  const BOTH = /\[((?:[^\[\]\\]|\\.)+)&&\[(\^?)((?:[^\[\]\\]|\\.)+)\]\]/g;
  const TOKEN = /\\p\{(?:script=|sc=|In)?(\w+)\}|\\p([LN])|\\P\{\w+\}|\\[dws]-(?!\])|\\[^]|\{\d+(?:,\d*)?\}\+?|[*+?]\+|[^]/gu;
  const SPACES = " \\t\\n\\r\\f\\v", known = new Map();

  function escaped(token, inside) {
    const sign = token.slice(1);
    if (sign === "s") return inside ? SPACES : "[" + SPACES + "]";
    if (sign === "S" && !inside) return "[^" + SPACES + "]";
    if (sign === "A") return "^";
    if (sign === "z" || sign === "Z") return "$";
    if (/^[dws]-$/.test(sign)) return escaped(token.slice(0, 2), true) + "\\-";
    return /[\w^$\\.*+?()[\]{}|\/-]/.test(sign) && (sign !== "-" || inside) ? token : sign;
  }

  function javaClass(name, inside) {
    if (!(name in CLASSES)) throw new SyntaxError(name);
    const signs = name === "Space" ? SPACES : CLASSES[name];
    return inside ? signs : "[" + signs + "]";
  }

  function translated(source) {
    let inside = false;
    return source.replace(TOKEN, (token, name, letter) => {
      if (name || letter) return javaClass(name || letter, inside);
      if (token[0] === "\\" && token.length < 4) return escaped(token, inside);
      if (token === "[") {
        if (inside) return "\\[";
        inside = true;
      } else if (token === "]") {
        if (!inside) return "\\]";
        inside = false;
      } else if (!inside && token === ".") {
        return "[^\\n]";
      } else if (!inside && (token === "{" || token === "}")) {
        return "\\" + token;
      } else if (token.length > 1 && token[token.length - 1] === "+") {
        // What never gives back what it took is not known here; it takes the same from most texts.
        return inside ? token : token.slice(0, -1);
      }
      return token;
    });
  }

  // Null for an expression that is none here.
  function compile(pattern) {
    const flags = /^\(\?([ims]+)\)/.exec(pattern);
    const text = pattern.slice(flags ? flags[0].length : 0)
      .replace(/\\Q([^]*?)(?:\\E|$)/g, (whole, quoted) => quoted.replace(/[^\w]/gu, "\\$&"))
      .replace(BOTH, (whole, one, not, other) => "(?:(?" + (not ? "!" : "=") + "[" + other + "])[" + one + "])");
    try {
      return new RegExp("^(?:" + translated(text) + ")$", "u" + (flags ? flags[1] : ""));
    } catch (error) {
      return null;
    }
  }

  function regex(tree, context) {
    const pattern = x.asText(x.value(tree[2], context));
    if (!known.has(pattern)) known.set(pattern, compile(pattern));
    const found = known.get(pattern);
    // A pattern of the form that only the server can read is left to the server.
    if (!found) return typeof tree[2] === "string";
    return found.test(x.asText(x.value(tree[1], context)).slice(0, 20000));
  }

  const ofOwn = change => (tree, context) => change(tree.length > 1 ? x.value(tree[1], context) : context.node.value);
  Object.assign(x.calls, {
    or: (tree, context) => tree.slice(1).some(part => x.asTruth(x.value(part, context))),
    and: (tree, context) => tree.slice(1).every(part => x.asTruth(x.value(part, context))),
    "+": x.ofValues((...found) => found.reduce((sum, each) => sum + x.asNumber(each), 0)),
    "=": x.comparison(x.equal),
    "!=": x.comparison((one, other) => !x.equal(one, other)),
    "<": x.comparison((one, other) => x.asNumber(one) < x.asNumber(other)),
    "<=": x.comparison((one, other) => x.asNumber(one) <= x.asNumber(other)),
    ">": x.comparison((one, other) => x.asNumber(one) > x.asNumber(other)),
    ">=": x.comparison((one, other) => x.asNumber(one) >= x.asNumber(other)),
    "-": x.ofValues((one, other) => x.asNumber(one) - x.asNumber(other)),
    "*": x.ofValues((one, other) => x.asNumber(one) * x.asNumber(other)),
    div: x.ofValues((one, other) => x.asNumber(one) / x.asNumber(other)),
    mod: x.ofValues((one, other) => x.asNumber(one) % x.asNumber(other)),
    negative: x.ofValues(found => -x.asNumber(found)),

    boolean: x.ofValues(x.asTruth),
    not: x.ofValues(found => !x.asTruth(found)),
    true: () => true,
    false: () => false,
    if: (tree, context) => x.value(tree[x.asTruth(x.value(tree[1], context)) ? 2 : 3], context),
    coalesce: (tree, context) => {
      const found = x.value(tree[1], context);
      return found === "" || Number.isNaN(found) ? x.value(tree[2], context) : found;
    },
    once: (tree, context) => context.node.value === "" ? x.value(tree[1], context) : context.node.value,
    sum: x.ofNodes(found => numbers(found.map(node => node.value)).reduce((one, other) => one + other, 0)),
    min: x.ofAll(0, found => numbers(found).length ? Math.min(...numbers(found)) : NaN),
    max: x.ofAll(0, found => numbers(found).length ? Math.max(...numbers(found)) : NaN),
    int: x.ofValues(whole(Math.trunc)),
    round: x.ofValues(round),
    floor: x.ofValues(whole(Math.floor)),
    ceiling: x.ofValues(whole(Math.ceil)),

    string: ofOwn(x.asText),
    number: ofOwn(x.asNumber),
    "string-length": ofOwn(found => x.asText(found).length),
    "normalize-space": ofOwn(found => x.trimmed(x.asText(found)).replace(/[ \t\n\r\f\v]+/g, " ")),
    concat: x.ofAll(0, found => found.map(x.asText).join("")),
    join: x.ofAll(1, found => found.slice(1).map(x.asText).join(x.asText(found[0]))),
    substr: x.ofValues(substr),
    "substring-before": x.ofValues(
      (found, mark) => x.asText(found).slice(0, Math.max(0, x.asText(found).indexOf(x.asText(mark))))),
    "substring-after": x.ofValues(after),
    contains: x.ofValues((found, part) => x.asText(found).indexOf(x.asText(part)) >= 0),
    "starts-with": x.ofValues((found, part) => x.asText(found).startsWith(x.asText(part))),
    "ends-with": x.ofValues((found, part) => x.asText(found).endsWith(x.asText(part))),
    selected: x.ofValues(selected),
    "is-selected": x.ofValues(selected),
    "selected-at": x.ofValues((chosen, place) => items(chosen)[x.wholeNumber(x.asNumber(place))] || ""),
    "count-selected": x.ofValues(chosen => items(chosen).length),
    regex: regex,

    count: x.ofNodes(found => found.length),
    "count-non-empty": x.ofNodes(found => found.filter(node => node.kids.length || node.value !== "").length),
    row: (tree, context) => context.node.position,
    position: (tree, context) => {
      if (tree.length < 2) return context.position;
      const found = x.nodes(tree[1], context);
      return found.length ? found[0].position : 0;
    },

    today: (tree, context) => x.dateOf(x.dayOf(context.world.now)),
    now: (tree, context) => context.world.now,
    date: x.dated(x.toDate),
    "date-time": x.dated(x.toDateTime)
  });
}(window.formExpressions));
