/* The fields of a place filled from where the phone is. */

addFormWidget("point", function (element, say) {
  "use strict";

  const told = formTools.make("p", { className: "told", role: "status" });
  const place = element.id.slice("question-".length);
  if (!navigator.geolocation) {
    return;
  }
  if (!window.isSecureContext) {
    told.textContent = say("insecure");
    element.querySelector("label").before(told);
    return;
  }
  const here = formTools.button(say("here"), locate);
  element.querySelector("label").before(here, told);

  function put(name, number, decimals) {
    const field = element.querySelector('[name="' + CSS.escape(place + "#" + name) + '"]');
    field.value = number === null ? "" : String(Number(number.toFixed(decimals)));
    return field;
  }

  function locate() {
    here.disabled = true;
    told.textContent = say("waiting");
    navigator.geolocation.getCurrentPosition(function (position) {
      const found = position.coords;
      here.disabled = false;
      put("alt", found.altitude || 0, 1);
      put("acc", found.accuracy, 1);
      put("lon", found.longitude, 6);
      formTools.changed(put("lat", found.latitude, 6));
      told.textContent = say("found", { n: Math.round(found.accuracy) });
    }, function (problem) {
      here.disabled = false;
      told.textContent = say(problem.code === 1 ? "denied" : "failed");
    }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 30000 });
  }

  /* A place typed by hand has no height or accuracy that was measured elsewhere. */
  element.addEventListener("input", function (event) {
    if (event.isTrusted) {
      put("alt", null);
      put("acc", null);
    }
  });
});
