// A form with answers in it, as app/xforms/live.py has it on the server: relevance and calculations, what is required,
// which choices are offered. The form is what app/xforms/shipping.py ships.
(function (x) {
  "use strict";

  const PLACES = /^(?:\s*-?\d+(?:\.\d+)?(?:\s+-?\d+(?:\.\d+)?){0,3}\s*(?:;|$))+$/;
  const LONG = /^geo(?:point|trace|shape)$/;
  const typeOf = row => row[2].replace("*", "");

  // What a node holds for an answer as JSON has it; now says which day a time of day is one of.
  function scalarOf(type, answer, world) {
    if (answer === null || answer === undefined) return "";
    if (typeof answer === "object") {
      const text = Array.isArray(answer) && !LONG.test(type) ? answer.join(" ") : [].concat(answer).map(pointText).join("; ");
      return LONG.test(type) ? placesText(text) : text;
    }
    if (typeof answer !== "string") return answer;
    if (type === "time") return x.clockOn(world, x.dayOf(world.now) * x.DAY, x.readClock(answer)) || answer;
    if (type !== "date" && type !== "dateTime") return answer;
    const found = x.readMoment(world, answer);
    if (!found) return answer;
    return type === "date" ? x.dateOf(x.dayOf(found)) : found;
  }

  function pointText(point) {
    if (typeof point !== "object") return String(point);
    const numbers = [point.lat, point.lon, point.altitude, point.accuracy];
    while (numbers.length > 2 && (numbers[numbers.length - 1] === null || numbers[numbers.length - 1] === undefined)) numbers.pop();
    return numbers.map(number => plain(number || 0)).join(" ");
  }

  // Places as an expression sees them: four decimals each, and no text for one that is all zeros.
  function placesText(text) {
    if (!PLACES.test(text)) return text;
    const points = text.split(";").filter(part => part.trim()).map(part => part.trim().split(/\s+/).map(Number));
    if (points.length === 1 && !points[0].some(Boolean)) return "";
    return points.map(point => point.concat([0, 0, 0, 0]).slice(0, 4).map(x.decimalText).join(" ")).join("; ");
  }

  // A number with all its digits and without an exponent.
  function plain(number) {
    const parts = Math.abs(number).toExponential().split("e"), digits = parts[0].replace(".", ""), point = Number(parts[1]) + 1;
    const written = point <= 0 ? "0." + "0".repeat(-point) + digits
      : digits.slice(0, point).padEnd(point, "0") + (point < digits.length ? "." + digits.slice(point) : "");
    return (number < 0 ? "-" : "") + written;
  }

  // What a node holds after a calculation gave it a value, which keeps its own kind.
  function storedScalar(type, found, world) {
    if (typeof found === "boolean") return found;
    if (typeof found === "number" && Number.isNaN(found)) return "";
    if (type === "boolean") return found === "" ? "" : x.asTruth(found);
    if (typeof found === "number") return type === "int" ? Math.trunc(found) : found;
    if (typeof found === "string") return LONG.test(type) ? placesText(found) : found;
    return type === "date" ? x.dateOf(x.dayOf(found)) : x.withTime(world, found);
  }

  function momentText(moment) {
    const minutes = Math.abs(moment.offset) / 60000, sign = moment.offset < 0 ? "-" : "+";
    const zone = minutes ? sign + x.padded(Math.floor(minutes / 60), 2) + ":" + x.padded(Math.floor(minutes % 60), 2) : "Z";
    return x.isoDate(moment) + new Date(moment.wall).toISOString().slice(-14, -1) + zone;
  }

  // The text of a node as it is sent in XML.
  function textOf(row, found) {
    const type = typeOf(row);
    if (typeof found === "boolean") return found ? "1" : "0";
    if (typeof found === "string") return row[2] === type ? found : found.split(/\s+/).filter(Boolean).join(" ");
    if (x.isMoment(found)) {
      if (found.offset === undefined) return x.isoDate(found);
      return type === "time" ? momentText(found).split("T")[1] : momentText(found);
    }
    if (!Number.isFinite(found)) return type === "decimal" ? "" : x.asText(found);
    return type === "int" || type === "decimal" || Number.isInteger(found) ? plain(found) : x.asText(found);
  }

  function fill(world, instances) {
    Object.keys(instances).forEach(name => {
      const table = instances[name], document = x.makeNode("", null);
      const root = x.makeNode(table[0], document);
      if (table[1] === null) table.slice(2).forEach(tree => x.grow(root, tree));
      else {
        table.slice(3).forEach(row => {
          const item = x.makeNode(table[1], root);
          row.forEach((text, place) => x.makeNode(table[2][place], item, undefined, text));
        });
      }
      root.kids.forEach((item, place) => { item.row = place; });
      world.instances[name] = document;
    });
  }

  function spread(node) {
    node.relevant = node.own && (!node.up || node.up.relevant);
    node.kids.forEach(spread);
  }

  // answers: JSON as the server has it. told: now (milliseconds), zone (its name), language, properties.
  function open(form, answers, told) {
    const world = x.makeWorld(form, told), rows = form.nodes, places = {}, inside = rows.map(() => []);
    const rulesOf = node => rows[node.at][3] || {};
    rows.forEach((row, number) => {
      if (row[2] === "m") world.index[number] = [x.makeNode(row[0], null, number, (told.properties || {})[row[0]])];
      else if (number) inside[row[1]].push(number);
    });

    function note(number, parent, place, answer) {
      const node = x.makeNode(rows[number][0], parent, number, answer);
      (world.index[number] = world.index[number] || []).push(node);
      node.place = place;
      places[place] = node;
      return node;
    }

    function build(parent, known) {
      inside[parent.at].forEach(number => {
        const row = rows[number], place = parent.place + "/" + row[0], answer = known ? known[row[0]] : undefined;
        if (row[2] === "g") {
          build(note(number, parent, place), answer);
        } else if (row[2] === "r") {
          (Array.isArray(answer) ? answer : []).forEach((one, index) => {
            const node = note(number, parent, place + "[" + (index + 1) + "]");
            node.position = index + 1;
            build(node, one);
          });
        } else {
          note(number, parent, place, scalarOf(typeOf(row), answer, world)).given = answer;
        }
      });
    }

    function evaluate(rule, node) {
      return x.value(rule, x.contextAt(world, node));
    }

    // The truth of a rule (c, q, r) at a node, or what holds where there is none.
    function holds(name, node, otherwise) {
      const rules = rulesOf(node);
      return name in rules ? x.asTruth(evaluate(rules[name], node)) : otherwise;
    }

    function store(node, found) {
      node.value = storedScalar(typeOf(rows[node.at]), found, world);
      delete node.given;
    }

    // Relevance and calculations, each after all that it reads.
    function calculate() {
      form.order.forEach(number => (world.index[number] || []).forEach(node => {
        const rules = rulesOf(node), own = holds("r", node, true);
        if (own !== node.own) {
          node.own = own;
          spread(node);
        }
        if ("x" in rules && node.relevant) store(node, evaluate(rules.x, node));
      }));
    }

    function isReadonly(node) {
      return Boolean(node) && node.at >= 0 && (holds("o", node, false) || isReadonly(node.up));
    }

    // The choices that are offered now, [value, label, place in its list]; null where neither answers nor chance decide.
    function offers(node) {
      const rule = rulesOf(node).i;
      if (!rule) return null;
      const column = (item, name) => item.kids.find(kid => kid.name === name);
      return x.nodes(rule[0], x.contextAt(world, node)).map(item => [column(item, rule[1]), column(item, rule[2]), item.row])
        .filter(each => each[0] && (rule[3] || each[0].value !== ""))
        .map(each => [x.asText(each[0].value), each[1] ? x.asText(each[1].value) : "", each[2]]);
    }

    function choices(node) {
      const found = offers(node);
      return found && found.map(each => each[0]);
    }

    function answer(node, given) {
      node.value = scalarOf(typeOf(rows[node.at]), given, world);
      node.given = given;
    }

    fill(world, form.instances);
    const root = note(0, world.document, "/" + rows[0][0]);
    root.attributes = [x.makeNode("id", null, undefined, form.id), x.makeNode("version", null, undefined, form.version)];
    build(root, answers);
    return {world: world, places: places, calculate: calculate, holds: holds, isReadonly: isReadonly, choices: choices, offers: offers,
      answer: answer, store: store, evaluate: evaluate, text: node => textOf(rows[node.at], node.value)};
  }

  x.open = open;
  x.momentText = momentText;
}(window.formExpressions));
