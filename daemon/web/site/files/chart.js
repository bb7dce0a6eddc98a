// chart: a picture above each table that asks for one with data-chart ("line", "bar" or "stacked").
//
// The table has the figures: its head names the series, the first cell of each row the place on the
// axis. A cell's figure is that of its <data value>, or its text. data-unit: "money" or "ppm".

const LIBRARY = "./chart.min.js";
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

function scaleOf(table) {
  return { ppm: 1e4, money: 100 }[table.dataset.unit] ?? 1;
}

function dataOf(table) {
  const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")];
  return {
    labels: rows.map((row) => row.cells[0].textContent.trim()),
    datasets: heads.slice(1).map((label, at) => ({
      label,
      data: rows.map((row) => {
        const value = figure(row.cells[at + 1]);
        return value === null ? null : value / scaleOf(table);
      }),
      borderColor: colour("--series-" + (at % 4 + 1)),
      backgroundColor: colour("--series-" + (at % 4 + 1)),
      borderWidth: 2,
      pointRadius: rows.length > 40 ? 0 : 2,
      stepped: table.dataset.stepped === "yes",
    })),
  };
}

function optionsOf(table) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const axis = { grid: { color: colour("--line") }, ticks: { color: colour("--quiet") } };
  const stacked = table.dataset.chart === "stacked";
  return {
    animation: still ? false : { duration: 300 },
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    plugins: { legend: { display: table.tHead.rows[0].cells.length > 2, labels: { color: colour("--text") } } },
    scales: { x: { ...axis, stacked }, y: { ...axis, stacked, beginAtZero: true } },
  };
}

function canvasOf(table) {
  const frame = document.createElement("div");
  frame.className = "picture";
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
  for (const table of tables) if (table.isConnected) drawOne(Chart, table);
}
