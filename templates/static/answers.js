// Comfort only: says how many characters are left, and keeps what is typed meanwhile. All works without this.
const line = document.getElementById("typing");
const form = line.closest("form");
const field = form.querySelector("textarea, [name=other]");
const say = line.dataset;
let unsaved = document.getElementById("errors") !== null;
let waiting, saving;

function left() {
  const number = Number(say.most) - [...field.value].length;
  return number < 0 ? say.over.replace("#", -number) : say.left.replace("#", number);
}

async function save() {
  const body = new URLSearchParams(new FormData(form));
  body.set("go", "stay");
  unsaved = false;
  try {
    const response = await fetch(location.pathname, { method: "POST", body, redirect: "error" });
    const plain = response.headers.get("content-type")?.startsWith("text/plain");
    const told = plain ? await response.text() : say.failed;
    line.textContent = response.ok ? `${left()} ${say.saved} ${told}` : told;
    unsaved ||= !response.ok;
  } catch {
    line.textContent = say.failed;
    unsaved = true;
  }
  saving = undefined;
}

form.addEventListener("input", () => {
  unsaved = true;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    saving = save();
  }, 1500);
});

field.addEventListener("focus", () => (line.textContent = left()), { once: true });

// What is sent last must arrive last. The buttons at the top do not send what is typed, so they wait until it is kept.
document.addEventListener("submit", async (event) => {
  clearTimeout(waiting);
  const atTop = event.target !== form;
  if (!saving && !(atTop && unsaved)) return;
  event.preventDefault();
  await saving;
  if (atTop && unsaved) await save();
  if (atTop && unsaved) field.focus();
  else event.target.requestSubmit(event.submitter);
});
