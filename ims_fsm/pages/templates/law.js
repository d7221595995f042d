// The law as the declarations say it: what may fire, and what refuses it. It knows no rule; all of it is in the data.
const STATE = "state";

/* Decide whether a trigger may fire in a state under facts (values by name; a fact that is left out has its default). */
function decide(edition, state, trigger, facts) {
  const value = {};
  for (const fact of edition.facts) value[fact.name] = facts[fact.name] ?? fact.default;
  value[STATE] = state;
  const holds = ([fact, values]) => values.includes(value[fact]);
  const refusals = edition.guards.filter(
    (guard) => guard.triggers.includes(trigger) && Object.entries(guard.when).every(holds),
  );
  const move = edition.transitions.find((each) => each.trigger === trigger && each.source.includes(state));
  if (refusals.length) return { allowed: false, refusals };
  if (!move) {
    const none = edition.none.filter((each) => each.state === state && each.trigger === trigger);
    return { allowed: false, refusals: none };
  }
  return { allowed: true, dest: move.dest, rules: move.rules };
}

/* Report a version worth a credit (paise, negative for a credit note): the entry, and the standing after. */
function report(standing, credit) {
  return { entry: credit - standing.S, after: { ...standing, S: credit } };
}

/* Settle a reported version as the recipient's GSTR-3B decides it; `reduction` is what is declared, null for all. */
function settle(standing, credit, outcome, reduction = null) {
  const { E, S, unreduced } = standing;
  if (outcome === "accepted" || outcome === "deemed_accepted") {
    const full = credit - E;
    const declared = reduction === null || outcome === "deemed_accepted" ? full : -reduction;
    const itc = full > 0 ? full : Math.max(full, declared);
    return { itc, addBack: 0, reversal: 0, after: { E: E + itc, S, unreduced: E + itc - credit } };
  }
  if (outcome === "rejected") {
    const addBack = Math.max(E - unreduced - S, 0);
    return { itc: 0, addBack, reversal: 0, after: { ...standing, S: S + addBack } };
  }
  if (outcome === "reversed") return { itc: 0, addBack: 0, reversal: E, after: { E: 0, S, unreduced: 0 } };
  return { itc: 0, addBack: 0, reversal: 0, after: { ...standing } };
}

if (typeof module !== "undefined") module.exports = { decide, report, settle };
