// Where a quiz says so: how long its page is left each time, for another tab or another window.

const NOTED_SECONDS = 1;

/** Call `tell` with the seconds, to a tenth, each time somebody comes back. */
export function watchFocus(tell) {
  let left = null;
  const leave = () => (left ??= performance.now());
  const back = () => {
    if (left === null || document.hidden) return;
    const gone = (performance.now() - left) / 1000;
    left = null;
    if (gone >= NOTED_SECONDS) tell(Math.round(gone * 10) / 10);
  };
  addEventListener("blur", leave);
  addEventListener("focus", back);
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : back()));
}
