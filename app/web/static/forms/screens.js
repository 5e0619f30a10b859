// The screens of a form: one after the other, what is wrong on each, and all answers once more before they are sent.
(function (x) {
  "use strict";

  const fields = x.fields, {find, all, make} = fields, TOPS = ["sheet", "summary", "refusal", "waiting"];
  const fillIn = (text, ...parts) => text.replace(/\{(\d)\}/g, (mark, place) => parts[place]);

  // Shows a filled form in the page. told: what app/forms/whole_page.py tells the page. hooks: what is done on a change
  // of answers or of the screen, with a file, and by buttons (works); page: the number of the screen to begin with.
  x.show = function (filling, told, hooks, page) {
    const words = told.words, sheet = find("sheet"), actions = sheet.querySelector(".page-actions");
    const screens = all(sheet, ".screen"), pages = filling.facts.pages, drawn = x.draw(sheet, filling);
    const pending = new Set();
    let at = -1;

    const relevant = number => filling.nodesOf(number).filter(node => node.relevant);
    const asked = number => relevant(number).length, mayBeAsked = number => Math.max(1, filling.nodesOf(number).length);

    // How many questions screens have, each counted its way.
    function total(screens, count) {
      const numbers = [].concat(...screens.map(each => each[0])).filter(number => filling.kindOf[number] !== "note");
      return numbers.reduce((sum, number) => sum + count(number), 0);
    }

    function hasContent(index) {
      return pages[index][0].some(number => relevant(number).length) || pages[index][1].some(number => {
        return filling.nodesOf(filling.rows[number][1]).some(above => filling.isRelevant(above.place + "/" + filling.rows[number][0]));
      });
    }

    function next(from, step) {
      for (let index = from + step; index >= 0 && index < pages.length; index += step) if (hasContent(index)) return index;
      return null;
    }

    function refuses() {
      return Boolean(told.consent) && filling.nodesOf(told.consent[0]).some(node => node.value === told.consent[1]);
    }

    // Up to this screen it is known what is asked, of those after it all that they have counts.
    function drawProgress() {
      const before = total(pages.slice(0, at), asked), last = at + 1;
      const most = Math.max(1, total(pages.slice(0, last), asked) + total(pages.slice(last), mayBeAsked));
      const done = Math.min(before, most - 1), region = document.querySelector(".progress");
      const spans = region.querySelectorAll("span"), bar = region.querySelector("progress");
      spans[0].textContent = fillIn(words.progress, done + 1, most);
      spans[1].textContent = Math.floor(100 * done / most) + "%";
      bar.max = most;
      bar.value = done;
      return before + 1;
    }

    function redraw() {
      drawn.draw(screens[at], drawProgress());
    }

    function top(id) {
      TOPS.forEach(each => { find(each).hidden = each !== id; });
      document.querySelector(".progress").hidden = id !== "sheet";
    }

    function focus(holder) {
      const heading = all(holder, "h1:not(.visually-hidden), legend, .question-title, .note").find(each => !each.closest("[hidden]"));
      if (!heading) return;
      heading.tabIndex = -1;
      heading.focus({preventScroll: true});
      window.scrollTo(0, 0);
    }

    function go(index, quietly) {
      screens.forEach((each, place) => { if (place !== index) each.remove(); });
      clearErrors();
      at = index;
      sheet.insertBefore(screens[at], actions);
      redraw();
      sheet.querySelector("[data-action=back]").hidden = next(at, -1) === null;
      top("sheet");
      if (!quietly) focus(screens[at]);
      hooks.moved(at + 1);
    }

    function message(place, code) {
      const node = filling.nodeAt(place), said = filling.facts.said[node.at] || {}, type = filling.rows[node.at][2];
      const own = {required: said.q || filling.facts.required, constraint: said.c, range: said.g && said.g[2], type: words[type]}[code];
      return drawn.filled(fillIn(own || words[code], filling.live().text(node)), place);
    }

    function titleText(question) {
      const title = fields.titleOf(question).cloneNode(true);
      title.querySelectorAll(".question-number, .optional").forEach(each => each.remove());
      return title.textContent.trim().replace(/[？?：:\s]+$/, "");
    }

    function screenOf(place) {
      const number = filling.numberAt(place);
      return Math.max(0, pages.findIndex(each => each[0].indexOf(number) >= 0 || each[1].indexOf(number) >= 0));
    }

    function visit(place) {
      const index = screenOf(place);
      if (index !== at || find("sheet").hidden) go(index, true);
      const question = find("question-" + place);
      question?.scrollIntoView();
      if (question) all(question, fields.FIELDS + ", button").find(each => !each.disabled && each.offsetParent)?.focus();
    }

    function clearErrors() {
      find("error-summary")?.remove();
    }

    // found: [place, text]. Tells all on top of a part of the page, and each beside its question where that is shown.
    function tellAll(found, parent) {
      clearErrors();
      const box = make("div", "", parent);
      box.className = box.id = "error-summary";
      box.tabIndex = -1;
      box.setAttribute("role", "alert");
      make("h2", fillIn(words.look, found.length), box);
      const list = make("ul", "", box);
      found.forEach(each => {
        const screen = screens[screenOf(each[0])], question = fields.questionsIn(screen).find(one => fields.placeOf(one) === each[0]);
        const titled = question && fields.titleOf(question);
        make("a", titled ? fillIn(words.pair, titleText(question), each[1]) : each[1], make("li", "", list)).href = "#question-" + each[0];
        if (question) drawn.tell(question, each[1]);
      });
      parent.prepend(box);
      box.focus();
      box.scrollIntoView();
    }

    function problemsOn(index) {
      return filling.problems(pages[index][0]).map(each => [each[0], message(each[0], each[1])]);
    }

    function forward() {
      commit();
      fields.questionsIn(screens[at]).filter(each => each.matches(".has-error")).forEach(each => drawn.tell(each, ""));
      const found = problemsOn(at), following = next(at, 1);
      if (found.length) tellAll(found, sheet);
      else if (refuses()) openEnd("refusal");
      else if (following === null) summarise();
      else go(following);
    }

    function openEnd(id) {
      clearErrors();
      top(id);
      focus(find(id));
    }

    function answerText(question) {
      const node = filling.nodeAt(fields.placeOf(question)), inputs = fields.inputsOf(question);
      if (!node || filling.answerAt(node) === null) return "";
      if (inputs.some(input => input.type === "file")) return node.value;
      const marks = inputs.filter(input => input.checked).map(input => input.closest(".answer")?.querySelector(".answer-text"));
      const picked = inputs.filter(input => input.matches("select") && input.value).map(input => input.selectedOptions[0]);
      return marks.concat(picked).filter(Boolean).map(each => each.textContent.trim()).join(words.comma) ||
        inputs.map(input => input.value).filter(Boolean).join(", ");
    }

    function summarise() {
      const list = find("summary").querySelector("dl");
      list.textContent = "";
      screens.forEach((screen, index) => {
        if (index !== at) drawn.draw(screen, 1);
        fields.questionsIn(screen).filter(each => !each.hidden && fields.inputsOf(each).length).forEach(question => {
          const text = answerText(question);
          if (!text) return;
          make("a", titleText(question), make("dt", "", list)).href = "#" + question.id;
          make("dd", text, list);
        });
      });
      const found = [].concat(...pages.map((each, index) => problemsOn(index)));
      openEnd("summary");
      find("summary").querySelector("[data-action=send]").hidden = found.length > 0;
      if (found.length) tellAll(found, find("summary"));
    }

    // Takes what the inputs of a question hold.
    function take(question) {
      const place = fields.placeOf(question), node = filling.nodeAt(place);
      if (!filling.isAnswered(node)) return;
      if (filling.take(place, fields.readText(question, filling.rows[node.at], filling.kindOf[node.at]))) pending.add(place);
    }

    // What a finished answer causes; while it is typed only calculations follow.
    function commit() {
      const changed = Array.from(pending).map(filling.nodeAt).filter(Boolean);
      pending.clear();
      if (changed.length) filling.settle(changed);
      return changed.length;
    }

    function typed(event) {
      const question = fields.questionOf(event.target), file = event.target.type === "file", done = event.type === "change";
      if (!question || event.target.name === "remove-file") return;
      if (file) {
        if (done) hooks.file(question, event.target.files[0] || null);
        return;
      }
      take(question);
      if (done) commit();
      else filling.settle([]);
      redraw();
      const place = fields.placeOf(question), node = filling.nodeAt(place), code = node && filling.problemAt(node);
      const shown = question.matches(".has-error");
      if (code ? done && (shown || code !== "required") : shown) drawn.tell(question, code ? message(place, code) : "");
      hooks.changed();
    }

    function changeRows(button) {
      const parts = button.value.split(":"), place = parts[1];
      commit();
      if (parts[0] === "add") filling.addRow(place);
      else filling.removeRow(place);
      redraw();
      const repeat = place.replace(/\[\d+\]$/, ""), section = find("question-" + repeat);
      const last = parts[0] === "add" && fields.rowsOf(section).pop();
      (last ? last.querySelector(fields.FIELDS) : section.querySelector("[value^='add:']"))?.focus();
      hooks.changed();
    }

    const works = {
      back: () => {
        commit();
        if (find("sheet").hidden) go(at);
        else if (next(at, -1) !== null) go(next(at, -1));
      },
      ...hooks.works
    };

    function clicked(event) {
      const button = event.target.closest("button"), link = event.target.closest("a[href^='#question-']");
      if (link) {
        event.preventDefault();
        visit(decodeURIComponent(link.getAttribute("href")).slice("#question-".length));
      } else if (button && /^(?:add|remove):/.test(button.value)) {
        event.preventDefault();
        changeRows(button);
      } else if (button && works[button.dataset.action]) {
        works[button.dataset.action](button);
      } else if (event.target.name === "remove-file") {
        event.target.checked = false;
        hooks.file(find("question-" + event.target.value), null);
      }
    }

    sheet.addEventListener("submit", event => {
      event.preventDefault();
      forward();
    });
    const main = find("content");
    main.oninput = main.onchange = typed;
    main.onclick = clicked;
    go(hasContent(page - 1) ? page - 1 : next(page - 1, 1) || next(-1, 1) || 0, true);
    return {redraw, tellAll, openEnd, take, commit, summarise, message, drawn, refuses, page: () => at + 1};
  };

  x.fillIn = fillIn;
}(window.formExpressions));
