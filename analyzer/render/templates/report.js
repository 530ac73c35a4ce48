"use strict";
const field = document.getElementById("filter");
field.closest(".filter").hidden = false;
field.addEventListener("input", () => {
  const wanted = field.value.trim().toLowerCase();
  const matches = (element) => wanted === "" || element.textContent.toLowerCase().includes(wanted);
  for (const row of document.querySelectorAll("tbody tr, section.subject, .read")) row.hidden = !matches(row);
  for (const card of document.querySelectorAll("article.finding")) {
    const about = [...card.querySelectorAll("section.subject")];
    const title = card.querySelector("h3").textContent.toLowerCase().includes(wanted);
    if (title) for (const one of about) one.hidden = false;
    card.hidden = !title && about.every((one) => one.hidden);
  }
  for (const box of document.querySelectorAll("details.datum")) {
    box.hidden = [...box.querySelectorAll("tbody tr, .read")].every((one) => one.hidden);
  }
  for (const box of document.querySelectorAll("details")) {
    if (wanted !== "") box.open = true;
  }
});
window.addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("details")) box.open = true;
});
