// Takes over from the pages that the server draws: gets the whole form once, goes on with what is typed, keeps it on
// the device, and sends it as one.
(function (x) {
  "use strict";

  const keeping = self.formKeeping, sending = self.formSending, CACHE = "survey-1", LATER = 400, POLICY = "default-src 'self'; img-src 'self' blob:";
  const {find, all} = x.fields;
  let told, filling, view, record, later, keeps, failed, needed, copy;

  // A random UUID: 0 becomes any digit, 8 one whose first two bits are kept; 4 is the version.
  function random() {
    return "00000000-0000-4000-8000-000000000000".replace(/[08]/g, digit => {
      const bits = crypto.getRandomValues(new Uint8Array(1))[0];
      return (digit > 0 ? bits & 3 | 8 : bits & 15).toString(16);
    });
  }

  // Where a browser keeps nothing, each visit is another device.
  function device() {
    try {
      const known = localStorage.getItem("device") || random();
      localStorage.setItem("device", known);
      return known;
    } catch (error) {
      return random();
    }
  }

  function say(text) {
    find("saved").textContent = text;
  }

  function sayState() {
    const words = told.words;
    say(!told.keeps ? words.unkept : failed ? words.lost : later ? words.saving : words.saved);
  }

  function sayNetwork(text) {
    const line = find("network"), online = navigator.onLine;
    const known = online ? (window.isSecureContext ? "" : told.words.insecure) : keeps ? told.words.offline : told.words.disconnected;
    line.textContent = [text, known].filter(Boolean).join(" ");
    line.hidden = !line.textContent;
  }

  async function sayWaiting() {
    const known = keeps ? await keeping.of(told.token).catch(() => []) : [], waiting = known.filter(each => each.state === "waiting");
    const sent = known.filter(each => each.state === "sent");
    const lines = sent.map(each => x.fillIn(told.words.sent, each.receipt));
    if (waiting.length) lines.push(x.fillIn(told.words.waiting, waiting.length));
    sayNetwork(lines.join(" "));
    return sent;
  }

  // What there is of the draft, on the device before the line below the page says so.
  async function keep() {
    clearTimeout(later);
    later = 0;
    if (!keeps || !record) return;
    record.answers = filling.answers(false);
    record.page = view.page();
    try {
      await keeping.put(record);
      failed = false;
    } catch (error) {
      failed = true;
    }
    sayState();
  }

  function changed() {
    if (!keeps) return;
    clearTimeout(later);
    later = setTimeout(keep, LATER);
    sayState();
  }

  // Files are known by the name that the answer has; those that no answer names any more are dropped.
  function namedFiles() {
    const uploads = filling.rows.map((row, number) => number).filter(number => filling.kindOf[number] === "file");
    return [].concat(...uploads.map(filling.nodesOf)).filter(node => node.relevant && node.value !== "").map(node => [node.place, node.value]);
  }

  async function file(question, given) {
    const place = x.fields.placeOf(question), input = x.fields.inputsOf(question)[0], words = told.words;
    if (given) {
      const wrong = given.size > told.largest * 1048576 ? x.fillIn(words.large, told.largest)
        : input.accept === "image/*" && given.type && !given.type.startsWith("image/") ? words.picture : "";
      input.value = "";
      view.drawn.tell(question, wrong);
      if (wrong) return;
    }
    const ending = given && (/\.\w{1,5}$/.exec(given.name) || [""])[0].toLowerCase();
    const name = given ? place.replace(/^.*\//, "") + "-" + random().slice(0, 8) + ending : "";
    if (given) record.files[name] = given;
    else question.dispatchEvent(new Event("answered"));
    filling.take(place, name);
    filling.settle([filling.nodeAt(place)]);
    const named = namedFiles().map(each => each[1]);
    Object.keys(record.files).filter(each => named.indexOf(each) < 0).forEach(each => { delete record.files[each]; });
    view.redraw();
    await keep();
  }

  function finished() {
    return Object.assign({}, record, {answers: filling.answers(true), named: namedFiles(), ended: new Date().toISOString()});
  }

  async function send(button) {
    button.disabled = true;
    say(told.words.sending);
    await keep();
    const sent = finished(), found = await sending.send(sent);
    button.disabled = false;
    if (found.state === "sent") {
      if (keeps) await keeping.drop(sent.instance);
      record = null;
      location.assign(found.href);
    } else if (found.state === "refused") {
      sayState();
      refuse(found.told);
    } else if (keeps && !found.told) {
      await wait(sent);
    } else {
      sayState();
      sayNetwork(told.words.failed);
    }
  }

  // Everything goes to the server, under a code by which it is gone on with on another device.
  async function elsewhere(button) {
    button.disabled = true;
    view.commit();
    const found = await sending.send(finished(), "keep");
    button.disabled = false;
    if (found.state === "refused") return refuse(found.told);
    sayNetwork(found.code ? x.fillIn(told.words.code, found.code) : told.words.failed);
    find("network").scrollIntoView();
  }

  async function wait(sent) {
    await keeping.put(Object.assign({}, sent, {state: "waiting"}));
    record = null;
    say("");
    view.openEnd("waiting");
    await sayWaiting();
    const registered = navigator.serviceWorker && await navigator.serviceWorker.getRegistration("/s/");
    if (registered && registered.sync) registered.sync.register("answers").catch(() => {});
  }

  // What the server did not take comes back to where it can be mended.
  function refuse(answer) {
    const problems = (answer.problems || []).filter(each => filling.nodeAt(each.place));
    view.summarise();
    if (problems.length) view.tellAll(problems.map(each => [each.place, each.message]), find("summary"));
    else sayNetwork(x.fillIn(told.words.refused, answer.message || ""));
  }

  async function flush() {
    if (!keeps || !navigator.onLine) return;
    const done = await sending.flush(told.token), sent = done.filter(each => each.state === "sent");
    const here = !find("waiting").hidden, back = done.find(each => each.state === "refused");
    if (here && sent.length) {
      await Promise.all(sent.map(each => keeping.drop(each.instance)));
      location.assign(sent[sent.length - 1].href);
    } else if (here && back) {
      location.reload();
    } else {
      await sayWaiting();
    }
  }

  async function documentAt(address) {
    const cached = window.caches && await caches.open(CACHE).catch(() => null);
    const answer = await fetch(address).catch(() => cached && cached.match(address));
    return answer && answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  }

  function load(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    });
  }

  const attributesOf = (part, selector, name) => all(part, selector).map(each => each.getAttribute(name));
  const scriptsOf = part => attributesOf(part, "script[src]", "src");

  // Puts a whole form in the place of what the page shows.
  async function adopt(whole, address) {
    const there = scriptsOf(document), styles = attributesOf(document, "link", "href");
    copy = [address, "<!doctype html>" + whole.documentElement.outerHTML];
    needed = attributesOf(whole, "link", "href").concat(scriptsOf(whole), attributesOf(whole, "main img", "src"), attributesOf(whole, "[data-map]", "data-map"));
    whole.querySelectorAll("link").forEach(each => {
      if (styles.indexOf(each.getAttribute("href")) < 0) document.head.appendChild(document.importNode(each, true));
    });
    for (const address of scriptsOf(whole)) if (there.indexOf(address) < 0) await load(address);
    document.documentElement.lang = whole.documentElement.lang;
    document.title = whole.title;
    [".asker", ".progress", "main"].forEach(name => {
      const old = document.querySelector(name), fresh = whole.querySelector(name);
      if (old === fresh) return;
      const taken = document.importNode(fresh, true);
      x.fields.complete(taken);
      if (old) old.replaceWith(taken);
      else document.querySelector("main").before(taken);
    });
    told = JSON.parse(find("page").textContent);
    keeps = told.keeps && Boolean(self.indexedDB);
  }

  function begin(draft) {
    const facts = JSON.parse(find("rules").textContent), started = new Date().toISOString();
    record = draft || {instance: "uuid:" + random(), token: told.token, version: told.version, state: "draft",
      started: started, device: device(), files: {}};
    record.language = told.language;
    filling = x.fill(facts, record.answers || null, {zone: told.zone, language: told.words_in, started: record.started,
      properties: {deviceid: record.device}});
    const works = {send, elsewhere, flush, language: button => switchLanguage(button.value), new: fresh};
    const hooks = {changed, file, works, moved: () => { if (view) changed(); }};
    view = x.show(filling, told, hooks, record.page || 1);
  }

  // The languages of the interface have codes, those that only the form has are called as it does.
  async function switchLanguage(other) {
    await keep();
    const answers = filling.answers(false), page = view.page(), further = /^(?:zh|en)$/.test(other) ? "" : other;
    const address = addressOf(told.token, record.version, further ? told.language : other, further), whole = await documentAt(address);
    if (!whole) return sayNetwork(told.words.language);
    await adopt(whole, address);
    begin(Object.assign(record, {answers, page}));
    sayState();
    await sayWaiting();
    return prepareForNoNetwork();
  }

  function fresh() {
    location.assign("/s/" + told.token + "?new=1");
  }

  const addressOf = (token, version, language, further) => "/s/" + token + "/whole?version=" + version + "&lang=" + language +
    (further ? "&words=" + encodeURIComponent(further) : "");

  // What was typed before the script was there.
  function typedSoFar(form) {
    if (!form) return [];
    return x.fields.questionsIn(form).filter(each => x.fields.inputsOf(each).length).map(question => {
      const inputs = x.fields.inputsOf(question);
      const values = inputs.map(input => x.fields.isMark(input) ? input.checked : input.value);
      const given = inputs.some(input => input.type === "file" && input.files[0]) ? inputs[0].files[0] : null;
      return [question.id, values, given, inputs.indexOf(document.activeElement)];
    });
  }

  async function typeAgain(earlier) {
    for (const [id, values, given, focused] of earlier) {
      const question = find(id), inputs = question ? x.fields.inputsOf(question) : [];
      if (inputs.length === values.length && !given && values.some(Boolean)) {
        inputs.forEach((input, place) => {
          if (typeof values[place] === "boolean") input.checked = values[place];
          else input.value = values[place];
        });
        question.dispatchEvent(new Event("answered"));
        view.take(question);
      }
      if (given && question) await file(question, given);
      if (inputs[focused]) inputs[focused].focus({preventScroll: true});
    }
    view.commit();
    view.redraw();
  }

  async function draftOf(token) {
    if (!self.indexedDB || /[?&]new=1/.test(location.search)) return null;
    const known = await keeping.of(token).catch(() => []);
    return known.find(each => each.state === "refused") || known.find(each => each.state === "draft") || null;
  }

  async function goOn(form, draft) {
    const earlier = typedSoFar(form), back = draft && draft.told;
    begin(draft);
    record.state = "draft";
    delete record.told;
    await typeAgain(earlier);
    if (back) refuse(back);
    if (told.keeps) await keep();
    sayState();
    await flush();
    const sent = await sayWaiting();
    await Promise.all(sent.map(each => keeping.drop(each.instance)));
  }

  // What is kept to open without network is under the rules of the server's pages.
  async function prepareForNoNetwork() {
    if (!navigator.serviceWorker || !told.keeps) return;
    await navigator.serviceWorker.register("/s/worker.js");
    const cache = await caches.open(CACHE), headers = {"Content-Type": "text/html", "Content-Security-Policy": POLICY};
    await Promise.all([copy[0], copy[0].split("?")[0]].map(each => cache.put(each, new Response(copy[1], {headers}))));
    await Promise.all(needed.map(async each => { if (!await cache.match(each)) await cache.add(each).catch(() => {}); }));
  }

  // The page as it is, with the whole form where its first screen is; the same as the server's page of the whole form.
  function unfolded(folded) {
    const whole = document.cloneNode(true), main = whole.querySelector("main");
    main.textContent = "";
    main.appendChild(whole.importNode(folded, true));
    return whole;
  }

  async function open() {
    const folder = find("whole"), part = folder ? folder.content : document, page = part.querySelector("#page");
    if (!page) return;
    const own = JSON.parse(page.textContent), draft = await draftOf(own.token), isOther = draft && draft.version !== own.version;
    const address = addressOf(own.token, isOther ? draft.version : own.version, own.language, own.further);
    const form = folder && document.querySelector("main form");
    const whole = isOther ? await documentAt(address) : folder ? unfolded(part) : document;
    if (!whole && !folder) {
      told = own;
      sayNetwork(told.words.gone);
    }
    if (!whole) return;
    await adopt(whole, address);
    await goOn(form, draft);
    await prepareForNoNetwork();
  }

  window.addEventListener("online", () => { if (told) flush().then(sayWaiting); });
  window.addEventListener("offline", () => { if (told) sayWaiting(); });
  document.addEventListener("visibilitychange", () => { if (record && later) keep(); });
  if (navigator.serviceWorker) navigator.serviceWorker.addEventListener("message", () => { if (told) flush(); });
  // After all deferred scripts: some forms have functions in more of them.
  document.addEventListener("DOMContentLoaded", open);
}(window.formExpressions));
