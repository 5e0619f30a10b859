// A form being filled: what it begins with, answers that change, rows, and what is wrong, as app/xforms/filling.py,
// starting.py, taking.py and checking.py have it on the server.
(function (x) {
  "use strict";

  const MOST_ROWS = 2000, MOST_NODES = 20000;
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
    const nodesOf = number => live.world.index[number] || [];
    const nodeAt = place => live.places[place];
    // Groups, rows and what is in meta hold no answer.
    const isAnswered = node => node && "grm".indexOf(rows[node.at][2]) < 0;
    const isRepeat = number => number >= 0 && rows[number][2] === "r";

    // fresh: places of rows that are new among the answers.
    function open(given, fresh) {
      live = x.open(form, given, {...told, now: Date.now()});
      live.calculate();
      if (fresh) actions?.onRows(fresh);
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
    const newRow = number => copy(facts.rows[number]);

    // What not every form has is in scripts of its own, which come with the forms that have it.
    const own = {facts, rows, isRepeat, nodesOf, room, newRow, open, answers: all, live: () => live};
    const actions = x.actions?.(own), fit = x.counts?.(own);

    function room(number) {
      let held = 0, size = 1;
      rows.forEach((row, each) => {
        if (row[2] === "r") held += nodesOf(each).length;
        if (paths[each].startsWith(paths[number] + "/")) size += 1;
      });
      const nodes = Math.floor((MOST_NODES - Object.keys(live.places).length) / size);
      return Math.max(0, Math.min(MOST_ROWS - held, nodes));
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
      actions?.onChange(changed);
      const pruned = prune();
      if (pruned.length) settle(pruned);
      else fit?.();
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
      actions?.onFirst();
      fit?.();
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
      held.push(newRow(number));
      open(kept, [place + "[" + held.length + "]"]);
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
      fit?.();
    } else {
      start();
    }
    return {facts, rows, paths, kindOf, take, settle, addRow, removeRow, problems, isRelevant, isAnswered, nodeAt, nodesOf, numberAt,
      answers: all, answerAt: node => x.answerOf(live, rows[node.at], node), mayAdd: number => room(number) > 0,
      problemAt, live: () => live};
  };
}(window.formExpressions));
