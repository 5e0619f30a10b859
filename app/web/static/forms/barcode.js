/* A barcode read from a picture, in browsers that can. */

addFormWidget("barcode", function (element, say) {
  "use strict";

  if (!("BarcodeDetector" in window)) {
    return;
  }
  const field = formTools.holder(element);
  const told = formTools.make("p", { className: "told", role: "status" });
  const camera = formTools.make("input", {
    type: "file", accept: "image/*", capture: "environment", hidden: true,
  });
  camera.setAttribute("capture", "environment");
  const scan = formTools.button(say("scan"), function () {
    camera.click();
  });
  field.after(scan, camera, told);
  camera.addEventListener("input", function (event) {
    event.stopPropagation();
  });
  camera.addEventListener("change", function (event) {
    event.stopPropagation();
    const file = camera.files[0];
    camera.value = "";
    if (file) {
      read(file);
    }
  });

  function read(file) {
    createImageBitmap(file).then(function (picture) {
      return new window.BarcodeDetector().detect(picture);
    }).then(function (codes) {
      if (codes.length) {
        field.value = codes[0].rawValue;
        formTools.changed(field);
      }
      told.textContent = say(codes.length ? "found" : "none");
    }).catch(function () {
      told.textContent = say("none");
    });
  }
});
