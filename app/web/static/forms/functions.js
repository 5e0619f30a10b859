// The functions that most forms call, as app/xforms/xpath has them on the server (evaluate.js comes first); the others
// are in scripts that come with the forms that call them (SCRIPTS in app/xforms/shipping.py).
(function (x) {
  "use strict";

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

  const selected = (chosen, wanted) =>
    (" " + x.asText(chosen) + " ").indexOf(" " + x.trimmed(x.asText(wanted)) + " ") >= 0;

  const ofOwn = x.ofOwn = change => (tree, context) => change(tree.length > 1 ? x.value(tree[1], context) : context.node.value);
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
    round: x.ofValues(round),

    string: ofOwn(x.asText),
    number: ofOwn(x.asNumber),
    selected: x.ofValues(selected),
    "count-selected": x.ofValues(chosen => x.asText(chosen).split(/ +/).filter(Boolean).length),
    // regex() of a pattern that means the same here as in Java (is_plain in app/xforms/xpath/java_patterns.py).
    matches: (tree, context) => new RegExp("^(?:" + tree[2] + ")$", "u").test(x.asText(x.value(tree[1], context)).slice(0, 20000)),

    today: (tree, context) => x.dateOf(x.dayOf(context.world.now)),
    date: x.dated(x.toDate)
  });
}(window.formExpressions));
