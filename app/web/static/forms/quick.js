/* A question that goes on by itself as soon as a choice is tapped; arrow keys only choose. */

addFormWidget("quick", function (element) {
  "use strict";

  element.addEventListener("click", function (event) {
    const byHand = event.detail > 0 && event.target.matches('input[type="radio"]');
    const form = element.closest("form");
    const others = form ? form.querySelectorAll("[data-widget] [name]") : [];
    const alone = Array.from(others).every(function (field) {
      return element.contains(field);
    });
    const next = form && form.querySelector('button[name="action"][value="next"]');
    if (byHand && alone && next) {
      setTimeout(function () {
        next.click();
      }, 150);
    }
  });
});
