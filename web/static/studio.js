// The studio: what words cost by text, counted by the server while they are typed; the line of a finding in its file.
// Without this file every page works: the cost is counted whenever words are kept.

const form = document.querySelector("[data-cost]");
const WAIT = 400;

function count(field) {
  const part = field.dataset.part;
  const body = new URLSearchParams({ csrf: form.elements.csrf.value, name: form.elements.name.value, part, text: field.value });
  fetch(form.dataset.cost, { method: "POST", body, redirect: "error" })
    .then((response) => (response.ok ? response.text() : Promise.reject(response)))
    .then((html) => {
      document.getElementById(`${part}-cost`).innerHTML = html;
    })
    .catch(() => {}); // signed out, or the network is away: keeping the words says so
}

if (form) {
  for (const field of form.querySelectorAll("[data-part]")) {
    let later = 0;
    field.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(() => count(field), WAIT);
    });
  }
}

const text = document.querySelector("[data-line-marker]");
const line = Number(new URLSearchParams(window.location.search).get("line"));
if (text && line > 0) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] || "").length);
  text.scrollTop = Math.max(0, (line - 6) * (text.scrollHeight / lines.length));
}

// A rule is about one thing: what belongs to the others is put away until it is picked.
const rule = document.querySelector("[data-of-kind]");
function onlyOfKind() {
  for (const part of rule.querySelectorAll("[data-kinds]")) {
    const mine = part.dataset.kinds.split(" ").includes(rule.elements.kind.value);
    part.hidden = !mine;
    for (const field of part.querySelectorAll("input")) field.disabled = !mine;
  }
}
if (rule) {
  rule.elements.kind.addEventListener("change", onlyOfKind);
  onlyOfKind();
}

// While tests are being played the page looks again by itself.
const trial = document.querySelector("[data-again]");
if (trial) setTimeout(() => window.location.reload(), Number(trial.dataset.again) * 1000);

// While the language model is trained, what is said of it is renewed without loading the page again.
const WORKING = "[data-fresh='3']";
function renew() {
  fetch(window.location.pathname, { redirect: "error" })
    .then((response) => (response.ok ? response.text() : Promise.reject(response)))
    .then((html) => {
      const told = new DOMParser().parseFromString(html, "text/html").querySelector("[data-fresh]");
      const here = document.querySelector(WORKING);
      if (!told.matches(WORKING)) window.location.replace(window.location.pathname); // over: its figures and buttons are elsewhere
      else if (here.innerHTML !== told.innerHTML) here.replaceChildren(...told.childNodes); // read out only where it is another
    })
    .catch(() => {}) // the server is started anew, or the network is away: looked for again
    .finally(() => setTimeout(renew, 3000));
}
if (document.querySelector(WORKING)) setTimeout(renew, 3000);
