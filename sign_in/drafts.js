/* Keeps what a person typed into a form while her session may end: in this window only, for her only, for a working day.

   A form's text is in the browser until it is sent. When the session has ended, the page goes to the sign-in; afterwards
   the text is put back into the form of the same record. What was recorded is forgotten. Somebody else who signs in in
   this browser finds nothing: a window that comes back under another sign than it was loaded with leaves for a new one.
   While she types, her session is told that she is there. */
(() => {
  "use strict";
  const owner = document.currentScript.dataset.owner;
  const STORE = "concord-drafts", KEPT_MS = 12 * 3600e3, SEEN_EVERY_MS = 60e3, LOOK_MS = 150, GIVE_UP_MS = 20e3, STAYS_MS = 1000;
  const TEXT = "textarea, input[type=text], input:not([type])";

  const read = () => {
    try {
      const found = JSON.parse(sessionStorage.getItem(STORE) || "{}");
      return found.owner === owner ? found.forms : {};
    } catch { return {}; }
  };
  const drafts = read();
  for (const [key, draft] of Object.entries(drafts)) if (Date.now() - draft.at > KEPT_MS) delete drafts[key];
  const write = () => {
    try { sessionStorage.setItem(STORE, JSON.stringify({ owner, forms: drafts })); } catch { /* a full store keeps less */ }
  };
  write();

  /* Straight from the sign-in: to the page of the latest draft, which the server does not know when it led her there. */
  if (new URL(document.referrer || location.href).pathname === "/login") {
    const latest = Object.entries(drafts).sort((a, b) => b[1].at - a[1].at)[0];
    if (latest && latest[1].url && latest[1].url !== location.pathname + location.search) {
      location.replace(latest[1].url);
      return;
    }
  }

  const place = () => location.pathname + "?" + (new URLSearchParams(location.search).get("cid") || "");

  /* The form sent last: record → the version it showed. A toast that was not there before says that it was recorded. */
  const pressed = new Map();
  /* The forms on the page: record → its version and its fields by name. While a page is drawn anew, the form that was
     sent stands beside the one that takes its place: then it is the new one. */
  const onPage = () => {
    const found = new Map(), all = new Map();
    for (const element of document.querySelectorAll('[class*="st-key-form--"]')) {
      const named = /(?:^|\s)st-key-form--([A-Za-z0-9-]+?)--([A-Za-z0-9-]+?)--([a-z_]+)(?:\s|$)/.exec(element.className);
      if (!named) continue;
      const [, record, version, field] = named;
      if (!all.has(record)) all.set(record, new Map());
      const versions = all.get(record);
      if (!versions.has(version)) versions.set(version, new Map());
      versions.get(version).set(field, element);
    }
    for (const [record, versions] of all) {
      const names = [...versions.keys()];
      const version = names.find((name) => name !== pressed.get(record)) || names[0];
      found.set(record, { version, fields: versions.get(version), alone: names.length === 1 });
    }
    return found;
  };
  const text = (element) => element.querySelector('[data-testid="stSelectbox"], [data-testid="stDateInput"]')
    ? null : element.querySelector(TEXT);
  const select = (element) => element.querySelector('[data-testid="stSelectbox"]');
  const chosen = (box) => {
    const input = box.querySelector("input");
    return input ? input.value : "";
  };

  /* Signed out, a page has no menu: then what is gone was not recorded. */
  const signedIn = () => document.querySelector('[data-testid="stSidebar"]') !== null;
  const idle = () => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app !== null && app.getAttribute("data-test-script-state") !== "running";
  };

  const waiting = new Map(Object.entries(drafts).filter(([key]) => key.startsWith(place() + "\n")));
  const toasts = () => [...document.querySelectorAll('[data-testid="stToast"]')];
  const recorded = (record, form) =>
    pressed.get(record) === form.version && toasts().some((toast) => !("before" in toast.dataset));
  const started = Date.now();

  const keep = () => {
    if (leave()) return;
    const forms = onPage();
    for (const [record, form] of forms) {
      const key = place() + "\n" + record;
      if (waiting.has(key)) continue;
      // The toast comes first, the empty form a moment later: what stands in the old one is no draft any more.
      if (recorded(record, form)) { delete drafts[key]; continue; }
      const fields = {};
      let typed = false;
      for (const [field, element] of form.fields) {
        const box = select(element), input = text(element);
        if (box) fields[field] = { choice: chosen(box) };
        else if (input) { fields[field] = { text: input.value }; typed = typed || input.value.trim() !== ""; }
      }
      if (typed) drafts[key] = { at: Date.now(), url: location.pathname + location.search, fields };
      else delete drafts[key];
      if (typed === false && form.alone) pressed.delete(record);
    }
    if (signedIn() && idle()) {
      for (const record of [...pressed.keys()]) {
        if (!forms.has(record)) { delete drafts[place() + "\n" + record]; pressed.delete(record); }
      }
    }
    write();
  };

  const put = (input, value) => {
    const kind = input.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const choose = async (box, words) => {
    if (!words || chosen(box) === words) return true;
    const input = box.querySelector("input"), opens = box.querySelector("button");
    if (!input || !opens) return false;
    input.focus();
    opens.click();
    for (let tries = 0; tries < 20; tries += 1) {
      await pause(50);
      const option = [...document.querySelectorAll('[role="option"]')].find((o) => o.textContent.trim() === words);
      if (!option) continue;
      option.click();
      await pause(200);
      input.blur();
      return chosen(box) === words;
    }
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    input.blur();
    return false;
  };

  const say = (sentence, quote, key) => {
    const box = document.createElement("div");
    box.setAttribute("role", "status");
    box.className = "concord-kept";
    box.style.cssText = "position:fixed;right:16px;bottom:16px;max-width:min(420px,calc(100vw - 32px));padding:14px 16px;" +
      "border-radius:8px;background:#0b5a6b;color:#fff;font:15px/1.45 system-ui,sans-serif;z-index:1000000;" +
      "box-shadow:0 4px 24px rgb(0 0 0/.25);overflow-wrap:anywhere";
    // The page's own type, which has Chinese where the machine has none.
    const app = document.querySelector('[data-testid="stApp"]');
    if (app) box.style.fontFamily = getComputedStyle(app).fontFamily;
    box.append(sentence);
    if (quote) { const q = document.createElement("p"); q.textContent = `“${quote}”`; q.style.margin = "8px 0 0"; box.append(q); }
    const away = document.createElement("button");
    away.textContent = "Close";
    away.style.cssText = "display:block;margin-top:10px;padding:4px 10px;border:1px solid #fff;border-radius:6px;" +
      "background:none;color:inherit;font:inherit;cursor:pointer";
    away.onclick = () => { box.remove(); if (key) { delete drafts[key]; waiting.delete(key); write(); } };
    box.append(away);
    document.body.append(box);
  };

  const put_back = new Map();
  let restoring = false;
  const restore = async () => {
    if (restoring || waiting.size === 0 || !idle()) return;
    restoring = true;
    try {
      const forms = onPage();
      for (const [key, draft] of [...waiting]) {
        const form = forms.get(key.split("\n")[1]);
        if (!form) continue;
        const lost = [];
        // The page may still draw the form anew, which empties it: put back until it stays.
        const at = put_back.get(key) || { tries: 0, since: Date.now() };
        put_back.set(key, at);
        for (const [field, element] of form.fields) {
          const before = draft.fields[field], input = before && text(element);
          if (input && before.text && input.value === "" && at.tries < 20) {
            put(input, before.text);
            at.tries += 1;
            at.since = Date.now();
          }
        }
        if (Date.now() - at.since < STAYS_MS) { setTimeout(look, STAYS_MS); continue; }
        waiting.delete(key);
        for (const [field, element] of form.fields) {
          const before = draft.fields[field], box = before && select(element);
          if (box && before.choice && !(await choose(box, before.choice).catch(() => false))) lost.push(before.choice);
        }
        say("What you typed here before is back in its form. Look at it, then record it." +
          (lost.length ? ` You had chosen “${lost.join("”, “")}”: choose it again.` : ""));
      }
    } finally { restoring = false; }
  };
  const giveUp = () => {
    for (const [key, draft] of waiting) {
      if (key.startsWith(place() + "\n")) {
        const typed = Object.values(draft.fields).map((f) => f.text || "").filter((t) => t.trim()).join(" · ");
        say("Kept from before: what you typed on this page. Its form is closed or no longer here.", typed, key);
      }
    }
  };

  let left = false;
  const leave = () => {
    const sign = document.querySelector('[class*="st-key-whose-"]');
    if (left || sign === null || sign.classList.contains("st-key-whose-" + owner)) return left;
    left = true;
    document.body.hidden = true;
    for (const key of Object.keys(drafts)) delete drafts[key];
    waiting.clear();
    sessionStorage.removeItem(STORE);
    location.replace("/");
    return left;
  };

  let due = 0;
  // Not put off again by what goes on meanwhile: a page that is being drawn never rests.
  const look = () => {
    if (leave()) return;
    due = due || setTimeout(async () => { due = 0; await restore(); keep(); }, LOOK_MS);
  };
  let seen = started;
  window.addEventListener("pagehide", keep);
  document.addEventListener("input", (event) => {
    keep();
    look();
    // A person who types is there, though nothing reaches the server before she sends it.
    if (event.isTrusted && Date.now() - seen > SEEN_EVERY_MS) {
      seen = Date.now();
      fetch("/seen", { method: "POST", credentials: "same-origin" }).catch(() => {});
    }
  }, true);
  const sent = (within) => {
    const named = within && /st-key-form--([A-Za-z0-9-]+?)--/.exec(within.className);
    if (!named) return;
    keep();
    pressed.clear();
    const form = onPage().get(named[1]);
    pressed.set(named[1], form ? form.version : "");
    for (const toast of toasts()) toast.dataset.before = "";
  };
  document.addEventListener("click", (event) => {
    sent(event.target.closest && event.target.closest('[class*="--press-"]'));
    look();
  }, true);
  // Enter in a line, or with Ctrl in a text, sends a form as its button does.
  document.addEventListener("keydown", (event) => {
    const line = event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && line) sent(event.target.closest('[class*="st-key-form--"]'));
  }, true);
  const watch = () => {
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    look();
    setTimeout(giveUp, GIVE_UP_MS);
  };
  if (document.body) watch(); else document.addEventListener("DOMContentLoaded", watch);
})();
