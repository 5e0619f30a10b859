// The service worker of residents' pages: opens a survey without network, and sends what waits when the network returns.
(function () {
  "use strict";

  const CACHE = "survey-1";

  async function fromNetwork(request) {
    const asked = new URL(request.url), survey = /^\/s\/[^/]+/.exec(asked.pathname);
    try {
      return await fetch(request);
    } catch (error) {
      const cache = await caches.open(CACHE);
      const found = await cache.match(request) || (request.mode === "navigate" && survey && await cache.match(survey[0] + "/whole"));
      if (found) return found;
      throw error;
    }
  }

  // What has a digest in its address never changes.
  async function fromCache(request) {
    const cache = await caches.open(CACHE);
    return await cache.match(request) || fetch(request);
  }

  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));
  self.addEventListener("fetch", event => {
    const path = new URL(event.request.url).pathname;
    if (event.request.method !== "GET") return;
    event.respondWith(path.startsWith("/s/pack/") ? fromCache(event.request) : fromNetwork(event.request));
  });
  self.addEventListener("sync", event => {
    if (event.tag === "answers") event.waitUntil(self.formSending.flush().then(left));
  });

  // Rejecting has the browser try once more later.
  async function left() {
    const waiting = (await self.formKeeping.of()).filter(each => each.state === "waiting");
    if (waiting.length) throw new Error("not reached");
    (await self.clients.matchAll()).forEach(client => client.postMessage("flushed"));
  }
}());
