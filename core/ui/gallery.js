// A grid of thumbnails that can be chosen by click, shift-click and keyboard.
// This function is called again on every change of data or theme, so what a person has chosen lives on the node.
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const foot = parentElement.querySelector(".turn");
  const order = data.order ? data.order.split(" ") : data.items.map((item) => item.id);
  if (grid.dataset.token !== data.token) {
    grid.dataset.token = data.token;
    grid.chosen = new Set(data.seed);
    grid.anchor = null; // the tile from which a range is counted
  }
  if (grid.dataset.signature !== data.signature) {
    const had = parentElement.activeElement?.dataset.id;
    grid.dataset.signature = data.signature;
    grid.replaceChildren(...data.items.map(tile));
    const buttons = [...grid.children];
    const first = buttons.find((button) => button.dataset.id === had) ?? buttons[grid.entry === "last" ? buttons.length - 1 : 0];
    rove(first);
    if (had || grid.entry) first?.focus({ preventScroll: !grid.entry });
    grid.entry = null;
  }
  for (const image of grid.querySelectorAll("img")) {
    if (image.complete && !image.naturalWidth && image.src) image.src = image.src; // was not served then
  }
  grid.setAttribute("aria-label", `Photos, page ${data.page} of ${data.pages}`);
  foot.replaceChildren(...(data.pages > 1 ? [turner("Previous page", -1), words(), turner("Next page", 1)] : []));
  paint();

  function tile(item) {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.id = item.id;
    button.setAttribute("aria-label", item.caption + (item.note ? ", " + item.note : ""));
    button.title = item.caption + (item.note ? "\n" + item.note : "");
    const picture = document.createElement(item.src ? "img" : "span");
    if (item.src) {
      Object.assign(picture, { loading: "lazy", decoding: "async", alt: "", src: item.src });
    } else {
      picture.className = "none";
      picture.textContent = "no preview";
    }
    picture.style.borderBottomColor = item.colour || "transparent";
    button.append(picture);
    if (item.mark) {
      const mark = document.createElement("i");
      mark.className = item.mark;
      button.append(mark);
    }
    const caption = document.createElement("small");
    caption.textContent = item.caption;
    button.append(caption);
    return button;
  }

  function paint() {
    for (const button of grid.children) button.setAttribute("aria-pressed", grid.chosen.has(button.dataset.id));
  }

  function tell() {
    paint();
    setStateValue("chosen", [...grid.chosen]);
  }

  // One tile at a time is a stop of the Tab key; the arrows lead to the others.
  function rove(button) {
    if (!button) return;
    grid.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    button.tabIndex = 0;
  }

  function go(button) {
    rove(button);
    button.focus();
  }

  function toggle(id) {
    if (!grid.chosen.delete(id)) grid.chosen.add(id);
    grid.anchor = id;
    tell();
  }

  function reach(id) {
    const [from, to] = [order.indexOf(grid.anchor ?? id), order.indexOf(id)].sort((a, b) => a - b);
    for (const between of order.slice(Math.max(from, 0), to + 1)) grid.chosen.add(between);
    grid.anchor ??= id;
    tell();
  }

  function turn(step, entry) {
    const page = data.page + step;
    if (page < 1 || page > data.pages) return false;
    grid.entry = entry;
    setTriggerValue("turn", page);
    return true;
  }

  function turner(name, step) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = step < 0 ? "← " + name : name + " →";
    button.disabled = data.page + step < 1 || data.page + step > data.pages;
    button.onclick = () => turn(step, "first");
    return button;
  }

  function words() {
    const text = document.createElement("span");
    text.textContent = `${data.page} of ${data.pages}`;
    return text;
  }

  grid.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    go(button);
    if (data.single) setTriggerValue("opened", button.dataset.id);
    else if (event.shiftKey) reach(button.dataset.id);
    else toggle(button.dataset.id);
  };
  grid.ondblclick = (event) => {
    const button = event.target.closest("button");
    if (button && !data.single) setTriggerValue("opened", button.dataset.id);
  };
  grid.onmousedown = (event) => event.shiftKey && event.preventDefault(); // which would select text

  grid.onkeydown = (event) => {
    const buttons = [...grid.children];
    const at = buttons.indexOf(event.target.closest("button"));
    if (at < 0) return;
    const across = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, Home: -at, End: buttons.length - 1 - at };
    const step = steps[event.key];
    const held = event.ctrlKey || event.metaKey;
    if (step !== undefined) {
      const next = buttons[at + step];
      if (next) {
        if (event.shiftKey && !data.single) {
          grid.anchor ??= buttons[at].dataset.id;
          reach(next.dataset.id);
        }
        go(next);
      } else turn(Math.sign(step), step > 0 ? "first" : "last");
    } else if (event.key === "PageDown") turn(1, "first");
    else if (event.key === "PageUp") turn(-1, "first");
    else if (event.key === "Enter") setTriggerValue("opened", buttons[at].dataset.id);
    else if (event.key === "Escape" && !data.single) {
      grid.chosen.clear();
      tell();
    } else if (event.key === "a" && held && !data.single) {
      order.forEach((id) => grid.chosen.add(id));
      tell();
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
  };
}
