// chart: a picture above each table that asks for one with data-chart ("line", "bar" or "stacked").
//
// The table has the figures: its head names the series, the first cell of each row the place on the
// axis. A cell's figure is that of its <data value>, or its text. data-unit: "money" or "ppm".
// data-x="ppm": the place on the axis is a figure, too. Series differ by colour, dashes and points.

import { figureAt } from "./words.js";

const LIBRARY = "./chart.min.js";
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];
const POINTS = ["circle", "rect", "triangle", "rectRot"];
const charts = new Map(); // table: chart

let library;
function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = LIBRARY;
    script.onload = () => resolve(globalThis.Chart);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function figure(cell) {
  const value = cell?.querySelector("data[value]")?.value ?? cell?.textContent ?? "";
  return value.trim() === "" ? null : Number(value);
}

// How a figure of the table is written at an axis.
function writerOf(table) {
  const currency = table.querySelector("data[data-currency]")?.dataset.currency ?? "";
  return (value) => figureAt(value, table.dataset.unit, currency);
}

function valuesOf(table, rows, at) {
  return rows.map((row) => {
    const y = figure(row.cells[at]);
    return table.dataset.x ? { x: figure(row.cells[0]), y } : y;
  });
}

function dataOf(table) {
  const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")];
  return {
    labels: table.dataset.x ? undefined : rows.map((row) => row.cells[0].textContent.trim()),
    datasets: heads.slice(1).map((label, at) => ({
      label: label.charAt(0).toUpperCase() + label.slice(1),
      data: valuesOf(table, rows, at + 1),
      borderColor: colour("--series-" + (at % 4 + 1)),
      backgroundColor: colour("--series-" + (at % 4 + 1)),
      borderWidth: 2,
      borderDash: table.dataset.chart === "line" ? DASHES[at % 4] : [],
      pointStyle: POINTS[at % 4],
      pointRadius: rows.length > 40 ? 0 : 3,
      stepped: table.dataset.stepped === "yes",
    })),
  };
}

function axesOf(table, write) {
  const stacked = table.dataset.chart === "stacked";
  const axis = { stacked, grid: { color: colour("--line") }, border: { color: colour("--line") } };
  const ticks = { color: colour("--quiet"), maxRotation: 0, autoSkipPadding: 16 };
  const x = table.dataset.x
    ? { ...axis, type: "linear", min: 0, max: 1e6,
      ticks: { ...ticks, stepSize: 200000, callback: (value) => figureAt(value, table.dataset.x, "") } }
    : { ...axis, ticks };
  return { x, y: { ...axis, beginAtZero: true, ticks: { ...ticks, maxTicksLimit: 6, callback: write } } };
}

function optionsOf(table) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const write = writerOf(table);
  return {
    animation: still ? false : { duration: 300 },
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: table.tHead.rows[0].cells.length > 2, align: "start",
        labels: { color: colour("--text"), usePointStyle: true, boxHeight: 6, pointStyleWidth: 12, padding: 16 } },
      tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${write(item.parsed.y)}` } },
    },
    scales: axesOf(table, write),
  };
}

function canvasOf(table) {
  const frame = document.createElement("div");
  frame.className = table.dataset.x ? "picture square" : "picture";
  frame.dataset.ours = "";
  frame.setAttribute("aria-hidden", "true"); // the table says the same
  frame.append(document.createElement("canvas"));
  (table.closest(".scroll, figure") ?? table).before(frame);
  return frame.firstChild;
}

function drawOne(Chart, table) {
  const known = charts.get(table);
  if (known) {
    known.data = dataOf(table);
    known.options = optionsOf(table);
    known.update("none");
    return;
  }
  const type = table.dataset.chart === "line" ? "line" : "bar";
  charts.set(table, new Chart(canvasOf(table), { type, data: dataOf(table), options: optionsOf(table) }));
}

export async function draw(root) {
  for (const [table, chart] of charts)
    if (!table.isConnected) {
      chart.canvas.parentNode?.remove();
      chart.destroy();
      charts.delete(table);
    }
  const tables = [...root.querySelectorAll("table[data-chart]")];
  if (tables.length === 0) return;
  const Chart = await load();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const table of tables) if (table.isConnected) drawOne(Chart, table);
}

// The colours are those of the system's light or dark.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const [table, chart] of charts) drawOne(chart.constructor, table);
});
