// Draws every <figure data-chart="id"> from the JSON beside it; without this script the table below it says the same.
"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = [];
  function draw() {
    while (drawn.length) drawn.pop().dispose();
    for (const figure of document.querySelectorAll("figure[data-chart]")) {
      const data = document.getElementById(figure.dataset.chart);
      const place = figure.querySelector(".chart");
      if (!data || !place) continue;
      const chart = echarts.init(place, dark.matches ? "dark" : null, { renderer: "svg" });
      chart.setOption({ backgroundColor: "transparent", animation: false, ...JSON.parse(data.textContent) });
      drawn.push(chart);
    }
  }
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  dark.addEventListener("change", draw);
  draw();
})();
