// What the pages do beside their links and forms; without it they work all the same.
(() => {
  const say = (text) => { document.getElementById("said").textContent = text; };
  const all = (selector) => [...document.querySelectorAll(selector)];

  // What is refused keeps its focus, so that its reason is read; choosing it says the reason and chooses nothing.
  document.addEventListener("click", (event) => {
    const refused = event.target.closest?.("[aria-disabled=true]");
    if (!refused) return;
    event.preventDefault();
    say(document.getElementById(refused.getAttribute("aria-describedby"))?.textContent.replace(/\s+/g, " ").trim() ?? "");
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    say("");
    all("details.switch[open]").forEach((menu) => { menu.open = false; });
  });

  // Ticks: how many there are, the whole page, or the whole filter; a line whose action is another than it was is marked.
  document.addEventListener("change", ({ target }) => {
    if (!target.closest("#list")) return;
    const every = document.getElementById("every"), picks = all("input[name=pick]");
    if (target.id === "page") picks.forEach((pick) => { pick.checked = target.checked; });
    if (target.name === "pick" && every) every.checked = false;
    const chosen = document.getElementById("chosen");
    if (chosen) chosen.textContent = every?.checked ? every.dataset.number : picks.filter((pick) => pick.checked).length || "";
    const line = target.closest("tr");
    if (line && target.name !== "pick") line.classList.toggle("dirty", all(`#${line.id} input[type=radio]`).some((radio) => radio.checked !== radio.defaultChecked));
  });

  // What others do shows: a line that has changed is fetched anew, and one with a choice that is not saved is marked.
  const news = new Set();
  const refresh = async () => {
    const lines = [...news].map((id) => document.getElementById(id)).filter(Boolean);
    news.clear();
    if (!lines.length) return;
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    lines.forEach((line) => {
      const fresh = page.getElementById(line.id), focus = line.contains(document.activeElement) && document.activeElement.id;
      if (fresh && !line.classList.contains("dirty")) line.replaceWith(document.adoptNode(fresh));
      document.getElementById(line.id)?.classList.add("changed");
      if (focus) document.getElementById(focus)?.focus();
    });
    say(document.getElementById("live").dataset.said + lines.map((line) => line.querySelector("a").textContent).join(", "));
  };
  const live = document.getElementById("live");
  const tell = ({ data }) => {
    const { subject, seq } = JSON.parse(data), line = document.getElementById(`r${subject}`);
    if (line && seq > Number(line.dataset.seq) && news.add(line.id).size === 1) setTimeout(refresh, 300);
  };
  // A browser comes back by itself where a stream ends, but not where a proxy answers for a server that starts again.
  const follow = () => Object.assign(new EventSource(live.dataset.live), { onerror() { if (this.readyState === 2) setTimeout(follow, 5000); } })
    .addEventListener("transition", tell);
  if (live) follow();

  const begin = () => { const page = document.getElementById("page"); if (page) page.hidden = false; };
  document.addEventListener("htmx:after:swap", begin);
  begin();
})();
