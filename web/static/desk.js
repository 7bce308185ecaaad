// The desk stays up to date: when the server says that something changed, the page asks for itself again and
// replaces its live parts. A part in which somebody types, has typed or moves with the keyboard is left alone.
// Without this file every page works; it is as old as its last load.

const mark = document.body.dataset.mark;
const news = document.getElementById("desk-news");
const words = document.getElementById("desk-words");
let busy = false;
let again = false;

function listen() {
  if (!mark || !window.EventSource) return;
  const stream = new EventSource(`/coach/events?after=${encodeURIComponent(mark)}`);
  stream.addEventListener("changed", refresh);
}

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const response = await fetch(window.location.href, { headers: { "X-Refresh": "1" }, redirect: "error" });
    if (response.ok) show(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    ask(); // signed out, or the network is away
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function show(fresh) {
  let changed = false;
  let left = false;
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other || said(other) === said(part)) continue;
    if (part.contains(document.activeElement) || typed(part)) left = true;
    else {
      part.replaceChildren(...other.childNodes);
      changed = true;
    }
  }
  document.title = fresh.title;
  if (left) ask();
  else if (changed) news.textContent = words.dataset.changed;
}

// Whether words stand in a part that were not sent yet.
function typed(part) {
  return [...part.querySelectorAll("textarea")].some((each) => each.value !== each.defaultValue);
}

// What a part says, without the marks of its forms: they differ each time.
function said(part) {
  const copy = part.cloneNode(true);
  for (const field of copy.querySelectorAll("input[type=hidden]")) field.remove();
  return copy.innerHTML;
}

function ask() {
  const link = document.createElement("a");
  link.href = window.location.href;
  link.className = "nhsuk-link";
  link.textContent = words.dataset.ask;
  news.replaceChildren(link);
}

// What was said last is what a coach wants to see first.
function toNewest() {
  for (const box of document.querySelectorAll(".chat--read")) box.scrollTop = box.scrollHeight;
}

toNewest();
listen();
