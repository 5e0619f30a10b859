// The function regex, for patterns that are not written alike in Java and here (see app/xforms/xpath/java_patterns.py).
(function (x) {
  "use strict";

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

  x.calls.regex = regex;
}(window.formExpressions));
