// The door's line to the server. A redirect is a sign-in page and no answer; silence is no answer either.

const TIMEOUT_MS = 8000;

/** The token as the browser has it now: signing in again in another tab changes it. */
const token = () => document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/)?.[1] ?? "";

/** Ask, and return {status, data}: status 0 without an answer, 401 where one has to sign in first. */
export async function ask(url, body) {
  const options = { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "manual", cache: "no-store" };
  if (body !== undefined) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json", "x-csrftoken": token() };
  }
  try {
    const response = await fetch(url, options);
    if (response.type === "opaqueredirect") return { status: 401 };
    return { status: response.status, data: response.ok ? await response.json() : null };
  } catch {
    return { status: 0 };
  }
}
