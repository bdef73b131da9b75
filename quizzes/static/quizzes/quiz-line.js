// The line to the server: what was refused, what must be tried again and when, and how long there was no line.

const TIMEOUT_MS = 8000;
const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const KEEPALIVE_BYTES = 30_000; // browsers allow 64 kB for all requests that may outlive their page
/** What asking again would not change: no sense, too late, too long. */
export const FINAL = [400, 409, 413];

export class Line {
  constructor(token) {
    this.token = token;
    this.failures = 0;
    this.cutAt = null; // the wall clock's, so that it survives a reload; only its differences count
  }

  /** Milliseconds until the next try: twice as long each time, spread so that a class does not knock as one. */
  get pause() {
    const backoff = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.failures - 1, 10));
    return Math.max(backoff * (0.5 + Math.random() / 2), (this.askedToWait ?? 0) * (1 + Math.random() / 5));
  }

  /** Seconds since the line was cut; null while it holds. */
  get outage() {
    return this.cutAt === null ? null : Math.max(0, (Date.now() - this.cutAt) / 1000);
  }

  cut(since = Date.now()) {
    this.cutAt ??= since;
  }

  /** Post, and return {status, data}: data is the answer's JSON or text; status 0 means that there was no answer. */
  async post(url, body) {
    const sent = Date.now();
    const json = !(body instanceof FormData);
    const content = json ? JSON.stringify(body) : body;
    let response;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { accept: "application/json", "x-csrftoken": cookie() ?? this.token, ...(json && { "content-type": "application/json" }) },
        body: content,
        keepalive: json && content.length < KEEPALIVE_BYTES,
        signal: AbortSignal.timeout?.(TIMEOUT_MS),
        redirect: "manual", // a sign-in page is no acknowledgement
      });
    } catch {
      this.failed(sent);
      return { status: 0 };
    }
    if (response.type === "opaqueredirect") {
      this.failures++;
      return { status: 401 };
    }
    const seconds = Number(response.headers.get("retry-after"));
    this.askedToWait = seconds > 0 ? Math.min(60, seconds) * 1000 : 0;
    if ([502, 503, 504].includes(response.status)) this.failed(sent);
    else if (response.status < 400 || FINAL.includes(response.status)) this.failures = 0;
    else this.failures++;
    const type = response.headers.get("content-type") ?? "";
    const data = await (type.includes("json") ? response.json() : response.text()).catch(() => null);
    return { status: response.status, data };
  }

  failed(since) {
    this.failures++;
    this.cut(since);
  }
}

/** The token as the browser has it now: signing in again in another tab changes it. */
const cookie = () => document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/)?.[1];
