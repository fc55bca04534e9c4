// A confusion matrix as a table of buttons. While thresholds move the cells stay, and only what they say changes.
export default function ({ data, parentElement, setTriggerValue }) {
  const place = parentElement.querySelector(".matrix");
  const names = JSON.stringify([data.rows, data.columns]);
  if (place.dataset.names !== names) {
    place.dataset.names = names;
    place.replaceChildren(table());
  }
  const across = data.columns.length;
  const cells = [...place.querySelectorAll("button")];
  cells.forEach((cell, number) => {
    const row = data.rows[Math.floor(number / across)];
    if (cell.textContent !== data.texts[number]) cell.textContent = data.texts[number];
    cell.style.background = data.tints[number];
    cell.style.color = data.strong[number] ? "#fff" : "";
    cell.title = `${row} answered as ${data.columns[number % across]}\n${data.told[number]}`;
    cell.setAttribute("aria-label", `${row} answered as ${data.columns[number % across]}: ${data.told[number]}`);
    cell.setAttribute("aria-pressed", number === data.chosen);
    cell.classList.toggle("empty", data.told[number].startsWith("0 "));
  });
  if (!cells.some((cell) => cell.tabIndex === 0)) rove(cells[0]);

  place.onclick = (event) => {
    const at = cells.indexOf(event.target.closest("button"));
    if (at < 0) return;
    rove(cells[at]);
    setTriggerValue("cell", at);
  };
  place.onkeydown = (event) => {
    const at = cells.indexOf(event.target.closest("button"));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (at < 0 || step === undefined) return;
    const next = cells[at + step];
    if (next && (Math.abs(step) > 1 || Math.floor(at / across) === Math.floor((at + step) / across))) {
      rove(next);
      next.focus();
    }
    event.preventDefault();
    event.stopPropagation(); // the page has keys of its own
  };

  // One cell at a time is a stop of the Tab key; the arrows lead to the others.
  function rove(cell) {
    place.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    if (cell) cell.tabIndex = 0;
  }

  function table() {
    const made = document.createElement("table");
    made.classList.toggle("turned", data.columns.length > 6);
    made.classList.toggle("many", data.columns.length > 11);
    const caption = Object.assign(document.createElement("caption"), { textContent: "Truth by row, answer by column" });
    const head = document.createElement("tr");
    head.append(document.createElement("td"), ...data.columns.map((name) => header(name, "col")));
    made.append(caption, head, ...data.rows.map((name) => {
      const line = document.createElement("tr");
      line.append(header(name, "row"), ...data.columns.map(cell));
      return line;
    }));
    return made;
  }

  function header(name, scope) {
    const made = Object.assign(document.createElement("th"), { scope, title: name });
    made.append(Object.assign(document.createElement("span"), { textContent: name }));
    return made;
  }

  function cell() {
    const made = document.createElement("td");
    made.append(Object.assign(document.createElement("button"), { type: "button", tabIndex: -1 }));
    return made;
  }
}
