// A chart's numbers as CSV and its drawing as PNG, made in the browser: the server has neither Plot nor a painter.

/** PNGs are sharp on paper, too. */
const SCALE = 2;
const MARGIN = 16;
const TITLE = 34;
/** What SVG inherits from the page and a picture of its own does not have. */
const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "font-family", "font-size", "font-weight", "color", "opacity", "text-anchor"];

/**
 * Save a table's cells: numbers with a decimal point and times by ISO 8601, whatever language the page has; a text that
 * a spreadsheet would compute gets an apostrophe, as in the server's tables.
 */
export function saveCsv(table, name) {
  const said = (cell) => cell.dataset.value ?? cell.querySelector("time")?.dateTime ?? cell.textContent.trim();
  const rows = [...table.rows].map((row) => [...row.cells].map((cell) => quoted(said(cell))).join(","));
  save(new Blob(["\ufeff", rows.join("\r\n"), "\r\n"], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
}

function quoted(text) {
  const harmless = /^[=+\-@\t\r＝＋－＠]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Save the drawing, with its title and legend, on the page's paper. */
export async function savePng(drawing, title, name) {
  const svg = [...drawing.querySelectorAll("svg")].sort((one, other) => other.clientWidth - one.clientWidth)[0];
  const swatches = [...drawing.querySelectorAll("figure > div > span")].map((item) => ({
    text: item.textContent.trim(),
    colour: getComputedStyle(item.querySelector("svg *") ?? item).fill,
  }));
  const { width, height } = svg.getBoundingClientRect();
  const legend = swatches.length ? 24 : 0;
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * MARGIN) * SCALE;
  canvas.height = (height + 2 * MARGIN + TITLE + legend) * SCALE;
  const paint = canvas.getContext("2d");
  const page = getComputedStyle(drawing);
  paint.scale(SCALE, SCALE);
  paint.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  paint.fillRect(0, 0, canvas.width, canvas.height);
  paint.fillStyle = page.color;
  paint.font = `600 16px ${page.fontFamily}`;
  paint.fillText(title, MARGIN, MARGIN + 16, width);
  paint.font = `13px ${page.fontFamily}`;
  let left = MARGIN;
  for (const { text, colour } of swatches) {
    paint.fillStyle = colour;
    paint.fillRect(left, MARGIN + TITLE - 2, 12, 12);
    paint.fillStyle = page.color;
    paint.fillText(text, left + 18, MARGIN + TITLE + 9);
    left += 36 + paint.measureText(text).width;
  }
  paint.drawImage(await painted(svg, width, height), MARGIN, MARGIN + TITLE + legend, width, height);
  canvas.toBlob((blob) => save(blob, `${name}.png`), "image/png");
}

/** Return the SVG as an image: a copy with every style written into it, read from a data address. */
async function painted(svg, width, height) {
  const copy = svg.cloneNode(true);
  const originals = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, index) => {
    const style = getComputedStyle(originals[index]);
    for (const property of STYLES) element.setAttribute(property, style.getPropertyValue(property));
  });
  copy.querySelectorAll("title").forEach((element) => element.remove());
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
