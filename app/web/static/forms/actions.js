// The actions of a form: values that are set when it is opened, when a row is added, and when an answer changes. Comes
// with the forms that have some, and attaches itself to filling.js.
(function (x) {
  "use strict";

  const FIRST = ["odk-instance-first-load", "xforms-ready"];

  function lineage(node) {
    const found = [];
    for (; node; node = node.up) found.push(node);
    return found;
  }

  // own: what filling.js lets its parts do.
  x.actions = function (own) {
    const rows = own.rows, live = own.live;

    function act(action, node) {
      const value = action[2];
      if (typeof value !== "string") return live().store(node, live().evaluate(value, node));
      const read = x.typed(live().world, rows[node.at], value);
      return live().answer(node, read === undefined ? value : read);
    }

    function actOn(events, wanted) {
      own.facts.rules.actions.filter(action => action[1].some(event => events.indexOf(event) >= 0)).forEach(action => {
        own.nodesOf(action[0]).filter(node => wanted(node, action)).forEach(node => act(action, node));
      });
    }

    // Nodes in other rows of the same repeat are not meant by what happens in this one.
    function inSameRows(node, source) {
      const others = lineage(source).filter(one => own.isRepeat(one.at));
      return lineage(node).every(one => one.at < 0 || !own.isRepeat(one.at) || others.every(other => other.at !== one.at || other === one));
    }

    const thenCalculate = work => told => {
      work(told);
      live().calculate();
    };

    return {
      onFirst: thenCalculate(() => actOn(FIRST, () => true)),
      onRows: thenCalculate(places => {
        const fresh = places.map(place => live().places[place]);
        actOn(["odk-new-repeat"], node => lineage(node).some(one => fresh.indexOf(one) >= 0));
      }),
      onChange: thenCalculate(changed => changed.forEach(
        source => actOn(["xforms-value-changed"], (node, action) => action[3] === source.at && inSameRows(node, source))))
    };
  };
}(window.formExpressions));
