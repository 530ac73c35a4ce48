// Sends a chosen file to the upload API as it stands, with progress; the form then carries the upload's id.
"use strict";
document.querySelectorAll("[data-upload]").forEach((box) => {
  const file = box.querySelector("input[type=file]"), id = box.querySelector("input[type=hidden]");
  const bar = box.querySelector("progress"), said = box.querySelector("output"), form = box.closest("form");
  const english = document.documentElement.lang === "en";
  const say = (zh, en) => { said.textContent = english ? en : zh; };
  file.addEventListener("change", () => {
    id.value = "";
    const chosen = file.files[0];
    if (!chosen) { bar.hidden = true; say("", ""); return; }
    const name = crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
      (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16));
    const sending = new XMLHttpRequest();
    sending.open("PUT", "/api/v1/uploads/" + name);
    sending.setRequestHeader("X-CSRF-Token", form.querySelector("input[name=csrf]").value);
    sending.setRequestHeader("X-File-Name", encodeURIComponent(chosen.name));
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    bar.hidden = false; bar.value = 0; form.dataset.sending = "1";
    sending.upload.onprogress = (event) => { if (event.lengthComputable) { bar.value = event.loaded / event.total; say(Math.floor(100 * bar.value) + "%", Math.floor(100 * bar.value) + "%"); } };
    const failed = () => { delete form.dataset.sending; let why = ""; try { why = JSON.parse(sending.responseText).detail; } catch (_) { /* no answer */ } say("上传失败：" + why, "The upload failed: " + why); };
    sending.onerror = failed;
    sending.onload = () => {
      if (sending.status >= 300) { failed(); return; }
      const answer = JSON.parse(sending.responseText);
      delete form.dataset.sending; id.value = answer.id; bar.value = 1;
      say("已上传 " + answer.name + (answer.warnings.length ? "。注意：" + answer.warnings.join(" ") : ""), "Uploaded " + answer.name + (answer.warnings.length ? ". Note: " + answer.warnings.join(" ") : ""));
    };
    sending.send(chosen);
  });
  form.addEventListener("submit", (event) => {
    const missing = file.dataset.required && !id.value;
    if (form.dataset.sending || missing) { event.preventDefault(); say(missing && !form.dataset.sending ? "请先选择文件" : "请等待上传完成", missing && !form.dataset.sending ? "Choose a file first" : "Wait for the upload to finish"); file.focus(); }
  });
});
