// Comfort only: says how many characters are left, and keeps what is typed meanwhile. All works without this.
const line = document.getElementById("typing");
const form = line.closest("form");
const field = form.querySelector("textarea, [name=other]");
const say = line.dataset;
let waiting, saving;

function left() {
  const number = Number(say.most) - [...field.value].length;
  return number < 0 ? say.over.replace("#", -number) : say.left.replace("#", number);
}

async function save() {
  const body = new URLSearchParams(new FormData(form));
  body.set("go", "stay");
  try {
    const response = await fetch(location.pathname, { method: "POST", body, redirect: "error" });
    const plain = response.headers.get("content-type")?.startsWith("text/plain");
    const told = plain ? await response.text() : say.failed;
    line.textContent = response.ok ? `${left()} ${say.saved} ${told}` : told;
  } catch {
    line.textContent = say.failed;
  }
  saving = undefined;
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    saving = save();
  }, 1500);
});

field.addEventListener("focus", () => (line.textContent = left()), { once: true });

// What is sent last must arrive last.
form.addEventListener("submit", (event) => {
  clearTimeout(waiting);
  if (!saving) return;
  event.preventDefault();
  saving.then(() => form.requestSubmit(event.submitter));
});
