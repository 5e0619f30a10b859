// Draws what a filled form is now into the questions of the page: what is asked, with which choices, texts, rows
// and numbers, and what is wrong beside each question.
(function (x) {
  "use strict";

  const MARK = /\ue000(\d+)\.(\d+)\ue001/g;
  const fields = x.fields;

  x.draw = function (root, filling) {
    const rows = filling.rows, marked = [];
    const rulesOf = number => rows[number][3] || {};

    // Texts with values in them, as app/forms/whole_form.py marks them.
    function watch(part) {
      const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        if (walker.currentNode.data.indexOf("\ue000") >= 0) marked.push({text: walker.currentNode, source: walker.currentNode.data});
      }
    }

    function filled(source, place) {
      return source.replace(MARK, (mark, number, output) => {
        const live = filling.live(), known = filling.nodesOf(number);
        const node = live.places[place] && live.places[place].at === Number(number) ? live.places[place] : known[0];
        const at = node || live.places[filling.paths[0]];
        return x.asText(live.evaluate(rulesOf(number).t[output], at));
      });
    }

    function drawTexts() {
      marked.forEach(each => {
        const question = fields.questionOf(each.text.parentElement);
        const shown = filled(each.source, question ? fields.placeOf(question) : "");
        if (each.text.data !== shown) each.text.data = shown;
      });
    }

    function rename(part, from, to) {
      part.querySelectorAll("*").forEach(element => {
        Array.from(element.attributes).filter(each => each.value.indexOf(from) >= 0).forEach(each => {
          element.setAttribute(each.name, each.value.split(from).join(to));
        });
        if (element.matches("template")) rename(element.content, from, to);
      });
    }

    // Enter in a field means the next screen, never a row more or less.
    function disarm(part) {
      part.querySelectorAll("[name=action]").forEach(button => { button.type = "button"; });
    }

    function drawRows(part) {
      part.querySelectorAll("template").forEach(template => {
        const section = fields.questionOf(template), place = fields.placeOf(section), number = filling.numberAt(place);
        const wanted = filling.nodesOf(number).filter(node => node.place.startsWith(place + "[")).length;
        const have = fields.rowsOf(section);
        have.splice(wanted).forEach(row => row.remove());
        for (let row = have.length + 1; row <= wanted; row += 1) {
          const fresh = document.importNode(template.content, true);
          rename(fresh, place + "[#]", place + "[" + row + "]");
          fresh.querySelector(".row-number").textContent = row;
          fields.complete(fresh);
          disarm(fresh);
          watch(fresh);
          have.push(fresh.firstElementChild);
          (have[row - 2] || template).after(fresh);
        }
        have.forEach(drawRows);
        const add = Array.from(section.children).find(child => (child.value || "").startsWith("add:"));
        if (add) add.hidden = !filling.mayAdd(number);
      });
    }

    // Choices that are not offered go, the others stand in their order; those that are answers are made.
    function drawChoices(question, node) {
      const offered = filling.live().offers(node);
      if (!offered) return;
      question.querySelectorAll("select, .answers").forEach(list => {
        if (!list.choices) list.choices = Array.from(list.children).slice(list.matches("select") ? 1 : 0);
        const areAnswers = list.choices[0] && !rulesOf(node.at).i[3];
        const wanted = areAnswers ? x.madeChoices(list, offered) : offered.map(each => list.choices[each[2]]);
        const had = list.shown || list.choices;
        if (list.shown && wanted.length === had.length && wanted.every((each, place) => each === had[place])) return;
        const chosen = list.value;
        had.forEach(each => each.remove());
        list.append(...wanted.filter(Boolean));
        list.shown = wanted;
        if (list.matches("select")) list.value = chosen;
      });
    }

    function drawAnswer(question, node) {
      const row = rows[node.at], inputs = fields.inputsOf(question), live = filling.live();
      const said = question.querySelector(".said"), answer = filling.answerAt(node);
      const text = typeof node.given === "string" ? node.given : x.isEmpty(answer) ? "" : live.text(node);
      if (said) said.textContent = text || "—";
      const readonly = live.isReadonly(node), required = live.holds("q", node, false);
      inputs.forEach(input => {
        input.disabled = readonly;
        if (input.type !== "checkbox") input.required = required && !(input.type === "file" && text);
      });
      const optional = question.querySelector(".optional");
      if (optional) optional.hidden = required;
      drawChoices(question, node);
      if (!inputs.length || inputs[0].type === "file") return;
      const shown = fields.readText(question, row, filling.kindOf[node.at]), read = x.typed(live.world, row, shown);
      if (!x.same(read === undefined ? shown : read, x.isEmpty(answer) ? null : answer)) fields.writeAnswer(question, answer, text);
    }

    // Draws everything below a part of the page; numbers begin at first.
    function draw(part, first) {
      const live = filling.live();
      let number = first;
      drawRows(part);
      const questions = fields.questionsIn(part);
      questions.forEach(question => {
        const place = fields.placeOf(question), relevant = filling.isRelevant(place), node = live.places[place];
        question.hidden = !relevant;
        if (!relevant || !filling.isAnswered(node)) return;
        drawAnswer(question, node);
        const shown = question.querySelector(".question-number");
        if (shown) {
          shown.textContent = number;
          number += 1;
        }
      });
      questions.reverse().filter(question => question.matches("section")).forEach(section => {
        const inner = fields.questionsIn(section), template = section.querySelector("template");
        if (inner.length && inner.every(each => each.hidden) && !template) section.hidden = true;
      });
      part.querySelectorAll("[data-for]").forEach(each => {
        const place = each.getAttribute("data-for"), node = live.places[place];
        each.hidden = !filling.isRelevant(place) || (each.matches(".file-given") && (!node || node.value === ""));
      });
      drawTexts();
    }

    function attribute(element, name, text) {
      if (text) element.setAttribute(name, text);
      else element.removeAttribute(name);
    }

    // Tells beside a question what is wrong with it; with an empty text, nothing.
    function tell(question, text) {
      const place = fields.placeOf(question), told = "error-" + place, inputs = fields.inputsOf(question);
      const old = fields.find(told) || question.querySelector(".error"), holder = question.matches("fieldset") ? question : inputs[0];
      if (old) old.remove();
      question.classList.toggle("has-error", Boolean(text));
      const hint = question.querySelector(".hint"), title = hint || question.querySelector("legend, .question-title, h2");
      if (text) {
        const error = fields.make("p", text, question);
        error.className = "error";
        error.id = told;
        if (title) title.after(error);
        else question.prepend(error);
      }
      if (!holder) return;
      attribute(holder, "aria-describedby", [hint && hint.id, text && told].filter(Boolean).join(" "));
      inputs.filter(input => !fields.isMark(input)).forEach(input => attribute(input, "aria-invalid", text && "true"));
    }

    disarm(root);
    watch(root);
    return {draw, tell, filled};
  };
}(window.formExpressions));
