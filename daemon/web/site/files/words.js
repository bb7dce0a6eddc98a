// words: moments, money and shares as the browser's language has them, in the desk's zone.

const zone = document.documentElement.dataset.zone || undefined;
const language = navigator.language;

const timeOf = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone: zone });
const dayOf = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: zone });
const bothOf = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit",
  minute: "2-digit", timeZone: zone });
const agoOf = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const percentOf = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const dateOf = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
const moneyOf = new Map();
const roundOf = new Map();

function money(amount, currency) {
  if (!moneyOf.has(currency))
    moneyOf.set(currency, new Intl.NumberFormat(language, { style: "currency", currency }));
  const format = moneyOf.get(currency);
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function duration(seconds) {
  const [d, h, min, s] = [seconds / 86400, (seconds % 86400) / 3600, (seconds % 3600) / 60, seconds % 60].map(Math.trunc);
  if (seconds >= 172800) return `${d} d ${h} h`;
  if (seconds >= 3600) return `${d * 24 + h} h ${min} min`;
  return seconds >= 60 ? `${min} min ${s} s` : `${s} s`;
}

// A figure of a plan, as the server writes it.
export function figure(value, unit, currency) {
  if (unit === "minor") return money(value, currency);
  if (unit === "ppm") return percentOf.format(value / 1e6);
  if (unit === "seconds") return duration(value);
  return String(unit === "milli" ? value / 1000 : value);
}

// A figure at an axis, where there is little room.
export function figureAt(value, unit, currency) {
  if (unit === "ppm") return percentOf.format(value / 1e6);
  if (unit !== "money" || !currency) return String(value);
  if (!roundOf.has(currency))
    roundOf.set(currency, new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 2,
      minimumFractionDigits: 0, notation: "compact" }));
  const digits = new Intl.NumberFormat(language, { style: "currency", currency }).resolvedOptions();
  return roundOf.get(currency).format(value / 10 ** digits.maximumFractionDigits);
}

export const clock = (moment) => timeOf.format(moment);

function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return unit === "second" ? agoOf.format(0, "minute") : agoOf.format(Math.trunc(seconds / size), unit);
}

function showTime(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  if (element.classList.contains("day")) {
    element.textContent = dateOf.format(moment);
    return;
  }
  const today = dayOf.format(moment) === dayOf.format(new Date());
  const exact = today ? timeOf.format(moment) : bothOf.format(moment);
  element.title = bothOf.format(moment);
  element.textContent = element.classList.contains("since") ? ago(moment) : exact;
}

function showData(element) {
  if (element.dataset.currency) element.textContent = money(Number(element.value), element.dataset.currency);
  if ("ppm" in element.dataset) element.textContent = percentOf.format(Number(element.value) / 1e6);
}

// All of a part of the page. What cannot be said otherwise stays as the server wrote it.
export function say(root) {
  for (const element of root.querySelectorAll("time[datetime]")) showTime(element);
  for (const element of root.querySelectorAll("data[value]")) {
    try {
      showData(element);
    } catch {
      // a currency that this browser does not know
    }
  }
}
