/* A question that goes on by itself as soon as a choice is tapped; arrow keys only choose. */

addFormWidget("quick", function (element) {
  "use strict";

  /* By now the page shows what the choice makes it ask. */
  function goOn() {
    const form = element.closest("form");
    const others = form ? form.querySelectorAll('[id^="question-"] [name]') : [];
    const alone = Array.from(others).every(function (field) {
      return element.contains(field) || field.closest("[hidden]");
    });
    const next = form && form.querySelector(".page-actions [type=submit]");
    if (alone && next) {
      next.click();
    }
  }

  element.addEventListener("click", function (event) {
    const byHand = event.detail > 0 && event.target.matches('input[type="radio"]');
    if (byHand) {
      setTimeout(goOn, 150);
    }
  });
});
