// Functions that few forms call, loaded after functions.js for those forms (SCRIPTS in app/xforms/shipping.py).
(function (x) {
  "use strict";

  // Places: "latitude longitude altitude accuracy; …".

  const RADIUS = 6378100, ROUND = 2 * Math.PI * RADIUS, PLACE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  const radians = degrees => degrees * Math.PI / 180;

  function point(text) {
    const parts = text.split(/\s+/).filter(Boolean);
    if (parts.length > 4 || !parts.every(part => PLACE.test(part))) return null;
    return [Number(parts[0] || 0), Number(parts[1] || 0)];
  }

  function pointsOf(found) {
    let texts = found.map(x.asText);
    if (texts.length === 1) texts = texts[0].split(";").filter(part => part.trim());
    const points = texts.map(point);
    return points.indexOf(null) < 0 ? points : null;
  }

  const pairs = points => points.slice(1).map((point, place) => [points[place], point]);

  function metres(one, other) {
    const across = Math.cos(radians(one[1] - other[1])), a = radians(one[0]), b = radians(other[0]);
    return Math.acos(Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * across) * RADIUS;
  }

  function distance(found) {
    const points = pointsOf(found);
    return points ? pairs(points).reduce((sum, pair) => sum + metres(pair[0], pair[1]), 0) : NaN;
  }

  function area(found) {
    const points = pointsOf(found.map(node => node.value));
    if (!points) return NaN;
    if (points.length < 3) return 0;
    const flat = points.slice(1).map(each => [
      (each[1] - points[0][1]) * ROUND * Math.cos(radians(each[0])) / 360, (each[0] - points[0][0]) * ROUND / 360]);
    return Math.abs(pairs(flat).reduce((sum, pair) => sum + (pair[0][1] * pair[1][0] - pair[0][0] * pair[1][1]) / 2, 0));
  }

  // Whether a place is in a ring whose last point is its first.
  function geofence(tree, context) {
    const places = pointsOf([x.value(tree[1], context)]), ring = pointsOf(x.nodes(tree[2], context).map(node => node.value));
    if (!places || !places.length || !ring) return false;
    const lat = places[0][0], lon = places[0][1];
    return pairs(ring).filter(pair => {
      const a = pair[0], b = pair[1];
      return (b[0] > lat) !== (a[0] > lat) && lon < (a[1] - b[1]) * (lat - b[0]) / (a[0] - b[0]) + b[1];
    }).length % 2 === 1;
  }

  // Chance.

  const MODULUS = 2147483647, orders = new WeakMap();

  function seedNumber(seed) {
    const number = x.asNumber(seed), edge = 9223372036854775808;
    if (!Number.isNaN(number)) return Math.trunc(Math.max(-edge, Math.min(edge, number)));
    if (typeof seed !== "string" || seed === "") return 0;
    return Number(BigInt.asIntN(64, x.firstWord(seed)));
  }

  // As JavaRosa shuffles: Fisher–Yates from the inside out with the Park–Miller generator.
  function shuffled(nodes, seed) {
    let state = seedNumber(seed) % MODULUS;
    if (state <= 0) state += MODULUS - 1;
    const order = [];
    nodes.forEach((node, place) => {
      state = state * 16807 % MODULUS;
      const other = Math.floor((state - 1) / (MODULUS - 1) * (place + 1));
      order.push(node);
      if (other !== place) order[place] = order[other];
      order[other] = node;
    });
    return order;
  }

  // What is in no order of the form's keeps the one it got, or choices would change places at every answer.
  function orderOf(tree) {
    if (!orders.has(tree)) orders.set(tree, Math.floor(Math.random() * MODULUS));
    return orders.get(tree);
  }

  function randomize(tree, context) {
    return shuffled(x.nodes(tree[1], context), tree.length > 2 ? x.value(tree[2], context) : orderOf(tree));
  }

  function uuid(tree, context) {
    const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)));
    if (tree.length > 1) {
      const signs = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
      const wanted = x.asNumber(x.value(tree[1], context)), length = wanted >= 0 && wanted <= 1000 ? Math.trunc(wanted) : 0;
      return Array.from({length: length}, () => signs[Math.floor(Math.random() * 62)]).join("");
    }
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    return bytes.map(byte => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function pulldata(tree, context) {
    const told = tree.slice(1).map(part => x.asText(x.value(part, context))), file = context.world.instances[told[0]];
    const column = (item, name) => {
      const found = item.kids.find(kid => kid.name === name);
      return found ? x.asText(found.value) : "";
    };
    const rows = file && file.kids.length ? file.kids[0].kids : [];
    const row = rows.find(item => column(item, told[2]) === told[3]);
    return row ? column(row, told[1]) : "";
  }

  // Numbers.

  // Of a moment that was worked out, the part of the day too.
  function exactNumber(tree, context) {
    const found = x.value(tree, context);
    if (!x.isMoment(found) || found.offset === undefined || x.givesNodes(tree)) return x.asNumber(found);
    return fractionalDays(context.world, found) - fractionalDays(context.world, x.dateOf(0));
  }

  const maths = work => (tree, context) => work(...tree.slice(1).map(part => exactNumber(part, context)));

  function power(base, exponent) {
    return base === 0 && exponent < 0 ? Infinity : Math.pow(base, exponent);
  }

  // Texts and truth.

  function substring(found, start, count) {
    const first = Math.floor(x.asNumber(start) + 0.5);
    const last = first + (count === undefined ? Infinity : Math.floor(x.asNumber(count) + 0.5));
    return Array.from(x.asText(found)).filter((sign, place) => first <= place + 1 && place + 1 < last).join("");
  }

  function translate(found, old, fresh) {
    const table = new Map(), replacements = Array.from(x.asText(fresh));
    Array.from(x.asText(old)).forEach((sign, place) => {
      if (!table.has(sign)) table.set(sign, place < replacements.length ? replacements[place] : "");
    });
    return Array.from(x.asText(found)).map(sign => table.has(sign) ? table.get(sign) : sign).join("");
  }

  function checklist(found) {
    const least = x.wholeNumber(x.asNumber(found[0])), most = x.wholeNumber(x.asNumber(found[1]));
    const count = found.slice(2).filter(x.asTruth).length;
    return (least < 0 || count >= least) && (most < 0 || count <= most);
  }

  function weightedChecklist(tree, context) {
    const held = [], heavy = [];
    for (let place = 3; place < tree.length; place += 2) {
      held.push(...x.values(tree[place], context));
      heavy.push(...x.values(tree[place + 1], context).map(x.asNumber));
    }
    let total = 0;
    heavy.forEach((weight, place) => { if (place < held.length && x.asTruth(held[place])) total += weight; });
    return x.asNumber(x.value(tree[1], context)) <= total && total <= x.asNumber(x.value(tree[2], context));
  }

  // Dates and times.

  const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

  function decimalDateTime(world, found) {
    if (typeof found === "number") return Math.abs(found) <= x.LAST_DAY || Number.isNaN(found) ? found : "";
    const moment = toDateTime(world, found);
    return x.isMoment(moment) ? fractionalDays(world, moment) : moment;
  }

  function decimalTime(world, found) {
    if (typeof found === "number") return Math.abs(found) <= x.LAST_DAY ? found - Math.floor(found) : NaN;
    const moment = toDateTime(world, found);
    if (!x.isMoment(moment)) return moment;
    const days = fractionalDays(world, moment) + x.withTime(world, moment).offset / x.DAY;
    return days - Math.floor(days);
  }

  // The week of the year as phones in China count it: from Sunday, the first one has 1 January.
  function week(wall) {
    const day = new Date(wall), saturday = new Date(wall + (6 - day.getUTCDay()) * x.DAY);
    if (saturday.getUTCFullYear() > day.getUTCFullYear()) return 1;
    const start = new Date(0).setUTCFullYear(saturday.getUTCFullYear(), 0, 1);
    return Math.floor((Math.floor((saturday - start) / x.DAY) + 7) / 7);
  }

  function formatMoment(world, found, pattern) {
    const moment = toDateTime(world, found);
    if (!x.isMoment(moment)) return "";
    const day = new Date(moment.wall), pad = x.padded;
    const letters = {
      Y: pad(day.getUTCFullYear(), 4), y: pad(day.getUTCFullYear() % 100, 2), m: pad(day.getUTCMonth() + 1, 2),
      n: day.getUTCMonth() + 1, b: MONTHS[day.getUTCMonth()], d: pad(day.getUTCDate(), 2), e: day.getUTCDate(),
      H: pad(day.getUTCHours(), 2), h: day.getUTCHours(), M: pad(day.getUTCMinutes(), 2), S: pad(day.getUTCSeconds(), 2),
      3: pad(day.getUTCMilliseconds(), 3), a: DAYS[day.getUTCDay()], W: week(moment.wall), "%": "%"
    };
    let known = true;
    const text = x.asText(pattern).replace(/%([^]?)/g, (whole, letter) => {
      known = known && letter in letters;
      return letters[letter];
    });
    return known ? text : "";
  }

  function fractionalDays(world, moment) {
    const exact = x.withTime(world, moment);
    return (exact.wall - exact.offset) / 1000 / 86400;
  }

  // Texts of the form, and what the context knows.

  function inLanguage(texts, world) {
    if (!texts) return "";
    return world.language in texts ? texts[world.language] : Object.values(texts)[0];
  }

  function choiceName(tree, context) {
    const world = context.world, chosen = x.asText(x.value(tree[1], context));
    const labels = (world.form.labels || {})[x.asText(x.value(tree[2], context)).trim()];
    return inLanguage((labels || {})[chosen], world);
  }

  // Nodes.

  function ancestors(node) {
    const found = [];
    while ((node = node.up)) found.push(node);
    return found;
  }

  function siblings(node, after) {
    const all = node.up ? node.up.kids : [node], place = all.indexOf(node);
    return after ? all.slice(place + 1) : all.slice(0, place).reverse();
  }

  function indexedRepeat(tree, context) {
    const wanted = {};
    for (let place = 2; place < tree.length; place += 2) {
      // A row that is not there yet counts as the first.
      wanted[tree[place]] = Math.max(1, x.wholeNumber(x.asNumber(x.value(tree[place + 1], context))));
    }
    return x.relevantOf(context.world.index[tree[1]] || []).filter(
      node => [node].concat(ancestors(node)).every(one => !(one.at in wanted) || one.position === wanted[one.at]));
  }

  const toDateTime = (world, found) => x.toMoment(world, found, days => x.atTime(world, Math.trunc(days * 86400 * 1000)));

  // Sets of nodes.

  function below(node, found = []) {
    node.kids.forEach(kid => {
      found.push(kid);
      below(kid, found);
    });
    return found;
  }

  const named = found => found.filter(node => node.name !== "");

  const nameOf = (tree, context) => {
    const found = tree.length > 1 ? x.nodes(tree[1], context) : [context.node];
    return found.length ? found[0].name : "";
  };

  Object.assign(x.calls, {
    distance: x.ofAll(0, distance),
    area: x.ofNodes(area),
    "enclosed-area": x.ofNodes(area),
    geofence: geofence,
    uuid: uuid,
    pulldata: pulldata,
    depend: x.ofValues(first => first),
    pow: maths(power),
    exp10: maths(number => power(10, number)),
    pi: () => Math.PI,
    random: () => Math.random(),
    substring: x.ofValues(substring),
    translate: x.ofValues(translate),
    "boolean-from-string": x.ofValues(found => /^(?:true|1)$/i.test(x.asText(found))),
    checklist: x.ofAll(2, checklist),
    "weighted-checklist": weightedChecklist,
    last: (tree, context) => context.size,
    "jr:choice-name": choiceName,
    "jr:itext": (tree, context) =>
      inLanguage((context.world.form.texts || {})[x.asText(x.value(tree[1], context))], context.world),
    property: (tree, context) => context.world.properties[x.asText(x.value(tree[1], context))] || "",
    version: (tree, context) => context.world.form.version,
    name: nameOf,
    "local-name": nameOf,
    id: x.ofValues(x.asText),
    "decimal-date-time": x.dated(decimalDateTime),
    "decimal-time": x.dated(decimalTime),
    "format-date": x.dated(formatMoment),
    "format-date-time": x.dated(formatMoment),
    "date-time": x.dated(toDateTime)
  });
  ["abs", "sqrt", "log", "log10", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "atan2"].forEach(name => {
    x.calls[name] = maths(Math[name]);
  });
  Object.assign(x.nodeCalls, {
    randomize: randomize,
    "indexed-repeat": indexedRepeat,
    filter: (tree, context) => x.keep(named(x.nodes(tree[1], context)), tree.slice(2), context),
    "|": (tree, context) => Array.from(new Set([].concat(...tree.slice(1).map(part => x.nodes(part, context))))),
    current: (tree, context) => [context.current]
  });
  Object.assign(x.axes, {
    attribute: node => node.attributes || [],
    descendant: node => below(node),
    "descendant-or-self": node => below(node, [node]),
    ancestor: ancestors,
    "ancestor-or-self": node => [node].concat(ancestors(node)),
    "following-sibling": node => siblings(node, true),
    "preceding-sibling": node => siblings(node, false)
  });
}(window.formExpressions));
