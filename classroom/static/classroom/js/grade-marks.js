// Marks as the gradebook's server sends them, and as people type them.

/** Put values in the places of a text that names them: "{n} of {all} students". */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** A cell as it is sent: points alone, or [points, computed, revision, stands, excused, reason]. */
export function read(raw) {
  if (!Array.isArray(raw)) return { points: raw, computed: raw, seen: 0, given: false, excused: false, reason: "" };
  const [points, computed, seen, given, excused, reason] = raw;
  return { points, computed, seen, given, excused, reason };
}

/** What staff gave as it is typed; nothing where the work's own score stands. */
export function typedAs(mark, words) {
  if (mark.excused) return words.excused_mark;
  return mark.given && mark.points !== null ? String(mark.points) : "";
}
