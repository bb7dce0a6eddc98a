// chart: pictures of tables.
export const LIBRARY = "./chart.min.js";
