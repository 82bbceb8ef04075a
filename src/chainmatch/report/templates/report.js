"use strict";
// Before the body is there: what a script will hide is never laid out.
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", function () {
  var doc = document;
  function all(query, from) { return Array.prototype.slice.call((from || doc).querySelectorAll(query)); }
  function one(id) { return doc.getElementById(id); }

  // --- maps: tabs -------------------------------------------------------------------------
  var tabs = all("[role=tab]");
  function showMap(tab, focus) {
    tabs.forEach(function (other) {
      var chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      one(other.getAttribute("aria-controls")).classList.toggle("shown", chosen);
    });
    if (focus) { tab.focus(); }
  }
  tabs.forEach(function (tab, index) {
    tab.addEventListener("click", function () { showMap(tab); });
    tab.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      var to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1
        : step ? (index + step + tabs.length) % tabs.length : -1;
      if (to >= 0) { event.preventDefault(); showMap(tabs[to], true); }
    });
  });
  if (tabs.length) { showMap(tabs[0]); }

  // --- maps: nodes and their panels -------------------------------------------------------
  var nodes = {}, opener = null, shown = null;
  all(".chainmap a.node").forEach(function (node) {
    nodes[node.getAttribute("data-node")] = node;
    node.setAttribute("role", "button");
    node.setAttribute("aria-expanded", "false");
    node.setAttribute("aria-controls", "node-" + node.getAttribute("data-node"));
    node.addEventListener("click", function (event) {
      event.preventDefault();
      openPanel(node.getAttribute("data-node"), node);
    });
    node.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        openPanel(node.getAttribute("data-node"), node);
      }
    });
    node.addEventListener("mouseenter", function () { if (!shown) { light(node, true); } });
    node.addEventListener("mouseleave", function () { if (!shown) { light(node, false); } });
  });
  function light(node, on) {
    var map = node.ownerSVGElement, id = node.getAttribute("data-node");
    map.classList.toggle("picked", on);
    all(".near", map).forEach(function (part) { part.classList.remove("near"); });
    if (!on) { return; }
    node.classList.add("near");
    all("[data-from]", map).forEach(function (line) {
      var from = line.getAttribute("data-from"), to = line.getAttribute("data-to");
      if (from !== id && to !== id) { return; }
      line.classList.add("near");
      var other = nodes[from === id ? to : from];
      if (other && other.ownerSVGElement === map) { other.classList.add("near"); }
    });
  }
  function closePanel(back) {
    if (!shown) { return; }
    var node = nodes[shown];
    one("node-" + shown).classList.remove("shown");
    if (node) { node.setAttribute("aria-expanded", "false"); node.classList.remove("chosen"); light(node, false); }
    shown = null;
    doc.body.classList.remove("with-panel");
    var to = opener || node;
    if (back && to) { to.focus({ preventScroll: true }); }
  }
  function openPanel(id, from) {
    var panel = one("node-" + id), node = nodes[id];
    if (!panel) { return; }
    closePanel(false);
    opener = from && from.closest(".panel") ? opener : from;
    if (node) {
      showMap(one("tab-" + node.closest(".map").id.slice(4)));
      node.setAttribute("aria-expanded", "true");
      node.classList.add("chosen");
      light(node, true);
    }
    panel.classList.add("shown");
    doc.body.classList.add("with-panel");
    if (node) { node.scrollIntoView({ block: "nearest", inline: "center" }); }
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
    shown = id;
  }
  doc.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("[data-open],[data-firm],.close") : null;
    if (!link) { return; }
    event.preventDefault();
    if (link.classList.contains("close")) { closePanel(true); return; }
    var id = link.getAttribute("data-open");
    if (id) { openPanel(id, link); } else { showFirm(link.getAttribute("data-firm")); }
  });
  doc.addEventListener("keydown", function (event) { if (event.key === "Escape") { closePanel(true); } });

  // --- shortlist --------------------------------------------------------------------------
  var list = one("list"), firms = all("tbody.firm"), find = one("find");
  var chain = one("by-chain"), zone = one("by-zone"), openAll = one("open-all");
  function setCard(firm, on) {
    firm.classList.toggle("open", on);
    firm.querySelector(".name").setAttribute("aria-expanded", String(on));
  }
  firms.forEach(function (firm) {
    setCard(firm, false);
    firm.querySelector(".name").addEventListener("click", function () {
      setCard(firm, !firm.classList.contains("open"));
    });
  });
  function filter() {
    var words = find.value.trim().toLowerCase().split(/\s+/), count = 0;
    firms.forEach(function (firm) {
      var text = firm.textContent.toLowerCase();
      var fits = (!chain.value || firm.getAttribute("data-chain") === chain.value)
        && (!zone.value || firm.getAttribute("data-zone") === zone.value)
        && words.every(function (word) { return text.indexOf(word) >= 0; });
      firm.hidden = !fits;
      count += fits ? 1 : 0;
    });
    showOutside(chain.value || zone.value ? [] : words);
    one("found").textContent = "显示 " + count + " 家";
    one("none").hidden = count > 0;
  }
  // Target firms beyond the list: one text, cut up when somebody first looks for a firm.
  var outside = null, most = 12;
  function others() {
    if (outside) { return outside; }
    var reason = "";
    outside = [];
    one("others").content.textContent.split("\n").forEach(function (line) {
      var at = line.indexOf("\t");
      if (at === 0) { reason = line.slice(1); }
      if (at > 0) {
        outside.push({ name: line.slice(0, at), key: line.slice(0, at).toLowerCase(),
          detail: line.slice(at + 1), reason: reason });
      }
    });
    return outside;
  }
  function showOutside(words) {
    var asked = words.join("").length > 1, place = one("outside");
    var found = !asked ? [] : others().filter(function (firm) {
      return words.every(function (word) { return firm.key.indexOf(word) >= 0; });
    });
    place.textContent = "";
    found.slice(0, most).forEach(function (firm) {
      var item = doc.createElement("li"), name = doc.createElement("b"), why = doc.createElement("span");
      name.textContent = firm.name;
      why.textContent = (firm.detail ? firm.detail + "。" : "") + firm.reason;
      item.appendChild(name);
      item.appendChild(why);
      place.appendChild(item);
    });
    one("beyond").hidden = !found.length;
    one("beyond-title").textContent = "清单以外 " + found.length + " 家"
      + (found.length > most ? "，列出前 " + most + " 家" : "");
    return found.length;
  }
  find.addEventListener("input", filter);
  chain.addEventListener("change", filter);
  zone.addEventListener("change", filter);
  doc.querySelector(".filters").addEventListener("submit", function (event) { event.preventDefault(); });
  openAll.addEventListener("click", function () {
    var on = openAll.getAttribute("aria-pressed") !== "true";
    openAll.setAttribute("aria-pressed", String(on));
    openAll.textContent = on ? "全部收起" : "全部展开";
    firms.forEach(function (firm) { setCard(firm, on); });
  });
  var numeric = { rank: 1, score: 1, stability: 1 };
  var grades = { confirmed: 0, likely: 1, uncertain: 2 };
  function compare(a, b, key) {
    var x = a.getAttribute("data-" + key), y = b.getAttribute("data-" + key);
    if (numeric[key]) { return Number(x) - Number(y); }
    if (key === "grade") { return grades[x] - grades[y]; }
    return x.localeCompare(y, "zh-CN");
  }
  all("thead button", list).forEach(function (button) {
    button.addEventListener("click", function () {
      var head = button.parentNode, key = button.getAttribute("data-key");
      var before = head.getAttribute("aria-sort");
      var first = key === "score" || key === "stability" ? "descending" : "ascending";
      var now = !before ? first : before === "ascending" ? "descending" : "ascending";
      all("th[aria-sort]", list).forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", now);
      firms.slice().sort(function (a, b) {
        return (now === "ascending" ? 1 : -1) * compare(a, b, key) || compare(a, b, "rank");
      }).forEach(function (firm) { list.appendChild(firm); });
    });
  });
  function showFirm(rank) {
    var firm = one("firm-" + rank);
    if (!firm) { return; }
    closePanel(false);
    if (firm.hidden) { find.value = ""; chain.value = ""; zone.value = ""; filter(); }
    setCard(firm, true);
    firm.scrollIntoView({ block: "start" });
    firm.querySelector(".name").focus({ preventScroll: true });
  }

  // --- the bar: where the reader is -------------------------------------------------------
  var links = all(".guide a"), parts = links.map(function (link) { return one(link.hash.slice(1)); });
  var waiting = false;
  function mark() {
    waiting = false;
    var here = 0;
    parts.forEach(function (part, index) {
      if (part.getBoundingClientRect().top < innerHeight / 3) { here = index; }
    });
    links.forEach(function (link, index) {
      if (index === here) { link.setAttribute("aria-current", "location"); }
      else { link.removeAttribute("aria-current"); }
    });
  }
  window.addEventListener("scroll", function () {
    if (!waiting) { waiting = true; requestAnimationFrame(mark); }
  }, { passive: true });

  // --- a link that was passed on ----------------------------------------------------------
  function follow() {
    var at = location.hash.slice(1);
    try { at = decodeURIComponent(at); } catch (error) { return; }  // half a link: stay where we are
    if (at.indexOf("node-") === 0) { openPanel(at.slice(5), null); }
    if (at.indexOf("firm-") === 0) { showFirm(at.slice(5)); }
  }
  window.addEventListener("hashchange", follow);
  follow();

  // --- print: explanations and leads open, as nobody can click on paper --------------------
  var opened = [];
  window.addEventListener("beforeprint", function () {
    closePanel(false);
    opened = all("details.how:not([open]),details.lead:not([open])");
    opened.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) { part.open = false; });
    opened = [];
  });
});
