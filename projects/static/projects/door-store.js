// What a door's device keeps: the list of people, the log as far as it is known, and what is not sent yet.
// It survives a reload and a closed browser. Nothing leaves the outbox before the server has stored it.

export class Store {
  /** Open the store of one event; rejects where the browser keeps nothing (a private window, perhaps). */
  static open(event) {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(`door-${event}`, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("kept");
        asked.result.createObjectStore("outbox", { keyPath: "key" });
        asked.result.createObjectStore("problems", { keyPath: "key" });
      };
      asked.onsuccess = () => resolve(new Store(asked.result));
      asked.onerror = () => reject(asked.error);
    });
  }

  constructor(database) {
    this.database = database;
  }

  get(key) {
    return this.#do(["kept"], "readonly", (kept) => kept.get(key));
  }

  put(key, value) {
    return this.#do(["kept"], "readwrite", (kept) => kept.put(value, key));
  }

  /** What is not sent yet, the oldest first. */
  async outbox() {
    const all = await this.#do(["outbox"], "readonly", (outbox) => outbox.getAll());
    return all.sort((one, other) => one.at - other.at);
  }

  add(seen) {
    return this.#do(["outbox"], "readwrite", (outbox) => outbox.add(seen));
  }

  problems() {
    return this.#do(["problems"], "readonly", (problems) => problems.getAll());
  }

  dismiss(key) {
    return this.#do(["problems"], "readwrite", (problems) => problems.delete(key));
  }

  /** Take what is stored out of the outbox, and what the server refused to the problems; all at once or not at all. */
  settle(done, refused, log) {
    return this.#do(["outbox", "problems", "kept"], "readwrite", (outbox, problems, kept) => {
      for (const key of done) outbox.delete(key);
      for (const seen of refused) {
        outbox.delete(seen.key);
        problems.put(seen);
      }
      return kept.put(log, "log");
    });
  }

  /** Forget the people: whoever may no longer keep the door keeps no list of names either. The outbox stays. */
  forget() {
    return this.#do(["kept"], "readwrite", (kept) => kept.clear());
  }

  #do(names, mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(names, mode);
      const asked = act(...names.map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
}

/** By person, what counts: the first scan after the last that undoes (as projects/queries/door.py has it). */
export function arrivals(scans) {
  const came = new Map();
  for (const scan of [...scans].sort((one, other) => one.at - other.at)) {
    if (scan.undoes) came.delete(scan.user);
    else if (!came.has(scan.user)) came.set(scan.user, scan);
  }
  return came;
}

const WRITTEN = /^(?:CLASSROOM:)?(\d{1,18}):?([A-HJKMNP-Z2-9]{16})$/;

/** The event that a code names and the code as it is signed; null where it is no ticket (projects/tickets.py). */
export function readTicket(text) {
  const found = text.toUpperCase().replace(/[\s-]/g, "").match(WRITTEN);
  return found && { event: Number(found[1]), code: `CLASSROOM:${Number(found[1])}:${found[2]}` };
}

export async function digest(code) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));
  return Array.from(bytes.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
