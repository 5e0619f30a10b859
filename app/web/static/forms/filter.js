/* A long list: a few letters typed find its choices. */

addFormWidget("filter", function (element, say) {
  "use strict";

  const MOST = 8;
  const make = formTools.make;
  const list = element.querySelector("select");
  const id = "seek-" + element.id;
  const field = make("input", { type: "search", id: id, autocomplete: "off", enterKeyHint: "search" });
  const told = make("p", { className: "told", role: "status" });
  const hits = make("ul", { className: "hits" });
  const label = make("label", { htmlFor: id, className: "seek" }, [say("seek")]);

  if (list) {
    list.before(label, field, told, hits);
  } else {
    const rows = element.querySelector(".folded") || element.querySelector(".answers");
    rows.before(label, field, told);
  }

  function fitting(text) {
    const wanted = field.value.trim().toLowerCase();
    return text.toLowerCase().includes(wanted);
  }

  function seekInList() {
    hits.textContent = "";
    if (!field.value.trim()) {
      told.textContent = "";
      return;
    }
    const found = Array.from(list.options).filter(function (option) {
      return option.value && fitting(option.text);
    });
    told.textContent = found.length ? say("found", { n: found.length }) : say("none");
    found.slice(0, MOST).forEach(function (option) {
      const pick = formTools.button(option.text, function () {
        list.value = option.value;
        formTools.changed(list);
        field.value = "";
        seekInList();
        told.textContent = say("chosen", { name: option.text });
        list.focus();
      }, "button-hit");
      hits.append(make("li", {}, [pick]));
    });
  }

  function seekInRows() {
    let count = 0;
    element.querySelectorAll(".answers > li").forEach(function (row) {
      const fits = fitting(row.textContent);
      count += fits ? 1 : 0;
      row.hidden = !fits && !row.querySelector("input").checked;
    });
    const folded = element.querySelector(".folded");
    if (folded && field.value.trim()) {
      folded.open = true;
    }
    told.textContent = field.value.trim() ? (count ? say("found", { n: count }) : say("none")) : "";
  }

  const seek = list ? seekInList : seekInRows;
  /* What is typed to find something is no answer. */
  field.addEventListener("change", function (event) {
    event.stopPropagation();
  });
  field.addEventListener("input", function (event) {
    event.stopPropagation();
    seek();
  });
  field.addEventListener("keydown", function (event) {
    if (event.key === "Enter") {
      event.preventDefault();
      const first = hits.querySelector("button");
      if (first) {
        first.click();
      }
    }
  });
});
