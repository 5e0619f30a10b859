// Rows that follow a count: they are added, and cut to it. Comes with the forms that have such, and attaches itself to
// filling.js.
(function (x) {
  "use strict";

  const MOST_ROUNDS = 6;

  // own: what filling.js lets its parts do. Gives what is done when answers have changed.
  x.counts = function (own) {
    const rows = own.rows, counted = rows.map((row, number) => number).filter(number => own.isRepeat(number) && "n" in (rows[number][3] || {}));

    // How many rows a repeat should have at the node that it stands in.
    function wantedRows(number, parent) {
      const wanted = x.asNumber(own.live().evaluate(rows[number][3].n, parent));
      return Number.isFinite(wanted) ? Math.max(0, Math.min(1000, Math.trunc(wanted))) : 0;
    }

    // Whether something had to change.
    function fitRows() {
      const fresh = [], kept = own.answers(false);
      let changed = false;
      counted.forEach(number => {
        let left = own.room(number);
        own.nodesOf(rows[number][1]).forEach(parent => {
          const have = parent.kept[rows[number][0]], wanted = Math.min(wantedRows(number, parent), have.length + left);
          if (have.length === wanted) return;
          changed = true;
          left -= Math.max(0, wanted - have.length);
          for (let row = have.length + 1; row <= wanted; row += 1) {
            have.push(own.newRow(number));
            fresh.push(parent.place + "/" + rows[number][0] + "[" + row + "]");
          }
          have.length = wanted;
        });
      });
      if (changed) own.open(kept, fresh);
      return changed;
    }

    return () => {
      for (let round = 0; counted.length && round < MOST_ROUNDS && fitRows(); round += 1);
    };
  };
}(window.formExpressions));
