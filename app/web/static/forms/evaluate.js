// Evaluates the expressions of a form in the browser as app/xforms/xpath does on the server, and so as JavaRosa does.
// Expressions come parsed (app/xforms/xpath/shipping.py); the vectors in tests/xforms/vectors hold for both.
// A value is a text, a number, a truth, or a moment {wall, offset}: milliseconds as the clock on the wall shows them,
// and how far the zone is ahead of UTC; a date has no offset.
window.formExpressions = window.formExpressions || (function () {
  "use strict";

  const DAY = 86400000, TINY = 1e-12, LAST_DAY = 2147483647, FIRST = -62135596800000, LAST = 253402300799999;
  const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)$/;
  const STAMP = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:T([\d:.]+)(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
  const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

  // Values, and how one kind becomes another.

  const isMoment = found => typeof found === "object";
  const dateOf = days => ({wall: days * DAY});
  const dayOf = moment => Math.floor(moment.wall / DAY);
  const trimmed = text => text.replace(/^[\0- ]+|[\0- ]+$/g, "");
  const padded = (number, length) => String(number).padStart(length, "0");

  function asNumber(found) {
    if (typeof found === "number") return found;
    if (typeof found === "boolean") return found ? 1 : 0;
    if (isMoment(found)) return dayOf(found);
    const text = trimmed(found).replace(/,/g, ".");
    return NUMBER.test(text) ? Number(text) : NaN;
  }

  function asText(found) {
    if (typeof found === "number") return numberText(found);
    return isMoment(found) ? isoDate(found) : String(found);
  }

  function asTruth(found) {
    return typeof found === "number" ? Math.abs(found) > TINY : Boolean(found);
  }

  function numberText(number) {
    if (Math.abs(number) < TINY) return "0";
    const whole = Math.trunc(number);
    if (Math.abs(number - whole) < TINY && whole >= -2147483648 && whole <= LAST_DAY) return String(whole);
    return Number.isFinite(number) ? decimalText(number) : String(number);
  }

  // As Double.toString of Java writes it.
  function decimalText(number) {
    const size = Math.abs(number);
    if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(number) ? number + ".0" : String(number);
    const parts = number.toExponential().split("e");
    return parts[0] + (parts[0].indexOf(".") < 0 ? ".0" : "") + "E" + Number(parts[1]);
  }

  const wholeNumber = number => Math.trunc(Math.max(-2147483648, Math.min(LAST_DAY, number))) || 0;

  function equal(one, other) {
    if (typeof one === "string" && typeof other === "string") return one === other;
    if (typeof one === "boolean" || typeof other === "boolean") return asTruth(one) === asTruth(other);
    if (typeof one === "number" || typeof other === "number") return Math.abs(asNumber(one) - asNumber(other)) < TINY;
    return asText(one) === asText(other);
  }

  // Dates and times.

  function isoDate(moment) {
    const day = new Date(moment.wall);
    return padded(day.getUTCFullYear(), 4) + "-" + padded(day.getUTCMonth() + 1, 2) + "-" + padded(day.getUTCDate(), 2);
  }

  function wallOf(year, month, day) {
    const found = new Date(0);
    found.setUTCFullYear(year, month - 1, day);
    return year > 0 && found.getUTCMonth() === month - 1 && found.getUTCDate() === day ? found.getTime() : null;
  }

  function offsetAt(world, time) {
    if (!world.clock) {
      world.clock = new Intl.DateTimeFormat("en-US", {timeZone: world.zone, hour12: false, year: "numeric",
        month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric"});
    }
    const shown = {};
    world.clock.formatToParts(time).forEach(part => { shown[part.type] = Number(part.value); });
    const second = (shown.hour % 24) * 3600 + shown.minute * 60 + shown.second;
    return wallOf(shown.year, shown.month, shown.day) + second * 1000 - Math.floor(time / 1000) * 1000;
  }

  // Where the clock is put back the earlier of two moments is meant, where it is put forward the offset from before.
  function atWall(world, wall) {
    const before = offsetAt(world, wall - DAY), after = offsetAt(world, wall + DAY);
    const later = before !== after && offsetAt(world, wall - before) !== before && offsetAt(world, wall - after) === after;
    return {wall: wall, offset: later ? after : before};
  }

  function atTime(world, time) {
    if (!(time >= FIRST - DAY && time <= LAST + DAY)) return null;
    const offset = offsetAt(world, time), wall = time + offset;
    return wall >= FIRST && wall <= LAST ? {wall: wall, offset: offset} : null;
  }

  function readClock(text) {
    const parts = CLOCK.exec(text.trim());
    if (!parts) return null;
    const seconds = Number(parts[3] || 0), clock = {wall: 0};
    if (parts[1] > 23 || parts[2] > 59 || seconds >= 60) return null;
    clock.wall = (parts[1] * 60 + Number(parts[2])) * 60000 + Math.floor(seconds) * 1000 +
      Math.round(seconds % 1 * 1e6) % 1e6 / 1000;
    if (parts[4]) {
      const digits = parts[4].replace(/\D/g, "");
      const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
      if (minutes >= 1440) return null;
      clock.offset = (parts[4][0] === "-" ? -60000 : 60000) * minutes;
    }
    return clock;
  }

  function clockOn(world, wall, clock) {
    if (!clock) return null;
    return clock.offset === undefined ? atWall(world, wall + clock.wall) : atTime(world, wall + clock.wall - clock.offset);
  }

  // A date, or a date with time in the zone of the world; null where a text is neither.
  function readMoment(world, text) {
    const parts = STAMP.exec(text);
    const wall = parts ? wallOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) : null;
    if (wall === null) return null;
    return parts[4] === undefined ? {wall: wall} : clockOn(world, wall, readClock(parts[4] + (parts[5] || "")));
  }

  const withTime = (world, moment) => moment.offset === undefined ? atWall(world, moment.wall) : moment;

  // An empty text and NaN stay what they are, what is no date becomes "".
  function toMoment(world, found, fromDays) {
    if (isMoment(found)) return found;
    if (typeof found === "string") return readMoment(world, found) || "";
    if (typeof found === "boolean" || Math.abs(found) > LAST_DAY) return "";
    return Number.isNaN(found) ? found : fromDays(found) || "";
  }

  function toDate(world, found) {
    if (isMoment(found)) return dateOf(dayOf(found));
    return toMoment(world, found, days => {
      const date = dateOf(Math.trunc(days));
      return date.wall >= FIRST && date.wall <= LAST ? date : null;
    });
  }

  // Nodes.

  // Nodes of an answered form know their number in its table (at); those of choice lists have none.
  function makeNode(name, up, at, found) {
    const node = {name: name, up: up, at: at, value: found === undefined ? "" : found, kids: [], position: 1, relevant: true, own: true};
    if (up) up.kids.push(node);
    return node;
  }

  function above(node, level) {
    for (; node && level > 0; level -= 1) node = node.up;
    return node ? [node] : [];
  }

  function chain(rows, number, top) {
    const found = [];
    for (; number !== top; number = rows[number][1]) found.unshift(rows[number][0]);
    return found;
  }

  const relevantOf = found => found.filter(node => node.relevant);

  // From inside a row its repeat means this row alone; a choice is in no row, its filter speaks of the question's.
  function named(number, context) {
    const world = context.world, repeats = world.repeatsAbove[number];
    let row = repeats.length ? (context.node.at === undefined ? context.current : context.node) : null;
    while (row && repeats.indexOf(row.at) < 0) row = row.up;
    if (!row) return relevantOf(world.index[number] || []);
    let found = [row];
    chain(world.form.nodes, number, row.at).forEach(name => {
      found = [].concat(...found.map(node => node.kids.filter(kid => kid.name === name)));
    });
    return relevantOf(found);
  }

  function pathStart(base, context) {
    if (Array.isArray(base)) return nodes(base, context);
    if (base === ".") return [context.node];
    if (base === "/") return [context.world.document];
    if (base === "") return [];
    return base < 0 ? relevantOf(above(context.current, -1 - base)) : named(base, context);
  }

  function path(tree, context) {
    let found = pathStart(tree[1], context);
    for (let place = 2; place < tree.length; place += 1) found = walk(tree[place], found, context);
    return tree.length > 2 ? relevantOf(found) : found;
  }

  function walk(step, from, context) {
    let axis = "child", test = step, rules = [];
    if (Array.isArray(step)) { axis = step[0]; test = step[1]; rules = step.slice(2); }
    else if (step === ".") { axis = "self"; test = "node()"; }
    else if (step === "..") { axis = "parent"; test = "node()"; }
    const found = [];
    from.forEach(node => {
      const near = axes[axis](node).filter(
        other => test === "node()" || other.name === test || (test === "*" && other.name !== ""));
      keep(near, rules, context).forEach(each => found.push(each));
    });
    return from.length < 2 ? found : Array.from(new Set(found));
  }

  function keep(found, rules, context) {
    rules.forEach(rule => {
      const inner = {world: context.world, current: context.current, size: found.length};
      found = found.filter((node, place) => {
        inner.node = node;
        inner.position = place + 1;
        const outcome = value(rule, inner);
        return typeof outcome === "number" ? outcome === place + 1 : asTruth(outcome);
      });
    });
    return found;
  }

  const axes = {
    child: node => node.kids,
    self: node => [node],
    parent: node => above(node, 1)
  };

  // Expressions.

  // What gives nodes, by the first word of its array.
  const nodeCalls = {
    "/": path,
    instance: (tree, context) => {
      const found = context.world.instances[tree[1]];
      return found ? [found] : [];
    }
  };
  const calls = {};

  const nodes = (tree, context) => nodeCalls[tree[0]](tree, context);

  // The value of an expression; of many nodes, the value of the first.
  function value(tree, context) {
    if (!Array.isArray(tree)) return tree;
    if (calls[tree[0]]) return calls[tree[0]](tree, context);
    const found = nodes(tree, context);
    return found.length ? found[0].value : "";
  }

  function givesNodes(tree) {
    if (!Array.isArray(tree)) return false;
    return tree[0] === "filter" ? givesNodes(tree[1]) : tree[0] in nodeCalls && tree[0] !== "indexed-repeat";
  }

  // All values of an expression: of each node, or the single one.
  function values(tree, context) {
    return givesNodes(tree) ? nodes(tree, context).map(node => node.value) : [value(tree, context)];
  }

  function mayBeMany(tree, world) {
    if (!givesNodes(tree)) return false;
    return !(tree[0] === "/" && tree.length === 2 &&
      (tree[1] === "" || (tree[1] >= 0 && !world.repeatsAbove[tree[1]].length)));
  }

  // A set of nodes compares as true when one of its nodes does; an empty one counts as an empty text.
  function comparison(holds) {
    return (tree, context) => {
      if (!mayBeMany(tree[1], context.world) && !mayBeMany(tree[2], context.world)) {
        return holds(value(tree[1], context), value(tree[2], context));
      }
      const left = values(tree[1], context), right = values(tree[2], context);
      const others = right.length ? right : [""];
      return (left.length ? left : [""]).some(one => others.some(other => holds(one, other)));
    };
  }

  // Ways to make a call of a function of single values, of the values after so many single ones, of a set of nodes.
  const parts = (tree, context) => tree.slice(1).map(part => value(part, context));
  const ofValues = work => (tree, context) => work(...parts(tree, context));
  const ofNodes = work => (tree, context) => work(nodes(tree[1], context));
  const ofAll = (before, work) => (tree, context) => {
    if (tree.length !== before + 2) return work(parts(tree, context));
    return work(parts(tree.slice(0, -1), context).concat(values(tree[before + 1], context)));
  };

  const dated = work => (tree, context) => work(context.world, ...parts(tree, context));

  // An answered form that expressions are evaluated in; its nodes are put into document and index by who fills it.
  function makeWorld(form, told) {
    const repeatsAbove = [];
    form.nodes.forEach((row, number) => {
      repeatsAbove.push((repeatsAbove[row[1]] || []).concat(row[2] === "r" ? [number] : []));
    });
    const world = {form: form, repeatsAbove: repeatsAbove, document: makeNode("", null, -1), index: {}, instances: {},
      zone: told.zone, language: told.language || "", properties: told.properties || {}};
    world.now = atTime(world, told.now);
    return world;
  }

  const contextAt = (world, node) => ({world: world, node: node, current: node, position: 1, size: 1});

  return {calls, nodeCalls, axes, value, values, nodes, keep, givesNodes, comparison, equal, ofValues, ofNodes, ofAll, dated,
    asNumber, asText, asTruth, decimalText, wholeNumber, trimmed, padded, isMoment, dateOf, dayOf, isoDate, readMoment,
    readClock, clockOn, atTime, withTime, toDate, toMoment, relevantOf, makeNode, makeWorld, contextAt, DAY, LAST_DAY};
}());
