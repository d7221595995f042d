// What the pages do beside their links and forms; without it they work all the same.
(() => {
  const say = (text) => { document.getElementById("said").textContent = text; };

  // What is refused keeps its focus, so that its reason is read; choosing it says the reason and chooses nothing.
  document.addEventListener("click", (event) => {
    const refused = event.target.closest?.("[aria-disabled=true]");
    if (!refused) return;
    event.preventDefault();
    say(document.getElementById(refused.getAttribute("aria-describedby"))?.textContent.trim() ?? "");
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      say("");
      document.querySelectorAll("details.switch[open]").forEach((menu) => { menu.open = false; });
    }
  });
})();
