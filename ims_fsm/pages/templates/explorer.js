// The page: what is chosen, what the law says of it, and the address that brings it back.
if (typeof document !== "undefined") {
  const law = JSON.parse(document.getElementById("law").textContent);
  const at = (id) => document.getElementById(id);
  const chosen = { facts: {} };

  const element = (name, text, classes) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (classes) made.className = classes;
    return made;
  };
  const machine = () => law.machines.find((each) => each.name === chosen.machine);
  const edition = () => machine().editions.find((each) => each.ruleSet === chosen.ruleSet);
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  const words = (name) => name.replaceAll("_", " ");

  function options(select, entries, value) {
    select.replaceChildren(...entries.map(([key, text]) => {
      const made = element("option", text);
      made.value = key;
      return made;
    }));
    select.value = value;
  }

  function radios(legend, name, entries, value) {
    const set = element("fieldset");
    set.append(element("legend", legend), ...entries.map(([key, text]) => {
      const label = element("label");
      const radio = element("input");
      Object.assign(radio, { type: "radio", name, value: key, checked: key === value, id: `${name}=${key}` });
      label.append(radio, element("span", text));
      return label;
    }));
    return set;
  }

  /* Keep of what is chosen whatever the machine has; the rest falls back to its defaults. */
  function settle_choice() {
    if (!machine()) chosen.machine = law.machines.find((each) => each.name === "credit_note")?.name ?? law.machines[0].name;
    if (!edition()) chosen.ruleSet = machine().editions.at(-1).ruleSet;
    const { states, initial, facts } = edition();
    if (!states.some((each) => each.name === chosen.state)) chosen.state = initial;
    const known = facts.filter((fact) => chosen.facts[fact.name] in fact.values);
    chosen.facts = Object.fromEntries(known.map((fact) => [fact.name, chosen.facts[fact.name]]));
  }

  function show_form() {
    const { states, facts, id } = edition();
    options(at("machine"), law.machines.map((each) => [each.name, each.title]), chosen.machine);
    const sets = machine().editions.map((each) => [
      each.ruleSet, `${each.ruleSet}: ${each.counts} from ${each.since}${each.until ? ` to ${each.until}` : ""}`,
    ]);
    options(at("edition"), sets, chosen.ruleSet);
    const title = at("states").querySelector("legend");
    const listed = radios("", "state", states.map((each) => [each.name, each.title]), chosen.state);
    listed.querySelector("legend").remove();
    at("states").replaceChildren(title, ...listed.children);
    const fold = at("facts").querySelector("summary");
    const open = facts.filter((fact) => Object.keys(fact.values).length > 1);
    fold.textContent = `Facts (${open.length})`;
    at("facts").replaceChildren(fold, ...open.map((fact) =>
      radios(capital(fact.says), fact.name, Object.entries(fact.values), chosen.facts[fact.name] ?? fact.default)));
    for (const figure of document.querySelectorAll("[data-edition]")) figure.hidden = figure.dataset.edition !== id;
  }

  function show_answers() {
    const here = edition();
    const state = here.states.find((each) => each.name === chosen.state);
    const answers = here.triggers.map((trigger) => [trigger, decide(here, chosen.state, trigger.name, chosen.facts)]);
    const allowed = answers.filter(([, answer]) => answer.allowed).length;
    at("situation").textContent =
      `${machine().title}, ${state.title.toLowerCase()}, under ${here.ruleSet}: ${allowed} of ${answers.length} triggers may fire.`;
    const ordered = [...answers].sort((one, other) => other[1].allowed - one[1].allowed);
    at("answers").replaceChildren(...ordered.map(([trigger, answer]) => told(here, trigger, answer)));
    light(here, answers);
  }

  function told(here, trigger, answer) {
    const card = element("article", "", answer.allowed ? "may" : "not");
    card.dataset.trigger = trigger.name;
    if (answer.allowed) {
      const dest = here.states.find((each) => each.name === answer.dest);
      card.append(element("h3", `May: ${words(trigger.name)} → ${dest.title}`), element("p", trigger.says), cited(answer.rules));
      return card;
    }
    card.append(element("h3", `May not: ${words(trigger.name)}`), element("p", trigger.says));
    for (const refusal of answer.refusals) {
      card.append(element("p", `${refusal.says}.`), element("p", refusal.remedy, "remedy"), cited(refusal.rules));
    }
    return card;
  }

  function cited(rules) {
    const fold = element("details");
    fold.append(element("summary", rules.join(", ")));
    for (const id of rules) {
      const rule = law.rules[id];
      fold.append(element("p", `${id}: ${rule.title} (${rule.source})`));
      if (rule.quote) fold.append(element("blockquote", rule.quote));
    }
    return fold;
  }

  function light(here, answers) {
    const figure = document.querySelector(`[data-edition="${here.id}"]`);
    if (!figure) return;
    for (const node of figure.querySelectorAll(".node")) {
      node.classList.toggle("here", node.id === `${here.id}-${chosen.state}`);
    }
    for (const [trigger, answer] of answers) {
      for (const edge of figure.querySelectorAll(".edge")) {
        if (edge.classList.contains(trigger.name)) edge.classList.toggle("refused", !answer.allowed);
      }
    }
  }

  // --- amounts --------------------------------------------------------------------------------------------------------

  const rupees = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const shown = (paise) => rupees.format(paise / 100);

  function paise(id) {
    const text = at(id).value.replaceAll(",", "").trim();
    if (!/^-?\d{1,12}(\.\d{1,2})?$/.test(text)) throw new Error(`${at(id).labels[0].textContent}: “${at(id).value}” is not an amount; write rupees like 1,09,880.00`);
    return Math.round(Number(text) * 100);
  }

  function show_money() {
    const rows = [];
    let standing = { E: 0, S: 0, unreduced: 0 };
    const row = (step, entry, settled) => {
      standing = (settled ?? entry).after;
      rows.push([step, entry ? shown(entry.entry) : "", ...(settled
        ? [settled.itc, settled.addBack, settled.reversal].map(shown) : ["", "", ""]), shown(standing.E), shown(standing.S)]);
    };
    try {
      const reduction = at("r1").value.trim() ? paise("r1") : null;
      if (reduction !== null && reduction < 0) throw new Error("ITC to reduce is below zero; write it without a sign");
      for (const [v, d, name, less] of [["v0", "d0", "document", null], ["v1", "d1", "amendment", reduction]]) {
        const credit = paise(v);
        row(`The supplier reports the ${name}`, report(standing, credit));
        row(`The ${name}: ${words(at(d).value)}`, null, settle(standing, credit, at(d).value, less));
      }
      at("money-problem").textContent = "";
    } catch (problem) {
      at("money-problem").textContent = problem.message;
      return;
    }
    at("steps").replaceChildren(...rows.map(([step, ...cells]) => {
      const line = element("tr");
      const head = element("th", step);
      head.scope = "row";
      line.append(head, ...cells.map((cell) => element("td", cell)));
      return line;
    }));
  }

  // --- the address ----------------------------------------------------------------------------------------------------

  const AMOUNTS = ["v0", "d0", "v1", "d1", "r1"];

  function to_address() {
    const said = new URLSearchParams({ machine: chosen.machine, rules: chosen.ruleSet, state: chosen.state });
    for (const [fact, value] of Object.entries(chosen.facts)) said.set(`fact.${fact}`, value);
    for (const id of AMOUNTS) if (at(id).value !== initial[id]) said.set(id, at(id).value);
    history.replaceState(null, "", `#${said}`);
  }

  function from_address() {
    const said = new URLSearchParams(location.hash.slice(1));
    const facts = [...said].filter(([key]) => key.startsWith("fact.")).map(([key, value]) => [key.slice(5), value]);
    Object.assign(chosen, {
      machine: said.get("machine"), ruleSet: said.get("rules"), state: said.get("state"), facts: Object.fromEntries(facts),
    });
    for (const id of AMOUNTS) at(id).value = said.get(id) ?? initial[id];
    for (const id of ["d0", "d1"]) if (!at(id).value) at(id).value = initial[id];
  }

  function all() {
    settle_choice();
    show_form();
    show_answers();
    show_money();
  }

  const initial = Object.fromEntries(AMOUNTS.map((id) => [id, at(id).value]));
  at("choice").addEventListener("change", ({ target }) => {
    if (target.id === "machine") chosen.machine = target.value;
    else if (target.id === "edition") chosen.ruleSet = target.value;
    else if (target.name === "state") chosen.state = target.value;
    else chosen.facts[target.name] = target.value;
    settle_choice();
    // What is chosen by radio keeps its focus: only another document or rule set makes the form anew.
    if (target.tagName === "SELECT") show_form();
    show_answers();
    to_address();
  });
  at("choice").addEventListener("reset", (event) => {
    event.preventDefault();
    history.replaceState(null, "", "#");
    from_address();
    all();
  });
  at("choice").addEventListener("submit", (event) => event.preventDefault());
  at("money").addEventListener("submit", (event) => event.preventDefault());
  at("money").addEventListener("input", () => {
    show_money();
    to_address();
  });
  addEventListener("hashchange", () => {
    from_address();
    all();
  });
  if (matchMedia("(max-width: 48rem)").matches) at("facts").open = false;
  from_address();
  all();
}
