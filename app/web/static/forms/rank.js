/* Putting choices in order with buttons; the lists of the page keep the answer. */

addFormWidget("rank", function (element, say) {
  "use strict";

  const make = formTools.make;
  const lists = Array.from(element.querySelectorAll("select"));
  let names = {};
  const order = make("ol", { className: "order" });
  const told = make("p", { className: "told", role: "status" });
  const confirm = formTools.button(say("confirm"), function () {
    keep(current());
  });
  const clear = formTools.button(say("clear"), function () {
    keep([]);
    confirm.focus();
  });
  element.querySelector(".ranks").hidden = true;
  element.append(order, told, make("div", { className: "parts" }, [confirm, clear]));

  function answered() {
    return lists.map(function (list) {
      return list.value;
    }).filter(Boolean);
  }

  function current() {
    return Array.from(order.children).map(function (row) {
      return row.dataset.value;
    });
  }

  function keep(values) {
    lists.forEach(function (list, number) {
      list.value = values[number] || "";
    });
    draw();
    if (lists[0]) {
      formTools.changed(lists[0]);
    }
  }

  function move(value, by) {
    const values = current();
    const from = values.indexOf(value);
    const to = from + by;
    values.splice(to, 0, values.splice(from, 1)[0]);
    keep(values);
    told.textContent = say("moved", { name: names[value], n: to + 1 });
    const row = order.children[to];
    const again = row.querySelector(by < 0 ? ".up" : ".down");
    (again.disabled ? row.querySelector("button:not(:disabled)") : again).focus();
  }

  /* Which choices are offered may change with other answers. */
  function offered() {
    names = {};
    return Array.from(lists[0] ? lists[0].options : []).filter(function (option) {
      return option.value;
    }).map(function (option) {
      names[option.value] = option.text;
      return option.value;
    });
  }

  function draw() {
    const known = offered();
    const given = Array.from(new Set(answered()));
    const values = given.concat(known.filter(function (value) {
      return !given.includes(value);
    }));
    order.textContent = "";
    values.forEach(function (value, number) {
      const up = formTools.button("↑", move.bind(null, value, -1), "button-part up");
      const down = formTools.button("↓", move.bind(null, value, 1), "button-part down");
      up.setAttribute("aria-label", say("up", { name: names[value] }));
      down.setAttribute("aria-label", say("down", { name: names[value] }));
      up.disabled = number === 0;
      down.disabled = number === values.length - 1;
      const row = make("li", { className: "order-row" }, [
        make("span", { className: "order-name" }, [names[value]]), up, down,
      ]);
      row.dataset.value = value;
      order.append(row);
    });
    const touched = given.length > 0;
    order.classList.toggle("untouched", !touched);
    confirm.hidden = given.length === values.length;
    clear.hidden = !touched;
    told.textContent = touched ? "" : say("untouched");
  }

  element.addEventListener("answered", draw);
  if (lists[0]) {
    new MutationObserver(draw).observe(lists[0], { childList: true });
  }
  draw();
});
