// Functions that many forms do not call: sets of numbers, parts of texts, numbers of rows. Loaded after functions.js.
(function (x) {
  "use strict";

  const items = found => x.asText(found).split(/ +/).filter(Boolean);
  const numbers = found => found.map(x.asNumber).filter(number => !Number.isNaN(number));
  const offset = (place, length) => Math.min(Math.max(0, place < 0 ? place + length : place), length);
  const whole = round => found => round(x.asNumber(found));

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

  Object.assign(x.calls, {
    coalesce: (tree, context) => {
      const found = x.value(tree[1], context);
      return found === "" || Number.isNaN(found) ? x.value(tree[2], context) : found;
    },
    once: (tree, context) => context.node.value === "" ? x.value(tree[1], context) : context.node.value,
    sum: x.ofNodes(found => numbers(found.map(node => node.value)).reduce((one, other) => one + other, 0)),
    min: x.ofAll(0, found => numbers(found).length ? Math.min(...numbers(found)) : NaN),
    max: x.ofAll(0, found => numbers(found).length ? Math.max(...numbers(found)) : NaN),
    int: x.ofValues(whole(Math.trunc)),
    floor: x.ofValues(whole(Math.floor)),
    ceiling: x.ofValues(whole(Math.ceil)),
    "string-length": x.ofOwn(found => x.asText(found).length),
    "normalize-space": x.ofOwn(found => x.trimmed(x.asText(found)).replace(/[ \t\n\r\f\v]+/g, " ")),
    concat: x.ofAll(0, found => found.map(x.asText).join("")),
    join: x.ofAll(1, found => found.slice(1).map(x.asText).join(x.asText(found[0]))),
    substr: x.ofValues(substr),
    "substring-before": x.ofValues(
      (found, mark) => x.asText(found).slice(0, Math.max(0, x.asText(found).indexOf(x.asText(mark))))),
    "substring-after": x.ofValues(after),
    contains: x.ofValues((found, part) => x.asText(found).indexOf(x.asText(part)) >= 0),
    "starts-with": x.ofValues((found, part) => x.asText(found).startsWith(x.asText(part))),
    "ends-with": x.ofValues((found, part) => x.asText(found).endsWith(x.asText(part))),
    "is-selected": (tree, context) => x.calls.selected(tree, context),
    "selected-at": x.ofValues((chosen, place) => items(chosen)[x.wholeNumber(x.asNumber(place))] || ""),
    count: x.ofNodes(found => found.length),
    "count-non-empty": x.ofNodes(found => found.filter(node => node.kids.length || node.value !== "").length),
    row: (tree, context) => context.node.position,
    position: (tree, context) => {
      if (tree.length < 2) return context.position;
      const found = x.nodes(tree[1], context);
      return found.length ? found[0].position : 0;
    },
    now: (tree, context) => context.world.now
  });
}(window.formExpressions));
