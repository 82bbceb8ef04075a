"use strict";
(function () {
  var doc = document;
  function one(id) { return doc.getElementById(id); }
  var words = JSON.parse(one("words").textContent);
  doc.documentElement.classList.add("js");

  // --- parts of the page: text is only ever set as text -----------------------------------
  function make(tag, settings, children) {
    var element = doc.createElement(tag);
    Object.keys(settings || {}).forEach(function (name) {
      var value = settings[name];
      if (name === "text") { element.textContent = value; }
      else if (name === "click") { element.addEventListener("click", value); }
      else if (value !== null) { element.setAttribute(name, value); }
    });
    (children || []).forEach(function (child) { if (child) { element.appendChild(child); } });
    return element;
  }
  function clear(element) { element.replaceChildren(); return element; }
  // Half goes up, as in the workbook: .145, which is a little less in binary, is .15.
  function number(value) {
    return value === null ? "未知" : (Math.round(Number(value.toFixed(10) + "e2")) / 100).toFixed(2);
  }
  function bar(value) {
    var score = make("span", { class: "score" }, [make("b", { text: number(value) })]);
    var meter = make("span", { class: "meter", "aria-hidden": "true" }, [make("i")]);
    meter.firstChild.style.width = 100 * (value || 0) + "%";
    score.appendChild(meter);
    return score;
  }

  // --- asking the service -----------------------------------------------------------------
  var key = "";
  try { key = sessionStorage.getItem("chainmatch-key") || ""; } catch (_) { key = ""; }
  // What went wrong stays until something asked later goes well: a slow answer takes no word back.
  var asked = 0, wrong = 0;
  function say(text) {
    one("said").textContent = text;
    one("said").hidden = !text;
    if (text) { wrong = asked; }
  }
  function ask(path) {
    var mine = asked += 1;
    var headers = key ? { Authorization: "Bearer " + key } : {};
    return fetch(path, { headers: headers }).then(function (answer) {
      if (answer.ok) { if (mine > wrong) { say(""); } return answer; }
      return answer.json().then(function (problem) {
        if (answer.status === 401) { one("gate").hidden = false; one("key").focus(); }
        throw new Error(problem.detail);
      });
    });
  }
  function told(path, use) {
    return ask(path).then(function (answer) { return answer.json(); }).then(use)
      .catch(function (error) { say(error instanceof TypeError ? "服务没有应答，请稍后再试。" : error.message); });
  }
  one("gate-form").addEventListener("submit", function (event) {
    event.preventDefault();
    key = one("key").value.trim();
    try { sessionStorage.setItem("chainmatch-key", key); } catch (_) { /* kept for this page */ }
    one("key").value = "";
    one("gate").hidden = true;
    start();
  });

  // --- firms ------------------------------------------------------------------------------
  one("ask").addEventListener("submit", function (event) {
    event.preventDefault();
    var question = one("question").value.trim();
    if (!question) { return; }
    one("card").hidden = true;
    told("v1/firms?limit=20&q=" + encodeURIComponent(question), function (answer) {
      var list = clear(one("found"));
      answer.firms.forEach(function (firm) {
        var button = make("button", { type: "button", click: function () { openFirm(firm.firm_id, button); } }, [
          make("b", { text: firm.name }),
          make("span", { class: "muted", text: firm.why + "　" + number(firm.score) })
        ]);
        list.appendChild(make("li", {}, [button]));
      });
      one("count").textContent = answer.firms.length ? "找到 " + answer.firms.length + " 家" : "没有找到相近的企业";
    });
  });
  function openFirm(id, button) {
    told("v1/firms/" + encodeURIComponent(id), function (firm) {
      one("found").querySelectorAll("button").forEach(function (other) {
        other.setAttribute("aria-current", String(other === button));
      });
      var facts = make("dl", { class: "facts" });
      Object.keys(words.titles).forEach(function (name) {
        var value = firm[name];
        if (name === "name" || name === "scope" || value === "" || value === null) { return; }
        var shown = name === "capital" ? value.toLocaleString("zh-CN") + " 万元" : String(value);
        facts.appendChild(make("dt", { text: words.titles[name].replace("（万元）", "") }));
        facts.appendChild(make("dd", { text: shown }));
      });
      var fits = make("ul", { class: "fits" });
      firm.fits.forEach(function (fit) {
        fits.appendChild(make("li", {}, [
          bar(fit.fit),
          make("b", { text: fit.node_name }),
          make("span", { class: "muted", text: "　" + fit.chain_name + "　" + (words.grades[fit.grade] || "") }),
          make("blockquote", { text: fit.evidence })
        ]));
      });
      var card = clear(one("card"));
      [
        make("h3", { text: firm.name }),
        make("p", {}, [make("span", { class: "chip", text: firm.origin === "local" ? "本地企业" : "目标企业" })]),
        facts,
        make("h4", { text: "处在哪些环节" }),
        firm.fits.length ? fits : make("p", { class: "muted", text: "经营范围看不出处在五条产业链的哪个环节。" }),
        make("h4", { text: "经营范围" }),
        make("p", { class: "scope", text: firm.scope || "未知" })
      ].forEach(function (part) { card.appendChild(part); });
      card.hidden = false;
      card.focus({ preventScroll: window.innerWidth > 760 });
    });
  }

  // --- maps -------------------------------------------------------------------------------
  var run = "", nodes = {}, opener = null, turn = 0;
  function ofRun(sign) { return run ? sign + "run=" + run : ""; }
  function showChain(chain, focus) {
    closePanel();
    Array.prototype.forEach.call(one("tabs").children, function (tab) {
      var chosen = tab.dataset.chain === chain;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) { tab.focus(); }
    });
    var path = "v1/chains/" + encodeURIComponent(chain), mine = turn += 1;
    one("map").setAttribute("aria-busy", "true");
    told(path + ofRun("?"), function (data) {
      if (mine !== turn) { return null; }  // another chain was chosen meanwhile
      nodes = {};
      data.nodes.forEach(function (node) { nodes[node.node] = node; });
      nodes.supplies = data.supplies;
      one("about").textContent = data.about;
      var legend = clear(one("legend"));
      Object.keys(words.status).forEach(function (status) {
        var count = data.nodes.filter(function (node) { return node.status === status; }).length;
        if (data.nodes.some(function (node) { return node.status; })) {
          legend.appendChild(make("li", {}, [
            make("span", { class: "chip " + status, text: words.status[status] }),
            make("span", { text: words.meanings[status] }),
            make("b", { text: String(count) })
          ]));
        }
      });
      return ask(path + "/map.svg" + ofRun("?")).then(function (answer) { return answer.text(); })
        .then(function (text) {
          if (mine === turn) { draw(text); one("map").setAttribute("aria-busy", "false"); }
        });
    });
  }
  function draw(text) {
    // The style of the picture stands in the style sheet; the page's policy refuses one inside it,
    // and style attributes, which are therefore set by name.
    var bare = text.replace(/<style>[^<]*<\/style>/, "").replace(/ style="/g, ' data-style="');
    var picture = new DOMParser().parseFromString(bare, "image/svg+xml").documentElement;
    clear(one("picture")).appendChild(doc.importNode(picture, true));
    one("picture").querySelectorAll("[data-style]").forEach(function (part) {
      part.style.cssText = part.getAttribute("data-style");
    });
    one("picture").querySelectorAll("a.node").forEach(function (node) {
      node.setAttribute("role", "button");
      node.setAttribute("aria-controls", "panel");
      node.setAttribute("aria-expanded", "false");
      function open(event) { event.preventDefault(); openNode(node.getAttribute("data-node"), node); }
      node.addEventListener("click", open);
      node.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { open(event); }
      });
    });
  }
  function openNode(id, from) {
    var node = nodes[id], panel = clear(one("panel"));
    if (!node) { return; }
    if (opener) { opener.setAttribute("aria-expanded", "false"); }
    opener = from;
    from.setAttribute("aria-expanded", "true");
    function beside(title, mine, other) {
      var named = nodes.supplies.filter(function (supply) { return supply[mine] === id && nodes[supply[other]]; })
        .map(function (supply) { return nodes[supply[other]].name; });
      return named.length ? [make("h5", { text: title }), make("p", { text: named.join("、") })] : [];
    }
    [
      make("button", { type: "button", class: "close", "aria-label": "关闭", text: "×", click: function () { closePanel(true); } }),
      make("p", { class: "muted", text: node.segment }),
      make("h4", { text: node.name }, [
        node.status ? make("span", { class: "chip " + node.status, text: words.status[node.status] }) : null,
        node.kind ? make("span", { class: "chip kind", text: words.kinds[node.kind] }) : null
      ]),
      make("p", { class: "muted", text: node.does }),
      node.kind ? make("p", { text: "缺口得分 " + number(node.score) }) : null
    ].concat(beside("上游环节", "end", "start"), beside("下游环节", "start", "end"))
      .forEach(function (part) { if (part) { panel.appendChild(part); } });
    panel.classList.add("shown");
    panel.focus();
  }
  function closePanel(back) {
    one("panel").classList.remove("shown");
    if (!opener) { return; }
    opener.setAttribute("aria-expanded", "false");
    if (back) { opener.focus({ preventScroll: true }); }
    opener = null;
  }
  doc.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && opener) { closePanel(true); }
  });
  function showTabs(chains) {
    var tabs = clear(one("tabs"));
    chains.forEach(function (chain, index) {
      var tab = make("button", { type: "button", role: "tab", "aria-controls": "map", "data-chain": chain.chain,
        text: chain.name, click: function () { showChain(chain.chain); } });
      tab.addEventListener("keydown", function (event) {
        var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        var to = event.key === "Home" ? 0 : event.key === "End" ? chains.length - 1
          : step ? (index + step + chains.length) % chains.length : -1;
        if (to >= 0) { event.preventDefault(); showChain(chains[to].chain, true); }
      });
      tabs.appendChild(tab);
    });
    if (chains.length) { showChain(chains[0].chain); }
  }

  // --- runs -------------------------------------------------------------------------------
  var STATES = { queued: "排队", running: "运算中", interrupted: "中断，待续", done: "完成", failed: "失败", cancelled: "已取消" };
  var again = 0;
  function showRuns(answer) {
    var rows = clear(one("latest").tBodies[0]);
    one("latest").hidden = !answer.runs.length;
    one("norun").hidden = answer.runs.length > 0;
    answer.runs.forEach(function (found) {
      var named = Object.keys(found.inputs).map(function (role) { return found.inputs[role]; }).join("、");
      var state = make("td", { text: STATES[found.state] + " " });
      if (found.state === "running") {
        state.appendChild(make("progress", { max: "1", value: String(found.progress), "aria-label": "进度" }));
        state.appendChild(make("span", { class: "muted", text: " " + found.step }));
      }
      if (found.detail) { state.appendChild(make("span", { class: "muted", text: found.detail })); }
      var done = make("td");
      if (found.state === "done") {
        done.appendChild(make("button", { type: "button", text: "清单", click: function () { openRun(found.id); } }));
        done.appendChild(make("button", { type: "button", text: "图谱", click: function () { mapsOf(found); } }));
        done.appendChild(make("button", { type: "button", text: "下载", click: function () { download(found.id); } }));
      }
      rows.appendChild(make("tr", {}, [
        make("th", { scope: "row", text: new Date(found.created).toLocaleString("zh-CN") }),
        make("td", { text: named }), state, done
      ]));
    });
    clearTimeout(again);
    if (answer.runs.some(function (found) { return found.state === "queued" || found.state === "running"; })) {
      again = setTimeout(function () { told("v1/runs?limit=10", showRuns); }, 2000);
    }
  }
  function mapsOf(found) {
    run = found.id;
    one("maps-lede").textContent = "按 " + new Date(found.created).toLocaleString("zh-CN") + " 提交的运算着色。";
    var chosen = one("tabs").querySelector("[aria-selected=true]");
    if (chosen) { showChain(chosen.dataset.chain); }
    one("maps").scrollIntoView();
    one("map").focus({ preventScroll: true });
  }
  function openRun(id) {
    told("v1/runs/" + id + "/shortlist", function (answer) {
      var list = clear(one("list"));
      list.appendChild(make("h3", { text: "精准招商清单（" + answer.firms.length + " 家）" }));
      list.appendChild(make("div", { id: "reason" }));
      var body = make("tbody");
      answer.firms.forEach(function (firm) {
        body.appendChild(make("tr", {}, [
          make("td", { class: "num", text: String(firm.rank) }),
          make("th", { scope: "row" }, [
            make("button", { type: "button", class: "name", text: firm.name, click: function () { explain(id, firm.firm_id); } }),
            make("span", { class: "muted", text: " " + firm.region })
          ]),
          make("td", { text: firm.node_name }),
          make("td", {}, [bar(firm.score)])
        ]));
      });
      list.appendChild(make("table", {}, [
        make("thead", {}, [make("tr", {}, ["序号", "企业", "环节", "得分"].map(function (title) {
          return make("th", { scope: "col", text: title });
        }))]),
        body
      ]));
      list.hidden = false;
      list.focus();
    });
  }
  function explain(id, firm) {
    told("v1/runs/" + id + "/explain?firm=" + encodeURIComponent(firm), function (answer) {
      var reason = clear(one("reason"));
      reason.appendChild(make("pre", { class: "why", tabindex: "-1", text: answer.card }));
      reason.firstChild.focus({ preventScroll: true });
      reason.scrollIntoView({ block: "nearest" });
    });
  }
  function download(id) {
    ask("v1/runs/" + id + "/files.zip").then(function (answer) { return answer.blob(); }).then(function (blob) {
      var link = make("a", { href: URL.createObjectURL(blob), download: "chainmatch-" + id + ".zip" });
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    }).catch(function (error) { say(error.message); });
  }

  function start() {
    told("v1/chains", function (answer) {
      showTabs(answer.chains);
      told("v1/runs?limit=10", showRuns);
    });
  }
  start();
})();
