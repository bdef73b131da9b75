// The door's page without a connection: what the network does not answer in time comes from the cache that the
// page itself has filled (projects/door-desk.js). It answers for this page and its files only.

const CACHE = "door-{{ event.pk }}";
const PAGE = "{{ page|escapejs }}";
const PATIENCE_MS = 4000;
const HASHED = /\.[0-9a-f]{12}\.[a-z0-9]+$/;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === PAGE) event.respondWith(fromNetwork(request, PAGE));
  } else if (!url.pathname.startsWith(PAGE)) {
    event.respondWith(HASHED.test(url.pathname) ? fromCache(request) : fromNetwork(request, request));
  }
});

async function kept(key) {
  return (await caches.open(CACHE)).match(key, { ignoreVary: true });
}

/** A file whose name changes with its content never changes. */
async function fromCache(request) {
  return (await kept(request)) ?? fetch(request);
}

/** What the server says, a refusal too; only its silence or an outage is answered from the cache. */
async function fromNetwork(request, key) {
  const copy = await kept(key);
  if (!copy) return fetch(request);
  const silence = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([fetch(request).catch(() => undefined), silence]);
  return !answer || [502, 503, 504].includes(answer.status) ? copy : answer;
}
