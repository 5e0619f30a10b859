/* A chosen picture is shown, and made as small as the form wants it (max-pixels): 1600 pixels on the longer side
   are enough to see a crack in a wall. */

addFormWidget("picture", function (element, say) {
  "use strict";

  const make = formTools.make;
  const field = formTools.holder(element);
  const most = Number(element.dataset.most) || 1600;
  const image = make("img", { alt: say("chosen"), hidden: true });
  const told = make("p", { className: "told", role: "status" });
  const clear = formTools.button(say("clear"), function () {
    field.value = "";
    formTools.changed(field);
    show();
    field.focus();
  });
  let address = "";
  /* Whether the change that is told is that of this script. */
  let ours = false;
  field.after(image, told, make("div", { className: "parts" }, [clear]));

  function show() {
    const file = field.files[0];
    if (address) {
      URL.revokeObjectURL(address);
    }
    address = file ? URL.createObjectURL(file) : "";
    image.hidden = !file;
    clear.hidden = !file;
    told.textContent = "";
    if (file) {
      image.src = address;
    } else {
      image.removeAttribute("src");
    }
  }

  function decoded(file) {
    return new Promise(function (give, refuse) {
      const source = new Image();
      const from = URL.createObjectURL(file);
      source.onload = function () {
        URL.revokeObjectURL(from);
        give(source);
      };
      source.onerror = function () {
        URL.revokeObjectURL(from);
        refuse(new Error("picture"));
      };
      source.src = from;
    });
  }

  function smaller(file) {
    return decoded(file).then(function (source) {
      const longest = Math.max(source.naturalWidth, source.naturalHeight);
      const factor = Math.min(1, most / longest);
      const canvas = make("canvas", {
        width: Math.round(source.naturalWidth * factor), height: Math.round(source.naturalHeight * factor),
      });
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(source, 0, 0, canvas.width, canvas.height);
      return new Promise(function (give) {
        canvas.toBlob(give, "image/jpeg", 0.85);
      }).then(function (bytes) {
        return bytes && (factor < 1 || bytes.size < file.size) ? new File([bytes], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
      });
    });
  }

  /* A browser that would lose how the camera was held must send the picture as it is. */
  const turns = window.CSS && CSS.supports("image-orientation", "from-image");

  element.addEventListener("change", function (event) {
    const file = field.files[0];
    const wanted = turns && file && /^image\/(jpeg|png|webp|bmp)$/.test(file.type);
    if (event.target !== field || ours || !wanted) {
      if (event.target === field) {
        show();
      }
      return;
    }
    event.stopImmediatePropagation();
    smaller(file).catch(function () {
      return file;
    }).then(function (made) {
      if (made !== file) {
        const hold = new DataTransfer();
        hold.items.add(made);
        field.files = hold.files;
      }
      ours = true;
      formTools.changed(field);
      ours = false;
      told.textContent = made === file ? "" : say("shrunk", { n: Math.max(1, Math.round(made.size / 1024)) });
    });
  }, true);
  element.addEventListener("answered", show);
  show();
});
