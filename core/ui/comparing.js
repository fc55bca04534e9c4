// A photo before and after, with a line between them that a range input moves: by pointer, by touch and by keyboard.
// This function is called again on every change of data or theme, so where the line stands lives on the node.
export default function ({ data, parentElement }) {
  const pair = parentElement.querySelector(".pair");
  const signature = [data.apart, data.before.length, data.after.length, data.before.slice(-64), data.after.slice(-64)];
  if (pair.dataset.signature === signature.join()) return;
  pair.dataset.signature = signature.join();
  pair.at ??= 50;

  const picture = (side, source) =>
    Object.assign(document.createElement("img"), {
      className: side, src: source, alt: `${data.name} ${side}`, draggable: false, decoding: "async",
    });
  const word = (text, side) =>
    Object.assign(document.createElement("span"), { className: `side ${side}`, textContent: text, ariaHidden: "true" });
  const before = picture("before", data.before);
  const after = picture("after", data.after);
  pair.classList.toggle("apart", data.apart);
  if (data.apart) {
    before.className = "";
    pair.style.cssText = "";
    pair.replaceChildren(before, after);
    return;
  }

  const range = Object.assign(document.createElement("input"), {
    type: "range", min: 0, max: 100, step: 1, value: pair.at, ariaLabel: "How much is shown of the photo as it was",
  });
  const line = Object.assign(document.createElement("div"), { className: "line" });
  range.oninput = () => {
    pair.at = Number(range.value);
    pair.style.setProperty("--at", `${pair.at}%`);
  };
  range.onkeydown = (event) => event.stopPropagation(); // the page's own arrow keys turn to the next photo
  after.onload = () => {
    const shape = after.naturalWidth / after.naturalHeight;
    pair.style.aspectRatio = String(shape);
    pair.style.maxWidth = `${Math.min(after.naturalWidth, 540 * shape)}px`;
  };
  pair.replaceChildren(after, before, range, line, word("before", "left"), word("after", "right"));
  range.oninput();
}
