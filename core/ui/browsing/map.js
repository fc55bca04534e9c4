// A map of photos on a canvas: dots, and pictures where there is room for them. A line around some catches them.
// This function is called again on every change of data or theme, so what has to last lives on the canvas.
const FINE = 10000; // steps of the map to each side
const ROOM = 70; // pictures at once
const MANY = 300; // photos of which there are too many to put pictures among the dots
const SIDE = 52; // pixels of a picture
const NEAR = 14; // pixels from a photo at which the pointer means it
const MARGIN = 28; // pixels around the whole map

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const canvas = parentElement.querySelector("canvas");
  const card = parentElement.querySelector("figure");
  const tools = [...parentElement.querySelectorAll(".tools button")];
  const pen = canvas.getContext("2d");
  const map = (canvas.map ??= { mode: "lasso", zoom: 1, x: 0.5, y: 0.5, line: [], images: new Map(), asked: new Set() });

  if (map.released !== data.released) {
    map.released = data.released;
    map.line = [];
  }
  for (const [id, [name, src]] of Object.entries(data.pictures)) {
    const image = new Image();
    image.onload = () => {
      map.paint();
      if (map.hovered === Number(id)) show(map.images.get(Number(id)));
    };
    if (src) image.src = src;
    map.images.set(Number(id), { name, image });
  }
  const style = getComputedStyle(canvas);
  const theme = (name) => style.getPropertyValue(name).trim();
  canvas.setAttribute("aria-label", `Map of ${data.ids.length} photos. Arrow keys move it, plus and minus zoom, ` +
    "Enter shows the photos that are in view, Escape shows all again.");
  map.watch ??= new ResizeObserver(() => map.paint());
  map.watch.observe(canvas);
  map.paint = paint;
  paint();

  // From steps of the map to pixels of the canvas, and back to shares of the map.
  function scale() {
    return (Math.min(canvas.clientWidth, canvas.clientHeight) - 2 * MARGIN) * map.zoom;
  }
  function seen(at) {
    return [(data.xs[at] / FINE - map.x) * stretch() * scale() + canvas.clientWidth / 2,
      (data.ys[at] / FINE - map.y) * scale() + canvas.clientHeight / 2];
  }
  function stretch() { // a map is as wide as there is room
    return Math.max(1, (canvas.clientWidth - 2 * MARGIN) / (canvas.clientHeight - 2 * MARGIN));
  }
  function there(x, y) {
    return [(x - canvas.clientWidth / 2) / scale() / stretch() + map.x, (y - canvas.clientHeight / 2) / scale() + map.y];
  }

  function inView() {
    const found = [];
    for (let at = 0; at < data.ids.length; at++) {
      const [x, y] = seen(at);
      if (x > -20 && y > -20 && x < canvas.clientWidth + 20 && y < canvas.clientHeight + 20) found.push([at, x, y]);
    }
    return found;
  }

  function paint() {
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
    if (!wide) return;
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(high * ratio)) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(high * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    const visible = inView();
    visible.sort((one, other) => data.shown[one[0]] - data.shown[other[0]]); // grey ones lie under the others
    const pictured = apart(visible.filter(([at]) => data.shown[at]));
    ask(pictured.map(([at]) => data.ids[at]));
    visible.forEach(([at, x, y]) => dot(at, x, y, visible.length));
    for (const [at, x, y] of pictured) {
      const picture = map.images.get(data.ids[at])?.image;
      if (picture?.naturalWidth) thumbnail(picture, x, y, data.colours[data.kinds[at]]);
    }
    if (map.line.length > 1) outline();
    for (const tool of tools) {
      if (["lasso", "pan"].includes(tool.dataset.do)) tool.setAttribute("aria-pressed", tool.dataset.do === map.mode);
    }
    canvas.classList.toggle("pan", map.mode === "pan");
  }

  // Photos whose pictures do not cover each other.
  function apart(shown) {
    const kept = [];
    if (shown.length > MANY) return kept;
    for (const one of shown) {
      const free = kept.every(([, x, y]) => Math.max(Math.abs(x - one[1]), Math.abs(y - one[2])) > SIDE * 0.8);
      if (free && kept.length < ROOM) kept.push(one);
    }
    return kept;
  }

  function dot(at, x, y, number) {
    pen.globalAlpha = data.shown[at] ? 0.8 : 0.18;
    pen.fillStyle = data.shown[at] ? data.colours[data.kinds[at]] : "#8A949A";
    pen.beginPath();
    pen.arc(x, y, number > 2000 ? 2.4 : number > 300 ? 3.5 : 5, 0, 2 * Math.PI);
    pen.fill();
    pen.globalAlpha = 1;
  }

  function thumbnail(picture, x, y, colour) {
    const cut = Math.min(picture.naturalWidth, picture.naturalHeight);
    pen.fillStyle = colour;
    pen.fillRect(x - SIDE / 2 - 2, y - SIDE / 2 - 2, SIDE + 4, SIDE + 4);
    pen.drawImage(picture, (picture.naturalWidth - cut) / 2, (picture.naturalHeight - cut) / 2, cut, cut,
      x - SIDE / 2, y - SIDE / 2, SIDE, SIDE);
  }

  function outline() {
    pen.beginPath();
    map.line.forEach(([x, y]) => pen.lineTo((x - map.x) * stretch() * scale() + canvas.clientWidth / 2,
      (y - map.y) * scale() + canvas.clientHeight / 2));
    pen.closePath();
    pen.strokeStyle = pen.fillStyle = theme("--st-primary-color");
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.globalAlpha = 0.12;
    pen.fill();
    pen.globalAlpha = 1;
  }

  // Pictures come from the server when they can be seen, each once.
  function ask(ids) {
    const missing = ids.filter((id) => !map.images.has(id) && !map.asked.has(id)).slice(0, ROOM);
    if (!missing.length) return;
    missing.forEach((id) => map.asked.add(id));
    clearTimeout(map.timer);
    map.queue = [...(map.queue ?? []), ...missing];
    map.timer = setTimeout(() => {
      setTriggerValue("wanted", map.queue);
      map.queue = [];
    }, 150);
  }

  function catchThese(ids) {
    setStateValue("caught", ids);
  }

  function release() {
    map.line = [];
    paint();
    catchThese([]);
  }

  function inside(x, y) {
    let within = false;
    for (let i = 0, j = map.line.length - 1; i < map.line.length; j = i++) {
      const [[xi, yi], [xj, yj]] = [map.line[i], map.line[j]];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
    }
    return within;
  }

  function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    const before = there(x, y);
    map.zoom = Math.min(400, Math.max(0.5, map.zoom * factor));
    const after = there(x, y);
    map.x += before[0] - after[0];
    map.y += before[1] - after[1];
    paint();
  }

  function nearest(x, y) {
    let best = null;
    let least = NEAR * NEAR;
    for (const [at, px, py] of inView()) {
      const far = (px - x) ** 2 + (py - y) ** 2;
      if (data.shown[at] && far < least) [best, least] = [at, far];
    }
    return best;
  }

  function hover(event) {
    const at = nearest(event.offsetX, event.offsetY);
    const picture = at === null ? null : map.images.get(data.ids[at]);
    clearTimeout(map.rest);
    map.hovered = at === null ? null : data.ids[at];
    if (at !== null && !picture) map.rest = setTimeout(() => ask([data.ids[at]]), 120);
    map.pointer = [event.offsetX, event.offsetY];
    if (picture) show(picture);
    else card.hidden = true;
  }

  function show(picture) {
    const [x, y] = map.pointer;
    card.hidden = false;
    card.querySelector("img").src = picture.image.src;
    card.querySelector("figcaption").textContent = picture.name;
    card.style.left = `${Math.min(x + 14, canvas.clientWidth - 160)}px`;
    card.style.top = `${y > canvas.clientHeight / 2 ? y - card.offsetHeight - 10 : y + 14}px`;
  }

  const acts = {
    lasso: () => { map.mode = "lasso"; },
    pan: () => { map.mode = "pan"; },
    in: () => zoom(1.5),
    out: () => zoom(1 / 1.5),
    fit: () => Object.assign(map, { zoom: 1, x: 0.5, y: 0.5 }),
    view: () => catchThese(inView().filter(([at, x, y]) => data.shown[at] && x >= 0 && y >= 0 &&
      x <= canvas.clientWidth && y <= canvas.clientHeight).map(([at]) => data.ids[at])),
    release,
  };
  for (const tool of tools) tool.onclick = () => { acts[tool.dataset.do](); paint(); };

  canvas.onpointerdown = (event) => {
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    map.drag = { x: event.offsetX, y: event.offsetY, far: 0 };
    map.before = map.line;
    if (map.mode === "lasso") map.line = [there(event.offsetX, event.offsetY)];
  };
  canvas.onpointermove = (event) => {
    if (!map.drag) return hover(event);
    const [dx, dy] = [event.offsetX - map.drag.x, event.offsetY - map.drag.y];
    map.drag.far += Math.abs(dx) + Math.abs(dy);
    Object.assign(map.drag, { x: event.offsetX, y: event.offsetY });
    card.hidden = true;
    if (map.mode === "lasso") map.line.push(there(event.offsetX, event.offsetY));
    else {
      map.x -= dx / scale() / stretch();
      map.y -= dy / scale();
    }
    paint();
  };
  canvas.onpointerup = (event) => {
    const drag = map.drag;
    map.drag = null;
    if (!drag) return;
    if (drag.far < 6) {
      map.line = map.before;
      const at = nearest(event.offsetX, event.offsetY);
      if (at !== null) setTriggerValue("opened", String(data.ids[at]));
    } else if (map.mode === "lasso") {
      catchThese(data.ids.filter((id, at) => data.shown[at] && inside(data.xs[at] / FINE, data.ys[at] / FINE)));
    }
    paint();
  };
  canvas.onpointerleave = () => { card.hidden = true; };
  canvas.ondblclick = () => { acts.fit(); paint(); };
  canvas.onwheel = (event) => {
    if (!event.ctrlKey && parentElement.activeElement !== canvas) return; // the page scrolls past the map
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.offsetX, event.offsetY);
  };
  canvas.onkeydown = (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const name = { "+": "in", "=": "in", "-": "out", "0": "fit", s: "lasso", g: "pan", Enter: "view", x: "release",
      Escape: "release" }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!moves && !name)) return;
    event.preventDefault();
    event.stopPropagation();
    if (moves) {
      map.x += (moves[0] * 0.1) / map.zoom;
      map.y += (moves[1] * 0.1) / map.zoom;
    } else acts[name]();
    paint();
  };
}
