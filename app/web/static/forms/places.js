/* A line or an area drawn on a map of the city's boundaries, or on a plain grid of coordinates. The field of
   text stays: one point on each line. */

addFormWidget("places", function (element, say) {
  "use strict";

  const make = formTools.make;
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 360;
  const HEIGHT = 320;
  const closed = element.dataset.closed === "1";
  const text = formTools.holder(element);
  const kept = make("input", { type: "hidden", name: text.name });
  text.removeAttribute("name");
  text.before(kept);
  ["aria-describedby", "aria-invalid"].filter(function (name) {
    return text.hasAttribute(name);
  }).forEach(function (name) {
    kept.setAttribute(name, text.getAttribute(name));
  });
  formTools.standIn(kept, text);

  let view = { lat: 30, lon: 112, scale: 12 };
  let areas = [];
  let opened = false;
  const board = drawn("svg", { class: "board", viewBox: "0 0 " + WIDTH + " " + HEIGHT, tabindex: "0", role: "application" });
  board.setAttribute("aria-label", say("help"));
  const told = make("p", { className: "told", role: "status" });
  const note = make("p", { className: "hint" }, [say("help")]);
  const undo = formTools.button(say("undo"), function () {
    put(points().slice(0, -1));
  });
  const tools = make("div", { className: "parts" }, [
    formTools.button(say("add"), addCentre), undo,
    formTools.button(say("bigger"), zoom.bind(null, 1.6)),
    formTools.button(say("smaller"), zoom.bind(null, 1 / 1.6)),
  ]);
  if (navigator.geolocation && window.isSecureContext) {
    tools.append(formTools.button(say("here"), function () {
      navigator.geolocation.getCurrentPosition(function (position) {
        view = { lat: position.coords.latitude, lon: position.coords.longitude, scale: 40000 };
        draw();
      }, function () {}, { timeout: 20000, maximumAge: 60000 });
    }));
  }
  const panel = make("div", { className: "map-panel", hidden: true }, [note, board, told, tools]);
  const open = formTools.button(say("map"), function () {
    panel.hidden = !panel.hidden;
    open.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden && !opened) {
      opened = true;
      load();
    }
  });
  open.setAttribute("aria-expanded", "false");
  text.after(open, panel);

  function drawn(tag, facts, content) {
    const made = document.createElementNS(SVG, tag);
    Object.entries(facts).forEach(function (pair) {
      made.setAttribute(pair[0], pair[1]);
    });
    if (content) {
      made.textContent = content;
    }
    return made;
  }

  /* The points of the text, [lat, lon, rest …]; null for a line that is none. */
  function read() {
    return text.value.normalize("NFKC").split(/[;\n]/).filter(function (line) {
      return line.trim();
    }).map(function (line) {
      const words = line.trim().split(/[\s,\u3001]+/);
      const numbers = words.map(Number);
      const right = words.length > 1 && words.length < 5 && numbers.every(isFinite) &&
        Math.abs(numbers[0]) <= 90 && Math.abs(numbers[1]) <= 180;
      return right ? words : null;
    });
  }

  function points() {
    return read().filter(Boolean);
  }

  function same(one, other) {
    return Number(one[0]) === Number(other[0]) && Number(one[1]) === Number(other[1]);
  }

  function keep() {
    const found = read();
    const distinct = new Set(found.map(function (point) {
      return point && Number(point[0]) + " " + Number(point[1]);
    }));
    if (found.some(function (point) { return !point; }) || distinct.size < (closed ? 3 : 2)) {
      kept.value = text.value;
      return;
    }
    const whole = closed && !same(found[0], found[found.length - 1]) ? found.concat([found[0]]) : found;
    kept.value = whole.map(function (point) {
      return point.join(" ");
    }).join("; ");
  }

  function put(found) {
    text.value = found.map(function (point) {
      return point[0] + ", " + point.slice(1).join(" ");
    }).join("\n");
    keep();
    formTools.changed(kept);
    draw();
  }

  function addPoint(lat, lon) {
    let found = points();
    if (closed && found.length > 3 && same(found[0], found[found.length - 1])) {
      found = found.slice(0, -1);
    }
    put(found.concat([[lat.toFixed(6), lon.toFixed(6)]]));
  }

  function addCentre() {
    addPoint(view.lat, view.lon);
  }

  function zoom(factor) {
    view.scale = Math.min(2e6, Math.max(2, view.scale * factor));
    draw();
  }

  function squeezed() {
    return Math.max(0.05, Math.cos(view.lat * Math.PI / 180));
  }

  function xy(lon, lat) {
    return [
      WIDTH / 2 + (lon - view.lon) * squeezed() * view.scale,
      HEIGHT / 2 - (lat - view.lat) * view.scale,
    ];
  }

  function moveBy(x, y) {
    view.lon -= x / (squeezed() * view.scale);
    view.lat = Math.min(85, Math.max(-85, view.lat + y / view.scale));
    draw();
  }

  function pathOf(ring) {
    return "M" + ring.map(function (point) {
      return xy(point[0], point[1]).map(function (number) {
        return number.toFixed(1);
      }).join(" ");
    }).join("L");
  }

  function grid() {
    const wanted = 90 / view.scale;
    const power = Math.pow(10, Math.floor(Math.log10(wanted)));
    const step = [1, 2, 5, 10].map(function (times) {
      return times * power;
    }).find(function (size) {
      return size >= wanted;
    });
    const decimals = Math.max(0, -Math.floor(Math.log10(step)));
    const halfLon = WIDTH / 2 / (squeezed() * view.scale);
    const halfLat = HEIGHT / 2 / view.scale;
    for (let lon = Math.ceil((view.lon - halfLon) / step) * step; lon < view.lon + halfLon; lon += step) {
      const x = xy(lon, view.lat)[0];
      board.append(drawn("path", { class: "grid", d: "M" + x + " 0V" + HEIGHT }));
      board.append(drawn("text", { class: "degree", x: x + 3, y: HEIGHT - 5 }, lon.toFixed(decimals)));
    }
    for (let lat = Math.ceil((view.lat - halfLat) / step) * step; lat < view.lat + halfLat; lat += step) {
      const y = xy(view.lon, lat)[1];
      board.append(drawn("path", { class: "grid", d: "M0 " + y + "H" + WIDTH }));
      board.append(drawn("text", { class: "degree", x: 3, y: y - 3 }, lat.toFixed(decimals)));
    }
  }

  function draw() {
    const found = points();
    undo.disabled = !found.length;
    told.textContent = found.length ? say("points", { n: found.length }) : "";
    board.textContent = "";
    grid();
    areas.forEach(function (area) {
      board.append(drawn("path", { class: "boundary", d: area.rings.map(pathOf).join("Z") + "Z" }));
      const middle = xy(area.at[0], area.at[1]);
      board.append(drawn("text", { class: "area-name", x: middle[0], y: middle[1] }, area.name));
    });
    const line = found.map(function (point) {
      return [Number(point[1]), Number(point[0])];
    });
    if (line.length > 1) {
      board.append(drawn("path", { class: closed ? "stretch filled" : "stretch", d: pathOf(line) + (closed ? "Z" : "") }));
    }
    line.forEach(function (point) {
      const at = xy(point[0], point[1]);
      board.append(drawn("circle", { class: "spot", cx: at[0], cy: at[1], r: 6 }));
    });
    const x = WIDTH / 2;
    const y = HEIGHT / 2;
    board.append(drawn("path", { class: "cross", d: "M" + (x - 10) + " " + y + "h20M" + x + " " + (y - 10) + "v20" }));
  }

  function fit(all) {
    if (!all.length) {
      return;
    }
    const lons = all.map(function (point) { return point[0]; });
    const lats = all.map(function (point) { return point[1]; });
    const box = [lons, lats].map(function (numbers) {
      return [Math.min.apply(null, numbers), Math.max.apply(null, numbers)];
    });
    view.lon = (box[0][0] + box[0][1]) / 2;
    view.lat = (box[1][0] + box[1][1]) / 2;
    const spread = Math.max(box[0][1] - box[0][0], box[1][1] - box[1][0], 0.002);
    view.scale = 300 / spread;
  }

  function load() {
    const given = points().map(function (point) {
      return [Number(point[1]), Number(point[0])];
    });
    fit(given);
    draw();
    if (!element.dataset.map) {
      return;
    }
    fetch(element.dataset.map).then(function (answer) {
      return answer.ok ? answer.json() : { areas: [] };
    }).then(function (found) {
      areas = found.areas;
      if (found.schematic) {
        note.append(" " + say("sketch"));
      }
      if (!given.length) {
        fit([].concat.apply([], [].concat.apply([], areas.map(function (area) { return area.rings; }))));
      }
      draw();
    }).catch(draw);
  }

  let from = null;
  let moved = false;
  board.addEventListener("pointerdown", function (event) {
    board.setPointerCapture(event.pointerId);
    from = [event.clientX, event.clientY];
    moved = false;
  });
  board.addEventListener("pointermove", function (event) {
    const box = board.getBoundingClientRect();
    if (from && (moved || Math.abs(event.clientX - from[0]) + Math.abs(event.clientY - from[1]) > 8)) {
      moved = true;
      moveBy((event.clientX - from[0]) * WIDTH / box.width, (event.clientY - from[1]) * HEIGHT / box.height);
      from = [event.clientX, event.clientY];
    }
  });
  board.addEventListener("pointerup", function (event) {
    const box = board.getBoundingClientRect();
    if (from && !moved) {
      const x = (event.clientX - box.left) * WIDTH / box.width - WIDTH / 2;
      const y = HEIGHT / 2 - (event.clientY - box.top) * HEIGHT / box.height;
      addPoint(view.lat + y / view.scale, view.lon + x / (squeezed() * view.scale));
    }
    from = null;
  });
  board.addEventListener("pointercancel", function () {
    from = null;
  });
  board.addEventListener("keydown", function (event) {
    const steps = { ArrowLeft: [30, 0], ArrowRight: [-30, 0], ArrowUp: [0, 30], ArrowDown: [0, -30] }[event.key];
    if (steps) {
      event.preventDefault();
      moveBy(steps[0], steps[1]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      addCentre();
    }
  });
  ["input", "change"].forEach(function (kind) {
    text.addEventListener(kind, function (event) {
      event.stopPropagation();
      keep();
      kept.dispatchEvent(new Event(kind, { bubbles: true }));
      draw();
    });
  });
  element.addEventListener("answered", function () {
    text.value = kept.value.split(/;\s*/).join("\n");
    draw();
  });
  keep();
});
