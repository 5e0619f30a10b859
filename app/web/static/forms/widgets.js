/* What the scripts of questions share. Each attaches to the elements that name it in data-script; elements that
   come later are found by themselves. The page loads the scripts that its elements name in data-script. */

(function () {
  "use strict";

  const widgets = window.formWidgets = window.formWidgets || {};

  /* Add a widget: `build` is called once with each question element that carries its name. The function
     formWidgets[name](element) attaches it to an element and to all those inside. */
  window.addFormWidget = function (name, build) {
    const seen = new WeakSet();
    widgets[name] = function (element) {
      within(element, '[data-script="' + name + '"]').forEach(function (each) {
        if (!seen.has(each)) {
          seen.add(each);
          build(each, wordsOf(each));
        }
      });
    };
    widgets[name](document);
  };

  function within(element, wanted) {
    const found = Array.from(element.querySelectorAll(wanted));
    return element.matches && element.matches(wanted) ? [element].concat(found) : found;
  }

  /* Attach what a part of the page names; a script that comes later looks for itself. */
  function attachAll(element) {
    new Set(within(element, "[data-script]").map(function (each) {
      return each.dataset.script;
    })).forEach(function (name) {
      if (widgets[name]) {
        widgets[name](element);
      }
    });
  }

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
        if (pair[0] in made && pair[0] !== "role") {
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
       the event "answered" to the question's element, and the widget shows the new answer. */
    holder: function (element) {
      return element.querySelector('[name="' + CSS.escape(element.id.slice("question-".length)) + '"]');
    },
    /* Let a field be shown in place of the one that is kept, and be disabled and described as that one. */
    standIn: function (kept, field) {
      const alike = function () {
        field.disabled = kept.disabled;
        ["aria-describedby", "aria-invalid"].forEach(function (name) {
          if (kept.hasAttribute(name)) {
            field.setAttribute(name, kept.getAttribute(name));
          } else {
            field.removeAttribute(name);
          }
        });
      };
      new MutationObserver(alike).observe(kept, { attributes: true });
    },
  };

  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      change.addedNodes.forEach(function (node) {
        if (node.nodeType === 1 && node.querySelectorAll) {
          attachAll(node);
        }
      });
    });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
