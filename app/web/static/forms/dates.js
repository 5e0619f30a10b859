/* Dates that are asked in part, or typed: the field that is kept always holds a whole date. */

addFormWidget("dates", function (element) {
  "use strict";

  const kept = formTools.holder(element);
  const length = { year: 4, month: 7, day: 10 }[element.dataset.precision];
  const field = kept.cloneNode(false);
  field.removeAttribute("name");
  kept.type = "hidden";
  kept.removeAttribute("id");
  kept.removeAttribute("required");
  kept.value = whole(kept.value);
  field.value = kept.value.slice(0, length);
  kept.before(field);
  formTools.standIn(kept, field);

  function whole(typed) {
    const text = typed.normalize("NFKC").trim();
    const found =
      /^(\d{4})[-/.\u5e74](\d{1,2})(?:[-/.\u6708](\d{1,2})\u65e5?|\u6708)?$/.exec(text) ||
      /^(\d{4})(\d\d)(\d\d)$/.exec(text) || /^(\d{4})\u5e74?$/.exec(text);
    if (!found) {
      return text;
    }
    return [found[1], found[2] || "1", found[3] || "1"].map(function (part) {
      return part.padStart(2, "0");
    }).join("-");
  }

  ["input", "change"].forEach(function (kind) {
    field.addEventListener(kind, function (event) {
      event.stopPropagation();
      kept.value = whole(field.value);
      kept.dispatchEvent(new Event(kind, { bubbles: true }));
    });
  });
  element.addEventListener("answered", function () {
    field.value = kept.value.slice(0, length);
  });
});
