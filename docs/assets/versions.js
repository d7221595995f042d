// The switch between releases: each is a folder, and ../versions.js, which the newest wrote, lists them all.
const topic = document.querySelector(".md-header__topic");
const here = document.currentScript.dataset;
if (topic && window.releases?.length > 1) {
  const made = (name, classes, text) => Object.assign(document.createElement(name), { className: classes, textContent: text ?? "" });
  const box = made("div", "md-version");
  const button = made("button", "md-version__current", here.release);
  button.setAttribute("aria-label", `Version ${here.release}; choose another`);
  const list = made("ul", "md-version__list");
  for (const release of window.releases) {
    const link = made("a", "md-version__link", release);
    link.href = `${here.base}/../${release}/index.html`;
    const item = made("li", "md-version__item");
    item.append(link);
    list.append(item);
  }
  box.append(button, list);
  topic.append(box);
}
