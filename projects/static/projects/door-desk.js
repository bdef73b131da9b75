// <door-desk> around the door's page: checks people in from the list that the device keeps, and sends what it saw
// as soon as there is a connection. What is seen is stored before it is shown. Without it (no script, no https, no
// storage) the page's forms do the same on the server.

import { detector, watch } from "./door-camera.js";
import { ask } from "./door-line.js";
import { arrivals, digest, readTicket, Store } from "./door-store.js";

const REST_MS = 5000;
const REST_HIDDEN_MS = 30_000;
const LONGEST_MS = 30_000;
const LIST_MS = 120_000; // how old the list may get while there is a connection
const AT_A_TIME = 100;
const SHOWN = 25;
const LATELY = 12;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

class DoorDesk extends HTMLElement {
  async connectedCallback() {
    if (!isSecureContext || !globalThis.indexedDB) return this.stayPlain(); // the notice says that it needs https
    this.words = JSON.parse(this.querySelector("#door-words").textContent);
    this.one = (name) => this.querySelector(`[data-${name}]`);
    try {
      this.store = await Store.open(this.dataset.event);
    } catch {
      return this.stayPlain();
    }
    this.people = new Map();
    this.log = { cursor: 0, scans: [], offset: 0 };
    this.failures = 0;
    this.state = "unknown";
    await this.recall();
    this.wire();
    this.dataset.ready = "";
    await this.draw();
    await this.refresh();
    this.sync();
    this.keepPage();
  }

  /** The style sheet keeps room for what the script shows; it cannot be had here. */
  stayPlain() {
    this.dataset.ready = "plain";
  }

  /** Take up what the device has kept; a list whose event is long over is forgotten. */
  async recall() {
    const list = await this.store.get("list");
    if (list && new Date(list.until) < new Date()) {
      await this.store.forget();
      await caches.delete(`door-${this.dataset.event}`);
    } else if (list) this.take(list);
    this.log = (await this.store.get("log")) ?? this.log;
  }

  take(list) {
    this.people = new Map(list.people.map(([id, name, team, ticket]) => [id, { id, name, team, ticket }]));
  }

  wire() {
    const name = this.one("name");
    name.value = localStorage.getItem("door-name") ?? "";
    name.addEventListener("input", () => localStorage.setItem("door-name", name.value.trim()));
    const search = this.one("search");
    search.addEventListener("submit", (event) => {
      event.preventDefault();
      this.enter(search.elements.code.value);
    });
    search.elements.code.addEventListener("input", () => this.draw());
    this.addEventListener("click", (event) => this.pressed(event.target.closest("button[data-act]")));
    this.one("camera").addEventListener("click", () => this.toggleCamera());
    addEventListener("online", () => this.sync());
    addEventListener("offline", () => this.is("offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.sync());
  }

  pressed(button) {
    if (!button) return;
    const { act, user, key } = button.dataset;
    if (act === "dismiss") this.store.dismiss(key).then(() => this.draw());
    else this.see(Number(user), act === "undo");
  }

  async enter(text) {
    if (!text.trim()) return;
    if (readTicket(text)) {
      this.one("search").elements.code.value = ""; // first: a code is nobody's name
      await this.draw();
      await this.scanned(text);
    } else await this.draw();
    const only = this.one("results").querySelectorAll("button[data-act]");
    if (only.length === 1) only[0].focus();
  }

  /** A code from the camera or the keyboard. */
  async scanned(text) {
    const ticket = readTicket(text);
    if (!ticket) return this.say("bad", this.words.no_ticket);
    if (ticket.event !== Number(this.dataset.event)) return this.say("bad", this.words.other_event);
    const wanted = await digest(ticket.code);
    const find = () => [...this.people.values()].find((person) => person.ticket === wanted);
    const person = find() ?? ((await this.refresh()) && find()); // they may have registered a minute ago
    if (person) return this.see(person.id);
    return this.say("bad", this.state === "online" ? this.words.not_valid : this.words.not_on_list);
  }

  /** Store that somebody came in, or that it is taken back; then show it and send it. */
  async see(user, undoes = false) {
    const before = this.came.get(user);
    const name = this.nameOf(user);
    if (before && !undoes) return this.say("warn", fill(this.words.again, { name, ...this.place(before) }));
    const seen = { key: crypto.randomUUID(), user, undoes, at: Date.now(), door: this.one("name").value.trim() };
    try {
      await this.store.add(seen);
    } catch {
      return this.say("bad", fill(this.words.not_kept, { name })); // the disk is full, perhaps
    }
    this.say(undoes ? "info" : "good", fill(undoes ? this.words.undone : this.words.first, { name }));
    await this.draw();
    return this.sync();
  }

  async sync() {
    clearTimeout(this.timer);
    if (this.syncing) return void (this.again = true);
    this.syncing = true;
    this.again = false;
    try {
      const sent = (await this.store.outbox()).slice(0, AT_A_TIME);
      const seen = sent.map(({ key, user, undoes, at, door }) => ({ key, user, undoes, door, age: Math.max(0, (Date.now() - at) / 1000) }));
      const answer = await ask(this.dataset.sync, { since: this.log.cursor, seen });
      await this.heard(answer, sent);
    } finally {
      this.syncing = false;
      // Also where the device could not keep what it heard, because its disk is full: it is asked for again.
      const rest = this.failures ? Math.min(1000 * 2 ** this.failures, LONGEST_MS) : document.hidden ? REST_HIDDEN_MS : REST_MS;
      this.timer = setTimeout(() => this.sync(), this.again ? 0 : rest * (0.85 + 0.3 * Math.random()));
    }
  }

  async heard({ status, data }, sent) {
    if (status !== 200) {
      this.failures++;
      this.is(status === 401 ? "signed_out" : [403, 404].includes(status) ? await this.why() : status === 400 ? "reload" : "offline");
      return;
    }
    this.failures = 0;
    const offset = new Date(data.now) - Date.now();
    const known = new Set(this.log.scans.map((scan) => scan.pk));
    const news = data.scans.map(([pk, user, undoes, at, door, key]) => ({ pk, user, undoes, at: Date.parse(at), door, key }));
    const scans = [...this.log.scans, ...news.filter((scan) => !known.has(scan.pk))];
    this.log = { cursor: Math.max(this.log.cursor, ...news.map((scan) => scan.pk)), scans, offset };
    const word = new Map(data.outcomes);
    const refused = sent.filter((seen) => word.get(seen.key) === "unknown").map((seen) => ({ ...seen, name: this.nameOf(seen.user) }));
    if (news.length || word.size) await this.store.settle([...word.keys()], refused, this.log);
    await this.is("online");
    for (const seen of sent) if (word.get(seen.key) === "already") this.tellSecond(seen);
    if (sent.length === AT_A_TIME || refused.length) this.again = true;
    if (Date.now() - (this.listed ?? 0) > LIST_MS || news.some((scan) => !this.people.has(scan.user))) await this.refresh();
  }

  /** This door was the second: another had let the person in before. */
  tellSecond(seen) {
    const first = this.came.get(seen.user);
    if (first) this.say("warn", fill(this.words.second, { name: this.nameOf(seen.user), ...this.place(first) }));
  }

  /** Why a report was refused: the door's list tells, which needs no token against forgery. */
  async why() {
    const { status } = await ask(this.dataset.people);
    if (status === 401) return "signed_out";
    if (![403, 404].includes(status)) return status === 200 ? "reload" : "offline";
    this.people = new Map();
    this.log = { cursor: 0, scans: [], offset: 0 };
    this.listed = 0;
    await this.store.forget();
    return "forbidden";
  }

  /** Fetch the list; return whether that worked. */
  async refresh() {
    const { status, data } = await ask(this.dataset.people);
    if (status !== 200) return false;
    this.listed = Date.now();
    await this.store.put("list", data);
    this.take(data);
    await this.draw();
    return true;
  }

  is(state) {
    this.state = state;
    return this.draw();
  }

  nameOf(user) {
    return this.people.get(user)?.name ?? fill(this.words.somebody, { number: user });
  }

  place(scan) {
    const time = new Date(scan.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.dataset.zone });
    return { time, door: scan.door || this.words.a_door };
  }

  say(tone, text) {
    const result = this.one("result");
    result.dataset.tone = tone;
    result.hidden = false;
    result.querySelector("strong").textContent = text;
  }

  async draw() {
    const outbox = await this.store.outbox();
    const stored = new Set(this.log.scans.map((scan) => scan.key));
    const waiting = outbox.filter((seen) => !stored.has(seen.key)).map((seen) => ({ ...seen, at: seen.at + this.log.offset, waits: true }));
    this.came = arrivals([...this.log.scans, ...waiting]);
    this.one("arrived").textContent = this.came.size;
    this.one("expected").textContent = new Set([...this.people.keys(), ...this.came.keys()]).size;
    this.drawLine(waiting.length);
    const words = this.one("search").elements.code.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? [...this.people.values()].filter(({ name, team }) => words.every((word) => `${name} ${team}`.toLowerCase().includes(word))) : [];
    this.list("results", found.slice(0, SHOWN).map((person) => this.row(person.id, this.came.get(person.id))), words.length ? this.words.nobody : "");
    const lately = [...this.came.values()].sort((one, other) => other.at - one.at).slice(0, LATELY);
    this.list("lately", lately.map((scan) => this.row(scan.user, scan)), this.words.nobody_yet);
    this.list("outbox", waiting.map((seen) => this.row(seen.user, seen, seen.undoes ? this.words.undo : "", null)));
    const problems = await this.store.problems();
    this.list("problems", problems.map((seen) => this.row(seen.user, { ...seen, at: seen.at + this.log.offset }, "", "dismiss", seen.name)));
  }

  drawLine(count) {
    const line = this.one("line");
    line.dataset.tone = { online: count ? "info" : "good", offline: "warn", unknown: "info" }[this.state] ?? "bad";
    line.querySelector("strong").textContent = fill(this.words[this.state === "online" && count ? "sending" : this.state], { count });
    this.one("sign-in").hidden = this.state !== "signed_out";
    this.one("reload").hidden = this.state !== "reload";
    if (count && !["online", "unknown"].includes(this.state)) line.querySelector("span").textContent = fill(this.words.waiting, { count });
    else line.querySelector("span").textContent = "";
  }

  list(name, rows, empty = "") {
    const list = this.one(name);
    list.replaceChildren(...rows);
    if (!rows.length && empty) {
      const line = document.createElement("li");
      line.className = "muted";
      line.textContent = empty;
      list.append(line);
    }
    const frame = list.closest("[data-frame]");
    if (frame) frame.hidden = !rows.length;
  }

  /** A line of a list: who, since when and where, and what can be done about it. */
  row(user, scan, note = "", act = scan ? "undo" : "in", name = this.nameOf(user)) {
    const row = this.one("row").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-who]").textContent = name;
    row.querySelector("[data-team]").textContent = [this.people.get(user)?.team, note].filter(Boolean).join(" · ");
    const when = row.querySelector("[data-when]");
    when.textContent = scan ? [this.place(scan).time, scan.door].filter(Boolean).join(", ") : "";
    when.hidden = !scan;
    const button = row.querySelector("button");
    if (!act) button.remove();
    else {
      Object.assign(button.dataset, { act, user, key: scan?.key ?? "" });
      button.firstChild.textContent = this.words[`act_${act}`];
      button.querySelector("span").textContent = ` ${name}`;
      button.classList.toggle("button--primary", act === "in");
    }
    return row;
  }

  async toggleCamera() {
    const video = this.one("video");
    const button = this.one("camera");
    if (this.stop) {
      this.stop();
      this.stop = null;
    } else {
      this.eye ??= await detector(this.dataset.decoder);
      try {
        if (!this.eye) throw new Error("no detector");
        this.stop = await watch(video, this.eye, (text) => this.scanned(text));
      } catch {
        this.say("bad", this.words.no_camera);
      }
    }
    video.hidden = !this.stop;
    button.textContent = this.stop ? this.words.stop_camera : this.words.start_camera;
    button.setAttribute("aria-pressed", String(Boolean(this.stop)));
  }

  /** Let this page open without a connection: keep it and everything it has loaded, and nothing older. */
  async keepPage() {
    if (!navigator.serviceWorker) return;
    if (this.state !== "online") return void setTimeout(() => this.isConnected && this.keepPage(), REST_MS);
    try {
      navigator.storage?.persist?.(); // asks the browser not to clear the outbox when the disk gets full
      const address = new URL(this.dataset.page, location).href; // the form of who is not on the list has another
      await navigator.serviceWorker.register(this.dataset.worker, { scope: address });
      this.eye ??= await detector(this.dataset.decoder);
      const cache = await caches.open(`door-${this.dataset.event}`);
      const files = this.files();
      await Promise.all([...files].map(async (url) => (await cache.match(url)) || cache.add(url)));
      const page = await fetch(address, { redirect: "manual" });
      if (page.status !== 200) return;
      await cache.put(address, page);
      for (const { url } of await cache.keys()) if (url !== address && !files.has(url)) await cache.delete(url);
      await navigator.serviceWorker.ready;
      this.dataset.kept = "";
      this.one("kept").hidden = false;
    } catch {
      // The page works as long as it stays open, and does not say that it opens without a connection.
    }
  }

  /** The addresses of the styles, scripts, fonts and drawings of this page. */
  files() {
    const links = [...document.querySelectorAll("link[href], script[src]")].map((tag) => tag.href || tag.src);
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    const ours = new URL(this.dataset.static, location).href;
    return new Set([...links, ...loaded].filter((url) => url.startsWith(ours)).map((url) => url.split("#")[0]));
  }
}

customElements.define("door-desk", DoorDesk);
