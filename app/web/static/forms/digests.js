// Digests and base64, loaded after more-functions.js for the forms that need them (DIGESTS in app/xforms/shipping.py).
(function (x) {
  "use strict";

  // Digests: of bytes, as arrays of words. SHA-2 counts with BigInt so that both sizes are one piece of code.

  const turned = (word, by) => (word << by) | (word >>> (32 - by));

  // The bytes with the end mark and their length in bits, in blocks of so many bytes.
  function blocks(bytes, size, littleEndian) {
    const total = Math.ceil((bytes.length + 1 + size / 8) / size) * size, whole = new Uint8Array(total);
    whole.set(bytes);
    whole[bytes.length] = 128;
    const view = new DataView(whole.buffer), bits = bytes.length * 8;
    const high = Math.floor(bits / 4294967296), low = bits % 4294967296;
    view.setUint32(total - 8, littleEndian ? low : high, littleEndian);
    view.setUint32(total - 4, littleEndian ? high : low, littleEndian);
    return view;
  }

  function bytesOf(words, littleEndian) {
    const view = new DataView(new ArrayBuffer(words.length * 4));
    words.forEach((word, place) => view.setUint32(place * 4, word, littleEndian));
    return new Uint8Array(view.buffer);
  }

  function md5(bytes) {
    const view = blocks(bytes, 64, true), turns = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
    for (let start = 0; start < view.byteLength; start += 64) {
      let a = state[0], b = state[1], c = state[2], d = state[3];
      for (let step = 0; step < 64; step += 1) {
        const turn = step >> 4;
        const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][turn];
        const place = [step, 5 * step + 1, 3 * step + 5, 7 * step][turn] % 16;
        const sum = a + mixed + Math.floor(Math.abs(Math.sin(step + 1)) * 4294967296) + view.getUint32(start + place * 4, true);
        a = d; d = c; c = b;
        b = (b + turned(sum | 0, turns[turn][step % 4])) | 0;
      }
      [a, b, c, d].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
    }
    return bytesOf(state, true);
  }

  function sha1(bytes) {
    const view = blocks(bytes, 64, false), words = [];
    const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    for (let start = 0; start < view.byteLength; start += 64) {
      let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
      for (let step = 0; step < 80; step += 1) {
        words[step] = step < 16 ? view.getUint32(start + step * 4)
          : turned(words[step - 3] ^ words[step - 8] ^ words[step - 14] ^ words[step - 16], 1);
        const turn = Math.floor(step / 20);
        const mixed = [(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d][turn];
        const next = turned(a, 5) + mixed + e + words[step] + [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][turn];
        e = d; d = c; c = turned(b, 30); b = a; a = next | 0;
      }
      [a, b, c, d, e].forEach((word, place) => { state[place] = (state[place] + word) | 0; });
    }
    return bytesOf(state, false);
  }

  function primes(count) {
    const found = [];
    for (let number = 2; found.length < count; number += 1) {
      if (found.every(prime => number % prime)) found.push(number);
    }
    return found;
  }

  // The first 64 bits behind the point of the square (2) or cube (3) root of a prime.
  function fraction(prime, power) {
    const one = BigInt(1), wanted = BigInt(prime) << BigInt(64 * power);
    let low = BigInt(0), high = one << BigInt(70);
    while (high - low > one) {
      const middle = (low + high) >> one;
      if (middle ** BigInt(power) <= wanted) low = middle; else high = middle;
    }
    return BigInt.asUintN(64, low);
  }

  // SHA-256, or SHA-512 and SHA-384, which begins with the roots of the ninth prime on.
  function sha2(bytes, bits, first, length) {
    const small = bits === 32, size = small ? 64 : 128, view = blocks(bytes, size, false), steps = small ? 64 : 80;
    const cut = number => BigInt.asUintN(bits, number);
    const constant = (prime, power) => small ? fraction(prime, power) >> BigInt(32) : fraction(prime, power);
    const turn = (word, by) => cut((word >> BigInt(by)) | (word << BigInt(bits - by)));
    const mix = (word, a, b, c, shift) => turn(word, a) ^ turn(word, b) ^ (shift ? word >> BigInt(c) : turn(word, c));
    const by = small ? [[7, 18, 3], [17, 19, 10], [6, 11, 25], [2, 13, 22]] : [[1, 8, 7], [19, 61, 6], [14, 18, 41], [28, 34, 39]];
    const constants = primes(steps).map(prime => constant(prime, 3));
    let state = primes(first + 8).slice(first).map(prime => constant(prime, 2));
    for (let start = 0; start < view.byteLength; start += size) {
      const words = [];
      let s = state.slice();
      for (let step = 0; step < steps; step += 1) {
        words.push(step < 16 ? readWord(view, start + step * size / 16, small)
          : cut(words[step - 16] + mix(words[step - 15], ...by[0], true) + words[step - 7] + mix(words[step - 2], ...by[1], true)));
        const one = s[7] + mix(s[4], ...by[2]) + ((s[4] & s[5]) ^ (cut(~s[4]) & s[6])) + constants[step] + words[step];
        const two = mix(s[0], ...by[3]) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s = [cut(one + two), s[0], s[1], s[2], cut(s[3] + one), s[4], s[5], s[6]];
      }
      state = state.map((word, place) => cut(word + s[place]));
    }
    const hex = state.map(word => word.toString(16).padStart(bits / 4, "0")).join("");
    return Uint8Array.from(hex.slice(0, length * 2).match(/../g), pair => parseInt(pair, 16));
  }

  // The first 64 bits of the SHA-256 of a text.
  const firstWord = text => readWord(new DataView(DIGESTS["SHA-256"](encoded(text)).buffer), 0, false);

  function readWord(view, place, small) {
    const high = BigInt(view.getUint32(place));
    return small ? high : (high << BigInt(32)) | BigInt(view.getUint32(place + 4));
  }

  const DIGESTS = {MD5: md5, "SHA-1": sha1, "SHA-256": bytes => sha2(bytes, 32, 0, 32),
    "SHA-384": bytes => sha2(bytes, 64, 8, 48), "SHA-512": bytes => sha2(bytes, 64, 0, 64)};
  const encoded = text => new TextEncoder().encode(text);

  function digest(text, algorithm, encoding) {
    const work = DIGESTS[x.asText(algorithm).toUpperCase()];
    const written = encoding === undefined ? "base64" : x.asText(encoding).toLowerCase();
    if (!work || (written !== "hex" && written !== "base64")) return "";
    const bytes = Array.from(work(encoded(x.asText(text))));
    return written === "hex" ? bytes.map(byte => byte.toString(16).padStart(2, "0")).join("")
      : btoa(String.fromCharCode(...bytes));
  }

  // What stands behind a whole end mark is not read; signs that are left over make the text none.
  function base64Decode(found) {
    const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bytes = [];
    let held = 0, place = 0, ends = 0;
    for (const sign of x.asText(found).replace(/[^A-Za-z0-9+/=]/g, "")) {
      if (sign === "=") {
        ends += 1;
        if (place >= 2 && place + ends >= 4) { place = 0; break; }
        continue;
      }
      ends = 0;
      held = (held << 6 | signs.indexOf(sign)) & 0xffffff;
      place = (place + 1) % 4;
      if (place !== 1) bytes.push(held >> ((4 - place) % 4 * 2) & 255);
    }
    return place ? "" : new TextDecoder("utf-8", {ignoreBOM: true}).decode(Uint8Array.from(bytes));
  }

  Object.assign(x.calls, {digest: x.ofValues(digest), "base64-decode": x.ofValues(base64Decode)});
  x.firstWord = firstWord;
}(window.formExpressions));
