// Passkeys: makes one on the account page, uses one on the sign-in page. Where a browser has none, nothing is shown.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const described = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

const make = async (options) => {
  const user = { ...options.user, id: bytes(options.user.id) };
  const publicKey = { ...options, user, challenge: bytes(options.challenge), excludeCredentials: described(options.excludeCredentials) };
  return navigator.credentials.create({ publicKey });
};

const use = async (options) => {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) };
  return navigator.credentials.get({ publicKey });
};

const written = (made) => {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
};

const start = (form) => {
  const problem = form.querySelector("[data-problem]");
  const say = (words) => {
    problem.textContent = words;
    problem.hidden = !words;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    try {
      const answer = await fetch(form.dataset.begin, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const options = await answer.json();
      if (!answer.ok) return say(options.problem);
      const made = await (form.dataset.passkey === "make" ? make(options) : use(options));
      form.elements.credential.value = written(made);
      if (form.elements.password) form.elements.password.value = "";
      form.submit();
    } catch {
      say(problem.dataset.problem); // turned down, took too long, or already there
    }
  });
  form.hidden = false;
  for (const instead of document.querySelectorAll("[data-no-passkeys]")) instead.hidden = true;
};

if (window.PublicKeyCredential && window.isSecureContext) document.querySelectorAll("form[data-passkey]").forEach(start);
