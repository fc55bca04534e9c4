// An editor for bounding boxes on one photo: drawn, moved and resized by pointer or keyboard, in whole image pixels.
// This function is called again on every change of data or theme, so what a person does lives on the node.
const SVG = "http://www.w3.org/2000/svg";
const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const MOST = 50; // boxes an image that Rekognition takes

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const svg = parentElement.querySelector("svg");
  const say = parentElement.querySelector(".say");
  const ui = (svg.ui ??= { editor: `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`, serial: data.serial,
    photo: null, boxes: [], picked: -1, label: 0, drag: null, asked: data.asked.number });
  const { width, height, labels, colours } = data;
  const least = Math.floor(Math.max(width, height, 1280) / 1280) + 1; // a smaller box is refused

  if (ui.photo !== data.photo || ui.project !== data.project) {
    Object.assign(ui, { project: data.project, photo: data.photo, boxes: structuredClone(data.boxes), base: data.state });
    Object.assign(ui, { picked: -1, drag: null });
    ui.view = { x: 0, y: 0, width, height };
  } else if (data.serial >= ui.serial && !ui.drag) {
    ui.boxes = structuredClone(data.boxes); // what was drawn is on disk, or was taken back there
    ui.base = data.state;
    ui.picked = Math.min(ui.picked, ui.boxes.length - 1);
  }
  ui.label = Math.min(ui.label, Math.max(labels.length - 1, 0)); // its class may have been removed
  svg.setAttribute("aria-label", `Boxes on ${data.name}. ${data.help}`);
  paint();
  if (ui.asked !== data.asked.number) {
    ui.asked = data.asked.number;
    follow(data.asked.label);
  }

  function follow(label) { // a button of the page beside the editor
    if (label === null && ui.boxes[ui.picked]) remove();
    if (labels.includes(label)) relabel(labels.indexOf(label));
    pick(ui.picked); // the keys are the editor's again
  }

  function commit(words) {
    ui.serial += 1;
    const { editor, serial, project, photo, base } = ui;
    setStateValue("drawn", { editor, serial, project, photo, base, boxes: ui.boxes.map(whole) });
    paint();
    say.textContent = words ?? told();
  }

  function whole(box) {
    const left = clamp(Math.round(box.left), 0, width - least);
    const top = clamp(Math.round(box.top), 0, height - least);
    return {
      label: box.label, left, top, width: clamp(Math.round(box.width), least, width - left),
      height: clamp(Math.round(box.height), least, height - top),
    };
  }

  function told() {
    const box = ui.boxes[ui.picked];
    if (!box) return `${ui.boxes.length} boxes. Next box: ${labels[ui.label] ?? "add a class first"}.`;
    const { left, top, width, height } = whole(box);
    return `${box.label}: ${width} x ${height} pixels, ${left} from the left, ${top} from the top.`;
  }

  function paint() {
    const { view } = ui;
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    svg.style.aspectRatio = `${width} / ${height}`;
    const pixel = perPixel(view);
    if (svg.image?.getAttribute("href") !== data.src) {
      svg.image = made("image", { href: data.src, x: 0, y: 0, width, height, preserveAspectRatio: "none" });
    }
    const had = parentElement.activeElement?.dataset?.at;
    svg.replaceChildren(svg.image, ...ui.boxes.map((box, at) => group(box, at, pixel)));
    if (had !== undefined) svg.querySelector(`g[data-at="${ui.picked}"]`)?.focus();
    if (!say.textContent || !ui.drag) say.textContent = told();
  }

  function perPixel(view) { // image pixels to one on the screen; a tall photo has room at its sides
    const shown = svg.getBoundingClientRect();
    return Math.max(view.width / (shown.width || 600), view.height / (shown.height || Infinity));
  }

  function group(box, at, pixel) {
    const place = { x: box.left, y: box.top, width: box.width, height: box.height };
    const colour = colours[labels.indexOf(box.label)] ?? "#8A949A";
    const node = made("g", { tabindex: 0, role: "button", "data-at": at, "aria-pressed": at === ui.picked });
    node.setAttribute("aria-label", `${box.label}, ${Math.round(box.width)} by ${Math.round(box.height)} pixels`);
    node.append(made("rect", { class: "under", ...place }), made("rect", { class: "box", stroke: colour, ...place }));
    const text = made("text", { x: box.left + 4 * pixel, y: box.top + 15 * pixel, "font-size": 13 * pixel });
    text.textContent = box.label;
    node.append(text);
    if (at === ui.picked) {
      node.classList.add("picked");
      for (const side of HANDLES) node.append(handle(box, side, 9 * pixel));
    }
    node.onfocus = () => at !== ui.picked && pick(at);
    return node;
  }

  function handle(box, side, size) {
    const across = side.includes("w") ? 0 : side.includes("e") ? 1 : 0.5;
    const down = side.includes("n") ? 0 : side.includes("s") ? 1 : 0.5;
    return made("rect", {
      class: "handle", "data-side": side, width: size, height: size, style: `cursor: ${side}-resize`,
      x: box.left + across * box.width - size / 2, y: box.top + down * box.height - size / 2,
    });
  }

  function pick(at) {
    ui.picked = at;
    if (ui.boxes[at]) ui.label = Math.max(0, labels.indexOf(ui.boxes[at].label));
    paint();
    say.textContent = told();
    if (at >= 0) svg.querySelector(`g[data-at="${at}"]`)?.focus();
    else svg.focus();
  }

  function point(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return { x: clamp(at.x, 0, width), y: clamp(at.y, 0, height) };
  }

  svg.onpointerdown = (event) => {
    if (event.button > 1) return; // the browser's menu
    const from = point(event);
    const at = event.target.closest("g")?.dataset.at;
    svg.setPointerCapture(event.pointerId);
    if (event.button === 1 || event.altKey) ui.drag = { act: "pan", from: { x: event.clientX, y: event.clientY }, view: { ...ui.view } };
    else if (event.target.dataset.side) ui.drag = { act: event.target.dataset.side, from, box: { ...ui.boxes[ui.picked] } };
    else if (at !== undefined) {
      pick(Number(at));
      ui.drag = { act: "move", from, box: { ...ui.boxes[ui.picked] } };
    } else {
      ui.picked = -1;
      svg.focus();
      paint();
      ui.drag = roomFor() ? { act: "draw", from } : null;
    }
    event.preventDefault();
  };

  svg.onpointermove = (event) => {
    if (!ui.drag) return;
    const at = point(event);
    if (ui.drag.act === "pan") pan(event);
    else if (ui.drag.act === "draw") draw(at);
    else if (ui.drag.act === "move") shift(ui.drag.box, at.x - ui.drag.from.x, at.y - ui.drag.from.y);
    else stretch(ui.drag.box, ui.drag.act, at);
    paint();
    say.textContent = told();
  };

  svg.onpointerup = svg.onpointercancel = () => {
    const { drag } = ui;
    ui.drag = null;
    if (!drag || drag.act === "pan") return;
    const box = ui.boxes[ui.picked];
    if (drag.act === "draw" && !box) return; // a click, and no box
    if (JSON.stringify(drag.box) !== JSON.stringify(box)) commit();
  };

  function draw(at) {
    const { from } = ui.drag;
    const box = { label: labels[ui.label], left: Math.min(from.x, at.x), top: Math.min(from.y, at.y),
      width: Math.abs(at.x - from.x), height: Math.abs(at.y - from.y) };
    const started = ui.picked >= 0;
    if (!started && (box.width < least || box.height < least)) return;
    if (!started) ui.picked = ui.boxes.push(box) - 1;
    else ui.boxes[ui.picked] = box;
  }

  function shift(box, across, down) {
    const left = clamp(box.left + across, 0, width - box.width);
    ui.boxes[ui.picked] = { ...box, left, top: clamp(box.top + down, 0, height - box.height) };
  }

  function stretch(box, side, at) {
    let [left, top, right, bottom] = [box.left, box.top, box.left + box.width, box.top + box.height];
    if (side.includes("w")) left = clamp(at.x, 0, right - least);
    if (side.includes("e")) right = clamp(at.x, left + least, width);
    if (side.includes("n")) top = clamp(at.y, 0, bottom - least);
    if (side.includes("s")) bottom = clamp(at.y, top + least, height);
    ui.boxes[ui.picked] = { ...box, left, top, width: right - left, height: bottom - top };
  }

  function roomFor() {
    if (!labels.length) say.textContent = "Add a class first.";
    else if (ui.boxes.length >= MOST) say.textContent = `Rekognition takes ${MOST} boxes an image at most.`;
    else return true;
    return false;
  }

  function zoom(by, around = { x: ui.view.x + ui.view.width / 2, y: ui.view.y + ui.view.height / 2 }) {
    const share = clamp((ui.view.width / by) / width, 1 / 16, 1);
    const kept = { x: (around.x - ui.view.x) / ui.view.width, y: (around.y - ui.view.y) / ui.view.height };
    look(around.x - kept.x * share * width, around.y - kept.y * share * height, share);
  }

  function look(x, y, share) {
    const view = { width: share * width, height: share * height };
    ui.view = { ...view, x: clamp(x, 0, width - view.width), y: clamp(y, 0, height - view.height) };
    paint();
  }

  function pan(event) {
    const { view, from } = ui.drag;
    const pixel = perPixel(view);
    look(view.x - (event.clientX - from.x) * pixel, view.y - (event.clientY - from.y) * pixel, view.width / width);
  }

  svg.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, point(event));
  };

  function add() {
    if (!roomFor()) return;
    const { view } = ui;
    ui.boxes.push(whole({ label: labels[ui.label], left: view.x + view.width * 0.375, top: view.y + view.height * 0.375,
      width: view.width / 4, height: view.height / 4 }));
    ui.picked = ui.boxes.length - 1;
    commit();
    pick(ui.picked);
  }

  function remove() {
    const [gone] = ui.boxes.splice(ui.picked, 1);
    ui.picked = -1;
    commit(`${gone.label} removed.`);
    svg.focus();
  }

  function relabel(number) {
    ui.label = number;
    if (ui.boxes[ui.picked]) {
      ui.boxes[ui.picked] = { ...ui.boxes[ui.picked], label: labels[number] };
      commit();
    } else say.textContent = told();
  }

  svg.onkeydown = (event) => {
    const box = ui.boxes[ui.picked];
    const number = "123456789".indexOf(event.key);
    const step = event.shiftKey ? 10 : 1;
    const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    const held = event.ctrlKey || event.metaKey;
    if (event.key.length === 1 && number >= 0 && number < labels.length && !held) relabel(number);
    else if (way && box && event.ctrlKey) {
      stretch(box, "se", { x: box.left + box.width + way[0], y: box.top + box.height + way[1] });
      commit();
    } else if (way && box) {
      shift(box, ...way);
      commit();
    } else if (way && !way[1]) setTriggerValue("step", Math.sign(way[0]));
    else if (["Delete", "Backspace"].includes(event.key) && box) remove();
    else if (["b", "B", "Insert"].includes(event.key) && !held) add();
    else if (["+", "="].includes(event.key) && !held) zoom(1.25);
    else if (event.key === "-" && !held) zoom(0.8);
    else if (event.key === "0" && !held) look(0, 0, 1);
    else if (event.key === "Escape" && box) pick(-1);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
  };
}

function made(kind, attributes) {
  const node = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
