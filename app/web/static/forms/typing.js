// The kinds of answers: from a text to a JSON value and back, as app/xforms/typing_answers.py has them.
(function (x) {
  "use strict";

  const INTEGER = /^[+-]?\d{1,18}$/, DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
  const TRUTHS = {true: true, 1: true, false: false, 0: false};
  const typeOf = row => row[2].replace("*", "");
  const isList = row => typeOf(row) !== row[2];
  const split = text => text.split(/\s+/).filter(Boolean);
  const unless = (read, text) => read ? text : undefined;

  function point(text) {
    const parts = split(text), numbers = parts.map(Number);
    const fits = parts.length > 1 && parts.length < 5 && parts.every(part => DECIMAL.test(part)) &&
      Math.abs(numbers[0]) <= 90 && Math.abs(numbers[1]) <= 180 && numbers.every(Number.isFinite);
    if (!fits) return undefined;
    const told = numbers.concat([null, null]);
    return {lat: told[0], lon: told[1], altitude: told[2], accuracy: told[3]};
  }

  function points(text) {
    const found = text.split(";").filter(part => part.trim()).map(point);
    return found.indexOf(undefined) < 0 ? found : undefined;
  }

  const readers = {
    int: text => unless(INTEGER.test(text), Number(text)),
    decimal: text => unless(DECIMAL.test(text) && Number.isFinite(Number(text)), Number(text)),
    boolean: text => TRUTHS[text.toLowerCase()],
    date: (text, world) => {
      const found = x.readMoment(world, text);
      return found ? x.isoDate(found) : undefined;
    },
    time: text => unless(x.readClock(text), text),
    dateTime: (text, world) => unless(x.readMoment(world, text), text),
    geopoint: point,
    geotrace: points,
    geoshape: points
  };

  // The answer that a text is; null for none, undefined for a text that is no answer to this question.
  x.typed = function (world, row, text) {
    if (text === "") return null;
    if (isList(row)) return split(text).length ? split(text) : null;
    const reader = readers[row[2]];
    return reader ? reader(text.trim(), world) : text;
  };

  // The answer that a node holds.
  x.answerOf = function (live, row, node) {
    if (node.given !== undefined) return node.given;
    const found = node.value, type = typeOf(row), text = live.text(node);
    if (type === "boolean" && typeof found === "boolean") return found;
    if (x.isMoment(found)) return text;
    if (type === "decimal" && typeof found === "number" && !Number.isFinite(found)) return null;
    const read = x.typed(live.world, row, text);
    return read === undefined ? text : read;
  };

  // Whether an answer has the shape that answers to its question have.
  x.hasType = function (world, row, answer) {
    if (typeof answer !== "string") return true;
    return !isList(row) && (!readers[row[2]] || typeof readers[row[2]](answer.trim(), world) === "string");
  };

  x.same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  x.isEmpty = answer => answer === null || answer === undefined || answer === "" || answer.length === 0;
}(window.formExpressions));
