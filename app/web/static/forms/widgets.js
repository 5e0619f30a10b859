/* What the scripts of questions share: they attach to elements by data-widget, also to those added later. */

(function () {
  "use strict";

  window.formWidgets = window.formWidgets || {};

  /* Add a widget: `build` is called once with each question element that carries its name. The function
     formWidgets[name](element) attaches it to an element added later, and to all those inside it. */
  window.addFormWidget = function (name, build) {
    const seen = new WeakSet();
    const wanted = '[data-widget="' + name + '"]';
    const attach = function (element) {
      const found = Array.from(element.querySelectorAll(wanted));
      if (element.matches && element.matches(wanted)) {
        found.unshift(element);
      }
      found.forEach(function (each) {
        if (!seen.has(each)) {
          seen.add(each);
          build(each, wordsOf(each));
        }
      });
    };
    window.formWidgets[name] = attach;
    attach(document);
  };

  function wordsOf(element) {
    const words = JSON.parse(element.dataset.words || "{}");
    return function (key, facts) {
      return (words[key] || "").replace(/\{(\w+)\}/g, function (_all, name) {
        return facts[name];
      });
    };
  }

  window.formTools = {
    /* A new element with properties and children. */
    make: function (tag, facts, children) {
      const made = document.createElement(tag);
      Object.entries(facts || {}).forEach(function (pair) {
        if (pair[0] in made) {
          made[pair[0]] = pair[1];
        } else {
          made.setAttribute(pair[0], pair[1]);
        }
      });
      (children || []).forEach(function (child) {
        made.append(child);
      });
      return made;
    },
    /* A button that sends nothing. */
    button: function (text, press, className) {
      const made = window.formTools.make("button", { type: "button", className: className || "button-part" });
      made.textContent = text;
      made.addEventListener("click", press);
      return made;
    },
    /* Say that an answer was changed by a script as if by hand. */
    changed: function (field) {
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    },
    /* The field of a question that is posted: what the page's script reads and writes. It writes, then sends
       the event "refill" to the question's element, and the widget shows the new answer. */
    holder: function (element) {
      return element.querySelector('[name="' + CSS.escape(element.id.slice("question-".length)) + '"]');
    },
  };
})();
