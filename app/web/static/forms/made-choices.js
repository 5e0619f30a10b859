// Choices that are made from answers: one in the page for each that is offered. Comes with the forms that have such.
(function (x) {
  "use strict";

  // list: what holds the choices, the first of which shows how they look. offered: [value, label], …
  x.madeChoices = function (list, offered) {
    const known = list.made || [];
    list.made = offered.map(choice => {
      const made = known.find(each => each.choice === choice[0]) || list.choices[0].cloneNode(true);
      made.choice = choice[0];
      (made.matches("option") ? made : made.querySelector("input")).value = choice[0];
      (made.querySelector(".answer-text") || made).textContent = choice[1] || choice[0];
      return made;
    });
    return list.made;
  };
}(window.formExpressions));
