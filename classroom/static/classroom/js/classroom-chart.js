// <classroom-chart> draws the numbers of the JSON in its attribute with Observable Plot, as SVG above the table that
// the server wrote. Plot and d3 are fetched once, by the first chart of a page; without them the table stays.
// The table leaves as CSV, the drawing as PNG; both files are made here (chart-files.js).

import { saveCsv, savePng } from "./chart-files.js";

const SERIES = ["var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)"];

let library;
function plot({ d3, plot }) {
  library ??= script(d3).then(() => script(plot)).then(() => window.Plot);
  return library;
}

function script(source) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = source;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`no ${source}`));
    document.head.append(element);
  });
}

class ClassroomChart extends HTMLElement {
  async connectedCallback() {
    this.specification = JSON.parse(this.dataset.chart);
    if (!this.specification.points.length) return;
    const downloads = this.querySelector(".chart__downloads");
    const save = (kind) => downloads?.querySelector(`[data-save=${kind}]`);
    if (downloads) downloads.hidden = false;
    if (save("png")) save("png").hidden = true; // until there is a drawing
    save("csv")?.addEventListener("click", () => saveCsv(this.querySelector("table"), downloads.dataset.file));
    try {
      this.Plot = window.Plot ?? (await plot(this.dataset));
    } catch {
      return; // npm's libraries are not installed: the table says it all
    }
    const table = this.querySelector("details");
    this.drawing = this.querySelector(".chart__drawing") ?? document.createElement("div");
    this.drawing.className = "chart__drawing";
    table.before(this.drawing);
    table.open = false;
    if (save("png")) {
      save("png").hidden = false;
      save("png").addEventListener("click", () => savePng(this.drawing, this.specification.title, downloads.dataset.file));
    }
    this.watching = new ResizeObserver(() => this.draw());
    this.watching.observe(this);
    this.draw();
  }

  disconnectedCallback() {
    this.watching?.disconnect();
  }

  draw() {
    const width = Math.round(this.clientWidth);
    if (!width || width === this.width) return;
    this.width = width;
    const drawn = this.Plot.plot(options(this.Plot, this.specification, width));
    // Plot brings a <style> of its own, which the content security policy refuses; widgets.css has its rules.
    drawn.querySelectorAll("style").forEach((style) => style.remove());
    const svgs = drawn.matches("svg") ? [drawn] : drawn.querySelectorAll(":scope > svg");
    for (const svg of svgs) {
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", this.specification.title);
      // Inside of an image nothing has a name; Plot names its groups "rule", "line" and the like.
      svg.querySelectorAll("[aria-label]").forEach((group) => group.removeAttribute("aria-label"));
    }
    this.drawing.replaceChildren(document.adoptNode(drawn));
  }
}

function options(Plot, chart, width) {
  if (chart.kind === "heat") return heatOptions(Plot, chart, width);
  const at = (x) => (chart.time ? new Date(x) : x);
  const points = chart.points.map(([x, y, series], index) => ({ x: at(x), y, series, name: chart.names[index] }));
  const band = chart.band.map(([x, low, high]) => ({ x: at(x), low, high }));
  const names = [...new Set(points.map((point) => point.series).filter(Boolean))];
  const isBars = chart.kind === "bars" || chart.kind === "histogram";
  const isLines = chart.kind === "lines" || chart.kind === "band";
  const named = typeof chart.points[0][0] === "string" && !chart.time;
  const several = names.length > 1;
  const colour = names.length ? "series" : SERIES[0];
  const title = (point) => [point.name, point.series, `${chart.x}: ${say(point.x)}`, `${chart.y}: ${point.y}`].filter(Boolean).join("\n");
  const base = { x: "x", y: "y", title };
  const longest = named ? Math.max(...points.map((point) => String(point.x).length)) : 0;
  const places = [...new Set(points.map((point) => point.x))];
  const crowded = named && longest * 7 * places.length > width - 60;
  return {
    document: document.implementation.createHTMLDocument(""),
    width,
    height: chart.height + (crowded ? Math.min(90, longest * 6) : 0),
    marginLeft: 44,
    marginBottom: crowded ? 40 + Math.min(90, longest * 6) : 40,
    x: {
      label: chart.x,
      type: isBars ? "band" : named ? "point" : chart.time ? "time" : chart.log ? "log" : "linear",
      domain: named || isBars ? places : undefined,
      tickRotate: crowded ? -40 : 0,
      labelArrow: "none",
      ticks: named || isBars ? undefined : Math.max(3, Math.round(width / 110)),
      padding: chart.kind === "histogram" ? 0.02 : 0.18,
      inset: chart.log ? 10 : 0,
      // The page's words for months; not "10m" for a hundredth, nor "1.5" for a week.
      tickFormat: chart.time ? dated(points) : chart.log ? (points.every((point) => point.x >= 1) ? "~s" : "~f") : undefined,
    },
    y: { label: chart.y, grid: true, nice: true, zero: chart.kind !== "dots", ticks: 4, labelArrow: "none", domain: chart.yMax ? [0, chart.yMax] : undefined },
    color: several ? { domain: names, range: SERIES, legend: true } : undefined,
    marks: [
      band.length && Plot.areaY(band, { x: "x", y1: "low", y2: "high", fill: SERIES[2], fillOpacity: 0.14 }),
      band.length && Plot.ruleX(band, { x: "x", y1: "low", y2: "high", stroke: SERIES[2], strokeOpacity: 0.45, strokeWidth: 2 }),
      isBars && Plot.barY(points, { ...base, fill: several ? colour : SERIES[0], insetBottom: 0, rx: chart.kind === "histogram" ? 0 : 2 }),
      isLines && Plot.lineY(points, { ...base, title: undefined, z: several ? "series" : null, stroke: several ? colour : SERIES[0], strokeWidth: 2 }),
      isLines && Plot.dot(points, { ...base, r: 2.5, fill: several ? colour : SERIES[0] }),
      chart.kind === "dots" && Plot.dot(points, { ...base, r: 4, stroke: several ? colour : SERIES[0], fill: several ? colour : SERIES[0], fillOpacity: 0.25 }),
      !chart.log && Plot.ruleY([0], { stroke: "var(--line-firm)" }),
      chart.mark !== null && Plot.ruleY([chart.mark], { stroke: "var(--bad-solid)", strokeDasharray: "4 3" }),
      chart.mark !== null && chart.markLabel && Plot.text([chart.markLabel], { y: chart.mark, frameAnchor: "right", dy: -8, fill: "var(--bad-ink)", textAnchor: "end" }),
    ].filter(Boolean),
  };
}

/** Columns by rows, the number in each cell; the more of the most there is, the darker. */
function heatOptions(Plot, chart, width) {
  const cells = chart.points.map(([x, value, y]) => ({ x, y, value }));
  const most = Math.max(1, ...cells.map((cell) => cell.value));
  const columns = [...new Set(cells.map((cell) => cell.x))];
  const rows = [...new Set(cells.map((cell) => cell.y))];
  const longest = Math.max(...columns.map((name) => name.length));
  const left = Math.min(width / 3, 7 * Math.max(...rows.map((name) => name.length)) + 12);
  const crowded = longest * 7 > (width - left) / columns.length;
  return {
    document: document.implementation.createHTMLDocument(""),
    width,
    height: chart.height + (crowded ? longest * 5 : 0),
    marginLeft: left,
    marginBottom: 36 + (crowded ? longest * 5 : 0),
    x: { label: null, domain: columns, padding: 0.05, tickRotate: crowded ? -40 : 0, tickSize: 0 },
    y: { label: null, domain: rows, padding: 0.05, tickSize: 0 },
    marks: [
      Plot.cell(cells, { x: "x", y: "y", rx: 2, fill: SERIES[0], fillOpacity: (cell) => (cell.value ? 0.08 + (0.47 * cell.value) / most : 0.03), title: (cell) => `${cell.x}\n${cell.y}: ${cell.value}` }),
      Plot.text(cells, { x: "x", y: "y", text: "value", fill: "var(--ink)" }),
    ],
  };
}

/** Days, or the time of day where all is within two of them. */
function dated(points) {
  const times = points.map((point) => point.x.getTime());
  const short = Math.max(...times) - Math.min(...times) < 48 * 3600 * 1000;
  const form = short ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" };
  return (x) => x.toLocaleString(document.documentElement.lang, form);
}

function say(x) {
  if (!(x instanceof Date)) return x;
  return x.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}

customElements.define("classroom-chart", ClassroomChart);
