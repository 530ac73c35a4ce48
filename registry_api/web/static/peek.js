// Evidence opens in a sheet over the page; without script, or where it fails, the link leads to its own page.
(() => {
  const sheet = document.createElement("div");
  if (!sheet.showPopover) return;
  const zh = document.documentElement.lang.startsWith("zh");
  sheet.id = "peek";
  sheet.setAttribute("popover", "auto");
  sheet.setAttribute("role", "dialog");
  sheet.setAttribute("aria-label", zh ? "证据" : "Evidence");
  const bar = document.createElement("p");
  bar.className = "actions";
  const whole = document.createElement("a");
  whole.className = "button";
  whole.textContent = zh ? "在单独页面打开" : "Open as a page";
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = zh ? "关闭" : "Close";
  close.addEventListener("click", () => sheet.hidePopover());
  bar.append(whole, close);
  const inside = document.createElement("div");
  sheet.append(bar, inside);
  document.body.append(sheet);
  let opener = null;
  let asked = 0;

  async function show(href) {
    const mine = ++asked;
    const url = new URL(href, location.href);
    let found = null;
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" }, redirect: "error" });
      const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
      found = page && page.getElementById("exhibit");
    } catch { /* the link itself says what is wrong */ }
    if (mine !== asked) return;
    if (!found) { location.href = url.href; return; }
    for (const one of found.querySelectorAll("[id]")) one.id = `peek-${one.id}`;
    found.removeAttribute("id");
    inside.replaceChildren(document.adoptNode(found));
    whole.href = url.href;
    if (!sheet.matches(":popover-open")) sheet.showPopover();
    sheet.scrollTop = 0;
    const target = url.hash && inside.querySelector(`#peek-${CSS.escape(url.hash.slice(1))}`);
    if (target) target.scrollIntoView();
    inside.querySelector("h1")?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-peek], #peek a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link === whole || !/^\/(apps\/[^/]+\/(evidence|findings)\/|clauses\/)/.test(new URL(link.href).pathname)) return;
    if (new URL(link.href).origin !== location.origin) return;
    event.preventDefault();
    if (!sheet.contains(link)) opener = link;
    show(link.href);
  });
  sheet.addEventListener("toggle", (event) => { if (event.newState === "closed") opener?.focus({ preventScroll: true }); });
})();
