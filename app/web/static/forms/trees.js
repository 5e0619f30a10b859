// Choice lists whose items are not all alike, as trees. Comes with the forms that have such.
(function (x) {
  "use strict";

  // tree: [name, value or trees].
  x.grow = function (parent, tree) {
    const many = Array.isArray(tree[1]), node = x.makeNode(tree[0], parent, undefined, many ? "" : tree[1]);
    if (many) tree[1].forEach(child => x.grow(node, child));
  };
}(window.formExpressions));
