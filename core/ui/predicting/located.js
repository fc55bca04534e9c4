// A photo with a frame around each object that was found on it, its label and confidence in the frame's corner.
const SVG = "http://www.w3.org/2000/svg";

export default function ({ data, parentElement }) {
  const svg = parentElement.querySelector("svg");
  const { width, height, src, alt, found } = data;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", alt);
  svg.style.aspectRatio = `${width} / ${height}`;
  svg.image ??= made("image", { x: 0, y: 0, preserveAspectRatio: "none" });
  for (const [name, value] of Object.entries({ href: src, width, height })) svg.image.setAttribute(name, value);
  const watch = new ResizeObserver(paint); // letters stay as large on the screen as they are elsewhere
  svg.watch?.disconnect();
  svg.watch = watch;
  watch.observe(svg);
  return () => watch.disconnect();

  function paint() {
    const shown = svg.getBoundingClientRect();
    const pixel = Math.max(width / (shown.width || 600), height / (shown.height || Infinity));
    svg.replaceChildren(svg.image, ...found.map((one) => framed(one, pixel)));
    for (const text of svg.querySelectorAll("text")) keepInside(text, 4 * pixel);
  }

  // A label is wider than many a frame, and at the edge of the photo it would be cut off.
  function keepInside(text, gap) {
    const most = width - text.getComputedTextLength() - gap;
    text.setAttribute("x", Math.max(gap, Math.min(text.getAttribute("x"), most)));
    text.setAttribute("y", Math.min(text.getAttribute("y"), height - gap));
  }

  function framed({ label, sure, colour, left, top, width, height }, pixel) {
    const group = made("g", {});
    const place = { x: left, y: top, width, height };
    group.append(made("rect", { class: "under", ...place }), made("rect", { stroke: colour, ...place }));
    const size = { "font-size": 13 * pixel, "stroke-width": 3 * pixel };
    const text = made("text", { x: left + 4 * pixel, y: top + 15 * pixel, ...size });
    text.textContent = `${label} ${sure}`;
    group.append(text);
    return group;
  }
}

function made(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
