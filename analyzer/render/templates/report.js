"use strict";
const field = document.getElementById("filter");
const levels = [...document.querySelectorAll("input.level")];
const hits = document.getElementById("hits");
field.closest(".filter").hidden = false;
function apply() {
  const wanted = field.value.trim().toLowerCase();
  const off = levels.filter((box) => !box.checked).map((box) => "sev-" + box.value);
  const graded = (element) => !off.some((name) => element.classList.contains(name));
  const matches = (element) => wanted === "" || element.textContent.toLowerCase().includes(wanted);
  for (const row of document.querySelectorAll("tbody tr, section.subject, .read")) row.hidden = !matches(row) || !graded(row);
  for (const card of document.querySelectorAll("article.finding")) {
    const about = [...card.querySelectorAll("section.subject")];
    const title = card.querySelector("h3").textContent.toLowerCase().includes(wanted);
    if (title) for (const one of about) one.hidden = false;
    card.hidden = !graded(card) || (!title && about.every((one) => one.hidden));
  }
  for (const box of document.querySelectorAll("details.datum, section.fix")) {
    box.hidden = [...box.querySelectorAll("tbody tr, .read")].every((one) => one.hidden);
  }
  for (const box of document.querySelectorAll("details")) {
    if (wanted !== "") box.open = true;
  }
  const shown = [...document.querySelectorAll("article.finding")].filter((card) => !card.hidden).length;
  hits.textContent = wanted === "" && off.length === 0 ? "" : hits.dataset.text.replace("{n}", shown);
}
field.addEventListener("input", apply);
for (const box of levels) box.addEventListener("change", apply);
window.addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("details")) box.open = true;
});
