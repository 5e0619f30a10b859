/* A slider beside the field of a number. Nothing is chosen until it is touched. */

addFormWidget("range", function (element, say) {
  "use strict";

  const make = formTools.make;
  const field = formTools.holder(element);
  const facts = element.dataset;
  const first = Number(facts.start);
  const last = Number(facts.end);
  const turned = last < first;
  const decimals = (facts.step.split(".")[1] || "").length;
  const slider = make("input", {
    type: "range",
    className: "slider",
    min: String(Math.min(first, last)),
    max: String(Math.max(first, last)),
    step: facts.step,
    "aria-label": say("slide"),
  });
  const shown = make("output", { className: "slider-value" });
  const clear = formTools.button(say("clear"), function () {
    field.value = "";
    formTools.changed(field);
    draw();
    slider.focus();
  });
  if (turned) {
    slider.dir = "rtl";
  }
  const described = field.getAttribute("aria-describedby");
  if (described) {
    slider.setAttribute("aria-describedby", described);
  }
  field.classList.add("slider-field");
  field.after(
    shown,
    slider,
    make("div", { className: "slider-ends", "aria-hidden": "true" }, [
      make("span", {}, [facts.first]), make("span", {}, [facts.last]),
    ]),
    make("div", { className: "parts" }, [clear])
  );

  function take(event) {
    event.stopPropagation();
    field.value = Number(slider.value).toFixed(decimals).replace(/^(-?\d+)\.0+$/, "$1");
    formTools.changed(field);
  }

  function draw() {
    const given = field.value.trim();
    const set = given !== "" && isFinite(given);
    slider.classList.toggle("unset", !set);
    slider.value = set ? given : String((first + last) / 2);
    shown.textContent = set ? given : say("none");
    slider.setAttribute("aria-valuetext", shown.textContent);
    clear.hidden = !set;
  }

  slider.addEventListener("input", take);
  slider.addEventListener("change", function (event) {
    event.stopPropagation();
  });
  /* A tap where the handle stands already is an answer too. */
  slider.addEventListener("click", take);
  field.addEventListener("input", draw);
  element.addEventListener("answered", draw);
  draw();
});
