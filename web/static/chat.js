// The live chat: sends without leaving the page, shows replies as they come, leaves quickly.
// Without this file, or when anything here fails, the form posts and the page reloads.

const chat = document.querySelector(".chat");
const lines = document.getElementById("lines");
const waiting = document.getElementById("waiting");
const exit = document.getElementById("exit");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
let stream = null;

const answer = () => document.getElementById("answer");
const element = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
};

function listen() {
  if (!chat.dataset.live || !window.EventSource) return;
  stream = new EventSource(`/chat/events?after=${encodeURIComponent(chat.dataset.cursor)}`);
  stream.addEventListener("lines", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("open", () => (chat.dataset.listening = "")); // from now on nothing reloads the page
}

const isLive = () => stream !== null && stream.readyState === EventSource.OPEN;

function show(news) {
  const added = news.lines.filter((line) => !document.getElementById(line.key)).map((line) => element(line.html));
  if (added.length) {
    const all = document.createDocumentFragment(); // one change, so that a screen reader reads it once
    all.append(...added);
    lines.append(all);
  }
  if (news.answer) replaceForm(element(news.answer));
  waiting.hidden = Boolean(news.answer);
  const ours = added.find((line) => !line.classList.contains("chat__line--person"));
  if (ours) ours.scrollIntoView({ block: tall(ours) ? "start" : "nearest", behavior: still.matches ? "auto" : "smooth" });
}

// Bring the reply and, where both fit, the form below it into view.
const tall = (line) => answer().getBoundingClientRect().bottom - line.getBoundingClientRect().top > 0;

function replaceForm(fresh) {
  const old = answer();
  if (fresh.dataset.shown === old.dataset.shown) return;
  const hadFocus = old.contains(document.activeElement);
  const left = old.elements.text.value;
  const typed = left === old.dataset.sent ? "" : left; // what is on its way is not there to be sent again
  const started = fresh.elements.text;
  old.replaceWith(fresh);
  if (typed) started.value = typed;
  if (hadFocus) focusOn(fresh);
}

function focusOn(form) {
  const first = form.querySelector("input[type=radio], input[type=checkbox]") || form.elements.text;
  first.focus({ preventScroll: true });
}

async function send(event) {
  const form = event.target;
  if (form.id !== "answer" || !isLive()) return; // an ordinary post
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    await post(form);
  } catch {
    sendPlainly(form); // the same form id, so it is one message whatever the network did
  } finally {
    delete form.dataset.busy;
  }
}

// A form that was replaced meanwhile is no part of the page, and browsers send no such form.
function sendPlainly(form) {
  if (!form.isConnected) {
    form.hidden = true;
    document.body.append(form);
  }
  form.submit();
}

async function post(form) {
  form.dataset.sent = form.elements.text.value;
  const response = await fetch("/chat", {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  });
  if (!response.ok) return sendPlainly(form); // the page itself says what is wrong
  const said = await response.json();
  if (!form.isConnected) return; // on a slow line the reply comes first, and brings a form of its own
  delete form.dataset.sent;
  form.elements.form.value = said.form;
  form.elements.mark.value = said.mark;
  form.elements.text.value = "";
  waiting.hidden = false;
  for (const choice of form.querySelectorAll("input[name=choice]")) choice.checked = false;
  form.elements.text.focus({ preventScroll: true });
}

let presses = 0;
let lastPress = 0;
function leave(event) {
  if (event) event.preventDefault();
  document.body.hidden = true;
  document.title = "";
  if (stream) stream.close();
  window.location.replace(exit.href);
}
function escape(event) {
  if (event.key !== "Escape") return;
  presses = event.timeStamp - lastPress < 5000 ? presses + 1 : 1;
  lastPress = event.timeStamp;
  if (presses < 3) return;
  event.preventDefault(); // Escape also stops a page that loads, and that would be the page we go to
  leave();
}

document.addEventListener("submit", send);
document.addEventListener("keydown", escape);
exit.addEventListener("click", leave);
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
listen();
