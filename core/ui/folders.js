// Streamlit's uploader forgets in which folders the files of a dropped folder lay. So the drop is caught, and handed
// on with files whose names are their paths, which then are the names in Python.

const ZONE = "[data-testid=stFileUploaderDropzone]";
let most = 0;

async function collect(entry, path, found) {
  if (found.length >= most) return;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push(new File([file], path + entry.name, { type: file.type, lastModified: file.lastModified }));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const inner of some) await collect(inner, `${path}${entry.name}/`, found);
  }
}

async function dropped(event) {
  const zone = event.target.closest?.(ZONE);
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!zone || !entries.some((entry) => entry.isDirectory)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const found = [];
  for (const entry of entries) await collect(entry, "", found);
  const files = new DataTransfer();
  for (const file of found) files.items.add(file);
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}

export default function ({ data }) {
  most = data.most;
  document.addEventListener("drop", dropped, true); // once, however often this runs
}
