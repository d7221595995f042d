"use strict";
// Search: the sections that hold every word stay, the others are put away. Without this script all stay.
(() => {
  const form = document.querySelector(".search");
  const input = form.querySelector("input");
  const output = form.querySelector("output");
  const entries = [...document.querySelectorAll(".entry")];
  const pages = [...document.querySelectorAll(".page")];
  const texts = new Map();
  // A page's own list of contents is no finding.
  const read = (entry) => {
    if (!entry.matches(".intro")) return entry.textContent;
    return [...entry.children].filter((part) => part.tagName !== "UL").map((part) => part.textContent).join(" ");
  };
  const textOf = (entry) => {
    if (!texts.has(entry)) texts.set(entry, read(entry).toLowerCase());
    return texts.get(entry);
  };

  const mark = (words) => {
    if (!window.CSS || !CSS.highlights) return;
    CSS.highlights.delete("found");
    const ranges = [];
    if (!words.length) return;
    for (const entry of entries.filter((entry) => !entry.hidden)) {
      const walker = document.createTreeWalker(entry, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node && ranges.length < 5000; node = walker.nextNode()) {
        const text = node.data.toLowerCase();
        for (const word of words) {
          for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
            const range = new Range();
            range.setStart(node, at);
            range.setEnd(node, at + word.length);
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const entry of entries) {
      entry.hidden = !words.every((word) => textOf(entry).includes(word));
      if (!entry.hidden) count += 1;
    }
    for (const page of pages) page.hidden = !page.querySelector(".entry:not([hidden])");
    output.value = words.length ? `${count || "No"} section${count === 1 ? "" : "s"} of ${entries.length}` : "";
    mark(words);
  };

  // What a link leads to is shown: neither put away nor inside a fold that is shut.
  const show = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const away = target.closest("[hidden]") || target.querySelector(":scope > .entry[hidden]");
    if (away) {
      input.value = "";
      search();
    }
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (away) target.scrollIntoView();
  };

  // What is folded is not printed: whoever wants all of it on paper unfolds everything first.
  const folds = document.getElementById("folds");
  folds.addEventListener("click", () => {
    const open = folds.getAttribute("aria-pressed") !== "true";
    for (const fold of document.querySelectorAll("main details")) fold.open = open;
    folds.setAttribute("aria-pressed", open);
    folds.textContent = open ? "Fold everything" : "Unfold everything";
  });

  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea)$/i.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
    } else if (event.key === "Escape" && document.activeElement === input) {
      input.value = "";
      search();
    }
  });
  window.addEventListener("hashchange", show);

  // The contents stand open beside the text where there is room, and shut above it where there is none.
  const contents = document.querySelector(".contents details");
  const room = window.matchMedia("(min-width: 64rem)");
  const fit = () => { contents.open = room.matches; };
  room.addEventListener("change", fit);
  contents.addEventListener("click", (event) => {
    if (!room.matches && event.target.closest("nav a")) contents.open = false;
  });
  fit();
  form.hidden = false;
  search();
  show();
})();
