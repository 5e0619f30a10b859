// The inputs of a question: the text that they hold together, and how an answer is put into them.
(function (x) {
  "use strict";

  const ID = "question-", FIELDS = "input, select, textarea", PARTS = ["lat", "lon", "alt", "acc"], NAMES = ["lat", "lon", "altitude", "accuracy"];
  const NUMBERS = /^(?:int|decimal|geopoint)$/;
  const find = id => document.getElementById(id);
  const all = (part, selector) => Array.from(part.querySelectorAll(selector));
  const rowsOf = section => Array.from(section.children).filter(child => child.matches(".repeat-row"));
  const isMark = input => input.type === "radio" || input.type === "checkbox";

  const placeOf = question => question.id.slice(ID.length);
  const questionOf = node => node.closest("[id^=" + ID + "]");
  const questionsIn = root => all(root, "[id^=" + ID + "]");
  const titleOf = question => question.querySelector("legend, .question-title");

  // A new element in a part of the page.
  function make(name, text, parent) {
    const made = document.createElement(name);
    made.textContent = text;
    parent.append(made);
    return made;
  }

  // What is sent leaves out the names of fields that follow from the places of their questions.
  function complete(part) {
    part.querySelectorAll(FIELDS).forEach(input => {
      const question = !input.name && questionOf(input);
      if (!question) return;
      input.name = placeOf(question);
      const title = question.querySelector(".question-title");
      if (title) title.htmlFor = input.id = "answer-" + input.name;
    });
  }

  function inputsOf(question) {
    const place = placeOf(question);
    return all(question, FIELDS).filter(input => input.name === place || input.name.startsWith(place + "#"));
  }

  // The text as app/xforms/taking.py reads it from what a page posts.
  function readText(question, row, kind) {
    const place = placeOf(question), inputs = inputsOf(question), own = inputs.filter(input => input.name === place);
    let text;
    if (own.length) {
      const values = own.filter(input => !isMark(input) || input.checked).map(input => input.value);
      if (row[2].endsWith("*")) text = values.map(value => value.trim()).filter(Boolean).join(" ");
      else text = (values.find(value => value.trim()) || "").trim();
    } else {
      const byName = name => (inputs.find(input => input.name === place + "#" + name) || {value: ""}).value.trim();
      text = PARTS.map(byName).join(" ").trim();
    }
    // Digits typed with a Chinese keyboard are plain ones where a number is asked for.
    return NUMBERS.test(row[2]) || kind === "range" ? text.normalize("NFKC") : text;
  }

  // text: that of the answer as it is sent, or as it was typed where it is none.
  function writeAnswer(question, answer, text) {
    const place = placeOf(question), chosen = [].concat(answer).map(String);
    let rank = 0;
    inputsOf(question).forEach(input => {
      const part = PARTS.indexOf(input.name.slice(place.length + 1));
      if (input.type === "file") input.value = "";
      else if (isMark(input)) input.checked = chosen.indexOf(input.value) >= 0;
      else if (part >= 0) input.value = partOf(answer, text, part);
      else if (Array.isArray(answer) && input.matches("select")) input.value = chosen[rank++] || "";
      else input.value = text;
    });
    question.dispatchEvent(new Event("answered"));
  }

  // What is no place is shown as it was typed.
  function partOf(answer, text, part) {
    if (answer && typeof answer === "object") return answer[NAMES[part]] === null ? "" : String(answer[NAMES[part]]);
    const parts = text.split(/\s+/);
    return (part === 1 ? parts.slice(1).join(" ") : part ? "" : parts[0]) || "";
  }

  x.fields = {FIELDS, find, all, make, rowsOf, isMark, placeOf, questionOf, questionsIn, titleOf, inputsOf, readText, writeAnswer, complete};
  complete(document);
}(window.formExpressions));
