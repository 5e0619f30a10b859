/* A large number once more with its thousands apart, below the field as it is typed. */

addFormWidget("grouping", function (element) {
  "use strict";

  const field = formTools.holder(element);
  const shown = formTools.make("output", { className: "grouped" });
  field.after(shown);

  function draw() {
    const text = field.value.trim();
    const grouped = /^[+-]?\d{4,}(\.\d*)?$/.test(text);
    const parts = text.split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
    shown.textContent = grouped ? "= " + parts.join(".") : "";
  }

  field.addEventListener("input", draw);
  element.addEventListener("answered", draw);
  draw();
});
