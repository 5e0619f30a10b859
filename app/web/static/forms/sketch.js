/* Drawing with a finger or a pen: a signature, a sketch, or strokes on a picture. The file field keeps it. */

addFormWidget("sketch", function (element, say) {
  "use strict";

  const make = formTools.make;
  const field = formTools.holder(element);
  const signs = element.dataset.mode === "signature";
  const width = 900;
  const canvas = make("canvas", {
    className: "sketch", width: width, height: signs ? 400 : 700, role: "img", "aria-label": say(signs ? "sign" : "draw"),
  });
  const pen = canvas.getContext("2d");
  const told = make("p", { className: "told", role: "status" });
  const undo = formTools.button(say("undo"), function () {
    strokes.pop();
    keep();
  });
  const clear = formTools.button(say("clear"), function () {
    strokes = [];
    base = null;
    keep();
  });
  let strokes = [];
  let base = null;
  let drawing = null;
  field.before(
    make("p", { className: "hint" }, [say(signs ? "sign" : "draw")]),
    canvas, told, make("div", { className: "parts" }, [undo, clear]),
    make("p", { className: "hint" }, [say("file")])
  );

  function draw() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (base) {
      pen.drawImage(base, 0, 0, canvas.width, canvas.height);
    }
    pen.strokeStyle = base ? "#c00" : "#112";
    pen.lineWidth = signs ? 5 : 6;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    strokes.forEach(function (stroke) {
      pen.beginPath();
      stroke.forEach(function (point, number) {
        if (number) {
          pen.lineTo(point[0], point[1]);
        } else {
          pen.moveTo(point[0], point[1]);
          pen.lineTo(point[0] + 0.1, point[1]);
        }
      });
      pen.stroke();
    });
    undo.disabled = !strokes.length;
    clear.disabled = !strokes.length && !base;
  }

  function keep() {
    draw();
    if (!strokes.length && !base) {
      field.value = "";
      told.textContent = say("empty");
      formTools.changed(field);
      return;
    }
    canvas.toBlob(function (bytes) {
      const hold = new DataTransfer();
      const ending = base ? ".jpg" : ".png";
      hold.items.add(new File([bytes], (signs ? "signature" : "sketch") + ending, { type: bytes.type }));
      field.files = hold.files;
      told.textContent = say("done");
      formTools.changed(field);
    }, base ? "image/jpeg" : "image/png", 0.9);
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) * canvas.width / box.width,
      (event.clientY - box.top) * canvas.height / box.height,
    ];
  }

  canvas.addEventListener("pointerdown", function (event) {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    drawing = [place(event)];
    strokes.push(drawing);
    draw();
  });
  canvas.addEventListener("pointermove", function (event) {
    if (drawing) {
      drawing.push(place(event));
      draw();
    }
  });
  ["pointerup", "pointercancel"].forEach(function (kind) {
    canvas.addEventListener(kind, function () {
      if (drawing) {
        drawing = null;
        keep();
      }
    });
  });

  /* A picture that was chosen is the ground to draw on. */
  function take() {
    const file = field.files[0];
    if (!file) {
      draw();
      return;
    }
    const image = new Image();
    const from = URL.createObjectURL(file);
    image.onload = function () {
      URL.revokeObjectURL(from);
      canvas.height = Math.round(width * image.naturalHeight / image.naturalWidth);
      base = image;
      strokes = [];
      draw();
    };
    image.onerror = function () {
      URL.revokeObjectURL(from);
    };
    image.src = from;
  }

  field.addEventListener("change", function (event) {
    if (event.isTrusted) {
      take();
    }
  });
  element.addEventListener("answered", function () {
    strokes = [];
    base = null;
    take();
  });
  take();
});
