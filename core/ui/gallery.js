// A grid of thumbnails that can be chosen by click, shift-click and keyboard.
// This function is called again on every change of data or theme, so what a person has chosen lives on the node.
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  if (grid.dataset.token !== data.token) {
    grid.dataset.token = data.token;
    grid.chosen = new Set();
    grid.last = null;
  }
  if (grid.dataset.signature !== data.signature) {
    grid.dataset.signature = data.signature;
    grid.replaceChildren(...data.items.map(tile));
  }

  function tile(item) {
    const button = document.createElement("button");
    button.type = "button";
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

  const paint = () => {
    for (const button of grid.children) button.setAttribute("aria-pressed", grid.chosen.has(button.dataset.id));
  };
  const tell = () => {
    paint();
    setStateValue("chosen", [...grid.chosen]);
  };

  grid.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const buttons = [...grid.children];
    const at = buttons.indexOf(button);
    if (data.single) {
      setTriggerValue("opened", button.dataset.id);
      return;
    }
    if (event.shiftKey && grid.last !== null) {
      const [from, to] = [Math.min(at, grid.last), Math.max(at, grid.last)];
      for (const between of buttons.slice(from, to + 1)) grid.chosen.add(between.dataset.id);
    } else if (!grid.chosen.delete(button.dataset.id)) {
      grid.chosen.add(button.dataset.id);
    }
    grid.last = at;
    tell();
  };
  grid.ondblclick = (event) => {
    const button = event.target.closest("button");
    if (button && !data.single) setTriggerValue("opened", button.dataset.id);
  };
  grid.onkeydown = (event) => {
    const buttons = [...grid.children];
    const at = buttons.indexOf(parentElement.activeElement ?? event.target.closest("button"));
    const across = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (step && buttons[at + step]) {
      buttons[at + step].focus();
      event.preventDefault();
    } else if (event.key === "Escape") {
      grid.chosen.clear();
      tell();
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      buttons.forEach((button) => grid.chosen.add(button.dataset.id));
      event.preventDefault();
      tell();
    }
  };
  paint();
}
