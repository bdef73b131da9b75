// Which tab of a browser this is, what it has not yet got rid of, and which other tabs are open.
//
// A tab has a name and counts its saves. Both survive a reload, handed on like a baton: they lie in the session's
// storage only while no page is there, so a duplicated tab finds none and gets a name of its own.
// What waits to be sent lies in this browser's storage under the tab's name. A page that finds what a dead tab
// left there takes it over; a living tab keeps its own.

const KEEP_MS = 7 * 24 * 3600 * 1000;
const ANSWER_MS = 300; // how long other tabs have to say that they are alive

export class Tab extends EventTarget {
  constructor(attempt) {
    super();
    this.prefix = `quiz-${attempt}-`;
    const baton = this.takeBaton();
    this.name = baton?.name ?? crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.slice(0, 36);
    this.seq = baton?.seq ?? 0;
    this.others = new Set();
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && location.reload()); // what it shows may be old
    this.greet();
  }

  takeBaton() {
    try {
      const baton = JSON.parse(sessionStorage.getItem(`${this.prefix}tab`));
      sessionStorage.removeItem(`${this.prefix}tab`);
      return baton;
    } catch {
      return null;
    }
  }

  leave() {
    try {
      sessionStorage.setItem(`${this.prefix}tab`, JSON.stringify({ name: this.name, seq: this.seq }));
    } catch {
      // The next page gets a new name, that is all.
    }
    this.channel?.postMessage({ bye: this.name });
    this.channel?.close();
    this.channel = null;
  }

  greet() {
    if (typeof BroadcastChannel === "undefined") return;
    this.channel ??= new BroadcastChannel(`${this.prefix}tabs`);
    this.channel.onmessage = ({ data }) => {
      if (data.bye) this.others.delete(data.bye);
      else if (data.hello ?? data.here) this.others.add(data.hello ?? data.here);
      if (data.hello) this.channel.postMessage({ here: this.name });
      this.dispatchEvent(new Event("others"));
    };
    this.channel.postMessage({ hello: this.name });
  }

  /** What this tab, or an earlier page of it, has not yet sent. */
  read(name = this.name, key = this.prefix + name) {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  }

  /** Keep `state` until it is sent; false where this browser keeps nothing. */
  write(state) {
    try {
      if (state) localStorage.setItem(this.prefix + this.name, JSON.stringify({ ...state, at: Date.now() }));
      else localStorage.removeItem(this.prefix + this.name);
      return true;
    } catch {
      return false;
    }
  }

  /** Take over what tabs left behind that are not alive any more; the newest first. */
  async orphans() {
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    const found = [];
    for (const key of this.keys()) {
      const name = key.slice(this.prefix.length);
      if (name === this.name || name === "flags" || this.others.has(name)) continue;
      found.push({ ...this.read(name), name });
      localStorage.removeItem(key);
    }
    return found.sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
  }

  /** The attempt is over: forget everything, also what is left of attempts of long ago. */
  clear() {
    for (const key of this.keys("quiz-")) {
      const old = Date.now() - (this.read("", key).at ?? 0) > KEEP_MS;
      if (key.startsWith(this.prefix) || old) localStorage.removeItem(key);
    }
  }

  keys(prefix = this.prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  }
}
