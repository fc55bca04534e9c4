// Thresholds in percent as sliders with a field for the exact number. Every step is told, a dozen times a second at most.
// This function is called again on every change of data or theme, so where the sliders stand lives on the node.
const PAUSE = 70; // milliseconds

export default function ({ data, parentElement, setStateValue }) {
  const list = parentElement.querySelector(".sliders");
  list.tell = setStateValue;
  if (list.dataset.token === data.token) return;
  list.dataset.token = data.token;
  list.values = [...data.seed];
  list.replaceChildren(...data.sliders.map(row));

  function row(item, place) {
    const line = document.createElement("div");
    const name = Object.assign(document.createElement("span"), { className: "name", textContent: item.label });
    name.title = item.label;
    if (item.colour) name.style.borderLeftColor = item.colour;
    const about = `${item.label}, threshold in percent`;
    const range = Object.assign(document.createElement("input"),
      { type: "range", min: 0, max: 100, step: "any", value: list.values[place], ariaLabel: about });
    const exact = Object.assign(document.createElement("input"),
      { type: "number", min: 0, max: 100, step: 0.1, value: shown(list.values[place]), ariaLabel: `${about}, as a number` });
    const track = Object.assign(document.createElement("span"), { className: "track" });
    track.append(range);
    if (item.own !== null) {
      const tick = Object.assign(document.createElement("i"), { title: `the model's own: ${shown(item.own)} %` });
      tick.style.setProperty("--at", item.own / 100);
      track.append(tick);
    }
    range.oninput = () => move(Math.round(Number(range.value) * 10) / 10);
    range.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      event.stopPropagation(); // the page has keys of its own
      if (step === undefined) return;
      event.preventDefault();
      move(Math.round((list.values[place] + (event.shiftKey ? step / 10 : step)) * 10) / 10);
    };
    exact.onkeydown = (event) => event.stopPropagation();
    exact.onchange = () => move(exact.value === "" ? list.values[place] : Number(exact.value));
    function move(value) {
      const kept = Math.min(Math.max(value, 0), 100);
      if (Number.isNaN(kept)) return;
      list.values = list.values.map((one, other) => (other === place ? kept : one));
      range.value = kept;
      exact.value = shown(kept);
      soon();
    }
    line.append(name, track, exact, Object.assign(document.createElement("span"), { textContent: "%" }));
    return line;
  }

  function soon() {
    if (list.waiting) return void (list.moved = true);
    list.tell("standing", list.values);
    list.waiting = setTimeout(() => {
      list.waiting = null;
      if (list.moved) soon((list.moved = false));
    }, PAUSE);
  }

  function shown(value) {
    return String(Math.round(value * 100) / 100);
  }
}
