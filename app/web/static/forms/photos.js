// Photos are made smaller before they are kept: 1600 pixels on the longer side are enough to see a crack in a wall.
(function (x) {
  "use strict";

  const LONGEST = 1600, QUALITY = 0.85;

  function decoded(file) {
    return new Promise((resolve, reject) => {
      const image = new Image(), address = URL.createObjectURL(file);
      image.onload = () => resolve([image, address]);
      image.onerror = reject;
      image.src = address;
    });
  }

  function drawnSmaller(image) {
    const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight)), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }

  // The smaller of the photo and its copy; the photo itself where a browser cannot read it, or would lay it on its side.
  x.shrink = async function (file) {
    if (!/^image\/(?:jpeg|png|webp|bmp)$/.test(file.type) || !CSS.supports("image-orientation", "from-image")) return file;
    try {
      const found = await decoded(file), small = await drawnSmaller(found[0]);
      URL.revokeObjectURL(found[1]);
      return small && small.size < file.size ? small : file;
    } catch (error) {
      return file;
    }
  };
}(window.formExpressions));
