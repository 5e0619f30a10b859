// A form being filled: what it begins with, answers that change, rows, and what is wrong, as app/xforms/filling.py,
// starting.py, taking.py and checking.py have it on the server.
(function (x) {
  "use strict";

  const FIRST = ["odk-instance-first-load", "xforms-ready"], MOST_ROWS = 2000, MOST_NODES = 20000, MOST_ROUNDS = 6;
  const copy = answers => JSON.parse(JSON.stringify(answers));
  // facts: what app/forms/whole_form.py tells of the form. answers: those so far, or null for a new form.
  x.fill = function (facts, answers, told) {
    const form = facts.rules, rows = form.nodes, inside = rows.map(() => []), paths = [], kindOf = [];
    let live;
    rows.forEach((row, number) => {
      if (number && row[2] !== "m") inside[row[1]].push(number);
      paths.push(number ? paths[row[1]] + "/" + row[0] : "/" + row[0]);
    });
    Object.keys(facts.kinds).forEach(kind => facts.kinds[kind].forEach(number => { kindOf[number] = kind; }));
    const counted = rows.map((row, number) => number).filter(number => rows[number][2] === "r" && "n" in (rows[number][3] || {}));
    const nodesOf = number => live.world.index[number] || [];
    const isRepeat = number => number >= 0 && rows[number][2] === "r";

    function open(given) {
      live = x.open(form, given, Object.assign({now: Date.now()}, told));
      live.calculate();
    }

    // All answers; with drop, none of what is not relevant. Each group and row remembers its own.
    function collect(node, drop) {
      const found = node.kept = {};
      inside[node.at].filter(isRepeat).forEach(number => { found[rows[number][0]] = []; });
      node.kids.forEach(kid => {
        const row = rows[kid.at], hidden = drop && !kid.relevant;
        if (row[2] === "g") found[row[0]] = collect(kid, drop);
        else if (row[2] !== "r") found[row[0]] = hidden ? null : x.answerOf(live, row, kid);
        else if (!hidden) found[row[0]].push(collect(kid, drop));
      });
      return found;
    }

    const all = drop => collect(live.places[paths[0]], drop);

    function act(action, node) {
      const value = action[2];
      if (typeof value !== "string") return live.store(node, live.evaluate(value, node));
      const read = x.typed(live.world, rows[node.at], value);
      return live.answer(node, read === undefined ? value : read);
    }

    function actOn(events, wanted) {
      form.actions.filter(action => action[1].some(event => events.indexOf(event) >= 0)).forEach(action => {
        nodesOf(action[0]).filter(node => wanted(node, action)).forEach(node => act(action, node));
      });
    }

    function lineage(node) {
      const found = [];
      for (; node; node = node.up) found.push(node);
      return found;
    }

    function begin(places) {
      const fresh = places.map(place => live.places[place]);
      actOn(["odk-new-repeat"], node => lineage(node).some(one => fresh.indexOf(one) >= 0));
      live.calculate();
    }

    // Nodes in other rows of the same repeat are not meant by what happens in this one.
    function inSameRows(node, source) {
      const others = lineage(source).filter(one => isRepeat(one.at));
      return lineage(node).every(one => one.at < 0 || !isRepeat(one.at) || others.every(other => other.at !== one.at || other === one));
    }

    function room(number) {
      let held = 0, size = 1;
      rows.forEach((row, each) => {
        if (row[2] === "r") held += nodesOf(each).length;
        if (paths[each].startsWith(paths[number] + "/")) size += 1;
      });
      const nodes = Math.floor((MOST_NODES - Object.keys(live.places).length) / size);
      return Math.max(0, Math.min(MOST_ROWS - held, nodes));
    }

    // Rows that follow a count are added and cut to it; places of the new ones, null where nothing had to change.
    function fitRows() {
      const fresh = [];
      let changed = false;
      const kept = all(false);
      counted.forEach(number => {
        let left = room(number);
        nodesOf(rows[number][1]).forEach(parent => {
          const have = parent.kept[rows[number][0]], wanted = Math.min(live.wantedRows(number, parent), have.length + left);
          if (have.length === wanted) return;
          changed = true;
          left -= Math.max(0, wanted - have.length);
          for (let row = have.length + 1; row <= wanted; row += 1) {
            have.push(copy(facts.rows[number]));
            fresh.push(parent.place + "/" + rows[number][0] + "[" + row + "]");
          }
          have.length = wanted;
        });
      });
      if (!changed) return false;
      open(kept);
      begin(fresh);
      return true;
    }

    function fit() {
      for (let round = 0; counted.length && round < MOST_ROUNDS && fitRows(); round += 1);
    }

    // What a filter does not offer any more is chosen no more; the nodes that this changed.
    function prune() {
      const changed = [];
      rows.forEach((row, number) => {
        if (!row[3] || !row[3].i) return;
        nodesOf(number).filter(node => node.relevant && node.value !== "").forEach(node => {
          const answer = x.answerOf(live, row, node), chosen = [].concat(answer), offered = live.choices(node);
          const left = chosen.filter(each => offered.indexOf(each) >= 0);
          if (left.length === chosen.length) return;
          live.answer(node, left.length && Array.isArray(answer) ? left : null);
          changed.push(node);
        });
      });
      return changed;
    }

    // What follows from a change: calculations, actions that it triggers, choices, rows.
    function settle(changed) {
      live.world.now = x.atTime(live.world, Date.now());
      live.calculate();
      changed.forEach(source => actOn(["xforms-value-changed"],
        (node, action) => action[3] === source.at && inSameRows(node, source)));
      live.calculate();
      const pruned = prune();
      if (pruned.length) settle(pruned);
      else fit();
    }

    function preload() {
      const known = {start: told.started}, properties = told.properties || {};
      facts.preloads.forEach(each => nodesOf(each[0]).filter(node => node.value === "").forEach(node => {
        const now = x.momentText(live.world.now);
        if (each[1] === "timestamp") live.answer(node, known[each[2]] || now);
        else if (each[1] === "date" && each[2] === "today") live.answer(node, now.slice(0, 10));
        else if (each[1] === "property" || each[1] === "context") live.answer(node, properties[each[2].replace(/^uri:/, "")] || null);
      }));
      live.calculate();
    }

    function start() {
      open(copy(facts.start));
      actOn(FIRST, () => true);
      live.calculate();
      fit();
      preload();
    }

    // The number of what stands at a place, its rows left out.
    const numberAt = place => paths.indexOf(place.replace(/\[\d+\]/g, ""));

    // Takes a text as the answer at a place; whether that changed it.
    function take(place, text) {
      const node = live.places[place], row = rows[node.at], read = x.typed(live.world, row, text);
      const answer = read === undefined ? text : read;
      if (x.same(answer, x.answerOf(live, row, node))) return false;
      live.answer(node, answer);
      return true;
    }

    function addRow(place) {
      const number = numberAt(place), parent = live.places[place.slice(0, place.lastIndexOf("/"))], kept = all(false);
      if (!room(number)) return;
      const held = parent.kept[rows[number][0]];
      held.push(copy(facts.rows[number]));
      open(kept);
      begin([place + "[" + held.length + "]"]);
      settle([]);
    }

    function removeRow(place) {
      const node = live.places[place], kept = all(false);
      node.up.kept[node.name].splice(node.position - 1, 1);
      open(kept);
      settle([]);
    }

    function isRelevant(place) {
      const node = live.places[place];
      if (node) return node.relevant;
      const number = numberAt(place), parent = live.places[place.slice(0, place.lastIndexOf("/"))];
      if (!parent || !parent.relevant) return false;
      // A row that is not there asks whether it would be relevant.
      const row = x.makeNode(rows[number][0], parent, number);
      parent.kids.pop();
      return live.holds("r", row, true);
    }

    function problemAt(node) {
      const row = rows[node.at], answer = x.answerOf(live, row, node), kind = kindOf[node.at], range = (facts.said[node.at] || {}).g;
      if (!node.relevant) return null;
      if (x.isEmpty(answer)) return kind !== "note" && live.holds("q", node, false) ? "required" : null;
      if (!x.hasType(live.world, row, answer)) return "type";
      const offered = live.choices(node);
      if (offered && ![].concat(answer).every(each => offered.indexOf(each) >= 0)) return "choice";
      if (range && typeof answer === "number") {
        const ends = range.slice(0, 2).map(x.asNumber);
        if (answer < Math.min(...ends) || answer > Math.max(...ends)) return "range";
      }
      return live.holds("c", node, true) ? null : "constraint";
    }

    // [place, what is wrong] for the questions of these numbers.
    function problems(numbers) {
      return [].concat(...numbers.map(nodesOf)).map(node => [node.place, problemAt(node)]).filter(each => each[1]);
    }

    if (answers) {
      open(copy(answers));
      fit();
    } else {
      start();
    }
    return {facts, rows, paths, kindOf, take, settle, addRow, removeRow, problems, isRelevant, nodesOf, numberAt,
      answers: all, answerAt: node => x.answerOf(live, rows[node.at], node), mayAdd: number => room(number) > 0,
      problemAt, live: () => live};
  };
}(window.formExpressions));
