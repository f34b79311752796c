// The page without a network: starts the service worker that keeps its files, and tells of a new version.

/** After the page has what it needs: keeping files must not slow a first look at a table. */
export async function keepOffline() {
  if (!navigator.serviceWorker || new URLSearchParams(location.search).has('mock')) return;
  await quiet();
  const registration = await navigator.serviceWorker.register('./sw.js', { scope: './', updateViaCache: 'none' });
  // Before the first reload no version runs this page: what is installed then is no news.
  const tell = (worker) => worker && navigator.serviceWorker.controller && announce(worker);
  tell(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => installing.state === 'installed' && tell(installing));
  });
  // A page that stays open for days looks now and then.
  setInterval(() => document.visibilityState === 'visible' && registration.update().catch(() => {}), 3_600_000);
}

function quiet() {
  const idle = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 0));
  return new Promise((resolve) => setTimeout(() => idle(resolve, { timeout: 5000 }), 1500));
}

/** @param {ServiceWorker} worker the one that waits */
function announce(worker) {
  if (document.getElementById('update')) return;
  const notice = make('div', { id: 'update', className: 'update', role: 'status' });
  const text = make('span', { textContent: 'A new version of Cenote is here.' });
  const now = make('button', { className: 'primary', textContent: 'Reload' });
  const later = make('button', { className: 'quiet', textContent: 'Later' });
  notice.append(text, now, later);
  later.addEventListener('click', () => notice.remove());
  now.addEventListener('click', () => worker.postMessage('take over'));
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (data?.others > 0) text.textContent = 'Close the other Cenote tabs first: they run the version before.';
  });
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  document.body.append(notice);
}

function make(name, members) {
  return Object.assign(document.createElement(name), members);
}
