// While targets are typed, ask the same page whether they can be kept, and show its answer. All works without this.
const form = document.getElementById("targets");
let waiting, last;

async function ask() {
  last?.abort();
  last = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  try {
    const response = await fetch(location.pathname, { method: "POST", body, signal: last.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const answer = page.getElementById("answer");
    if (answer) document.getElementById("answer").innerHTML = answer.innerHTML;
    for (const input of form.querySelectorAll("input[inputmode]")) {
      const error = page.getElementById(input.id.replace("field", "error"));
      document.getElementById(input.id.replace("field", "error"))?.remove();
      input.removeAttribute("aria-invalid");
      if (error) {
        input.after(error);
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", error.id);
      } else {
        input.removeAttribute("aria-describedby");
      }
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 600);
});
