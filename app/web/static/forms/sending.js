// Sends finished answers, and those that wait: the server takes an instance once, however often it comes.
self.formSending = (function () {
  "use strict";

  const keeping = self.formKeeping;

  function bodyOf(record) {
    const body = new FormData();
    ["instance", "version", "started", "ended", "device"].forEach(name => body.append(name, record[name]));
    body.append("answers", JSON.stringify(record.answers));
    record.named.forEach(each => {
      const file = record.files[each[1]];
      if (file) body.append(each[0], file, each[1]);
    });
    return body;
  }

  // {state: "sent" | "refused" | "waiting", …}: what the server told, or that it was not reached.
  async function send(record, door = "answers") {
    let answer, told;
    try {
      answer = await fetch("/s/" + record.token + "/" + door + "?lang=" + record.language, {method: "POST", body: bodyOf(record)});
      told = await answer.json();
    } catch (error) {
      return {state: "waiting"};
    }
    if (answer.ok) return Object.assign({state: "sent"}, told);
    return answer.status >= 500 || answer.status === 429 ? {state: "waiting", told} : {state: "refused", told};
  }

  // Sends all that waits, the oldest first; the records as they are then. What was sent leaves its receipt alone.
  async function flush(token) {
    const waiting = (await keeping.of(token)).filter(each => each.state === "waiting");
    const done = [];
    for (const record of waiting) {
      const found = await send(record);
      if (found.state === "sent") {
        const receipt = {instance: record.instance, token: record.token, state: "sent", receipt: found.receipt, href: found.href};
        await keeping.put(receipt);
        done.push(receipt);
      } else if (found.state === "refused") {
        const back = Object.assign({}, record, {state: "refused", told: found.told});
        await keeping.put(back);
        done.push(back);
      }
    }
    return done;
  }

  return {send, flush};
}());
