// What this device keeps: answers that were not sent yet, with their files. Used by the page and its service worker.
self.formKeeping = (function () {
  "use strict";

  let opened;

  function database() {
    opened = opened || new Promise((resolve, reject) => {
      const request = indexedDB.open("survey", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("answers", {keyPath: "instance"}).createIndex("token", "token");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  }

  // Settles when the work is on the disk, not before.
  async function work(mode, act) {
    const base = await database();
    return new Promise((resolve, reject) => {
      const transaction = base.transaction("answers", mode), request = act(transaction.objectStore("answers"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  return {
    put: record => work("readwrite", store => store.put(record)),
    drop: instance => work("readwrite", store => store.delete(instance)),
    of: token => work("readonly", store => token ? store.index("token").getAll(token) : store.getAll())
  };
}());
