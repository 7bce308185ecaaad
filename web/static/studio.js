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

// While tests are being played the page looks again by itself.
const trial = document.querySelector("[data-again]");
if (trial) setTimeout(() => window.location.reload(), Number(trial.dataset.again) * 1000);
